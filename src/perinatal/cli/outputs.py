"""What a command writes: tables, text, JSON and pages, the problems of a table, and the exit code they imply."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, TypeVar

import pandas as pd

from perinatal.cli.exit_codes import ExitCode
from perinatal.errors import InputError
from perinatal.frames import Problem, ProblemRule
from perinatal.frames.problems import VALUES_LOST
from perinatal.models import Prediction
from perinatal.models.directory import is_model_directory
from perinatal.report.wording import describe_problems

ROW = "row"


class Result(Protocol):
    """A result with every number in it as a dictionary."""

    def to_dict(self) -> dict[str, object]:
        """Every number."""


AnyResult = TypeVar("AnyResult", bound=Result)


def write_text(text: str, out: str | None) -> None:
    """Text to a file in UTF-8, or to stdout."""
    if out is None:
        sys.stdout.write(text)
    else:
        _require_folder(out)
        Path(out).write_text(text, encoding="utf-8")


def write_json(content: object, out: str | None) -> None:
    """JSON, indented, to a file or to stdout; what is missing is ``null``."""
    write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n", out)


def write_csv(frame: pd.DataFrame, out: str | None) -> None:
    """A table as CSV to a file or to stdout; the index is a column of its own name."""
    names = frame.index.names
    label = [ROW if name is None and len(names) == 1 else name or f"{ROW}_{i}" for i, name in enumerate(names, 1)]
    write_text(frame.to_csv(index_label=label, lineterminator="\n"), out)


def write_frame(frame: pd.DataFrame, out: str | None) -> None:
    """A table to a CSV or parquet file, by its ending, or to stdout as CSV; the index is a column."""
    if out is not None and Path(out).suffix.lower() in (".parquet", ".pq"):
        _require_folder(out)
        frame.to_parquet(Path(out))
    else:
        write_csv(frame, out)


def write_page_and_numbers(
    arguments: argparse.Namespace, result: AnyResult, build_page: Callable[[AnyResult], str]
) -> None:
    """The page of a result to ``--html`` and its numbers to ``--json``, where they are named."""
    if arguments.html is not None:
        write_text(build_page(result), arguments.html)
        print(f"page written to {arguments.html}")
    if arguments.json is not None:
        write_json(result.to_dict(), arguments.json)
        print(f"numbers written to {arguments.json}")


def choose_format(requested: str | None, out: str | None) -> str:
    """``csv``, ``json`` or ``table``: as requested, or by the ending of the file, or ``table``.

    >>> choose_format(None, "risks.csv"), choose_format(None, None), choose_format("json", "risks.csv")
    ('csv', 'table', 'json')
    """
    if requested is not None:
        return requested
    ending = Path(out).suffix.lower() if out else ""
    return {".csv": "csv", ".json": "json"}.get(ending, "table")


def terminal_width() -> int:
    """The columns of the terminal, within what stays readable."""
    return min(max(shutil.get_terminal_size((120, 40)).columns, 80), 140)


def report_problems(problems: Iterable[Problem]) -> None:
    """The problems, counted, on stderr."""
    for sentence in describe_problems(problems):
        print(sentence, file=sys.stderr)


def report_caveats(prediction: Prediction, output_format: str) -> ExitCode:
    """Danger signs, caution and problems on stderr; the exit code. A table shows the first two itself."""
    if output_format != "table":
        print(f"Danger signs: {prediction.danger_signs.headline()}", file=sys.stderr)
        print(prediction.caution, file=sys.stderr)
    report_problems(prediction.problems)
    return exit_code(prediction.problems)


def exit_code(problems: Iterable[Problem]) -> ExitCode:
    """Whether a value of the table could not be used, or a row has no answer because nothing is known."""
    lost = any(problem.rule in VALUES_LOST or problem.rule is ProblemRule.NOTHING_KNOWN for problem in problems)
    return ExitCode.UNUSABLE_VALUES if lost else ExitCode.DONE


def refuse_to_replace(arguments: argparse.Namespace) -> None:
    """Raise unless ``--out`` holds no model yet, or ``--replace`` was given."""
    if not arguments.replace and is_model_directory(Path(arguments.out)):
        raise InputError(
            f"--out {Path(arguments.out).name} holds a model already. Name another folder, or add --replace."
        )


def _require_folder(out: str) -> None:
    if not Path(out).parent.is_dir():
        raise InputError(f"'{Path(out).name}' cannot be written: the folder '{Path(out).parent}' does not exist.")
