"""The command `perinatal validate`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import (
    add_cohort_arguments,
    add_model_argument,
    add_numbers_argument,
    add_page_argument,
    add_seed_argument,
    add_threshold_argument,
    whole_number,
)

HELP = "Validate a model externally, on births whose outcome is known."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_model_argument(parser)
    add_cohort_arguments(parser)
    parser.add_argument(
        "--by", nargs="+", action="extend", metavar="COLUMN", help="subgroups (default: a standard list)"
    )
    add_threshold_argument(parser)
    parser.add_argument("--bootstraps", type=whole_number(20), default=200, metavar="N", help="default: 200")
    add_seed_argument(parser, "the bootstraps")
    add_page_argument(parser, "write the full report as an HTML page")
    add_numbers_argument(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """A summary on stdout; with --html a page, with --json every number."""
    from perinatal.catalogue import load_risk_model
    from perinatal.cli.inputs import read_input
    from perinatal.cli.outputs import exit_code, report_problems, write_page_and_numbers
    from perinatal.report import validation_page
    from perinatal.validation import validate

    model = load_risk_model(arguments.model)
    table, columns, units, name = read_input(arguments)
    result = validate(
        model,
        table,
        columns=columns,
        units=units,
        by=arguments.by,
        thresholds=arguments.threshold,
        bootstraps=arguments.bootstraps,
        seed=arguments.seed,
        progress=sys.stderr.isatty(),
    )
    if name is not None:
        result = replace(result, cohort=name)
    print(result)
    for step, rows in result.flow:
        print(f"{rows:>12,}  {step}")
    write_page_and_numbers(arguments, result, validation_page)
    report_problems(result.problems)
    return exit_code(result.problems)
