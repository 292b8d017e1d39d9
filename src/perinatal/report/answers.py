"""The answers of a published score as a page and as text: a risk only where one was published, never otherwise."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape

import numpy as np

from perinatal.models import Prediction
from perinatal.models.explanation import LOG_ODDS, Explanation, decode_values, format_cell
from perinatal.models.reasons import Reasons
from perinatal.report.danger import MARK, danger_html, danger_text
from perinatal.report.style import STYLE
from perinatal.report.wording import NOT_RECORDED, describe_problems, format_percent
from perinatal.scores import PublishedModel
from perinatal.vocabulary import VARIABLES

MOST_ROWS_ON_PAGE = 2_000  # rows; beyond, a table file is the place
NARROWEST, WIDEST = 88, 140


@dataclass(frozen=True, slots=True, eq=False)
class ScoreReport:
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


def answers_text(report: ScoreReport, *, width: int = 120, rows: int | None = None) -> str:
    """The answers as lines of text, danger signs first; of the first ``rows`` rows, or all."""
    width = min(max(width, NARROWEST), WIDEST)
    prediction = report.prediction
    title = f"{_heading(report)}: {report.title}"
    lines = [*textwrap.wrap(title, width), "=" * min(width, len(title))]
    lines += [*danger_text(prediction.danger_signs, "rows", width), ""]
    for heading, sentence in _facts(report):
        lines += textwrap.wrap(sentence, width, initial_indent=f"{heading:<12}", subsequent_indent=" " * 12)
    lines.append("")
    count = len(prediction) if rows is None else min(rows, len(prediction))
    for row in range(count):
        signs = prediction.danger_signs.describe_row(row)
        answer = f"{prediction.index[row]}: {format_answer(prediction, row)}" + (f"  {MARK} {signs}" if signs else "")
        lines += textwrap.wrap(answer, width, subsequent_indent="    ")
        for sentence in describe_reasons(report, row):
            lines += textwrap.wrap(sentence, width, initial_indent="    ", subsequent_indent="      ")
    if count < len(prediction):
        lines += ["", f"The first {count:,} of {len(prediction):,} rows; --format csv --out FILE writes all."]
    lines += ["", *textwrap.wrap(_reading_guide(report), width)]
    return "\n".join(lines) + "\n"


def answers_page(report: ScoreReport) -> str:
    """One self-contained HTML page; everything that came from a table is escaped."""
    prediction = report.prediction
    count = min(len(prediction), MOST_ROWS_ON_PAGE)
    facts = "".join(f"<dt>{escape(h)}</dt><dd>{escape(s)}</dd>" for h, s in _facts(report))
    body = "".join(_row(report, row) for row in range(count))
    more = f" The first {count:,} are shown." if count < len(prediction) else ""
    problems = "".join(f"<li>{escape(sentence)}</li>" for sentence in describe_problems(prediction.problems))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(_heading(report))}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{escape(_heading(report))}</h1>\n"
        '<p class="caution"><b>For research, not for clinical use as it stands.</b> A published score answers as its '
        "authors wrote it down, for the people it was made for; it never stands above a danger sign.</p>\n"
        f'<section><p class="kicker">{escape(report.title)}</p><h2>{len(prediction):,} rows</h2>\n'
        f"{danger_html(prediction.danger_signs, 'rows')}"
        f'<dl class="facts">{facts}</dl>\n'
        f'<table class="people"><caption><b>Answers</b> in the order of the table.{more}</caption><thead><tr>'
        f'<th scope="col">Record</th><th scope="col">{escape(_COLUMN[prediction.answers])}</th>'
        f'<th scope="col">Because</th></tr></thead><tbody>{body}</tbody></table>\n'
        f"<p>{escape(_reading_guide(report))}</p>\n"
        f'<h3>What was found in the table</h3><ul class="found">{problems or "<li>Nothing wrong, odd or missing.</li>"}'
        "</ul></section>\n<footer>Written by perinatal. It holds everything it shows; nothing is loaded from elsewhere."
        "</footer>\n</main>\n</body>\n</html>\n"
    )


def format_answer(prediction: Prediction, row: int) -> str:
    """The answer of the row at this position in words: a percentage only where it is a probability."""
    if prediction.answers == "category":
        return _format_category(prediction, row) or "no answer"
    number = prediction.numbers[row]
    if np.isnan(number):
        return "no answer"
    if prediction.answers == "risk":
        text = f"risk {format_percent(float(prediction.risk.iloc[row]))}"
    elif prediction.answers == "points":
        text = f"{number:g} {'point' if number == 1 else 'points'}"
    else:
        text = f"{number:.3g}"
    band = _format_category(prediction, row)
    return f"{text} ({band})" if band else text


def describe_reasons(report: ScoreReport, row: int) -> list[str]:
    """What the answer is made of, or why there is none: a sentence each."""
    prediction, explanation = report.prediction, report.explanation
    lines = []
    if not prediction.answered.iloc[row]:
        lacking = [VARIABLES[name].label for name in prediction.insufficient.iloc[row]]
        lines = [f"insufficient without: {', '.join(lacking)}"] if lacking else []
        return lines + [sentence.rstrip(".") for sentence in prediction.refused.iloc[row]]
    if isinstance(explanation, Reasons):
        return list(explanation.sentences_by_row[row][: report.parts])
    parts = explanation.matrix[row]
    order = [j for j in np.argsort(-np.abs(parts), kind="stable") if parts[j] != 0][: report.parts]
    return [_format_part(explanation, row, j) for j in order] or ["no item counts"]


def _format_part(explanation: Explanation, row: int, position: int) -> str:
    part, line = explanation.matrix[row, position], explanation.features[position]
    value = decode_values(explanation.encoded[row : row + 1, position], line.kind)[0]
    text = NOT_RECORDED if np.isnan(explanation.encoded[row, position]) else format_cell(value)
    return f"{line.label}: {text} ({part:+.4g})"


def _row(report: ScoreReport, row: int) -> str:
    prediction = report.prediction
    signs = prediction.danger_signs.describe_row(row)
    mark = f'<span class="sign-of-danger">{MARK} {escape(signs)}</span>' if signs else ""
    because = "<br>".join(escape(sentence) for sentence in describe_reasons(report, row))
    return (
        f'<tr><td data-label="Record">{escape(str(prediction.index[row]))}{mark}</td>'
        f'<td data-label="{escape(_COLUMN[prediction.answers])}"><b>{escape(format_answer(prediction, row))}</b></td>'
        f'<td data-label="Because">{because}</td></tr>'
    )


def _format_category(prediction: Prediction, row: int) -> str:
    if prediction.words is None or prediction.words.codes[row] < 0:
        return ""
    return prediction.words.categories[prediction.words.codes[row]].replace("_", " ")


def _heading(report: ScoreReport) -> str:
    return f"{report.model.name}, asked {report.model.moment}"


def _facts(report: ScoreReport) -> list[tuple[str, str]]:
    model, target = report.model, report.model.outcome
    unanswered = int((~report.prediction.answered).sum())
    lines = [("Answers", _ANSWERS[model.answers])]
    if target is not None:
        verb = "Estimates" if model.answers == "risk" else "Made for"
        lines.append((verb, f"{target.label}: {target.definition}"))
    if unanswered:
        total = f"{len(report.prediction):,} rows"
        lines.append(("No answer", f"{unanswered:,} of {total} lack what it needs, or lie outside what it is for"))
    return [*lines, ("Caution", report.prediction.caution)]


def _reading_guide(report: ScoreReport) -> str:
    explanation = report.explanation
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
