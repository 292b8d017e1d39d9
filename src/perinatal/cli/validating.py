"""The commands that show how models do: on a person's own cohort, and on the tests on record."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from perinatal._shipped import shipped_directory
from perinatal.catalogue import load_model, read_model
from perinatal.cli.given import read_cohort_file
from perinatal.cli.risks import exit_code, report_problems
from perinatal.cli.tables import write_text
from perinatal.errors import InputError
from perinatal.validation import ValidationResult, validate


def run_validation(arguments: argparse.Namespace) -> int:
    """``perinatal validate``: a summary on stdout; with --out a page, with --json every number."""
    model = load_model(arguments.model)
    settings = {"by": arguments.by, "seed": arguments.seed, "times": arguments.times}
    settings |= {"thresholds": arguments.threshold, "progress": sys.stderr.isatty()}
    cohort_file = read_cohort_file(arguments)
    result = validate(model, cohort_file.cohort, columns=cohort_file.columns, units=cohort_file.units, **settings)
    if cohort_file.name is not None:
        result = replace(result, cohort=cohort_file.name)
    if arguments.out is not None:
        from perinatal.report import validation_page

        write_text(validation_page(result), arguments.out)
    if arguments.json is not None:
        write_text(json.dumps(result.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n", arguments.json)
    print(_format_validation(result))
    for kind, file in (("report", arguments.out), ("numbers", arguments.json)):
        if file is not None:
            print(f"{kind} written to {file}")
    report_problems(result.problems)
    return exit_code(result.problems)


def run_report(out: str, models: str | None) -> int:
    """``perinatal report``: a page for each model from its record, and ``index.html``."""
    from perinatal.report import catalogue_page, model_page

    root = shipped_directory("models") if models is None else Path(models)
    if not root.is_dir():
        raise InputError("The folder of models (--models) does not exist.")
    names = sorted(entry.parent.name for entry in root.glob("*/manifest.json") if entry.parent.name[0] != ".")
    if not names:
        raise InputError("There is no model in that folder: expected model directories, each with a manifest.json.")
    catalogue = [read_model(root / name) for name in names]
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    for model in catalogue:
        write_text(model_page(model), str(folder / f"{model.id}.html"))
    write_text(catalogue_page(catalogue), str(folder / "index.html"))
    print(f"{len(catalogue)} models: {folder / 'index.html'}")
    return 0


def _format_validation(result: ValidationResult) -> str:
    lines = [f"{rows:>12,}  {step}" for step, rows in result.flow]
    return "\n".join([repr(result), *lines])
