"""The command `perinatal summarise`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import add_cohort_arguments, add_model_argument, whole_number

if TYPE_CHECKING:
    from perinatal.sites.pooling import SiteSummary

HELP = "Summarise a model's risks at a site as counts that may be shared; no row leaves."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_cohort_arguments(parser)
    add_model_argument(parser, "the model that every site uses")
    parser.add_argument("--site", required=True, metavar="NAME", help="name of the site in the pooled results")
    parser.add_argument("--out", metavar="SITE.json", help="the file to send, at most 50 kB")
    parser.add_argument("--dry-run", action="store_true", help="print exactly what would be sent; write nothing")
    parser.add_argument(
        "--smallest-cell",
        type=whole_number(1),
        default=10,
        metavar="N",
        help="smallest number of people that a count may stand for (default: 10; 1 disables the rule)",
    )
    parser.add_argument(
        "--with-curvature",
        action="store_true",
        help="add the sums from which `perinatal pool --rung rescaled` estimates a factor for each feature",
    )
    parser.add_argument(
        "--recalibration",
        nargs=2,
        type=float,
        default=(0.0, 1.0),
        metavar=("INTERCEPT", "SLOPE"),
        help="pooled recalibration of the first round, for the sums of a second (default: 0 1)",
    )


def run(arguments: argparse.Namespace) -> ExitCode:
    """The site's file; with --dry-run its text on stdout."""
    from perinatal.catalogue import load_risk_model
    from perinatal.cli.inputs import read_input
    from perinatal.cli.outputs import exit_code, report_problems, write_text
    from perinatal.errors import InputError
    from perinatal.frames import ProblemRule
    from perinatal.models.scorers import Recalibration
    from perinatal.sites.pooling import summarise

    if not arguments.dry_run and arguments.out is None:
        raise InputError("perinatal summarise needs --out SITE.json, or --dry-run to print what would be sent.")
    model = load_risk_model(arguments.model)
    table, columns, units, _ = read_input(arguments)
    summary = summarise(
        model,
        table,
        columns=columns,
        units=units,
        site=arguments.site,
        smallest_cell=arguments.smallest_cell,
        with_curvature=arguments.with_curvature,
        recalibration=Recalibration(*arguments.recalibration),
    )
    text = summary.to_json()
    write_text(text, None if arguments.dry_run else arguments.out)
    print("\n".join(_describe_summary(summary, len(text.encode()))), file=sys.stderr)
    if arguments.dry_run:
        print("Dry run: nothing was written. The text on stdout is the whole file.", file=sys.stderr)
    else:
        print(f"Written to {arguments.out}. Read it before you send it; it is plain text.", file=sys.stderr)
    about_rows = (ProblemRule.UNMAPPED_COLUMN, ProblemRule.NOTHING_KNOWN)
    read = (*model.inputs, model.outcome.name)
    problems = [p for p in summary.problems if p.variable in read or p.rule in about_rows]
    report_problems(problems)
    return exit_code(problems)


def _describe_summary(summary: SiteSummary, size: int) -> list[str]:
    """What leaves the site, in words."""
    events = f"fewer than {summary.smallest_cell}" if summary.events is None else f"{summary.events:,}"
    cells = len(summary.others.n) + (0 if summary.with_event is None else len(summary.with_event.n))
    rule = f"at least {summary.smallest_cell} people each"
    lines = [
        f"What leaves {summary.site} ({size:,} bytes):",
        f"  the model's name and digest, the outcome ({summary.outcome}), the moment ({summary.moment})",
        f"  years of birth: {'none' if summary.period is None else ' to '.join(map(str, summary.period))}",
        f"  rows: {summary.n:,}; with the outcome: {events}",
        f"  {cells} counts of estimated risks, {rule if summary.smallest_cell > 1 else 'OF ANY SIZE, EVEN ONE PERSON'}",
    ]
    if summary.curvature is not None:
        lines.append(f"  sums over all rows of how {len(summary.curvature.features)} features contribute together")
    lines.append("No row, no name, no identifier. The difference between two files with births in common can be")
    lines.append("computed: send each birth once.")
    if summary.excluded:
        lines.append(f"({summary.excluded:,} rows were excluded: outcome unknown, or not eligible for the model.)")
    return lines
