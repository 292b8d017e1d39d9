"""The command `perinatal explain`."""

from __future__ import annotations

import argparse

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import add_answer_arguments, whole_number

HELP = "Explain what raised and what lowered each risk, or how a published score reached its answer."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_answer_arguments(parser)
    parser.add_argument(
        "--strongest", type=whole_number(1), default=3, metavar="N", help="contributions per row (default: 3)"
    )
    parser.add_argument("--row", action="append", metavar="LABEL", help="only this row; repeatable")


def run(arguments: argparse.Namespace) -> ExitCode:
    """The strongest contributions to each answer as a table, CSV or JSON."""
    from perinatal.cli.answers import build_report, describe_explanations, explanation_lines, write_report
    from perinatal.cli.inputs import conform_input, load_model_with_options, select_rows
    from perinatal.cli.outputs import choose_format, report_caveats, write_csv, write_json

    model = load_model_with_options(arguments)
    conformed = conform_input(arguments, model)
    if arguments.row:
        conformed = select_rows(conformed, arguments.row)
    report = build_report(arguments, model, conformed)
    output_format = choose_format(arguments.format, arguments.out)
    if output_format == "csv":
        write_csv(explanation_lines(report, arguments.strongest), arguments.out)
    elif output_format == "json":
        write_json(describe_explanations(report, arguments.strongest), arguments.out)
    else:
        write_report(report, arguments.out, parts=arguments.strongest)
    return report_caveats(report.prediction, output_format)
