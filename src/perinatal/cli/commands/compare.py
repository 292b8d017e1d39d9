"""The command `perinatal compare`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import (
    add_cohort_arguments,
    add_numbers_argument,
    add_page_argument,
    add_threshold_argument,
)

HELP = "Compare models, published scores and single measurements of an outcome on the same rows."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_cohort_arguments(parser)
    parser.add_argument("--outcome", required=True, metavar="NAME", help="canonical name of the outcome")
    parser.add_argument(
        "--models",
        nargs="+",
        metavar="ID",
        help="only these: ids, model directories, variables; lowest:NAME treats low values as high risk "
        "(default: all that are for the outcome)",
    )
    add_threshold_argument(parser)
    add_page_argument(parser, "write the full comparison as an HTML page")
    add_numbers_argument(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """The ranking on stdout; with --html a page, with --json every number."""
    from perinatal.cli.inputs import read_input
    from perinatal.cli.outputs import exit_code, report_problems, write_page_and_numbers
    from perinatal.report import comparison_page
    from perinatal.validation import compare

    table, columns, units, name = read_input(arguments)
    result = compare(
        table,
        arguments.outcome,
        columns=columns,
        units=units,
        models=arguments.models,
        thresholds=arguments.threshold,
        progress=sys.stderr.isatty(),
    )
    if name is not None:
        result = replace(result, cohort=name)
    print(result.to_text())
    others = result.left_out["reason"].str.startswith("is about ")
    for contestant, line in result.left_out[~others].iterrows():
        print(f"  not compared: {contestant}: {line['reason']}")
    if others.any():
        print(f"  {int(others.sum())} more are for another outcome: --html FILE or --json FILE lists them")
    for contestant, line in result.ranking.iterrows():
        if line["note"]:
            print(f"  {contestant}: {line['note']}")
    write_page_and_numbers(arguments, result, comparison_page)
    report_problems(result.problems)
    return exit_code(result.problems)
