"""From a recipe and a folder of registers to a model that carries its own evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from perinatal.cohorts import read_cohort
from perinatal.errors import RegisterError, UnknownName
from perinatal.evaluate import performance
from perinatal.features import feature
from perinatal.models import RiskModel, fit
from perinatal.models.folds import deal, group_codes
from perinatal.recipes.declared import RECIPES, Recipe, Rows, Source
from perinatal.vocabulary import observe

SEED = 0


def train(recipe: str | Recipe, registers: str | Path, *, seed: int = SEED, progress: bool = False) -> RiskModel:
    """Train and test a shipped model from the registers in a folder; the same seed gives the same model.

    Raises :class:`~perinatal.errors.UnknownName` for an unknown recipe and
    :class:`~perinatal.errors.RegisterError` for a file that is absent or is not the register.
    """
    if not isinstance(recipe, Recipe):
        if recipe not in RECIPES:
            raise UnknownName(f"There is no recipe '{recipe}'. Expected one of: {', '.join(RECIPES)}.")
        recipe = RECIPES[recipe]
    frame, flow = _cohort(recipe.development, Path(registers), recipe)
    known = observe(recipe.outcome, frame).notna().to_numpy()
    flow.append(("set aside: outcome unknown", int((~known).sum())))
    frame = frame.loc[known]
    held_out = _held_out(recipe, frame, seed)
    names = tuple(feature(name).name for name in recipe.features)
    model = fit(
        frame.loc[~held_out],
        outcome=recipe.outcome,
        moment=recipe.moment,
        features=names,
        directions=recipe.directions,
        seed=seed,
        model_id=recipe.id,
        trained_on=recipe.trained_on,
        terms=recipe.terms,
        progress=progress,
    )
    flow.append((f"held out for the first test ({recipe.held_out_name})", int(held_out.sum())))
    flow.append(("left for training", int((~held_out).sum())))
    tests = [_tested(model, frame.loc[held_out], recipe.held_out_name, "")]
    for test in recipe.tests:
        tests.append(_tested(model, _cohort(test.source, Path(registers), recipe)[0], test.name, test.note))
    record: Mapping = {
        **model.evaluation,
        "flow": [[step, n] for step, n in flow],
        "tests": tests,
        "limits": list(recipe.limits),
        "made_by": f"perinatal train --model {recipe.id} --seed {seed}",
    }
    return replace(model, evaluation=record)


def _cohort(source: Source, registers: Path, recipe: Recipe) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    path = registers / source.file
    if not path.is_file():
        raise RegisterError(
            f"{recipe.id} needs the register {source.register} as '{source.file}', which is not in the folder given."
        )
    cohort = read_cohort(source.register, path)
    flow = [(f"read from {source.register}", cohort.report.rows_read)]
    flow += [(f"set aside: {reason}", count) for reason, count in cohort.report.set_aside]
    frame = cohort.frame
    if source.rows is not None:
        kept = source.rows.keep(frame).to_numpy(dtype=bool)
        flow.append((f"set aside: {source.rows.words}", int((~kept).sum())))
        frame = frame.loc[kept]
    return frame, flow


def _held_out(recipe: Recipe, frame: pd.DataFrame, seed: int) -> np.ndarray:
    if isinstance(recipe.held_out, Rows):
        return recipe.held_out.keep(frame).to_numpy(dtype=bool)
    observed = observe(recipe.outcome, frame).to_numpy(dtype=float)
    tenths = deal(group_codes(frame)[0], observed, 10, seed)
    return tenths < round(10 * recipe.held_out)


def _tested(model: RiskModel, frame: pd.DataFrame, name: str, note: str) -> dict:
    observed = observe(model.outcome, frame)
    known = observed.notna().to_numpy()
    rows = frame.loc[known]
    risk = model.predict(rows).risk.to_numpy()
    absent = [name for name in model.inputs if name not in rows or rows[name].isna().all()]
    return {
        "name": name,
        "note": note,
        "outcome_unknown": int((~known).sum()),
        "inputs_absent": absent,
        **performance(observed[known].to_numpy(dtype=float), risk),
    }


