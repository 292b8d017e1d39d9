"""The command `perinatal dictionary`."""

from __future__ import annotations

import argparse

from perinatal.cli.exit_codes import ExitCode

HELP = "Print the data dictionary: every variable and outcome."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--format", choices=("md", "csv", "json"), default="md", help="default: md")


def run(arguments: argparse.Namespace) -> ExitCode:
    """The dictionary on stdout."""
    from perinatal._json import jsonable
    from perinatal.cli.outputs import write_json, write_text
    from perinatal.vocabulary.data_dictionary import dictionary, dictionary_markdown

    if arguments.format == "md":
        write_text(dictionary_markdown(), None)
    elif arguments.format == "csv":
        write_text(dictionary().to_csv(index=False, lineterminator="\n"), None)
    else:
        write_json(jsonable(dictionary()), None)
    return ExitCode.DONE
