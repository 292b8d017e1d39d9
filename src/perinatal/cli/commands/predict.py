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
    from perinatal.cli import risks, scores
    from perinatal.cli.inputs import load_model_with_options
    from perinatal.models import RiskModel

    model = load_model_with_options(arguments)
    if isinstance(model, RiskModel):
        return ExitCode(risks.predict(arguments, model))
    return ExitCode(scores.predict(arguments, model))
