"""The command `perinatal predict`."""

from __future__ import annotations

import argparse

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import add_answer_arguments, add_page_argument

HELP = "Estimate the risk of each row of a table, or compute a published score."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_answer_arguments(parser)
    add_page_argument(parser, "also write an HTML page of the answers and what contributed to them")


def run(arguments: argparse.Namespace) -> ExitCode:
    """The answers as a table, CSV or JSON; with --html a page."""
    from perinatal.cli.answers import build_report, describe_predictions, write_report
    from perinatal.cli.inputs import conform_input, load_model_with_options
    from perinatal.cli.outputs import choose_format, report_caveats, write_csv, write_json, write_text

    model = load_model_with_options(arguments)
    conformed = conform_input(arguments, model)
    prediction = model.predict(conformed)
    output_format = choose_format(arguments.format, arguments.out)
    if output_format == "csv":
        write_csv(prediction.to_frame().assign(model=prediction.model, caution=prediction.caution), arguments.out)
    elif output_format == "json":
        write_json(describe_predictions(model, prediction), arguments.out)
    else:
        write_report(build_report(arguments, model, conformed), arguments.out, parts=2)
    if arguments.html is not None:
        from perinatal.report import answer_page

        write_text(answer_page([build_report(arguments, model, conformed)]), arguments.html)
    return report_caveats(prediction, output_format)
