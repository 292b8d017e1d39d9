"""The commands predict and explain for a published score: a risk where one was published, else what it answers with."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perinatal._json import jsonable
from perinatal.cli.inputs import conform_input, select_rows
from perinatal.cli.outputs import choose_format, exit_code, report_problems, write_csv, write_json, write_text
from perinatal.cli.risks import ROWS_ON_SCREEN, describe_signs, list_row_signs
from perinatal.frames import Conformed, problems_frame
from perinatal.models import Prediction
from perinatal.models.explanation import Explanation, format_cell
from perinatal.models.reasons import Reasons
from perinatal.scores import PublishedModel

if TYPE_CHECKING:
    from perinatal.report.answers import ScoreReport


def predict(arguments: argparse.Namespace, model: PublishedModel) -> int:
    """``perinatal predict`` for a published score: the answer of each row."""
    conformed = conform_input(arguments, model)
    prediction = model.predict(conformed)
    shape = choose_format(arguments.format, arguments.out)
    if shape == "csv":
        frame = prediction.to_frame().assign(model=prediction.model, caution=prediction.caution)
        write_csv(frame, arguments.out)
    elif shape == "json":
        records = [
            {**record, "missing": list(missing)}
            for record, missing in zip(_list_answers(prediction), prediction.missing, strict=True)
        ]
        write_json({**_describe_question(model, prediction), "records": records}, arguments.out)
    else:
        _write_answers(arguments, _build_answers(arguments, model, conformed, prediction, parts=2))
    if arguments.html is not None:
        from perinatal.report.answers import answers_page

        write_text(answers_page(_build_answers(arguments, model, conformed, prediction, parts=4)), arguments.html)
    return _report_caveats(prediction, shape)


def explain(arguments: argparse.Namespace, model: PublishedModel) -> int:
    """``perinatal explain`` for a published score: the terms, the points or the sentences behind each answer."""
    conformed = conform_input(arguments, model)
    if arguments.row:
        conformed = select_rows(conformed, arguments.row)
    prediction = model.predict(conformed)
    shape = choose_format(arguments.format, arguments.out)
    if shape == "table":
        _write_answers(arguments, _build_answers(arguments, model, conformed, prediction, parts=arguments.strongest))
        return _report_caveats(prediction, shape)
    explanation = model.explain(conformed)
    strongest = explanation.strongest(arguments.strongest)
    counts = _count_lines(explanation, arguments.strongest)
    if shape == "csv":
        strongest = _add_unanswered(strongest, explanation, counts)
        strongest.insert(0, "danger_signs", np.repeat(prediction.danger_signs.describe(), np.maximum(counts, 1)))
        if "value" in strongest:
            strongest["value"] = [format_cell(value) for value in strongest["value"]]
        write_csv(strongest.assign(model=model.id, caution=model.caution), arguments.out)
    else:
        rows = jsonable(strongest)
        ends = np.cumsum(counts)
        records = [
            {**record, "strongest": rows[end - count : end]}
            for record, count, end in zip(_list_answers(prediction), counts, ends, strict=True)
        ]
        content = _describe_question(model, prediction)
        if isinstance(explanation, Explanation):
            content |= {"base": float(explanation.base), "scale": explanation.scale}
        write_json({**content, "records": records}, arguments.out)
    return _report_caveats(prediction, shape)


def _add_unanswered(strongest: pd.DataFrame, explanation: Explanation | Reasons, counts: np.ndarray) -> pd.DataFrame:
    """The lines, and one that says why for each row without any: its danger signs must have a place."""
    silent = np.flatnonzero(counts == 0)
    if not len(silent) or isinstance(explanation, Explanation):
        return strongest
    why = pd.DataFrame({"sentence": [explanation.describe(row) for row in silent]}, index=explanation.index[silent])
    order = np.argsort(np.concatenate((np.repeat(np.arange(len(counts)), counts), silent)), kind="stable")
    return pd.concat([strongest, why.reindex(columns=strongest.columns)]).iloc[order]


def _count_lines(explanation: Explanation | Reasons, most: int) -> np.ndarray:
    """How many lines ``strongest`` gives for each row."""
    if isinstance(explanation, Reasons):
        return np.array([min(len(sentences), most) for sentences in explanation.sentences_by_row], dtype=np.intp)
    return np.full(len(explanation.index), min(most, len(explanation.features)))


def _list_answers(prediction: Prediction) -> list[dict[str, object]]:
    """Each row's answer as JSON has it: a risk only where it is one."""
    frame = prediction.to_frame().drop(columns=["danger_signs", "unknown_features", "missing"])
    return [
        {
            "danger_signs": signs,
            "record": jsonable(label),
            **{name: jsonable(value) for name, value in answer.items()},
            "insufficient": list(insufficient),
            "refused": list(refused),
        }
        for signs, label, answer, insufficient, refused in zip(
            list_row_signs(prediction.danger_signs),
            frame.index,
            frame.astype(object).to_dict("records"),
            prediction.insufficient,
            prediction.refused,
            strict=True,
        )
    ]


def _describe_question(model: PublishedModel, prediction: Prediction) -> dict[str, object]:
    target = model.outcome
    return {
        "danger_signs": describe_signs(prediction.danger_signs),
        "model": model.id,
        "answers": model.answers,
        "outcome": None if target is None else target.name,
        "definition": None if target is None else target.definition,
        "asked": model.moment,
        "options": dict(model.options),
        "caution": model.caution,
        "problems": problems_frame(prediction.problems).to_dict("records"),
    }


def _build_answers(
    arguments: argparse.Namespace, model: PublishedModel, conformed: Conformed, prediction: Prediction, parts: int
) -> ScoreReport:
    from perinatal.report.answers import ScoreReport

    name = "stdin" if arguments.file == "-" else Path(arguments.file).name
    return ScoreReport(name, model, prediction, model.explain(conformed), parts)


def _write_answers(arguments: argparse.Namespace, answers: ScoreReport) -> None:
    from perinatal.report.answers import answers_text

    width = shutil.get_terminal_size((120, 40)).columns
    write_text(answers_text(answers, width=width, rows=ROWS_ON_SCREEN), arguments.out)


def _report_caveats(prediction: Prediction, shape: str) -> int:
    if shape != "table":
        print(f"Danger signs: {prediction.danger_signs.headline()}", file=sys.stderr)
        print(prediction.caution, file=sys.stderr)
    report_problems(prediction.problems)
    return exit_code(prediction.problems)
