"""The commands that work on public registers: list them, read one, train the shipped models from them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from perinatal.cli.tables import write_frame
from perinatal.errors import InputError, UnknownName

if TYPE_CHECKING:
    from perinatal.models import RiskModel

REGISTERS_FOLDER = "PERINATAL_REGISTERS"


def list_registers() -> int:
    """``perinatal registers``: the public registers that can be read."""
    from perinatal.registers import REGISTERS

    width = max(len(name) for name in REGISTERS)
    for name, register in REGISTERS.items():
        print(f"{name:<{width}}  {register.title} ({register.place}, {register.years})")
    return 0


def read_register(register: str, file: str, out: str, rows: int | None) -> int:
    """``perinatal read``: a register's file as a canonical table; the reading report goes to stderr."""
    from perinatal.registers import read_cohort

    if Path(out).suffix.lower() not in (".parquet", ".pq", ".csv"):
        raise InputError(f"--out must end in .parquet or .csv, and is '{Path(out).name}'.")
    cohort = read_cohort(register, Path(file), rows=rows, progress=sys.stderr.isatty())
    write_frame(cohort.frame, out)
    print(cohort.report, file=sys.stderr)
    return 0


def train_recipes(model_ids: Sequence[str] | None, folder: str | None, out: str, cards: str, seed: int) -> int:
    """``perinatal train``: each recipe, or those chosen, as a model directory; of one kept back, only the card."""
    from perinatal.recipes import RECIPES
    from perinatal.recipes import train as train_recipe

    folder = folder or os.environ.get(REGISTERS_FOLDER)
    if not folder:
        raise InputError(
            f"Training needs the folder of the registers' files: give --registers DIR, or set {REGISTERS_FOLDER}."
        )
    if not Path(folder).is_dir():
        raise InputError("The folder of the registers (--registers) does not exist.")
    ids = list(model_ids or RECIPES)
    unknown = [name for name in ids if name not in RECIPES]
    if unknown:
        raise UnknownName(f"There is no recipe '{unknown[0]}'. Expected one of: {', '.join(RECIPES)}.")
    for number, name in enumerate(ids, 1):
        print(f"{name} ({number} of {len(ids)})", file=sys.stderr)
        model = train_recipe(name, Path(folder), seed=seed, progress=sys.stderr.isatty())
        if RECIPES[name].withheld_reason:
            print(f"{name}: kept back, its card is in {_write_card(model, Path(cards) / name)}")
        else:
            print(f"{name}: written to {model.save(Path(out) / name)}")
    return 0


def _write_card(model: RiskModel, directory: Path) -> Path:
    """The record and the card of a model that is reported but not shipped."""
    directory.mkdir(parents=True, exist_ok=True)
    record = json.dumps(model.evaluation, indent=1, allow_nan=False, ensure_ascii=False)
    (directory / "evaluation.json").write_text(record + "\n", encoding="utf-8")
    (directory / "card.md").write_text(model.card(), encoding="utf-8")
    return directory
