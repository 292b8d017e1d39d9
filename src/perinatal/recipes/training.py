"""From a recipe and a folder of registers to a model that carries its own evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from perinatal.errors import RegisterError, UnknownName
from perinatal.frames import Conformed
from perinatal.models import RiskModel
from perinatal.models.evidence import Evidence, FlowStep, FurtherCases, RegisterRecord, round_estimate
from perinatal.recipes.era import measure_case_separation
from perinatal.recipes.new_places import new_places
from perinatal.recipes.recipe import Recipe, RegisterFile
from perinatal.registers import REGISTERS, read_cohort
from perinatal.training import FitOptions, fit
from perinatal.training.eligibility import EligibilityRule, eligible_rows
from perinatal.training.folds import encode_groups, grouped_folds
from perinatal.validation import build_cohort_test
from perinatal.validation.small_cells import suppress_small_steps
from perinatal.vocabulary import Moment, observe
from perinatal.vocabulary import outcome as outcome_of

SEED = 0


@dataclass(frozen=True, slots=True)
class Development:
    """A recipe's development cohort, divided into what trains and what tests, and how many rows each step left."""

    training: pd.DataFrame
    held_out: pd.DataFrame
    flow: tuple[tuple[str, int], ...]


def read_development(recipe: str | Recipe, registers: str | Path, *, seed: int = SEED) -> Development:
    """Read and divide a recipe's development cohort; rows of one group stay in one part."""
    declared = _resolve_recipe(recipe)
    frame, flow = _read_register_file(declared.development, Path(registers), declared)
    eligible, excluded = eligible_rows(outcome_of(declared.outcome), Moment.parse(declared.moment), frame)
    flow += [(f"excluded: {reason}", rows) for reason, rows in excluded]
    frame = frame.loc[eligible]
    known = observe(declared.outcome, frame).notna().to_numpy()
    flow.append(("excluded: outcome unknown", int((~known).sum())))
    frame = frame.loc[known]
    held_out = _select_held_out(declared, frame, seed)
    flow.append((f"held out for the first test ({declared.held_out_name})", int(held_out.sum())))
    flow.append(("used for training", int((~held_out).sum())))
    return Development(frame.loc[~held_out], frame.loc[held_out], tuple(flow))


def train(recipe: str | Recipe, registers: str | Path, *, seed: int = SEED, progress: bool = False) -> RiskModel:
    """Train and test a shipped model from the registers in a folder; the same seed gives the same model.

    Raises :class:`~perinatal.errors.UnknownName` for an unknown recipe and
    :class:`~perinatal.errors.RegisterError` for a file that is absent or is not the register.
    """
    declared = _resolve_recipe(recipe)
    cohort = read_development(declared, registers, seed=seed)
    source = declared.further_cases
    cases = None if source is None else _read_register_file(source, Path(registers), declared)[0]
    model = fit(
        Conformed(cohort.training, ()),
        declared.outcome,
        declared.moment,
        features=declared.features,
        seed=seed,
        options=FitOptions(
            directions=declared.directions,
            further_cases=cases,
            id=declared.id,
            trained_on=declared.trained_on,
            terms=declared.terms,
            progress=progress,
        ),
    )
    if source is not None and cases is not None:
        further_cases = _describe_further_cases(declared, source, cohort, cases, seed)
        model = replace(model, evidence=replace(model.evidence, further_cases=further_cases))
    return _renew_record(model, declared, cohort, Path(registers), seed)


def _describe_further_cases(
    declared: Recipe, source: RegisterFile, cohort: Development, cases: pd.DataFrame, seed: int
) -> FurtherCases:
    """Where further cases are from, how many there are, and how far they differ from the cohort's own."""
    question = outcome_of(declared.outcome), Moment.parse(declared.moment)
    further = cases.loc[eligible_rows(*question, cases)[0]]
    own = cohort.training.loc[observe(declared.outcome, cohort.training).to_numpy(dtype=bool)]
    separation = measure_case_separation(own, further, declared.features, declared.moment, seed=seed)
    return FurtherCases(register=_describe_register(source), n=len(further), separation=round_estimate(separation))


def renew_record(model: RiskModel, recipe: str | Recipe, registers: str | Path, *, seed: int = SEED) -> RiskModel:
    """The model with its recipe's tests run again, without retraining: for a change in what is measured."""
    declared = _resolve_recipe(recipe)
    return _renew_record(model, declared, read_development(declared, registers, seed=seed), Path(registers), seed)


def _renew_record(model: RiskModel, declared: Recipe, cohort: Development, registers: Path, seed: int) -> RiskModel:
    tests = [build_cohort_test(model, cohort.held_out, declared.held_out_name)]
    for test in declared.tests:
        frame, flow = _read_register_file(test.source, registers, declared)
        tests.append(build_cohort_test(model, frame, test.name, test.note, flow))
    places, prior = None, None
    if declared.sites:
        places, prior = new_places(
            model, cohort.training, cohort.held_out, declared.sites, directions=declared.directions, seed=seed
        )
    evidence = Evidence(
        training=model.evidence.training,
        register=_describe_register(declared.development),
        flow=tuple(FlowStep(step, rows) for step, rows in suppress_small_steps(cohort.flow)),
        tests=tuple(tests),
        further_cases=model.evidence.further_cases,
        new_places=places,
        heterogeneity=prior,
        limits=declared.limits,
        withheld_reason=declared.withheld_reason,
        made_by=f"perinatal train --model {declared.id} --seed {seed}",
    )
    return replace(model, evidence=evidence)


def _describe_register(source: RegisterFile) -> RegisterRecord:
    register = REGISTERS[source.register]
    return RegisterRecord(
        name=register.name,
        title=register.title,
        place=register.place,
        years=register.years,
        source=register.source,
    )


def _resolve_recipe(recipe: str | Recipe) -> Recipe:
    if isinstance(recipe, Recipe):
        return recipe
    from perinatal.recipes import RECIPES

    if recipe not in RECIPES:
        raise UnknownName(f"There is no recipe '{recipe}'. Expected one of: {', '.join(RECIPES)}.")
    return RECIPES[recipe]


def _read_register_file(
    source: RegisterFile, registers: Path, recipe: Recipe
) -> tuple[pd.DataFrame, list[tuple[str, int]]]:
    path = registers / source.file
    if not path.is_file():
        raise RegisterError(
            f"{recipe.id} needs the register {source.register} as '{source.file}', which is not in the folder given."
        )
    cohort = read_cohort(source.register, path)
    flow = [(f"read from {source.register}", cohort.report.rows_read)]
    flow += [(f"excluded: {reason}", count) for reason, count in cohort.report.exclusions]
    frame = cohort.frame
    if source.rows is not None:
        excluded = source.rows.excluded_rows(frame)
        flow.append((f"excluded: {source.rows.exclusion_reason}", int(excluded.sum())))
        frame = frame.loc[~excluded]
    if source.every_tenth:
        sampled = frame.index.to_numpy() % 10 == 0
        flow.append(("excluded: all but every tenth birth", int((~sampled).sum())))
        frame = frame.loc[sampled]
    return frame, flow


def _select_held_out(recipe: Recipe, frame: pd.DataFrame, seed: int) -> np.ndarray:
    if isinstance(recipe.held_out, EligibilityRule):
        return recipe.held_out.excluded_rows(frame)
    observed = observe(recipe.outcome, frame).to_numpy(dtype=float)
    tenths = grouped_folds(encode_groups(frame)[0], observed, 10, seed)
    return tenths < round(10 * recipe.held_out)
