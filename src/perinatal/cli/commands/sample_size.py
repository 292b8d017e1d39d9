"""The command `perinatal sample-size`."""

from __future__ import annotations

import argparse

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import add_model_argument

HELP = "Compute how many births to collect before a model is adopted at a site."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_model_argument(parser, "the model to adopt")
    parser.add_argument(
        "--prevalence", required=True, type=float, metavar="SHARE", help="share with the outcome that the site expects"
    )
    parser.add_argument(
        "--auroc", type=float, metavar="VALUE", help="AUROC expected at the site (default: of the model's record)"
    )


def run(arguments: argparse.Namespace) -> ExitCode:
    """A line for each step of an adoption: births, events, and what they are enough for."""
    from perinatal.catalogue import load_risk_model
    from perinatal.sites import Rung, sample_size

    model = load_risk_model(arguments.model)
    for rung in (Rung.INTERCEPT, Rung.SLOPE, Rung.RESCALED, Rung.REFIT):
        print(sample_size(model, arguments.prevalence, rung, auroc=arguments.auroc))
    return ExitCode.DONE
