"""The answers of a model as `predict` and `explain` write them: a report for people, CSV lines, and JSON."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from perinatal._json import Json, jsonable
from perinatal.cli.inputs import STDIN
from perinatal.cli.outputs import terminal_width, write_text
from perinatal.clinical.danger_signs import DANGER_SIGNS
from perinatal.frames import Conformed, problems_frame
from perinatal.frames.danger import DangerSigns
from perinatal.models import Explanation, Prediction, RiskModel
from perinatal.models.explanation import LOG_ODDS, format_cell
from perinatal.models.reasons import Reasons
from perinatal.report import AnswerReport, answer_text, build_answer_report, reading_text
from perinatal.scores import PublishedModel

ROWS_ON_SCREEN = 50


def build_report(
    arguments: argparse.Namespace, model: RiskModel | PublishedModel, conformed: Conformed
) -> AnswerReport:
    """The answers for the rows of the table, titled by the name of its file."""
    title = "stdin" if arguments.file == STDIN else Path(arguments.file).name
    return build_answer_report(model, conformed, title=title, people="rows")


def write_report(report: AnswerReport, out: str | None, *, parts: int) -> None:
    """The report as text, of 50 rows at most; in a file with the problems of the table, which else go to stderr."""
    many, width = len(report.prediction) > ROWS_ON_SCREEN, terminal_width()
    text = answer_text(
        report,
        width=width,
        highest=ROWS_ON_SCREEN if many else None,
        parts=parts,
        with_problems=out is not None,
    )
    if many:
        text += f"\nOnly {ROWS_ON_SCREEN} rows are shown; --format csv --out FILE writes all.\n"
    write_text(f"{text}\n{reading_text(report, width)}", out)


def describe_predictions(model: RiskModel | PublishedModel, prediction: Prediction) -> Json:
    """The question and the answer of each row, as JSON has them."""
    records = [
        {**record, "missing": list(missing)}
        for record, missing in zip(_list_answers(prediction), prediction.missing, strict=True)
    ]
    return {**_describe_question(model, prediction), "records": records}


def describe_explanations(report: AnswerReport, count: int) -> Json:
    """The question, and the answer of each row with its strongest contributions, as JSON has them."""
    explanation = report.explanation
    content = _describe_question(report.model, report.prediction)
    records = _list_answers(report.prediction)
    if isinstance(explanation, Explanation):
        content |= {"base": float(explanation.base), "scale": explanation.scale}
        if explanation.scale == LOG_ODDS:
            records = [{**r, "log_odds": jsonable(total)} for r, total in zip(records, explanation.total, strict=True)]
    lines = jsonable(explanation.strongest(count))
    counts = _count_lines(explanation, count)
    ends = np.cumsum(counts)
    content["records"] = [
        {**record, "strongest": lines[end - size : end]}
        for record, size, end in zip(records, counts, ends, strict=True)
    ]
    return content


def explanation_lines(report: AnswerReport, count: int) -> pd.DataFrame:
    """The strongest contributions of each row as a table, each with the danger signs, the answer and the caution.

    A row without an answer has one line that states why.
    """
    explanation, prediction = report.explanation, report.prediction
    counts = _count_lines(explanation, count)
    lines = explanation.strongest(count)
    if isinstance(explanation, Reasons):
        lines = _add_unanswered(lines, explanation, counts)
    else:
        answers = prediction.to_frame()[prediction.answers]
        lines.insert(0, prediction.answers, np.repeat(answers.to_numpy(), counts))
        lines["value"] = [format_cell(value) for value in lines["value"]]
    lines.insert(1, "status", np.repeat(prediction.status.to_numpy(), np.maximum(counts, 1)))
    lines.insert(0, "danger_signs", np.repeat(prediction.danger_signs.describe(), np.maximum(counts, 1)))
    return lines.assign(model=report.model.id, caution=prediction.caution)


def _add_unanswered(lines: pd.DataFrame, reasons: Reasons, counts: np.ndarray) -> pd.DataFrame:
    """The lines, and one for each row without any: its danger signs must be shown too."""
    empty = np.flatnonzero(counts == 0)
    if not len(empty):
        return lines
    explained = pd.DataFrame({"sentence": [reasons.describe(int(row)) for row in empty]}, index=reasons.index[empty])
    order = np.argsort(np.concatenate((np.repeat(np.arange(len(counts)), counts), empty)), kind="stable")
    return pd.concat([lines, explained.reindex(columns=lines.columns)]).iloc[order]


def _count_lines(explanation: Explanation | Reasons, most: int) -> np.ndarray:
    """How many lines ``strongest`` gives for each row."""
    if isinstance(explanation, Reasons):
        return np.array([min(len(sentences), most) for sentences in explanation.sentences_by_row], dtype=np.intp)
    return np.full(len(explanation.index), min(most, len(explanation.features)))


def _list_answers(prediction: Prediction) -> list[Json]:
    """The answer of each row as JSON has it: a risk only where it is one."""
    frame = prediction.to_frame()
    columns = [name for name in frame.columns if name not in ("danger_signs", "unknown_features", "missing")]
    records = [
        {"danger_signs": signs, "record": jsonable(label), **answer}
        for signs, label, answer in zip(
            _list_row_signs(prediction.danger_signs), frame.index, jsonable(frame[columns]), strict=True
        )
    ]
    for record, insufficient, refused in zip(records, prediction.insufficient, prediction.refused, strict=True):
        record |= {"insufficient": list(insufficient), "refused": list(refused)}
    return records


def _describe_question(model: RiskModel | PublishedModel, prediction: Prediction) -> Json:
    """What was estimated or computed, and the caution, signs and problems that go with every answer."""
    target = model.outcome
    return {
        "danger_signs": _count_signs(prediction.danger_signs),
        "model": model.id,
        "answers": prediction.answers,
        "outcome": None if target is None else target.name,
        "definition": None if target is None else target.definition,
        "denominator": None if target is None else target.denominator,
        "horizon": None if target is None else target.horizon,
        "moment": jsonable(prediction.moment),
        "timing": prediction.timing,
        "options": {} if isinstance(model, RiskModel) else dict(model.options),
        "caution": prediction.caution,
        "problems": problems_frame(prediction.problems).to_dict("records"),
    }


def _list_row_signs(signs: DangerSigns) -> list[list[Json]]:
    """The danger signs of each row as JSON has them."""
    by_row = signs.by_row
    return [
        [
            {"sign": entry.sign.name, "rule": entry.criterion.message, "source": entry.criterion.source}
            for entry in by_row.get(row, ())
        ]
        for row in range(len(signs))
    ]


def _count_signs(signs: DangerSigns) -> Json:
    """In how many rows a danger sign is present, and which signs could be checked."""
    return {
        "rows": len(signs.rows),
        "looked_for": list(signs.known),
        "not_looked_for": [name for name in DANGER_SIGNS if name not in signs.known],
    }
