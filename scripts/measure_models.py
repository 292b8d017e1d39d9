"""Measures the shipped models again on the registers, without training them, and writes their records and cards anew.

    python scripts/measure_models.py DIR    DIR holds the registers' files

For a change in what is measured or reported of a model. A model trained again gives the same directory.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from perinatal.catalogue import read_model
from perinatal.recipes import RECIPES, renew_record

MODELS = Path(__file__).resolve().parent.parent / "models"


def main(registers: Path) -> None:
    """Every shipped model: the same trees or coefficients, the record of its recipe measured anew.

    How further cases compare with a cohort's own was measured when they trained, and is kept.
    """
    for name, recipe in RECIPES.items():
        if not recipe.withheld_reason:
            model = replace(read_model(MODELS / name), trained_on=recipe.trained_on, terms=recipe.terms)
            renew_record(model, recipe, registers, seed=model.evidence.training.seed).save(MODELS / name)
            print(name, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
