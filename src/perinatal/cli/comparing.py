"""The command that compares everything that ranks an outcome on a person's own cohort."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from perinatal.cli.risks import code_of, tell
from perinatal.cli.tables import STDIN, as_json, read_table, stated_units, write_text
from perinatal.errors import InputError
from perinatal.frames import ColumnMap
from perinatal.validation import compare


def run_comparison(arguments: argparse.Namespace) -> int:
    """``perinatal compare``: the ranking on stdout; with --out a page, with --json every number."""
    chosen = {"models": arguments.models, "thresholds": arguments.threshold, "progress": sys.stderr.isatty()}
    if arguments.register is not None:
        from perinatal.cohorts import read_cohort

        if arguments.columns or arguments.units or arguments.index:
            raise InputError("--register says what the columns mean: leave --columns, --units and --index out.")
        if arguments.file == STDIN:
            raise InputError("A register is read from a file, not from stdin.")
        cohort = read_cohort(arguments.register, Path(arguments.file), progress=sys.stderr.isatty())
        result = compare(cohort, arguments.outcome, **chosen)
    else:
        table = read_table(arguments.file, arguments.index, arguments.encoding)
        columns = ColumnMap.read(arguments.columns) if arguments.columns else None
        units = stated_units(arguments.units)
        result = compare(table, arguments.outcome, columns=columns, units=units, **chosen)
        if arguments.file != STDIN:
            result = replace(result, cohort=Path(arguments.file).name)
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
