"""The command `perinatal report`."""

from __future__ import annotations

import argparse
from pathlib import Path

from perinatal.cli.exit_codes import ExitCode

HELP = "Write an HTML page for each model from its recorded tests, and an index."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "folder", metavar="DIR", nargs="?", help="folder of model directories (default: the shipped models)"
    )
    parser.add_argument("--html", metavar="DIR", default="report", help="folder for the pages (default: report)")


def run(arguments: argparse.Namespace) -> ExitCode:
    """A page for each model of the folder, and ``index.html``."""
    from perinatal._shipped import shipped_directory
    from perinatal.catalogue import read_model
    from perinatal.cli.outputs import write_text
    from perinatal.errors import InputError
    from perinatal.report import catalogue_page, model_page

    root = shipped_directory("models") if arguments.folder is None else Path(arguments.folder)
    if not root.is_dir():
        raise InputError("The folder of models does not exist.")
    names = sorted(entry.parent.name for entry in root.glob("*/manifest.json") if entry.parent.name[0] != ".")
    if not names:
        raise InputError("There is no model in that folder: expected model directories, each with a manifest.json.")
    models = [read_model(root / name) for name in names]
    pages = Path(arguments.html)
    pages.mkdir(parents=True, exist_ok=True)
    for model in models:
        write_text(model_page(model), str(pages / f"{model.id}.html"))
    write_text(catalogue_page(models), str(pages / "index.html"))
    print(f"{len(models)} models: {pages / 'index.html'}")
    return ExitCode.DONE
