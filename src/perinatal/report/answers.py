"""The answers of a published score as a page and as text: a risk only where one was published, never otherwise."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape

import numpy as np

from perinatal.models import Prediction
from perinatal.models.explanation import LOG_ODDS, Explanation, decoded, shown_value
from perinatal.models.reasons import Reasons
from perinatal.report.danger import MARK, danger_html, danger_text
from perinatal.report.style import STYLE
from perinatal.report.wording import NOT_RECORDED, said_percent, said_problems
from perinatal.scores import PublishedModel
from perinatal.vocabulary import VARIABLES

ON_A_PAGE = 2_000  # rows; beyond, a table file is the place
NARROWEST, WIDEST = 88, 140


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A published score asked about a table.

    Parameters
    ----------
    title : what the table is, in words.
    model, prediction, explanation : what was asked, and the answers, on the same rows.
    parts : how many parts or sentences are told of each row.
    """

    title: str
    model: PublishedModel
    prediction: Prediction
    explanation: Explanation | Reasons
    parts: int = 3


def answers_text(asked: Asked, *, width: int = 120, rows: int | None = None) -> str:
    """The answers as lines of text, danger signs first; of the first ``rows`` rows, or all."""
    width = min(max(width, NARROWEST), WIDEST)
    prediction = asked.prediction
    title = f"{_heading(asked)}: {asked.title}"
    lines = [*textwrap.wrap(title, width), "=" * min(width, len(title))]
    lines += [*danger_text(prediction.danger_signs, "rows", width), ""]
    for heading, sentence in _facts(asked):
        lines += textwrap.wrap(sentence, width, initial_indent=f"{heading:<12}", subsequent_indent=" " * 12)
    lines.append("")
    count = len(prediction) if rows is None else min(rows, len(prediction))
    for row in range(count):
        signs = prediction.danger_signs.at(row)
        answer = f"{prediction.index[row]}: {said_answer(prediction, row)}" + (f"  {MARK} {signs}" if signs else "")
        lines += textwrap.wrap(answer, width, subsequent_indent="    ")
        for sentence in said_because(asked, row):
            lines += textwrap.wrap(sentence, width, initial_indent="    ", subsequent_indent="      ")
    if count < len(prediction):
        lines += ["", f"The first {count:,} of {len(prediction):,} rows; --format csv --out FILE writes all."]
    lines += ["", *textwrap.wrap(_reading(asked), width)]
    return "\n".join(lines) + "\n"


def answers_page(asked: Asked) -> str:
    """One self-contained HTML page; everything that came from a table is escaped."""
    prediction = asked.prediction
    shown = min(len(prediction), ON_A_PAGE)
    facts = "".join(f"<dt>{escape(h)}</dt><dd>{escape(s)}</dd>" for h, s in _facts(asked))
    body = "".join(_row(asked, row) for row in range(shown))
    more = f" The first {shown:,} are shown." if shown < len(prediction) else ""
    found = "".join(f"<li>{escape(sentence)}</li>" for sentence in said_problems(prediction.problems))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(_heading(asked))}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(_heading(asked))}</h1>\n"
        '<p class="caution"><b>For research, not for clinical use as it stands.</b> A published score answers as its '
        "authors wrote it down, for the people it was made for; it never stands above a danger sign.</p>\n"
        f'<section><p class="kicker">{escape(asked.title)}</p><h2>{len(prediction):,} rows</h2>\n'
        f"{danger_html(prediction.danger_signs, 'rows')}"
        f'<dl class="facts">{facts}</dl>\n'
        f'<table class="people"><caption><b>Answers</b> in the order of the table.{more}</caption><thead><tr>'
        f'<th scope="col">Record</th><th scope="col">{escape(_COLUMN[prediction.answers])}</th>'
        f'<th scope="col">Because</th></tr></thead><tbody>{body}</tbody></table>\n'
        f"<p>{escape(_reading(asked))}</p>\n"
        f'<h3>What was found in the table</h3><ul class="found">{found or "<li>Nothing wrong, odd or missing.</li>"}'
        "</ul></section>\n<footer>Written by perinatal. It holds everything it shows; nothing is loaded from elsewhere."
        "</footer>\n</main>\n</body>\n</html>\n"
    )


