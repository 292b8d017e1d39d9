"""The commands that ask a model about somebody's table: predict, explain, and conform on the way."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from perinatal._json import jsonable
from perinatal.cli.inputs import conform_input, select_rows
from perinatal.cli.outputs import (
    choose_format,
    exit_code,
    report_problems,
    write_csv,
    write_json,
    write_text,
)
from perinatal.clinical.danger_signs import DANGER_SIGNS
from perinatal.frames import Conformed, problems_frame
from perinatal.frames.danger import DangerSigns
from perinatal.models import Prediction, RiskModel
from perinatal.models.explanation import Explanation, format_cell

if TYPE_CHECKING:
    from perinatal.report import RiskReport

ROWS_ON_SCREEN = 50


def predict(arguments: argparse.Namespace, model: RiskModel) -> int:
    """``perinatal predict``: the risk of each row."""
    conformed = conform_input(arguments, model)
    prediction = model.predict(conformed)
    shape = choose_format(arguments.format, arguments.out)
    if shape == "csv":
        frame = prediction.to_frame().assign(model=prediction.model, caution=prediction.caution)
        write_csv(frame, arguments.out)
    elif shape == "json":
        frame = prediction.to_frame()
        records = [
            {"danger_signs": signs, "record": jsonable(label), "risk": float(risk), "missing": list(missing)}
            for signs, label, risk, missing in zip(
                list_row_signs(prediction.danger_signs),
                frame.index,
                frame["risk"],
                prediction.missing,
                strict=True,
            )
        ]
        write_json({**_describe_question(model, prediction), "records": records}, arguments.out)
    else:
        _write_risks(arguments, model, conformed, parts=2)
    if arguments.html is not None:
        from perinatal.report import risk_page

        write_text(risk_page([_build_report(arguments, model, conformed)], title=_page_title(model)), arguments.html)
    if shape != "table":
        print(f"Danger signs: {prediction.danger_signs.headline()}", file=sys.stderr)
        print(prediction.caution, file=sys.stderr)
    report_problems(prediction.problems)
    return exit_code(prediction.problems)


def explain(arguments: argparse.Namespace, model: RiskModel) -> int:
    """``perinatal explain``: what raised and what lowered the risk of each row."""
    conformed = conform_input(arguments, model)
    if arguments.row:
        conformed = select_rows(conformed, arguments.row)
    shape = choose_format(arguments.format, arguments.out)
    if shape == "table":
        _write_risks(arguments, model, conformed, parts=arguments.strongest)
        report_problems(conformed.problems)
        return exit_code(conformed.problems)
    explanation = model.explain(conformed)
    strongest = explanation.strongest(arguments.strongest)
    lines_per_row = len(strongest) // max(len(explanation.index), 1)
    if shape == "csv":
        strongest.insert(0, "danger_signs", np.repeat(explanation.danger_signs.describe(), lines_per_row))
        strongest.insert(1, "risk", np.repeat(explanation.risk.to_numpy(), lines_per_row))
        strongest["value"] = [format_cell(value) for value in strongest["value"]]
        write_csv(strongest.assign(model=model.id, caution=model.caution), arguments.out)
    else:
        rows, signs = strongest.to_dict("records"), list_row_signs(explanation.danger_signs)
        records = [
            {
                "danger_signs": signs[position],
                "record": jsonable(label),
                "risk": float(explanation.risk.iloc[position]),
                "log_odds": float(explanation.log_odds[position]),
                "strongest": [jsonable(row) for row in rows[position * lines_per_row : (position + 1) * lines_per_row]],
            }
            for position, label in enumerate(explanation.index)
        ]
        content = {**_describe_question(model, explanation), "base": float(explanation.base), "records": records}
        write_json(content, arguments.out)
    print(f"Danger signs: {explanation.danger_signs.headline()}", file=sys.stderr)
    print(model.caution, file=sys.stderr)
    report_problems(explanation.problems)
    return exit_code(explanation.problems)


def _build_report(arguments: argparse.Namespace, model: RiskModel, conformed: Conformed) -> RiskReport:
    from perinatal.report import build_risk_report

    name = "stdin" if arguments.file == "-" else Path(arguments.file).name
    return build_risk_report(model, conformed, title=name, people="rows")


def _write_risks(arguments: argparse.Namespace, model: RiskModel, conformed: Conformed, parts: int) -> None:
    from perinatal.report import reading_text, risk_text

    report = _build_report(arguments, model, conformed)
    width = shutil.get_terminal_size((120, 40)).columns
    many = len(report.prediction) > ROWS_ON_SCREEN
    text = risk_text(
        report,
        width=width,
        highest=ROWS_ON_SCREEN if many else None,
        parts=parts,
        with_problems=arguments.out is not None,
    )
    if many:
        text += f"\nOnly the {ROWS_ON_SCREEN} highest are shown; --format csv --out FILE writes all.\n"
    write_text(f"{text}\n{reading_text(width)}", arguments.out)


def _page_title(model: RiskModel) -> str:
    return f"{model.outcome.label[:1].upper()}{model.outcome.label[1:]}: estimated risks, and what moved them"


def list_row_signs(signs: DangerSigns) -> list[list[dict[str, str]]]:
    """The danger signs of each row as JSON has them."""
    by_row = signs.by_row
    return [
        [
            {"sign": finding.sign.name, "rule": finding.criterion.message, "source": finding.criterion.source}
            for finding in by_row.get(row, ())
        ]
        for row in range(len(signs))
    ]


def describe_signs(signs: DangerSigns) -> dict[str, object]:
    """What was looked for in the table, and in how many rows something was found, as JSON has it."""
    return {
        "rows": len(signs.rows),
        "looked_for": list(signs.known),
        "not_looked_for": [name for name in DANGER_SIGNS if name not in signs.known],
    }


def _describe_question(model: RiskModel, answer: Prediction | Explanation) -> dict[str, object]:
    return {
        "danger_signs": describe_signs(answer.danger_signs),
        "model": model.id,
        "outcome": model.outcome.name,
        "definition": model.outcome.definition,
        "denominator": model.outcome.denominator,
        "horizon": model.outcome.horizon,
        "moment": model.moment.value,
        "caution": model.caution,
        "problems": problems_frame(answer.problems).to_dict("records"),
    }
