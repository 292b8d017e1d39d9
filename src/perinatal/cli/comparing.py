"""The command that compares everything that ranks an outcome on a person's own cohort."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from perinatal.cli.given import read_cohort_file
from perinatal.cli.risks import exit_code, report_problems
from perinatal.cli.tables import format_json, write_text
from perinatal.validation import compare


def run_comparison(arguments: argparse.Namespace) -> int:
    """``perinatal compare``: the ranking on stdout; with --out a page, with --json every number."""
    settings = {"models": arguments.models, "thresholds": arguments.threshold, "progress": sys.stderr.isatty()}
    cohort_file = read_cohort_file(arguments)
    result = compare(
        cohort_file.cohort, arguments.outcome, columns=cohort_file.columns, units=cohort_file.units, **settings
    )
    if cohort_file.name is not None:
        result = replace(result, cohort=cohort_file.name)
    if arguments.out is not None:
        from perinatal.report import comparison_page

        write_text(comparison_page(result), arguments.out)
    if arguments.json is not None:
        write_text(format_json(result.to_dict()), arguments.json)
    print(result.to_text())
    others = result.left_out["reason"].str.startswith("is about ")
    for name, line in result.left_out[~others].iterrows():
        print(f"  not compared: {name}: {line['reason']}")
    if others.any():
        print(f"  {int(others.sum())} more are not about this outcome: --out FILE.html or --json FILE.json names each")
    for name, line in result.ranking.iterrows():
        if line["note"]:
            print(f"  {name}: {line['note']}")
    for kind, file in (("report", arguments.out), ("numbers", arguments.json)):
        if file is not None:
            print(f"{kind} written to {file}")
    report_problems(result.problems)
    return exit_code(result.problems)
