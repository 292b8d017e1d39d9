"""The command `perinatal roll-back`."""

from __future__ import annotations

import argparse

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import add_model_argument, add_replace_argument

HELP = "Write the original of an adopted model, as it was before the adoption."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_model_argument(parser, "the adopted model")
    parser.add_argument("--out", required=True, metavar="DIR", help="folder for the original model")
    add_replace_argument(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """The parent of an adopted model, in a folder of its own."""
    from perinatal.catalogue import load_risk_model
    from perinatal.cli.outputs import refuse_to_replace
    from perinatal.sites import restore_parent

    refuse_to_replace(arguments)
    model = load_risk_model(arguments.model)
    original = restore_parent(model)
    original.save(arguments.out)
    print(f"{original.id}, from which {model.id} was adopted, written to {arguments.out}")
    return ExitCode.DONE
