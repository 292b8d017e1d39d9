"""The command `perinatal conform`."""

from __future__ import annotations

import argparse

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import add_table_arguments

HELP = "Convert a table to canonical names and units, and report every problem."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_table_arguments(parser)
    parser.add_argument("--out", metavar="FILE", help="write the table to this .csv or .parquet instead of stdout")
    parser.add_argument("--problems", metavar="FILE", help="also write the problems as CSV")


def run(arguments: argparse.Namespace) -> ExitCode:
    """The canonical table on stdout or in a file; the problems on stderr."""
    from perinatal.cli.inputs import read_table_input
    from perinatal.cli.outputs import exit_code, report_problems, write_frame, write_text
    from perinatal.errors import MissingVariables
    from perinatal.frames import conform, problems_frame

    table, columns, units = read_table_input(arguments)
    conformed = conform(table, columns=columns, units=units)
    if len(table.columns) and not len(conformed.frame.columns):
        raise MissingVariables(
            f"None of the {len(table.columns)} columns has a name that the vocabulary knows; nothing was written. "
            "Rename them, or pass a ColumnMap."
        )
    write_frame(conformed.frame, arguments.out)
    report_problems(conformed.problems)
    if arguments.problems is not None:
        write_text(problems_frame(conformed.problems).to_csv(index=False, lineterminator="\n"), arguments.problems)
    return exit_code(conformed.problems)
