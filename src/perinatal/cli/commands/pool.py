"""The command `perinatal pool`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import (
    add_model_argument,
    add_numbers_argument,
    add_page_argument,
    add_ratio_argument,
    add_replace_argument,
)

if TYPE_CHECKING:
    from perinatal.models import RiskModel
    from perinatal.sites.pooling import PooledSites

HELP = "Pool the summaries of several sites: validate a model on all of them, and update it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="files that `perinatal summarise` wrote")
    add_model_argument(parser, "the model that the sites used, to be updated for all of them", required=False)
    parser.add_argument("--out", metavar="DIR", help="folder for the updated model (needs --model)")
    add_replace_argument(parser)
    parser.add_argument(
        "--rung",
        choices=("keep", "intercept", "slope", "rescaled"),
        default="slope",
        help="what is updated (default: slope, which includes the intercept)",
    )
    parser.add_argument("--name", metavar="NAME", help="name of the pooled sites (default: '12 sites')")
    parser.add_argument("--leave-out-refused", action="store_true", help="leave out files that cannot be used")
    add_ratio_argument(parser)
    add_page_argument(parser)
    add_numbers_argument(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """The pooled results on stdout; with --out the updated model."""
    from perinatal.catalogue import load_risk_model
    from perinatal.cli.outputs import refuse_to_replace, write_page_and_numbers
    from perinatal.errors import InputError
    from perinatal.report import pooling_page
    from perinatal.sites.pooling import pool

    if arguments.out is not None:
        refuse_to_replace(arguments)
        if arguments.model is None:
            raise InputError("--out writes the updated model: name the model that the sites used with --model.")
    model = None if arguments.model is None else load_risk_model(arguments.model)
    pooled = pool(arguments.files, leave_out_refused=arguments.leave_out_refused, progress=sys.stderr.isatty())
    print(_format_pooled(pooled))
    write_page_and_numbers(arguments, pooled, pooling_page)
    if model is not None:
        _update(arguments, pooled, model)
    for name, reason in pooled.refused:
        print(f"left out: {name}: {reason}", file=sys.stderr)
    return ExitCode.DONE


def _update(arguments: argparse.Namespace, pooled: PooledSites, model: RiskModel) -> None:
    from perinatal.sites import Limits, Rung

    limits = Limits(ratio=arguments.largest_ratio)
    updated = pooled.adopt(model, Rung(arguments.rung), name=arguments.name, limits=limits)
    if arguments.out is None:
        intercept, slope = updated.recalibration.intercept, updated.recalibration.slope
        print(f"updated recalibration: intercept {intercept:.4f}, slope {slope:.4f}; --out writes the model")
    else:
        updated.save(arguments.out)
        print(f"model {updated.id} written to {arguments.out}")


def _format_pooled(pooled: PooledSites) -> str:
    from perinatal.evaluate import Estimate

    lines = [repr(pooled), "", f"{'site':<32} {'rows':>9} {'events':>7}  O/E                    slope"]
    for site, line in pooled.sites.iterrows():
        events = "few" if line["events"] != line["events"] else f"{line['events']:,.0f}"
        cells = [f"{str(site)[:32]:<32} {line['n']:>9,.0f} {events:>7}"]
        for name in ("observed_over_expected", "calibration_slope"):
            estimate = Estimate(*(float(line[f"{name}{end}"]) for end in ("", "_low", "_high")))
            cells.append(f"{estimate.format(2):<21}")
        lines.append("  ".join(cells))
    return "\n".join(lines)
