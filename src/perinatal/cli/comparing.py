"""The command that compares everything that ranks an outcome on a person's own cohort."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace

from perinatal.cli.given import cohort_given
from perinatal.cli.risks import code_of, tell
from perinatal.cli.tables import as_json, write_text
from perinatal.validation import compare


def run_comparison(arguments: argparse.Namespace) -> int:
    """``perinatal compare``: the ranking on stdout; with --out a page, with --json every number."""
    chosen = {"models": arguments.models, "thresholds": arguments.threshold, "progress": sys.stderr.isatty()}
    given = cohort_given(arguments)
    result = compare(given.cohort, arguments.outcome, columns=given.columns, units=given.units, **chosen)
    if given.name is not None:
        result = replace(result, cohort=given.name)
    if arguments.out is not None:
        from perinatal.report import comparison_page

        write_text(comparison_page(result), arguments.out)
    if arguments.json is not None:
        write_text(as_json(result.to_dict()), arguments.json)
    print(result.said())
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
    tell(result.problems)
    return code_of(result.problems)
