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
    from perinatal.cli import risks, scores
    from perinatal.cli.inputs import load_model_with_options
    from perinatal.models import RiskModel

    model = load_model_with_options(arguments)
    if isinstance(model, RiskModel):
        return ExitCode(risks.explain(arguments, model))
    return ExitCode(scores.explain(arguments, model))
