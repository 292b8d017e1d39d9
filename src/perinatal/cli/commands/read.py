"""The command `perinatal read`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import whole_number

HELP = "Read the file of a public register into a canonical table."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("register", metavar="REGISTER", help="a name that `perinatal registers` lists")
    parser.add_argument("file", metavar="FILE", help="the register's file")
    parser.add_argument("--out", required=True, metavar="FILE", help="the canonical table, .parquet or .csv")
    parser.add_argument("--rows", type=whole_number(1), metavar="N", help="only the first N records")


def run(arguments: argparse.Namespace) -> ExitCode:
    """The canonical table in a file; the reading report on stderr."""
    from perinatal.cli.outputs import write_frame
    from perinatal.errors import InputError
    from perinatal.registers import read_cohort

    out = Path(arguments.out)
    if out.suffix.lower() not in (".parquet", ".pq", ".csv"):
        raise InputError(f"--out must end in .parquet or .csv, and is '{out.name}'.")
    progress = sys.stderr.isatty()
    cohort = read_cohort(arguments.register, Path(arguments.file), rows=arguments.rows, progress=progress)
    write_frame(cohort.frame, arguments.out)
    print(cohort.report, file=sys.stderr)
    return ExitCode.DONE
