"""The command `perinatal train`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import add_seed_argument

if TYPE_CHECKING:
    from perinatal.models import RiskModel

HELP = "Train the shipped models again from the registers."
REGISTERS_FOLDER = "PERINATAL_REGISTERS"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--all", action="store_true", help="every shipped model")
    which.add_argument("--model", action="append", metavar="ID", help="this model; repeatable")
    parser.add_argument(
        "--registers", metavar="DIR", help=f"folder of the registers' files (default: ${REGISTERS_FOLDER})"
    )
    parser.add_argument("--out", metavar="DIR", default="models", help="folder for the models (default: models)")
    parser.add_argument(
        "--withheld",
        default="docs/withheld",
        metavar="DIR",
        help="folder for the cards of models that are reported but not shipped (default: docs/withheld)",
    )
    add_seed_argument(parser, "folds and sampling")


def run(arguments: argparse.Namespace) -> ExitCode:
    """Each recipe as a model directory; of a model that is not shipped, only its record and card."""
    from perinatal.errors import InputError, UnknownName
    from perinatal.recipes import RECIPES
    from perinatal.recipes import train as train_recipe

    folder = arguments.registers or os.environ.get(REGISTERS_FOLDER)
    if not folder:
        raise InputError(
            f"Training needs the folder of the registers' files: give --registers DIR, or set {REGISTERS_FOLDER}."
        )
    if not Path(folder).is_dir():
        raise InputError("The folder of the registers (--registers) does not exist.")
    ids = list(RECIPES if arguments.all else arguments.model)
    unknown = [name for name in ids if name not in RECIPES]
    if unknown:
        raise UnknownName(f"There is no recipe '{unknown[0]}'. Expected one of: {', '.join(RECIPES)}.")
    for number, name in enumerate(ids, 1):
        print(f"{name} ({number} of {len(ids)})", file=sys.stderr)
        model = train_recipe(name, Path(folder), seed=arguments.seed, progress=sys.stderr.isatty())
        if RECIPES[name].withheld_reason:
            print(f"{name}: not shipped; its card is in {_write_card(model, Path(arguments.withheld) / name)}")
        else:
            print(f"{name}: written to {model.save(Path(arguments.out) / name)}")
    return ExitCode.DONE


def _write_card(model: RiskModel, directory: Path) -> Path:
    """The record and the card of a model that is reported but not shipped."""
    directory.mkdir(parents=True, exist_ok=True)
    from perinatal.models.evidence import write_record

    record = json.dumps(write_record(model.evidence), indent=1, allow_nan=False, ensure_ascii=False)
    (directory / "evaluation.json").write_text(record + "\n", encoding="utf-8")
    (directory / "card.md").write_text(model.card(), encoding="utf-8")
    return directory
