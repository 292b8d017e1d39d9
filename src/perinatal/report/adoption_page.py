"""An adoption as one HTML page: what was refused or changed, why, and how the risks did before and do now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perinatal._html import Html, html, join_html
from perinatal.models.adopted import Rung
from perinatal.models.card import BEFORE_AFTER
from perinatal.models.evidence import CalibrationGroup, PartRecord, SiteAdoption
from perinatal.report.calibration_svg import calibration_svg, describe_suppressed
from perinatal.report.layout import (
    FOOT,
    VERDICT_STYLE,
    build_facts,
    build_list,
    build_note,
    build_page,
    build_row,
    build_section,
    build_table,
    build_warning,
    upper_first,
)
from perinatal.report.validation_page import build_flow_table
from perinatal.report.wording import describe_moment, format_percent
from perinatal.sites import Examination

MOST_PARTS = 12
_STYLE = (
    VERDICT_STYLE
    + """
svg.parts rect.before { fill: #c9d2d9; } svg.parts rect.after { fill: #33475b; }
td.no { color: #96400f; font-weight: 600; } tr.chosen td { font-weight: 600; }
"""
)


def adoption_page(examination: Examination, *, title: str | None = None) -> str:
    """One self-contained HTML page of an adoption, or of a refusal; everything from outside is escaped.

    Parameters
    ----------
    examination : from :func:`perinatal.sites.examine`.
    title : the page's heading; the outcome and the site by default.
    """
    model = examination.adopted or examination.model
    heading = title or f"{upper_first(model.outcome.label)}: adoption at {examination.site}"
    adoption = None if examination.adopted is None else examination.adopted.evidence.adoption
    sections: list[Html | None] = []
    if isinstance(adoption, SiteAdoption):
        sections = [_ladder(examination, adoption), _before_after(adoption), _parts(adoption.parts)]
    body = [
        html("h1", heading),
        build_warning(model.caution),
        _verdict(examination),
        _question_section(examination),
        *sections,
        _checks(examination),
        _reversal_section(examination),
        FOOT,
    ]
    return build_page(heading, body, _STYLE)


def _verdict(examination: Examination) -> Html:
    if examination.adopted is None or examination.adopted.adoption is None:
        text = f"Nothing was written. {examination.model.id} is unchanged, and its risks do not apply to this place."
        return build_section("Not adopted", html("p", text), build_list(examination.refusals), class_="verdict no")
    adoption = examination.adopted.adoption
    heading = f"Adopted: {adoption.rung.value}"
    return build_section(heading, html("p", adoption.message), html("p", adoption.why), class_="verdict")


def _question_section(examination: Examination) -> Html:
    model = examination.model
    facts = [
        ("Model", model.id if examination.adopted is None else f"{examination.adopted.id}, from {model.id}"),
        ("Estimated", f"the risk of {model.outcome.label}. {model.outcome.definition}"),
        ("Among", f"{model.outcome.denominator}; until {model.outcome.horizon}"),
        ("Timing", f"{describe_moment(model.moment)}, from what is known by then"),
        ("Trained on", model.trained_on),
    ]
    return build_section("Model and rows", build_facts(facts), build_flow_table(examination.flow))


_CHANGES: Mapping[Rung, str] = {
    Rung.KEEP: "nothing",
    Rung.INTERCEPT: "the level of all risks",
    Rung.SLOPE: "the level, and how far risks are spread",
    Rung.RESCALED: "the level, and the weight of each part of the explanation",
    Rung.REFIT: "a model of the site's own",
}


def _ladder(examination: Examination, adoption: SiteAdoption) -> Html | None:
    choice = examination.choice
    if choice is None:
        return None
    classes = {2: "right", 3: "right"}
    rows = []
    for step in choice.comparisons:
        worse = f"{1000 * step.worse_than_frozen:+.2f} (error {1000 * step.error:.2f})"
        cells = [
            step.rung.value,
            _CHANGES[step.rung],
            f"{1000 * step.loss:.2f}",
            None if step.rung is Rung.KEEP else worse,
        ]
        rows.append(build_row(cells, classes, class_="chosen" if step.rung is choice.rung else None))
    return build_section(
        "Which step, and why",
        html(
            "p",
            "Every step was fitted on part of the rows and evaluated on the others. The highest step that improves on "
            "the model as it was is used (a refit must also improve on the other steps). If none does, nothing "
            "is changed.",
        ),
        build_table(
            ["step", "what is fitted", "log-loss × 1000", "compared with the model as it was"], rows, right=[2, 3]
        ),
        build_note(
            "Lower is better. The highest step that improves on no change is used, not the lowest loss. "
            f"{choice.why} Half a standard error is enough, because steps are shrunk towards the model as it was: "
            "a step that was used does not prove that the place differs."
        ),
        build_list(adoption.notes),
    )


def _before_after(adoption: SiteAdoption) -> Html:
    rows = [
        (words, adoption.before[name].format(3), adoption.after[name].format(3))
        for name, words in BEFORE_AFTER.items()
        if name in adoption.before and name in adoption.after
    ]
    pictures = [
        _calibration("before", adoption.calibration_before),
        _calibration("after", adoption.calibration_after),
    ]
    return build_section(
        "Before and after",
        html(
            "p",
            "After: each row is evaluated with an update that was fitted without it. Only the choice of the step used "
            "all rows, which makes the numbers slightly optimistic. Validate the adopted model on later rows.",
        ),
        build_table(["measure", "before", "after, on held-out rows"], rows, right=[1, 2]),
        html("div", pictures, class_="pictures"),
        build_note(
            "95 % intervals. Each dot is a group of people; on the dashed line, estimated and observed risk agree."
        ),
    )


def _calibration(when: str, groups: Sequence[CalibrationGroup]) -> Html:
    suppressed = describe_suppressed(groups)
    caption = html("figcaption", html("b", upper_first(when)), f": {suppressed}" if suppressed else None)
    return html("figure", calibration_svg(groups, f"the rows of the site, {when}"), caption)


def _parts(parts: Sequence[PartRecord]) -> Html:
    largest_parts = [part for part in sorted(parts, key=_size, reverse=True) if _size(part) > 0][:MOST_PARTS]
    largest = max(map(_size, largest_parts), default=1.0)
    rows = [
        (
            part.label,
            _bars(part, largest),
            f"{part.before:.3f}",
            f"{part.after:.3f}",
            f"× {part.after / part.before:.2f}" if part.before > 0 else None,
        )
        for part in largest_parts
    ]
    more = len(parts) - len(largest_parts)
    rest = f" {more} more features, each with a smaller effect, are not shown." if more else ""
    return build_section(
        "Changes in the explanations",
        html(
            "p",
            "How far each input moves the log-odds of an average row. The parts still add up to exactly the log-odds "
            "of the risk.",
        ),
        build_table(["input", "", "before", "after", "factor"], rows, right=[2, 3, 4], classes={1: "cell"}),
        build_note(f"Light: before; dark: after.{rest}"),
    )


def _size(part: PartRecord) -> float:
    return max(part.before, part.after)


def _bars(part: PartRecord, largest: float) -> Html:
    bars = [
        html("rect", class_=when, x=0, y=y, width=f"{max(200 * size / largest, 0.5):.1f}", height=7)
        for when, size, y in (("before", part.before, 1), ("after", part.after, 10))
    ]
    return html("svg", bars, class_="cell parts", width=200, height=18, viewBox="0 0 200 18", aria_hidden="true")


def _checks(examination: Examination) -> Html:
    rows = [
        build_row(
            [check.name, "passed" if check.passed else "refused", check.message], {} if check.passed else {1: "no"}
        )
        for check in examination.checks
    ]
    return build_section(
        "Checks",
        build_table(["check", "", "result"], rows),
        build_note(
            "The checks find what is far off. An outcome with a slightly different definition, or values that are "
            "wrong but plausible, pass them."
        ),
    )


def _reversal_section(examination: Examination) -> Html | None:
    if examination.adopted is None:
        return None
    share = format_percent(examination.events / examination.n)
    text = join_html(
        f"These risks are for {examination.site}, as it was while these rows were collected ({share} had the outcome). "
        "Monitor them there: ",
        html("code", "perinatal monitor"),
        ". To go back, ",
        html("code", "perinatal roll-back --model DIR --out OTHER"),
        f" writes {examination.model.id} as it was.",
    )
    return build_section("Where they apply, and how to go back", html("p", text))
