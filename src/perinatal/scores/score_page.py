"""The page of a published score in Markdown: made from its declaration, with a worked example that is run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from perinatal.models.explanation import Explanation, shown_value
from perinatal.scores.kinds import (
    Band,
    Chart,
    Checklist,
    Equation,
    GaussianSurvival,
    Grid,
    Index,
    Item,
    Points,
    PublishedScore,
    Rules,
    Trigger,
    Vector,
)
from perinatal.vocabulary import VARIABLES, Category, Count, Flag, Kind

if TYPE_CHECKING:
    from perinatal.models.prediction import Prediction
    from perinatal.scores.published_model import PublishedModel

_ANSWERS = {
    "risk": "Answers with a **risk**: a probability between 0 and 1.",
    "points": "Answers with **points**. They are not a probability.",
    "category": "Answers with a **category**. It is not a probability.",
    "index": "Answers with a **number** that is neither a probability nor points.",
}


def page_of(model: PublishedModel) -> str:
    """What it is, for whom, its numbers, their sources, a worked example that is run, and its known problems."""
    score = model.score
    sections = [
        f"# {score.name}\n\n{_ANSWERS[model.answers]} Asked {score.asked}.\n\n> {model.caution}",
        _people(model),
        _inputs(model),
        _conventions(score),
        _method(score),
        _example(model),
        _confirmation(score),
        _section("As published", [score.performance] if score.performance else []),
        _section("Known problems", score.caveats),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _people(model: PublishedModel) -> str:
    score, target = model.score, model.outcome
    lines = [f"Derived for: {score.population.rstrip('.')}."]
    if target is not None:
        verb = "Estimates" if model.answers == "risk" else "Made for"
        lines.append(f"{verb}: **{target.label}**. {target.definition} Until {target.horizon}.")
    lines += [f"Not answered where this does not hold: `{r.holds}`. {r.said.rstrip('.')}." for r in score.ranges]
    return "## For whom\n\n" + "\n".join(f"- {line}" for line in lines)


def _inputs(model: PublishedModel) -> str:
    rows = []
    for name in _every_input(model):
        declared = VARIABLES[name]
        unit = "" if declared.unit in (None, "count") else declared.unit
        rows.append((f"`{name}`", declared.label, unit, _values(declared.kind), declared.definition))
    return "## Inputs\n\n" + _table(("input", "what", "unit", "values", "meant is"), rows)


def _values(kind: Kind) -> str:
    if isinstance(kind, Category):
        return ", ".join(kind.levels)
    if isinstance(kind, Flag):
        return "yes, no"
    return "whole number" if isinstance(kind, Count) else "number"


def _every_input(model: PublishedModel) -> tuple[str, ...]:
    """The inputs under any choice of options, those of the defaults first."""
    found = dict.fromkeys(model.inputs)
    for option in model.score.options:
        for choice in option.choices:
            found |= dict.fromkeys(model.with_options(**{option.name: choice}).inputs)
    return tuple(found)


def _conventions(score: PublishedScore) -> str:
    lines = [
        f"Option `{o.name}`: {', '.join(f'`{c}`' for c in o.choices)} (default `{o.default}`). {o.said}"
        for o in score.options
    ]
    for name, value in score.missing_counts_as.items():
        lines.append(f"Where `{name}` is unknown, the publication counts {shown_value(value)}; so it is here, counted.")
    if isinstance(score.method, Points) and score.method.unmeasured_as_zero:
        items = ", ".join(item.label for item in score.method.items if item.name in score.method.unmeasured_as_zero)
        lines.append(f"Not measured counts 0 points, as published, and is counted: {items}.")
    lines += [f"`{c.quantity}` is counted as {c.low:g} below it and as {c.high:g} above it." for c in score.clips]
    rest = "Every input is needed" if score.needs_every_input else "Anything else that is unknown and needed"
    lines.append(f"{rest}: without it a row is *insufficient*, and what is missing is named. A row has no default.")
    lines += [f"`{name}` = `{text}`" for name, text in score.quantities]
    return _section("Options, unknown values and intermediate quantities", lines)


def _method(score: PublishedScore) -> str:
    method = score.method
    match method:
        case Equation():
            said = "log-odds of the risk = the sum of coefficient × term; risk = 1 / (1 + exp(−log-odds))"
            return f"## Equation\n\n{said}.\n\n{_terms(method)}{_bands(method.bands)}"
        case GaussianSurvival():
            said = (
                f"The time of the event is normal; its mean, in {method.unit}, is the sum of coefficient × term, its "
                f"standard deviation {method.sd:g}. The risk is the probability that it comes before "
                f"`{method.before}`, given that it has not come by `{method.after}`."
            )
            return f"## Equation\n\n{said}\n\n{_terms(method)}{_bands(method.bands)}"
        case Points():
            items = "\n\n".join(_grid(i) if isinstance(i, Grid) else "" for i in method.items).strip()
            subtotals = "".join(f"\n- `{n}`: the sum of {', '.join(i)}" for n, i in method.subtotals.items())
            return (
                f"## Points\n\nThe sum of the items, from {method.low} to {method.high}. Of each item the first line "
                f"that holds counts.\n\n{_items(method)}" + (f"\n\n{items}" if items else "") + subtotals
            ) + _bands(method.bands)
        case Rules():
            rows = [(n, rule.category, _code(rule.when), rule.said) for n, rule in enumerate(method.rules, 1)]
            return "## Rules\n\nThe first that holds decides.\n\n" + _table(("", "category", "where", "said"), rows)
        case Checklist():
            rows = [(sign.said, _code(sign.when)) for sign in method.signs]
            asked = "" if method.condition == "True" else f" Asked only where `{method.condition}`."
            said = f"One sign is enough for `{method.found}`; none of them is `{method.clear}`.{asked}"
            return f"## Signs\n\n{said}\n\n" + _table(("sign", "where"), rows)
        case Trigger():
            rows = [(name, s.colour, _code(s.when), s.said) for name, signs in method.groups for s in signs]
            said = f"`{method.found}` where `{method.fires}`, else `{method.clear}`."
            said += " Of each group the first that holds counts."
            return f"## Signs\n\n{said}\n\n" + _table(("group", "colour", "where", "said"), rows)
        case Chart():
            rows = [(f"{k:g}", *(f"{line[at]:g}" for _, line in method.lines)) for at, k in enumerate(method.knots)]
            said = (
                f"`{method.value}` against lines over `{method.across}`, linear between the rows. The category is the "
                f"first line that the value is strictly above; else `{method.clear}`."
            )
            return f"## Lines\n\n{said}\n\n" + _table((method.across, *(name for name, _ in method.lines)), rows)
        case Index():
            unit = f" ({method.unit})" if method.unit not in ("", "1") else ""
            return f"## Formula\n\n`{method.formula}`{unit}{_bands(method.bands)}"
    raise TypeError(type(method).__name__)


def _terms(method: Equation | GaussianSurvival) -> str:
    rows = [(f"{term.coefficient:.10g}", _code(term.expression), term.label) for term in method.terms]
    return _table(("coefficient", "term", "what"), rows)


def _items(method: Points) -> str:
    rows = []
    for item in method.items:
        if isinstance(item, Item):
            for place, level in enumerate(item.levels):
                when = "otherwise" if level.when.strip() == "True" else _code(level.when)
                rows.append((item.label if not place else "", when, level.points))
        else:
            rows.append((item.label, "by the table below", ""))
    return _table(("item", "where", "points"), rows)


def _grid(grid: Grid) -> str:
    said = [f"{grid.label}: rows are `{grid.down}`, columns `{grid.across}`. An empty cell is not in the publication."]
    if grid.disputed:
        said.append("A cell with ? is one about which the sources disagree: it is refused.")
    tables = []
    for word, cells in grid.cells.items():
        disputed = {(row, column) for w, row, column in grid.disputed if w == word}
        rows = []
        for place, ((low, high), points) in enumerate(zip(grid.rows, cells, strict=True)):
            label = f"{low or 0:g} to {high:g}" if high is not None else f"{low:g} and more"
            shown = ["?" if (place, at) in disputed else "" if p is None else p for at, p in enumerate(points)]
            rows.append((label, *shown))
        tables.append(f"{word}:\n\n" + _table(("", *(str(column) for column in grid.columns)), rows))
    return " ".join(said) + "\n\n" + "\n\n".join(tables)


def _bands(bands: Sequence[Band]) -> str:
    if not bands:
        return ""
    return "\n\nPublished bands, of which the first that holds counts:\n\n" + _table(
        ("band", "where"), [(band.name, _code(band.when)) for band in bands]
    )


def _example(model: PublishedModel) -> str:
    if not model.score.vectors:
        return "## A worked example\n\nNone is published, and none was computed."
    vector = model.score.vectors[0]
    asked = model.with_options(**vector.options)
    record = dict(vector.inputs)
    prediction, explanation = asked.predict(record), asked.explain(record)
    given = ", ".join(f"`{name}` {shown_value(value)}" for name, value in record.items())
    chosen = f" With {', '.join(f'{n} {w}' for n, w in vector.options.items())}." if vector.options else ""
    said = f"## A worked example\n\nGiven: {given}.{chosen}\n\nAnswer: **{answer_in_words(prediction)}**."
    if isinstance(explanation, Explanation):
        shown = [(f.label, f"{p:+.6g}") for f, p in zip(explanation.features, explanation.matrix[0], strict=True) if p]
        if explanation.base:
            shown.insert(0, ("intercept", f"{explanation.base:+.6g}"))
        total = f"Together {explanation.total[0]:.6g} ({explanation.scale})."
        return f"{said}\n\n{_table(('part', explanation.scale), shown)}\n\n{total}" if shown else f"{said}\n\n{total}"
    return f"{said}\n\nBecause: {' '.join(explanation.told[0])}"


def answer_in_words(prediction: Prediction) -> str:
    """The answer of the first row in words: a risk, points, a category or a number, and its band."""
    if prediction.answers == "category":
        return str(prediction.category.iloc[0])
    number = prediction.numbers[0]
    if np.isnan(number):
        return "no answer"
    said = {
        "risk": f"risk {float(prediction.risk.iloc[0]):.6f}" if prediction.answers == "risk" else "",
        "points": f"{number:g} points",
        "index": f"{number:.4f}",
    }[prediction.answers]
    if prediction.words is not None and prediction.words.codes[0] >= 0:
        said += f", {prediction.band.iloc[0]}"
    return said


def _confirmation(score: PublishedScore) -> str:
    lines = [f"**{score.confirmation.name.replace('_', ' ').lower()}**: {score.confirmation.value}."]
    lines += [f"Source: {source}" for source in score.sources]
    lines.append(f"Published as: {score.citation}." + (f" DOI {score.doi}" if score.doi else ""))
    lines += [f"Worked examples, {said}: {count}." for said, count in _origins(score.vectors)]
    if not score.vectors:
        lines.append("Worked examples: none. That it answers as published is not proved by an example.")
    return _section("How well its numbers are confirmed", lines)


def _origins(vectors: Iterable[Vector]) -> list[tuple[str, int]]:
    return [(origin.value, count) for origin, count in Counter(vector.origin for vector in vectors).items()]


def _section(title: str, lines: Iterable[str]) -> str:
    lines = list(lines)
    return f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines) if lines else ""


def _table(headings: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    lines = [_cells(headings), _cells(["---"] * len(headings)), *(_cells(row) for row in rows)]
    return "\n".join(lines)


def _cells(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _code(text: str) -> str:
    return "otherwise" if text.strip() == "True" else f"`{text}`"
