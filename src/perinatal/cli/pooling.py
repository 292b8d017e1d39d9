"""The commands of hospitals together: write a site's summary, and pool the sites' files."""

from __future__ import annotations

import argparse
import sys

from perinatal.catalogue import load_risk_model
from perinatal.cli.given import read_cohort_file, refuse_to_replace
from perinatal.cli.risks import exit_code, report_problems
from perinatal.cli.tables import format_json, write_text
from perinatal.errors import InputError
from perinatal.evaluate import Estimate
from perinatal.models.scorers import Recalibration
from perinatal.sites import Limits, Rung
from perinatal.sites.pooling import PooledSites, SiteSummary, pool, summarise


def run_summarise(arguments: argparse.Namespace) -> int:
    """``perinatal summarise``: the site's file; with --dry-run its text on stdout, and nothing is written."""
    if not arguments.dry_run and arguments.out is None:
        raise InputError("Say where to write: --out site.json, or --dry-run to see what would leave.")
    model = load_risk_model(arguments.model)
    settings = {"site": arguments.site, "smallest_cell": arguments.smallest_cell, "parts": arguments.parts}
    settings["at"] = Recalibration(*arguments.at)
    cohort_file = read_cohort_file(arguments)
    summary = summarise(model, cohort_file.cohort, columns=cohort_file.columns, units=cohort_file.units, **settings)
    text = summary.to_json()
    if arguments.dry_run:
        write_text(text, None)
    else:
        write_text(text, arguments.out)
    print("\n".join(_describe_summary(summary, len(text.encode()))), file=sys.stderr)
    if arguments.dry_run:
        print("Dry run: nothing was written. The text on stdout is the whole file.", file=sys.stderr)
    else:
        print(f"Written to {arguments.out}. Read it before you send it; it is plain text.", file=sys.stderr)
    problems = [problem for problem in summary.problems if problem.variable in (*model.inputs, model.outcome.name)]
    report_problems(problems)
    return exit_code(problems)


def run_pool(arguments: argparse.Namespace) -> int:
    """``perinatal pool``: the sites together on stdout; with --out the model updated for all of them."""
    refuse_to_replace(arguments)
    if arguments.out is not None and arguments.model is None:
        raise InputError("--out writes the model updated for all sites: say which they asked, with --model.")
    model = None if arguments.model is None else load_risk_model(arguments.model)
    pooled = pool(arguments.files, leave_out_refused=arguments.leave_out_refused, progress=sys.stderr.isatty())
    if arguments.json is not None:
        write_text(format_json(pooled.to_dict()), arguments.json)
    if arguments.html is not None:
        from perinatal.report import pooling_page

        write_text(pooling_page(pooled), arguments.html)
    print(_format_pooled(pooled))
    if model is not None:
        limits = Limits(ratio=arguments.largest_ratio)
        adopted = pooled.adopt(model, Rung(arguments.rung), name=arguments.name, limits=limits)
        if arguments.out is None:
            recalibration = adopted.recalibration
            print(
                f"updated recalibration: intercept {recalibration.intercept:.4f}, slope {recalibration.slope:.4f}; "
                "--out writes it"
            )
        else:
            adopted.save(arguments.out)
            print(f"model {adopted.id} written to {arguments.out}")
    for kind, file in (("page", arguments.html), ("numbers", arguments.json)):
        if file is not None:
            print(f"{kind} written to {file}")
    for name, reason in pooled.refused:
        print(f"left out: {name}: {reason}", file=sys.stderr)
    return 0


def _describe_summary(summary: SiteSummary, size: int) -> list[str]:
    """What leaves the site, in words."""
    suppressed = f"not told, fewer than {summary.smallest_cell}"
    events = suppressed if summary.events is None else f"{summary.events:,}"
    cells = len(summary.others.n) + (0 if summary.with_event is None else len(summary.with_event.n))
    rule = f"at least {summary.smallest_cell} people each"
    lines = [
        f"What leaves {summary.site} ({size:,} bytes):",
        f"  the model's name and digest, the outcome ({summary.outcome}), the moment ({summary.moment})",
        f"  years of birth: {'not told' if summary.period is None else ' to '.join(map(str, summary.period))}",
        f"  rows: {summary.n:,}; with the outcome: {events}",
        f"  {cells} counts of estimated risks, {rule if summary.smallest_cell > 1 else 'OF ANY SIZE, EVEN ONE PERSON'}",
    ]
    if summary.curvature is not None:
        lines.append(f"  how {len(summary.curvature.features)} features moved the risks together: sums over all rows")
    lines.append(
        "No row, no name, no identifier. Of two files with births in common, the difference can be worked out:"
    )
    lines.append("send births once.")
    if summary.excluded:
        lines.append(f"({summary.excluded:,} rows were left out: outcome unknown, or not among those asked about.)")
    return lines


def _format_pooled(pooled: PooledSites) -> str:
    lines = [repr(pooled), "", f"{'site':<32} {'rows':>9} {'events':>7}  O/E                    slope"]
    for site, line in pooled.sites.iterrows():
        events = "few" if line["events"] != line["events"] else f"{line['events']:,.0f}"
        cells = [f"{site[:32]:<32} {line['n']:>9,.0f} {events:>7}"]
        for name in ("observed_over_expected", "calibration_slope"):
            estimate = Estimate(*(float(line[f"{name}{end}"]) for end in ("", "_low", "_high")))
            cells.append(f"{estimate.format(2):<21}")
        lines.append("  ".join(cells))
    return "\n".join(lines)