def said_answer(prediction: Prediction, row: int) -> str:
    """The answer of the row at this position in words: a percentage only where it is a probability."""
    if prediction.answers == "category":
        return _words(prediction, row) or "no answer"
    number = prediction.numbers[row]
    if np.isnan(number):
        return "no answer"
    if prediction.answers == "risk":
        said = f"risk {said_percent(float(prediction.risk.iloc[row]))}"
    elif prediction.answers == "points":
        said = f"{number:g} {'point' if number == 1 else 'points'}"
    else:
        said = f"{number:.3g}"
    band = _words(prediction, row)
    return f"{said} ({band})" if band else said


def said_because(asked: Asked, row: int) -> list[str]:
    """What the answer is made of, or why there is none: a sentence each."""
    prediction, explanation = asked.prediction, asked.explanation
    lines = []
    if not prediction.answered.iloc[row]:
        lacking = [VARIABLES[name].label for name in prediction.insufficient.iloc[row]]
        lines = [f"insufficient without: {', '.join(lacking)}"] if lacking else []
        return lines + [sentence.rstrip(".") for sentence in prediction.refused.iloc[row]]
    if isinstance(explanation, Reasons):
        return list(explanation.told[row][: asked.parts])
    parts = explanation.matrix[row]
    order = [j for j in np.argsort(-np.abs(parts), kind="stable") if parts[j] != 0][: asked.parts]
    return [_part(explanation, row, j) for j in order] or ["no item counts"]


def _part(explanation: Explanation, row: int, place: int) -> str:
    part, line = explanation.matrix[row, place], explanation.features[place]
    seen = decoded(explanation.encoded[row : row + 1, place], line.kind)[0]
    said = NOT_RECORDED if np.isnan(explanation.encoded[row, place]) else shown_value(seen)
    return f"{line.label}: {said} ({part:+.4g})"


def _row(asked: Asked, row: int) -> str:
    prediction = asked.prediction
    signs = prediction.danger_signs.at(row)
    mark = f'<span class="sign-of-danger">{MARK} {escape(signs)}</span>' if signs else ""
    because = "<br>".join(escape(sentence) for sentence in said_because(asked, row))
    return (
        f'<tr><td data-label="Record">{escape(str(prediction.index[row]))}{mark}</td>'
        f'<td data-label="{escape(_COLUMN[prediction.answers])}"><b>{escape(said_answer(prediction, row))}</b></td>'
        f'<td data-label="Because">{because}</td></tr>'
    )


def _words(prediction: Prediction, row: int) -> str:
    if prediction.words is None or prediction.words.codes[row] < 0:
        return ""
    return prediction.words.categories[prediction.words.codes[row]].replace("_", " ")


def _heading(asked: Asked) -> str:
    return f"{asked.model.name}, asked {asked.model.moment}"


def _facts(asked: Asked) -> list[tuple[str, str]]:
    model, target = asked.model, asked.model.outcome
    unanswered = int((~asked.prediction.answered).sum())
    lines = [("Answers", _ANSWERS[model.answers])]
    if target is not None:
        verb = "Estimates" if model.answers == "risk" else "Made for"
        lines.append((verb, f"{target.label}: {target.definition}"))
    if unanswered:
        total = f"{len(asked.prediction):,} rows"
        lines.append(("No answer", f"{unanswered:,} of {total} lack what it needs, or lie outside what it is for"))
    return [*lines, ("Caution", asked.prediction.caution)]


def _reading(asked: Asked) -> str:
    explanation = asked.explanation
    if isinstance(explanation, Reasons):
        return "The sentences are those of the publication that hold in the row."
    if explanation.scale == LOG_ODDS:
        return (
            "The number behind each line is that term of the published equation in log-odds, counted from zero and not "
            "from an average person: a large one does not mean an unusual value. With the intercept "
            f"({explanation.base:+.4g}) all of them add up to the log-odds of the risk shown."
        )
    return f"What stands behind a line is its part of the total, in {explanation.scale}."


_COLUMN = {"risk": "Risk", "points": "Points", "category": "Category", "index": "Value"}
_ANSWERS = {
    "risk": "with a risk, by the published equation",
    "points": "with points, which are no probability",
    "category": "with a category, which is no probability",
    "index": "with a number that is no probability",
}
