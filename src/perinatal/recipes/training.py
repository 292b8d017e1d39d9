"""From a recipe and a folder of registers to a model that carries its own evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from perinatal.cohorts import read_cohort
from perinatal.errors import RegisterError, UnknownName
from perinatal.evaluate import performance
from perinatal.models import RiskModel, fit
from perinatal.models.card import printable
from perinatal.models.eligibility import Rows
from perinatal.models.folds import deal, group_codes
from perinatal.recipes.recipe import Recipe, Source
from perinatal.vocabulary import observe

SEED = 0


@dataclass(frozen=True, slots=True)
class Development:
    """A recipe's development cohort, divided into what trains and what tests, and how many rows each step left."""

    training: pd.DataFrame
    held_out: pd.DataFrame
    flow: tuple[tuple[str, int], ...]


def development(recipe: str | Recipe, registers: str | Path, *, seed: int = SEED) -> Development:
    """Read and divide a recipe's development cohort; rows that belong together stay on one side."""
    declared = _declared(recipe)
    frame, flow = _cohort(declared.development, Path(registers), declared)
    known = observe(declared.outcome, frame).notna().to_numpy()
    flow.append(("set aside: outcome unknown", int((~known).sum())))
    frame = frame.loc[known]
    held_out = _held_out(declared, frame, seed)
    flow.append((f"held out for the first test ({declared.held_out_name})", int(held_out.sum())))
    flow.append(("left for training", int((~held_out).sum())))
    return Development(frame.loc[~held_out], frame.loc[held_out], tuple(flow))


def train(recipe: str | Recipe, registers: str | Path, *, seed: int = SEED, progress: bool = False) -> RiskModel:
    """Train and test a shipped model from the registers in a folder; the same seed gives the same model.

    Raises :class:`~perinatal.errors.UnknownName` for an unknown recipe and
    :class:`~perinatal.errors.RegisterError` for a file that is absent or is not the register.
    """
    declared = _declared(recipe)
    cohort = development(declared, registers, seed=seed)
    model = fit(
        cohort.training,
        outcome=declared.outcome,
        moment=declared.moment,
        features=declared.features,
        directions=declared.directions,
        seed=seed,
        model_id=declared.id,
        trained_on=declared.trained_on,
        terms=declared.terms,
        progress=progress,
    )
    return _with_record(model, declared, cohort, Path(registers), seed)


def with_record(model: RiskModel, recipe: str | Recipe, registers: str | Path, *, seed: int = SEED) -> RiskModel:
    """The model with what its recipe's tests show now: for a change of what is measured, without training anew."""
    declared = _declared(recipe)
    return _with_record(model, declared, development(declared, registers, seed=seed), Path(registers), seed)


def _with_record(model: RiskModel, declared: Recipe, cohort: Development, registers: Path, seed: int) -> RiskModel:
    tests = [evaluated_on(model, cohort.held_out, declared.held_out_name)]
    for test in declared.tests:
        frame, _ = _cohort(test.source, registers, declared)
        tests.append(evaluated_on(model, frame, test.name, test.note))
    record: Mapping = {
        "training": model.evaluation["training"],
        "flow": [[step, printable(n)] for step, n in cohort.flow],
        "tests": tests,
        "limits": list(declared.limits),
        **({"kept_back": declared.kept_back} if declared.kept_back else {}),
        "made_by": f"perinatal train --model {declared.id} --seed {seed}",
    }
    return replace(model, evaluation=record)


def _declared(recipe: str | Recipe) -> Recipe:
    if isinstance(recipe, Recipe):
        return recipe
    from perinatal.recipes import RECIPES

    if recipe not in RECIPES:
        raise UnknownName(f"There is no recipe '{recipe}'. Expected one of: {', '.join(RECIPES)}.")
    return RECIPES[recipe]


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
        flow.append((f"set aside: {source.rows.otherwise}", int((~kept).sum())))
        frame = frame.loc[kept]
    return frame, flow


def _held_out(recipe: Recipe, frame: pd.DataFrame, seed: int) -> np.ndarray:
    if isinstance(recipe.held_out, Rows):
        return recipe.held_out.keep(frame).to_numpy(dtype=bool)
    observed = observe(recipe.outcome, frame).to_numpy(dtype=float)
    tenths = deal(group_codes(frame)[0], observed, 10, seed)
    return tenths < round(10 * recipe.held_out)


def evaluated_on(model: RiskModel, frame: pd.DataFrame, name: str, note: str = "") -> dict:
    """What a model shows on a cohort it has not seen, ready for its record."""
    observed = observe(model.outcome, frame)
    known = observed.notna().to_numpy()
    rows = frame.loc[known]
    risk = model.predict(rows).risk.to_numpy()
    absent = [name for name in model.inputs if name not in rows or rows[name].isna().all()]
    places = "facility_id" if "facility_id" in rows and rows["facility_id"].notna().any() else None
    clusters, by = group_codes(rows, places)
    return {
        "name": name,
        "note": note,
        "outcome_unknown": printable(int((~known).sum())),
        "inputs_absent": absent,
        "intervals_by": by,
        **performance(observed[known].to_numpy(dtype=float), risk, clusters=clusters),
    }
