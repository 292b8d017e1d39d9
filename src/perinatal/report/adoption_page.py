"""An adoption as one HTML page: what was refused or changed, why, and what the risks were before and are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from perinatal.models.adopted import Rung
from perinatal.models.card import BEFORE_AFTER, format_interval
from perinatal.report.calibration_svg import calibration_svg
from perinatal.report.validation_page import FOOT, build_page, build_row, build_table
from perinatal.report.wording import describe_moment, format_percent
from perinatal.sites import Examination
from perinatal.validation.small_cells import suppress_small_steps

MOST_PARTS = 12
_STYLE = """<style>
svg.parts rect.before { fill: #c9d2d9; } svg.parts rect.after { fill: #33475b; }
.verdict { border-left: 5px solid #33475b; padding: 6px 14px; background: #f2f5f7; }
.verdict.no { border-color: #96400f; background: #fbf1ec; }
td.no { color: #96400f; font-weight: 600; } tr.chosen td { font-weight: 600; }
</style>"""


def adoption_page(examination: Examination, *, title: str | None = None) -> str:
    """One self-contained HTML page of an adoption, or of a refusal; everything that came from outside is escaped.

    Parameters
    ----------
    examined : from :func:`perinatal.sites.examine`. title : the page's heading.
    """
    model = examination.adopted or examination.model
    heading = title or f"{model.outcome.label[:1].upper()}{model.outcome.label[1:]}: adoption at {examination.site}"
    body = [
        _STYLE,
        f"<h1>{escape(heading)}</h1>",
        f'<p class="caution"><b>For research, not for clinical use as it stands.</b> {escape(model.caution)}</p>',
        _verdict(examination),
        _question_section(examination),
        _ladder(examination),
        _before_after(examination),
        _parts(examination),
        _checks(examination),
        _reversal_section(examination),
        FOOT,
    ]
    return build_page(heading, body)


def _verdict(examination: Examination) -> str:
    if examination.adopted is None:
        reasons = "".join(f"<li>{escape(reason)}</li>" for reason in examination.refusals)
        return (
            f'<section class="verdict no"><h2>Not adopted</h2><p>Nothing was written. {escape(examination.model.id)} '
            "stays as it was, and its risks should not be read as risks of this place.</p>"
            f'<ul class="found">{reasons}</ul></section>'
        )
    adoption = examination.adopted.adoption
    return (
        f'<section class="verdict"><h2>Adopted: {escape(adoption.rung.value)}</h2><p>{escape(adoption.message)}</p>'
        f"<p>{escape(adoption.why)}</p></section>"
    )


def _question_section(examination: Examination) -> str:
    model = examination.model
    facts = [
        ("Model", model.id if examination.adopted is None else f"{examination.adopted.id}, from {model.id}"),
        ("Estimated", f"the risk of {model.outcome.label}. {model.outcome.definition}"),
        ("Among", f"{model.outcome.denominator}; until {model.outcome.horizon}"),
        ("Asked", f"{describe_moment(model.moment)}, from what is known by then"),
        ("Trained on", model.trained_on),
    ]
    items = "".join(f"<dt>{escape(word)}</dt><dd>{escape(sentence)}</dd>" for word, sentence in facts)
    steps = [
        (step, "under 10" if count is None else f"{count:,}") for step, count in suppress_small_steps(examination.flow)
    ]
    rows = [build_row(list(line), [1]) for line in steps]
    flow = build_table(["flow", "rows"], rows, "<b>Flow of rows</b>", [1])
    return f'<section><h2>What was looked at</h2><dl class="facts">{items}</dl>{flow}</section>'


def _ladder(examination: Examination) -> str:
    if examination.choice is None:
        return ""
    rows = []
    for step in examination.choice.comparisons:
        worse = (
            "" if step.rung is Rung.KEEP else f"{1000 * step.worse_than_frozen:+.2f} (error {1000 * step.error:.2f})"
        )
        cells = [step.rung.value, _describe_change(step.rung), f"{1000 * step.loss:.2f}", worse]
        row = build_row(cells, [2, 3])
        rows.append(row.replace("<tr>", '<tr class="chosen">') if step.rung is examination.choice.rung else row)
    notes = "".join(f"<li>{escape(note)}</li>" for note in examination.record["notes"])
    return (
        "<section><h2>Which step, and why</h2><p>Every step was fitted on part of the rows and judged on the others. "
        "The highest step that beats the model as it was is taken (a refit: the other steps, too); where none does, "
        "nothing is changed.</p>"
        + build_table(["step", "what is fitted", "log-loss × 1000", "against the model as it was"], rows, right=[2, 3])
        + '<p class="small">Lower is better; the highest step that is better than none is taken, not the lowest loss. '
        + f"{escape(examination.choice.why)} Half a standard error is enough, as "
        "steps are shrunk towards the model as it was: a step that was taken is no proof that the place differs.</p>"
        + (f'<ul class="found">{notes}</ul>' if notes else "")
        + "</section>"
    )


_CHANGES: Mapping[Rung, str] = {
    Rung.KEEP: "nothing",
    Rung.INTERCEPT: "the level of all risks",
    Rung.SLOPE: "the level, and how far risks are spread",
    Rung.RESCALED: "the level, and the weight of each part of the explanation",
    Rung.REFIT: "a model of the site's own",
}


def _describe_change(rung: Rung) -> str:
    return _CHANGES[rung]


def _before_after(examination: Examination) -> str:
    record = examination.record
    if not record:
        return ""
    rows = [
        build_row(
            [words, format_interval(record["before"][name], 3), format_interval(record["after"][name], 3)], [1, 2]
        )
        for name, words in BEFORE_AFTER.items()
        if name in record["before"] and name in record["after"]
    ]
    pictures = "".join(
        f"<figure>{calibration_svg(record[f'calibration_{when}'], f'the rows of the site, {when}')}"
        f"<figcaption><b>{when.capitalize()}</b>{_suppressed_note(record[f'calibration_{when}'])}</figcaption></figure>"
        for when in ("before", "after")
    )
    return (
        "<section><h2>Before and after</h2><p>After: each row is judged by an update that was fitted without it. Only "
        "the choice of the step has seen all rows, which flatters it a little; later rows are the test.</p>"
        + build_table(["measure", "before", "after, on rows held out"], rows, right=[1, 2])
        + f'<div class="pictures">{pictures}</div><p class="small">95 % intervals. Each dot is a group of people; on '
        "the dashed line, risks mean what they say.</p></section>"
    )


def _suppressed_note(table: Sequence[Mapping]) -> str:
    few = sum(line["observed_share"] is None for line in table)
    return f": {few} groups with fewer than ten events are not drawn" if few else ""


def _parts(examination: Examination) -> str:
    if not examination.record:
        return ""
    parts = sorted(examination.record["parts"], key=_size, reverse=True)
    largest_parts = [part for part in parts if max(part["before"], part["after"]) > 0][:MOST_PARTS]
    largest = max((max(part["before"], part["after"]) for part in largest_parts), default=1.0)
    rows = []
    for part in largest_parts:
        times = f"× {part['after'] / part['before']:.2f}" if part["before"] > 0 else ""
        rows.append(
            f'<tr><td>{escape(str(part["label"]))}</td><td class="cell">{_bars(part, largest)}</td>'
            f'<td class="right">{part["before"]:.3f}</td><td class="right">{part["after"]:.3f}</td>'
            f'<td class="right">{escape(times)}</td></tr>'
        )
    more = len(parts) - len(largest_parts)
    rest = f" {more} more features, each smaller, are left out." if more else ""
    return (
        "<section><h2>What changed in the explanations</h2><p>How far each input moves the log-odds of an average row. "
        "The sum of the parts is still exactly the log-odds of the risk shown.</p>"
        + build_table(["input", "", "before", "after", "factor"], rows, right=[2, 3, 4])
        + f'<p class="small">Light: before; dark: after.{rest}</p></section>'
    )


def _size(part: Mapping) -> float:
    return max(part["before"], part["after"])


def _bars(part: Mapping, largest: float) -> str:
    wide = {when: max(200 * part[when] / largest, 0.5) for when in ("before", "after")}
    return (
        '<svg class="cell parts" width="200" height="18" viewBox="0 0 200 18" aria-hidden="true">'
        f'<rect class="before" x="0" y="1" width="{wide["before"]:.1f}" height="7"/>'
        f'<rect class="after" x="0" y="10" width="{wide["after"]:.1f}" height="7"/></svg>'
    )


def _checks(examination: Examination) -> str:
    rows = [
        f"<tr><td>{escape(check.name)}</td>{'<td>passed' if check.passed else '<td class=no>refused'}</td>"
        f"<td>{escape(check.message)}</td></tr>"
        for check in examination.checks
    ]
    return (
        "<section><h2>What was checked first</h2>"
        + build_table(["check", "", "what was found"], rows)
        + '<p class="small">The checks see what is far off. An outcome that is defined a little otherwise, or records '
        "that are wrong within what is plausible, pass them.</p></section>"
    )


def _reversal_section(examination: Examination) -> str:
    if examination.adopted is None:
        return ""
    events = format_percent(examination.events / examination.n)
    return (
        f"<section><h2>For whom, and how to go back</h2><p>These risks are of {escape(examination.site)}, "
        "as it was while "
        f"these rows were collected ({events} had the outcome). Watch them there: <code>perinatal monitor</code>. To "
        f"go back, <code>perinatal roll-back --model DIR --out OTHER</code> gives {escape(examination.model.id)} as it "
        "was.</p></section>"
    )
