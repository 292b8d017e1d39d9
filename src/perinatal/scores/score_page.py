"""Writes the Markdown page of a published score from its declaration, with a worked example that is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from perinatal.models.explanation import Explanation, format_cell
from perinatal.scores.kinds import (
    Band,
    Chart,
    Checklist,
    DecisionRules,
    Equation,
    GaussianSurvival,
    Grid,
    Index,
    PointScore,
    PublishedScore,
    ScoreItem,
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


def build_score_page(model: PublishedModel) -> str:
    """The page of a score: its population, inputs, method, a computed example, sources, and known problems."""
    score = model.score
    sections = [
        f"# {score.name}\n\n{_ANSWERS[model.answers]} Used {score.timing}.\n\n> {model.caution}",
        _describe_population(model),
        _describe_inputs(model),
        _describe_conventions(score),
        _describe_method(score),
        _describe_example(model),
        _describe_confirmation(score),
        _format_section("As published", [score.performance] if score.performance else []),
        _format_section("Known problems", score.caveats),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _describe_population(model: PublishedModel) -> str:
    score, target = model.score, model.outcome
    lines = [f"Derived for: {score.population.rstrip('.')}."]
    if target is not None:
        verb = "Estimates" if model.answers == "risk" else "Made for"
        lines.append(f"{verb}: **{target.label}**. {target.definition} Until {target.horizon}.")
    lines += [f'Rows must meet `{r.condition}`; others are refused ("{r.message.rstrip(".")}").' for r in score.ranges]
    return "## For whom\n\n" + "\n".join(f"- {line}" for line in lines)


def _describe_inputs(model: PublishedModel) -> str:
    rows = []
    for name in _list_inputs(model):
        declared = VARIABLES[name]
        unit = "" if declared.unit in (None, "count") else declared.unit
        rows.append((f"`{name}`", declared.label, unit, _format_values(declared.kind), declared.definition))
    return "## Inputs\n\n" + _format_table(("input", "what", "unit", "values", "definition"), rows)


def _format_values(kind: Kind) -> str:
    if isinstance(kind, Category):
        return ", ".join(kind.levels)
    if isinstance(kind, Flag):
        return "yes, no"
    return "whole number" if isinstance(kind, Count) else "number"


def _list_inputs(model: PublishedModel) -> tuple[str, ...]:
    """The inputs under every choice of options, those of the default options first."""
    names = dict.fromkeys(model.inputs)
    for option in model.score.options:
        for choice in option.choices:
            names |= dict.fromkeys(model.with_options(**{option.name: choice}).inputs)
    return tuple(names)


def _describe_conventions(score: PublishedScore) -> str:
    lines = [
        f"Option `{o.name}`: {', '.join(f'`{c}`' for c in o.choices)} (default `{o.default}`). {o.message}"
        for o in score.options
    ]
    for name, value in score.missing_counts_as.items():
        lines.append(
            f"Where `{name}` is unknown, it counts as {format_cell(value)}, as published; these rows are counted."
        )
    if isinstance(score.method, PointScore) and score.method.unmeasured_as_zero:
        items = ", ".join(item.label for item in score.method.items if item.name in score.method.unmeasured_as_zero)
        lines.append(f"These items score 0 points where they were not measured, as published: {items}.")
    lines += [
        f"`{c.quantity}` below {c.low:g} is set to {c.low:g}, and above {c.high:g} to {c.high:g}, as published."
        for c in score.clips
    ]
    needed = "a needed input"
    if score.needs_every_input:
        needed = "any other input" if score.missing_counts_as else "any input"
    lines.append(f"A row in which {needed} is unknown is *insufficient*: it has no answer, and the input is named.")
    lines += [f"`{name}` = `{text}`" for name, text in score.quantities]
    return _format_section("Options, unknown values and intermediate quantities", lines)


def _describe_method(score: PublishedScore) -> str:
    method = score.method
    match method:
        case Equation():
            text = "log-odds of the risk = the sum of coefficient × term; risk = 1 / (1 + exp(−log-odds))"
            return f"## Equation\n\n{text}.\n\n{_format_terms(method)}{_format_bands(method.bands)}"
        case GaussianSurvival():
            text = (
                f"The time of the event is normally distributed. Its mean, in {method.unit}, is the sum of coefficient "
                f"× term; its standard deviation is {method.sd:g}. The risk is the probability that the event happens "
                f"before `{method.before}`, given that it has not happened by `{method.after}`."
            )
            return f"## Equation\n\n{text}\n\n{_format_terms(method)}{_format_bands(method.bands)}"
        case PointScore():
            return _describe_points(method)
        case DecisionRules():
            return _describe_decision_rules(method)
        case Checklist():
            return _describe_checklist(method)
        case Trigger():
            return _describe_trigger(method)
        case Chart():
            return _describe_chart(method)
        case Index():
            unit = f" ({method.unit})" if method.unit not in ("", "1") else ""
            return f"## Formula\n\n`{method.formula}`{unit}{_format_bands(method.bands)}"
    raise TypeError(type(method).__name__)


def _describe_points(method: PointScore) -> str:
    items = "\n\n".join(_format_grid(i) if isinstance(i, Grid) else "" for i in method.items).strip()
    subtotals = "".join(f"\n- `{n}`: the sum of {', '.join(i)}" for n, i in method.subtotals.items())
    return (
        f"## Points\n\nThe sum of the items, from {method.low} to {method.high}. For each item, the first "
        f"true line gives the points.\n\n{_format_items(method)}" + (f"\n\n{items}" if items else "") + subtotals
    ) + _format_bands(method.bands)


def _describe_decision_rules(method: DecisionRules) -> str:
    rows = [(n, rule.category, _format_condition(rule.when), rule.message) for n, rule in enumerate(method.rules, 1)]
    text = "The first true rule gives the category."
    return f"## Rules\n\n{text}\n\n" + _format_table(("", "category", "where", "reason"), rows)


def _describe_checklist(method: Checklist) -> str:
    rows = [(sign.message, _format_condition(sign.when)) for sign in method.signs]
    restriction = "" if method.condition == "True" else f" Signs count only where `{method.condition}`."
    text = f"`{method.positive}` if any sign is present, otherwise `{method.negative}`.{restriction}"
    return f"## Signs\n\n{text}\n\n" + _format_table(("sign", "where"), rows)


def _describe_trigger(method: Trigger) -> str:
    rows = [(name, s.colour, _format_condition(s.when), s.message) for name, signs in method.groups for s in signs]
    text = f"`{method.positive}` where `{method.fires}`, otherwise `{method.negative}`."
    text += " In each group, only the first sign that is present counts."
    return f"## Signs\n\n{text}\n\n" + _format_table(("group", "colour", "where", "reason"), rows)


def _describe_chart(method: Chart) -> str:
    rows = [(f"{k:g}", *(f"{line[i]:g}" for _, line in method.lines)) for i, k in enumerate(method.knots)]
    text = (
        f"`{method.value}` is compared with lines over `{method.across}`, which are linear between the rows of this "
        f"table. The category is the first line that the value is strictly above, otherwise `{method.negative}`."
    )
    return f"## Lines\n\n{text}\n\n" + _format_table((method.across, *(name for name, _ in method.lines)), rows)


def _format_terms(method: Equation | GaussianSurvival) -> str:
    rows = [(f"{term.coefficient:.10g}", _format_condition(term.expression), term.label) for term in method.terms]
    return _format_table(("coefficient", "term", "what"), rows)


def _format_items(method: PointScore) -> str:
    rows: list[tuple[str, str, object]] = []
    for item in method.items:
        if isinstance(item, ScoreItem):
            for i, level in enumerate(item.levels):
                when = "otherwise" if level.when.strip() == "True" else _format_condition(level.when)
                rows.append((item.label if not i else "", when, level.points))
        else:
            rows.append((item.label, "by the table below", ""))
    return _format_table(("item", "where", "points"), rows)


def _format_grid(grid: Grid) -> str:
    sentences = [
        f"{grid.label}: rows are `{grid.down}`, columns are `{grid.across}`. Empty cells are not in the publication."
    ]
    if grid.disputed:
        sentences.append("Sources disagree about the cells marked ?; rows in those cells are refused.")
    tables = []
    for word, cells in grid.cells.items():
        disputed = {(row, column) for w, row, column in grid.disputed if w == word}
        rows = []
        for i, ((low, high), points) in enumerate(zip(grid.rows, cells, strict=True)):
            label = f"{low or 0:g} to {high:g}" if high is not None else f"{low:g} and more"
            texts = ["?" if (i, j) in disputed else "" if p is None else p for j, p in enumerate(points)]
            rows.append((label, *texts))
        tables.append(f"{word}:\n\n" + _format_table(("", *(str(column) for column in grid.columns)), rows))
    return " ".join(sentences) + "\n\n" + "\n\n".join(tables)


def _format_bands(bands: Sequence[Band]) -> str:
    if not bands:
        return ""
    return "\n\nPublished bands; the first true one applies:\n\n" + _format_table(
        ("band", "where"), [(band.name, _format_condition(band.when)) for band in bands]
    )


def _describe_example(model: PublishedModel) -> str:
    if not model.score.vectors:
        return "## A worked example\n\nNone is published, and none was computed."
    vector = model.score.vectors[0]
    configured = model.with_options(**vector.options)
    record = dict(vector.inputs)
    prediction, explanation = configured.predict(record), configured.explain(record)
    inputs = ", ".join(f"`{name}` {format_cell(value)}" for name, value in record.items())
    chosen = f" With {', '.join(f'{n} {w}' for n, w in vector.options.items())}." if vector.options else ""
    text = f"## A worked example\n\nInput: {inputs}.{chosen}\n\nAnswer: **{format_answer(prediction)}**."
    if isinstance(explanation, Explanation):
        parts = [(f.label, f"{p:+.6g}") for f, p in zip(explanation.features, explanation.matrix[0], strict=True) if p]
        if explanation.base:
            parts.insert(0, ("intercept", f"{explanation.base:+.6g}"))
        total = f"Sum: {explanation.total[0]:.6g} ({explanation.scale})."
        return (
            f"{text}\n\n{_format_table(('part', explanation.scale), parts)}\n\n{total}"
            if parts
            else f"{text}\n\n{total}"
        )
    return f"{text}\n\nReason: {' '.join(explanation.sentences_by_row[0])}"


def format_answer(prediction: Prediction) -> str:
    """The answer for the first row as text: a risk, points, a category or a number, and its band."""
    if prediction.answers == "category":
        return str(prediction.category.iloc[0])
    number = float(np.asarray(prediction.numbers)[0])
    if np.isnan(number):
        return "no answer"
    text = {
        "risk": f"risk {float(prediction.risk.iloc[0]):.6f}" if prediction.answers == "risk" else "",
        "points": f"{number:g} points",
        "index": f"{number:.4f}",
    }[prediction.answers]
    if prediction.words is not None and prediction.words.codes[0] >= 0:
        text += f", {prediction.band.iloc[0]}"
    return text


def _describe_confirmation(score: PublishedScore) -> str:
    lines = [f"**{score.confirmation.name.replace('_', ' ').lower()}**: {score.confirmation.value}."]
    lines += [f"Source: {source}" for source in score.sources]
    lines.append(f"Published as: {score.citation}." + (f" DOI {score.doi}" if score.doi else ""))
    lines += [f"Worked examples: {count}, {origin}." for origin, count in _count_origins(score.vectors)]
    if not score.vectors:
        lines.append("Worked examples: none. No example confirms that its answers are those of the publication.")
    return _format_section("How well its numbers are confirmed", lines)


def _count_origins(vectors: Iterable[Vector]) -> list[tuple[str, int]]:
    return [(origin.value, count) for origin, count in Counter(vector.origin for vector in vectors).items()]


def _format_section(title: str, lines: Iterable[str]) -> str:
    lines = list(lines)
    return f"## {title}\n\n" + "\n".join(f"- {line}" for line in lines) if lines else ""


def _format_table(headings: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    lines = [_format_row(headings), _format_row(["---"] * len(headings)), *(_format_row(row) for row in rows)]
    return "\n".join(lines)


def _format_row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _format_condition(text: str) -> str:
    return "otherwise" if text.strip() == "True" else f"`{text}`"
