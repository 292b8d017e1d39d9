"""The commands predict and explain for a published score: a risk where one was published, else what it answers with."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perinatal.catalogue import load_model
from perinatal.cli.risks import (
    ROWS_ON_SCREEN,
    code_of,
    conformed_for,
    only_rows,
    plain,
    said_of_signs,
    signs_of_rows,
    tell,
)
from perinatal.cli.tables import as_csv, as_json, format_of, write_text
from perinatal.errors import InputError
from perinatal.frames import Conformed, problems_frame
from perinatal.models import Prediction, RiskModel
from perinatal.models.explanation import Explanation, shown_value
from perinatal.models.reasons import Reasons
from perinatal.scores import PublishedModel

if TYPE_CHECKING:
    from perinatal.report.answers import Asked


def chosen_model(model: str, options: Sequence[str]) -> RiskModel | PublishedModel:
    """The model of this id or directory, with ``NAME=WORD`` options where it is a published score."""
    loaded = load_model(model)
    if not options:
        return loaded
    if not is_published(loaded):
        raise InputError(f"--option is for published scores, and '{loaded.id}' is a trained model. Leave it out.")
    chosen = {}
    for pair in options:
        name, equals, word = pair.partition("=")
        if not (name and equals and word):
            raise InputError(f"--option takes NAME=WORD, such as cut_offs=mg_dl, and got {pair!r}.")
        chosen[name] = word
    return loaded.with_options(**chosen)


def is_published(model: RiskModel | PublishedModel) -> bool:
    """Whether it is a published score, and not a trained model."""
    return isinstance(model, PublishedModel)


def predict(arguments: argparse.Namespace, model: PublishedModel) -> int:
    """``perinatal predict`` for a published score: the answer of each row."""
    conformed = conformed_for(arguments, model)
    prediction = model.predict(conformed)
    shape = format_of(arguments.format, arguments.out)
    if shape == "csv":
        frame = prediction.to_frame().assign(model=prediction.model, caution=prediction.caution)
        write_text(as_csv(frame), arguments.out)
    elif shape == "json":
        records = [
            {**record, "missing": list(missing)}
            for record, missing in zip(_answers(prediction), prediction.missing, strict=True)
        ]
        write_text(as_json({**_asked(model, prediction), "records": records}), arguments.out)
    else:
        _write_text(arguments, _answered(arguments, model, conformed, prediction, parts=2))
    if arguments.html is not None:
        from perinatal.report.answers import answers_page

        write_text(answers_page(_answered(arguments, model, conformed, prediction, parts=4)), arguments.html)
    return _told(prediction, shape)


def explain(arguments: argparse.Namespace, model: PublishedModel) -> int:
    """``perinatal explain`` for a published score: the terms, the points or the sentences behind each answer."""
    conformed = conformed_for(arguments, model)
    if arguments.row:
        conformed = only_rows(conformed, arguments.row)
    prediction = model.predict(conformed)
    shape = format_of(arguments.format, arguments.out)
    if shape == "table":
        _write_text(arguments, _answered(arguments, model, conformed, prediction, parts=arguments.strongest))
        return _told(prediction, shape)
    explanation = model.explain(conformed)
    strongest = explanation.strongest(arguments.strongest)
    counts = _lines_of_rows(explanation, arguments.strongest)
    if shape == "csv":
        strongest = _with_unanswered(strongest, explanation, counts)
        strongest.insert(0, "danger_signs", np.repeat(prediction.danger_signs.said(), np.maximum(counts, 1)))
        if "value" in strongest:
            strongest["value"] = [shown_value(value) for value in strongest["value"]]
        write_text(as_csv(strongest.assign(model=model.id, caution=model.caution)), arguments.out)
    else:
        rows = [{key: plain(value) for key, value in row.items()} for row in strongest.to_dict("records")]
        ends = np.cumsum(counts)
        records = [
            {**record, "strongest": rows[end - count : end]}
            for record, count, end in zip(_answers(prediction), counts, ends, strict=True)
        ]
        content = _asked(model, prediction)
        if isinstance(explanation, Explanation):
            content |= {"base": float(explanation.base), "scale": explanation.scale}
        write_text(as_json({**content, "records": records}), arguments.out)
    return _told(prediction, shape)


def _with_unanswered(strongest: pd.DataFrame, explanation: Explanation | Reasons, counts: np.ndarray) -> pd.DataFrame:
    """The lines, and one that says why for each row without any: its danger signs must have a place."""
    silent = np.flatnonzero(counts == 0)
    if not len(silent) or isinstance(explanation, Explanation):
        return strongest
    why = pd.DataFrame({"sentence": [explanation.said(row) for row in silent]}, index=explanation.index[silent])
    order = np.argsort(np.concatenate((np.repeat(np.arange(len(counts)), counts), silent)), kind="stable")
    return pd.concat([strongest, why.reindex(columns=strongest.columns)]).iloc[order]


def _lines_of_rows(explanation: Explanation | Reasons, most: int) -> np.ndarray:
    """How many lines ``strongest`` gives for each row."""
    if isinstance(explanation, Reasons):
        return np.array([min(len(sentences), most) for sentences in explanation.told], dtype=np.intp)
    return np.full(len(explanation.index), min(most, len(explanation.features)))


def _answers(prediction: Prediction) -> list[dict[str, object]]:
    """Each row's answer as JSON has it: a risk only where it is one."""
    frame = prediction.to_frame().drop(columns=["danger_signs", "unknown_features", "missing"])
    return [
        {
            "danger_signs": signs,
            "record": plain(label),
            **{name: plain(value) for name, value in answer.items()},
            "insufficient": list(insufficient),
            "refused": list(refused),
        }
        for signs, label, answer, insufficient, refused in zip(
            signs_of_rows(prediction.danger_signs),
            frame.index,
            frame.astype(object).to_dict("records"),
            prediction.insufficient,
            prediction.refused,
            strict=True,
        )
    ]


def _asked(model: PublishedModel, prediction: Prediction) -> dict[str, object]:
    target = model.outcome
    return {
        "danger_signs": said_of_signs(prediction.danger_signs),
        "model": model.id,
        "answers": model.answers,
        "outcome": None if target is None else target.name,
        "definition": None if target is None else target.definition,
        "asked": model.moment,
        "options": dict(model.options),
        "caution": model.caution,
        "problems": problems_frame(prediction.problems).to_dict("records"),
    }


def _answered(
    arguments: argparse.Namespace, model: PublishedModel, conformed: Conformed, prediction: Prediction, parts: int
) -> Asked:
    from perinatal.report.answers import Asked

    name = "stdin" if arguments.file == "-" else Path(arguments.file).name
    return Asked(name, model, prediction, model.explain(conformed), parts)


def _write_text(arguments: argparse.Namespace, asked: Asked) -> None:
    from perinatal.report.answers import answers_text

    width = shutil.get_terminal_size((120, 40)).columns
    write_text(answers_text(asked, width=width, rows=ROWS_ON_SCREEN), arguments.out)


def _told(prediction: Prediction, shape: str) -> int:
    if shape != "table":
        print(f"Danger signs: {prediction.danger_signs.headline()}", file=sys.stderr)
        print(prediction.caution, file=sys.stderr)
    tell(prediction.problems)
    return code_of(prediction.problems)
