"""An adoption as one HTML page: what was refused or changed, why, and what the risks were before and are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from perinatal.models.adopted import Rung
from perinatal.models.card import BEFORE_AFTER, interval
from perinatal.report.calibration_svg import calibration_svg
from perinatal.report.sections import said_moment
from perinatal.report.validation_page import FOOT, page_of, row_of, table_of
from perinatal.report.wording import said_percent
from perinatal.sites import Examination
from perinatal.validation.small_cells import said_flow

PARTS_SHOWN = 12
_STYLE = """<style>
svg.parts rect.before { fill: #c9d2d9; } svg.parts rect.after { fill: #33475b; }
.verdict { border-left: 5px solid #33475b; padding: 6px 14px; background: #f2f5f7; }
.verdict.no { border-color: #96400f; background: #fbf1ec; }
td.no { color: #96400f; font-weight: 600; } tr.chosen td { font-weight: 600; }
</style>"""


def adoption_page(examined: Examination, *, title: str | None = None) -> str:
    """One self-contained HTML page of an adoption, or of a refusal; everything that came from outside is escaped.

    Parameters
    ----------
    examined : from :func:`perinatal.sites.examine`. title : the page's heading.
    """
    model = examined.adopted or examined.model
    heading = title or f"{model.outcome.label[:1].upper()}{model.outcome.label[1:]}: adoption at {examined.site}"
    body = [
        _STYLE,
        f"<h1>{escape(heading)}</h1>",
        f'<p class="caution"><b>For research, not for clinical use as it stands.</b> {escape(model.caution)}</p>',
        _verdict(examined),
        _what(examined),
        _ladder(examined),
        _before_after(examined),
        _parts(examined),
        _checks(examined),
        _back(examined),
        FOOT,
    ]
    return page_of(heading, body)


def _verdict(examined: Examination) -> str:
    if examined.adopted is None:
        reasons = "".join(f"<li>{escape(reason)}</li>" for reason in examined.refusals)
        return (
            f'<section class="verdict no"><h2>Not adopted</h2><p>Nothing was written. {escape(examined.model.id)} '
            "stays as it was, and its risks should not be read as risks of this place.</p>"
            f'<ul class="found">{reasons}</ul></section>'
        )
    said = examined.adopted.adoption
    return (
        f'<section class="verdict"><h2>Adopted: {escape(said.rung.value)}</h2><p>{escape(said.said)}</p>'
        f"<p>{escape(said.why)}</p></section>"
    )


def _what(examined: Examination) -> str:
    model = examined.model
    facts = [
        ("Model", model.id if examined.adopted is None else f"{examined.adopted.id}, from {model.id}"),
        ("Estimated", f"the risk of {model.outcome.label}. {model.outcome.definition}"),
        ("Among", f"{model.outcome.denominator}; until {model.outcome.horizon}"),
        ("Asked", f"{said_moment(model.moment)}, from what is known by then"),
        ("Trained on", model.trained_on),
    ]
    said = "".join(f"<dt>{escape(word)}</dt><dd>{escape(sentence)}</dd>" for word, sentence in facts)
    shown = [(step, "under 10" if count is None else f"{count:,}") for step, count in said_flow(examined.flow)]
    rows = [row_of(list(line), [1]) for line in shown]
    flow = table_of(["flow", "rows"], rows, "<b>Flow of rows</b>", [1])
    return f'<section><h2>What was looked at</h2><dl class="facts">{said}</dl>{flow}</section>'


def _ladder(examined: Examination) -> str:
    if examined.choice is None:
        return ""
    rows = []
    for each in examined.choice.compared:
        worse = (
            "" if each.rung is Rung.KEEP else f"{1000 * each.worse_than_frozen:+.2f} (error {1000 * each.error:.2f})"
        )
        cells = [each.rung.value, _changed(each.rung), f"{1000 * each.loss:.2f}", worse]
        row = row_of(cells, [2, 3])
        rows.append(row.replace("<tr>", '<tr class="chosen">') if each.rung is examined.choice.rung else row)
    notes = "".join(f"<li>{escape(note)}</li>" for note in examined.record["notes"])
    return (
        "<section><h2>Which step, and why</h2><p>Every step was fitted on part of the rows and judged on the others. "
        "The highest step that beats the model as it was is taken (a refit: the other steps, too); where none does, "
        "nothing is changed.</p>"
        + table_of(["step", "what is fitted", "log-loss × 1000", "against the model as it was"], rows, right=[2, 3])
        + '<p class="small">Lower is better; the highest step that is better than none is taken, not the lowest loss. '
        + f"{escape(examined.choice.why)} Half a standard error is enough, as "
        "steps are shrunk towards the model as it was: a step that was taken is no proof that the place differs.</p>"
        + (f'<ul class="found">{notes}</ul>' if notes else "")
        + "</section>"
    )


_CHANGED: Mapping[Rung, str] = {
    Rung.KEEP: "nothing",
    Rung.INTERCEPT: "the level of all risks",
    Rung.SLOPE: "the level, and how far risks are spread",
    Rung.RESCALED: "the level, and the weight of each part of the explanation",
    Rung.REFIT: "a model of the site's own",
}


def _changed(rung: Rung) -> str:
    return _CHANGED[rung]


def _before_after(examined: Examination) -> str:
    record = examined.record
    if not record:
        return ""
    rows = [
        row_of([words, interval(record["before"][name], 3), interval(record["after"][name], 3)], [1, 2])
        for name, words in BEFORE_AFTER.items()
        if name in record["before"] and name in record["after"]
    ]
    pictures = "".join(
        f"<figure>{calibration_svg(record[f'calibration_{when}'], f'the rows of the site, {when}')}"
        f"<figcaption><b>{when.capitalize()}</b>{_hidden(record[f'calibration_{when}'])}</figcaption></figure>"
        for when in ("before", "after")
    )
    return (
        "<section><h2>Before and after</h2><p>After: each row is judged by an update that was fitted without it. Only "
        "the choice of the step has seen all rows, which flatters it a little; later rows are the test.</p>"
        + table_of(["measure", "before", "after, on rows held out"], rows, right=[1, 2])
        + f'<div class="pictures">{pictures}</div><p class="small">95 % intervals. Each dot is a group of people; on '
        "the dashed line, risks mean what they say.</p></section>"
    )


def _hidden(table: Sequence[Mapping]) -> str:
    few = sum(line["observed_share"] is None for line in table)
    return f": {few} groups with fewer than ten events are not drawn" if few else ""


def _parts(examined: Examination) -> str:
    if not examined.record:
        return ""
    parts = sorted(examined.record["parts"], key=_size, reverse=True)
    shown = [part for part in parts if max(part["before"], part["after"]) > 0][:PARTS_SHOWN]
    largest = max((max(part["before"], part["after"]) for part in shown), default=1.0)
    rows = []
    for part in shown:
        times = f"× {part['after'] / part['before']:.2f}" if part["before"] > 0 else ""
        rows.append(
            f'<tr><td>{escape(str(part["label"]))}</td><td class="cell">{_bars(part, largest)}</td>'
            f'<td class="right">{part["before"]:.3f}</td><td class="right">{part["after"]:.3f}</td>'
            f'<td class="right">{escape(times)}</td></tr>'
        )
    more = len(parts) - len(shown)
    rest = f" {more} more features, each smaller, are left out." if more else ""
    return (
        "<section><h2>What changed in the explanations</h2><p>How far each input moves the log-odds of an average row. "
        "The sum of the parts is still exactly the log-odds of the risk shown.</p>"
        + table_of(["input", "", "before", "after", "factor"], rows, right=[2, 3, 4])
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


def _checks(examined: Examination) -> str:
    rows = [
        f"<tr><td>{escape(check.name)}</td>{'<td>passed' if check.passed else '<td class=no>refused'}</td>"
        f"<td>{escape(check.said)}</td></tr>"
        for check in examined.checks
    ]
    return (
        "<section><h2>What was checked first</h2>"
        + table_of(["check", "", "what was found"], rows)
        + '<p class="small">The checks see what is far off. An outcome that is defined a little otherwise, or records '
        "that are wrong within what is plausible, pass them.</p></section>"
    )


def _back(examined: Examination) -> str:
    if examined.adopted is None:
        return ""
    events = said_percent(examined.events / examined.n)
    return (
        f"<section><h2>For whom, and how to go back</h2><p>These risks are of {escape(examined.site)}, as it was while "
        f"these rows were collected ({events} had the outcome). Watch them there: <code>perinatal monitor</code>. To "
        f"go back, <code>perinatal adopt --roll-back DIR --out OTHER</code> gives {escape(examined.model.id)} as it "
        "was.</p></section>"
    )
