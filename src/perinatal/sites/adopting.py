"""Adoption of a model at a site: rows are checked, and a rung is chosen by a test that is fixed in advance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from perinatal import evaluate
from perinatal._html import html, join_html, table_html
from perinatal.catalogue import require_trained
from perinatal.errors import AdoptionRefused, MissingVariables, NotEnoughData
from perinatal.evaluate import Estimate
from perinatal.frames import Column, ColumnMap, Conformed, Problem, Table, as_cohort
from perinatal.models import RiskModel
from perinatal.models.adopted import Adoption, Rung, site_label, today
from perinatal.models.card import BEFORE_AFTER
from perinatal.models.evidence import (
    CalibrationGroup,
    CheckRecord,
    FlowStep,
    PartRecord,
    PriorRecord,
    RungRecord,
    SiteAdoption,
    UpdateRecord,
    round_estimate,
    write_record,
)
from perinatal.models.identity import compute_digest
from perinatal.models.scorers.rescaled import RESCALED
from perinatal.sites.applying import attach_adoption, require_not_adopted, update_model
from perinatal.sites.choosing import Choice, HeldOut, choose, predict_out_of_fold, repeated_grouped_folds, row_losses
from perinatal.sites.guard import AdoptionRows, Check, run_checks
from perinatal.sites.learning import read_prior
from perinatal.sites.options import AdoptionOptions
from perinatal.sites.periods import format_date_range, read_row_dates
from perinatal.sites.reference import build_reference
from perinatal.sites.rungs import Prior, Update, average_with_frozen
from perinatal.sites.sample_sizes import FEWEST_EVENTS
from perinatal.training import FitOptions, fit
from perinatal.training.auditing.findings import format_headings
from perinatal.training.folds import encode_groups
from perinatal.training.progress import Steps
from perinatal.validation.recording import build_calibration_groups
from perinatal.validation.small_cells import suppress_small_steps
from perinatal.validation.validating import usable_rows
from perinatal.vocabulary.disclosure import suppress_small

LADDER = tuple(Rung)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Examination:
    """The result of an adoption: adopted, or refused, and why.

    Parameters
    ----------
    model : the frozen model. site : its label. n, events : rows used, and those with the outcome.
    flow : (step, rows), from what was read to what was used. checks : the safety checks.
    choice : the rung and what it was compared with; ``None`` where a check failed.
    adopted : the model of the site; ``None`` where it is refused.
    record : what was measured, as the adopted model's evidence holds it; ``None`` where it is refused.
    problems : what was found wrong, odd or missing in the table.
    """

    model: RiskModel
    site: str
    n: int
    events: int
    flow: tuple[tuple[str, int], ...]
    checks: tuple[Check, ...]
    choice: Choice | None
    adopted: RiskModel | None
    record: SiteAdoption | None
    problems: tuple[Problem, ...] = ()

    @property
    def refusals(self) -> tuple[str, ...]:
        """The failed checks, in sentences."""
        return tuple(f"{check.name}: {check.message}" for check in self.checks if not check.passed)

    def to_frame(self) -> pd.DataFrame:
        """The checks: ``name, passed, message``."""
        lines = [(check.name, check.passed, check.message) for check in self.checks]
        return pd.DataFrame(lines, columns=["name", "passed", "message"])

    def to_dict(self) -> dict[str, object]:
        """Every number, ready for JSON; counts of one to nine rows are ``None``."""
        chosen = None if self.choice is None else {"rung": self.choice.rung.value, "why": self.choice.why}
        return {
            "model": self.model.id,
            "site": self.site,
            "adopted": None if self.adopted is None else self.adopted.id,
            "n": suppress_small(self.n),
            "events": suppress_small(self.events),
            "flow": [[step, count] for step, count in suppress_small_steps(self.flow)],
            "checks": [{"name": c.name, "passed": c.passed, "message": c.message} for c in self.checks],
            "choice": chosen,
            "problems": [str(problem) for problem in self.problems],
            "record": {} if self.record is None else write_record(self.record),
        }

    def _repr_html_(self) -> str:
        return join_html(html("pre", repr(self)), table_html(self.to_frame(), index=False))

    def __repr__(self) -> str:
        if self.adopted is None or self.adopted.adoption is None or self.choice is None:
            return "\n".join([f"{self.model.id} is not adopted at {self.site}.", *(f"  {r}" for r in self.refusals)])
        return f"{self.adopted.adoption.message} {self.choice.why}"


def adopt(
    model: RiskModel,
    table: Table,
    *,
    site: str,
    columns: ColumnMap | Mapping[object, str | Column] | None = None,
    units: Mapping[str, str] | None = None,
    groups: str | None = None,
    dates: str | pd.Series | None = None,
    seed: int = 0,
    options: AdoptionOptions = AdoptionOptions(),
) -> RiskModel:
    """Recalibrate a model on a site's own rows, or refuse with every reason.

    The steps, from least to most change: keep the model as it is; update its intercept; intercept and slope; a factor
    for each of its additive parts (its trees stay as they are); and, only where allowed, a refit. Updates are shrunk
    towards the frozen model and averaged with it (:func:`average_with_frozen`). The highest step is chosen for which
    there are enough rows (:data:`FEWEST_EVENTS`) and which beats the frozen model on held-out rows (a refit must beat
    every other step, too); where none does, the model is kept as it is. Rows of one mother (``mother_id``), or else of
    one delivery, are never split between training and test.

    Parameters
    ----------
    model : from :func:`perinatal.load_model` or :func:`perinatal.fit`; not itself adopted.
    table : a :class:`~perinatal.Cohort`, a :class:`~perinatal.Conformed`, or any table that
        :func:`perinatal.conform` takes, with the outcome.
    site : name of the place, one line; the new id is ``<parent>@<site>``.
    columns, units : what a table's headings mean, as for :func:`perinatal.conform`.
    groups : identifier of rows that stay together.
    dates : heading, or Series on the table's index, with the year, month or date of each row.
    seed : of the folds.
    options : further switches, see :class:`~perinatal.sites.AdoptionOptions`.

    Raises
    ------
    AdoptionRefused
        every failed check: too few rows, another outcome, flipped labels, wrong units, leaks ...; or the model was
        adopted already.
    InputError
        no usable table, or a site name that is empty or too long.

    Examples
    --------
    >>> import perinatal as pn
    >>> births = pn.load_sample("births")
    >>> adopted = adopt(pn.load_model("preterm_birth-booking"), births, site="Sample ward")
    >>> adopted.id, adopted.adoption.parent.id
    ('preterm_birth-booking@sample-ward', 'preterm_birth-booking')
    """
    examination = examine(
        model,
        table,
        site=site,
        columns=columns,
        units=units,
        groups=groups,
        dates=dates,
        seed=seed,
        options=options,
    )
    if examination.adopted is None:
        raise AdoptionRefused(f"{examination!r}")
    return examination.adopted


def examine(
    model: RiskModel,
    table: Table,
    *,
    site: str,
    columns: ColumnMap | Mapping[object, str | Column] | None = None,
    units: Mapping[str, str] | None = None,
    groups: str | None = None,
    dates: str | pd.Series | None = None,
    seed: int = 0,
    options: AdoptionOptions = AdoptionOptions(),
) -> Examination:
    """As :func:`adopt`, but with the checks and comparisons in the result, also where the model is not adopted.

    Parameters
    ----------
    model, table, site, columns, units, groups, dates, seed, options : as for :func:`adopt`.
    """
    require_not_adopted(require_trained(model))
    label = site_label(site)
    cohort_input = as_cohort(table, columns=columns, units=units).with_column(groups, "groups")
    if isinstance(dates, str):
        cohort_input = cohort_input.without_unused(dates)
    conformed, observed, flow, included = usable_rows(model, cohort_input)
    frame = conformed.frame
    if not len(frame):
        raise NotEnoughData("No row of the table is eligible and has a known outcome.")
    when = read_row_dates(dates, cohort_input)
    explanation = model.explain(conformed)
    row_groups, grouped_by = encode_groups(frame, groups)
    has_groups = len(np.unique(row_groups)) < len(row_groups)
    adoption_rows = AdoptionRows(
        frame,
        observed.astype(np.float64),
        expit(explanation.log_odds),
        row_groups if has_groups else None,
        grouped_by if has_groups else None,
        dict(flow).get("excluded: outcome unknown", 0),
        explanation.problems,
    )
    n, events = len(observed), int(observed.sum())
    with Steps(3 + LADDER.index(options.highest_rung), "adopting", visible=options.progress) as steps:
        checks = run_checks(model, adoption_rows, options.limits, seed)
        steps.done()
        problems = explanation.problems
        examination = Examination(model, label, n, events, tuple(flow), checks, None, None, None, problems)
        if examination.refusals:
            return examination
        rows = _LadderRows(
            model,
            frame,
            explanation.matrix,
            explanation.base,
            adoption_rows.observed,
            row_groups,
            options.prior or read_prior(model),
            groups,
            seed,
        )
        climb = _climb_ladder(rows, options.highest_rung, steps)
        is_refit = climb.choice.rung is Rung.REFIT
        site_model = _refit(rows, np.ones(n, dtype=bool)) if is_refit else update_model(model, climb.update)
        record = _build_record(examination, rows, climb, adoption_rows, site_model)
        steps.done()
    first, last = format_date_range(None if when is None else when[included])
    choice = climb.choice
    adoption = Adoption(label, choice.rung, choice.why, n, events, first, last, today(), model, compute_digest(model))
    return replace(examination, choice=choice, adopted=attach_adoption(site_model, adoption, record), record=record)


@dataclass(frozen=True, slots=True, eq=False)
class _LadderRows:
    """The rows used for the ladder: the frozen model's parts and base, outcomes, groups; and the prior."""

    model: RiskModel
    frame: pd.DataFrame
    parts: np.ndarray
    base: float
    observed: np.ndarray
    row_groups: np.ndarray
    prior: Prior
    groups: str | None
    seed: int


class _Climb(NamedTuple):
    """The chosen rung, its update on all rows, the out-of-fold results of each rung, and why rungs were dropped."""

    choice: Choice
    update: Update
    held_out: dict[Rung, HeldOut]
    notes: list[str]


def _build_record(
    examination: Examination, rows: _LadderRows, climb: _Climb, adoption_rows: AdoptionRows, site_model: RiskModel
) -> SiteAdoption:
    """The numbers of the adoption, for the adopted model's evidence."""
    update, prior = climb.update, rows.prior
    after = site_model.explain(Conformed(rows.frame, ()))
    held_out_risk = expit(climb.held_out[climb.choice.rung].log_odds)
    return SiteAdoption(
        checks=tuple(CheckRecord(name=check.name, message=check.message) for check in examination.checks),
        flow=tuple(FlowStep(step, count) for step, count in suppress_small_steps(examination.flow)),
        seed=rows.seed,
        prior=PriorRecord(intercept=prior.intercept, slope=prior.slope, factor=prior.factor),
        update=UpdateRecord(intercept=update.intercept, factors=update.factors, weight=update.weight),
        compared=tuple(
            RungRecord(rung=c.rung.value, loss=c.loss, worse_than_frozen=c.worse_than_frozen, error=c.error)
            for c in climb.choice.comparisons
        ),
        notes=tuple(climb.notes),
        before=_estimate_measures(adoption_rows, adoption_rows.risk),
        calibration_before=_group_by_risk(adoption_rows, adoption_rows.risk),
        after=_estimate_measures(adoption_rows, held_out_risk),
        calibration_after=_group_by_risk(adoption_rows, held_out_risk),
        parts=_compare_parts(rows.parts, after.matrix, rows.model),
        reference=build_reference(after, rows.model.features),
    )


def _climb_ladder(rows: _LadderRows, top: Rung, steps: Steps) -> _Climb:
    rarer = int(min(rows.observed.sum(), len(rows.observed) - rows.observed.sum()))
    notes: list[str] = []
    held_out: dict[Rung, HeldOut] = {}
    updates: dict[Rung, Update] = {}
    folds = repeated_grouped_folds(rows.row_groups, rows.observed, rows.seed)
    for rung in LADDER[: LADDER.index(top) + 1]:
        needed = FEWEST_EVENTS[rung]
        if rarer < needed:
            notes.append(f"{rung.value}: this step needs at least {needed} events; you have {rarer}.")
            continue
        try:
            if rung is Rung.REFIT:
                held_out[rung] = _refit_out_of_fold(rows, folds[0])
                updates[rung] = Update(Rung.KEEP)
            else:
                update = average_with_frozen(rung, rows.parts, rows.base, rows.observed, prior=rows.prior)
                if min(update.factors) <= 0:
                    notes.append(f"{rung.value}: not used, as it would reverse the effect of a feature.")
                    continue
                held_out[rung] = predict_out_of_fold(rung, rows.parts, rows.base, rows.observed, folds, rows.prior)
                updates[rung] = update
        except NotEnoughData as reason:
            notes.append(f"{rung.value}: not possible. {reason}")
        except MissingVariables:
            absent = [name for name in rows.model.inputs if name not in rows.frame.columns]
            notes.append(
                f"{rung.value}: not possible. It needs every column that the model reads; absent: "
                f"{format_headings(absent)}."
            )
        steps.done()
    choice = choose({rung: result.losses for rung, result in held_out.items()}, rows.row_groups)
    return _Climb(choice, updates[choice.rung], held_out, notes)


def _refit(rows: _LadderRows, chosen: np.ndarray) -> RiskModel:
    """A model of the site's own, of the same outcome, moment, features and kind of scorer."""
    model = rows.model
    return fit(
        Conformed(rows.frame[chosen], ()),
        model.outcome,
        model.moment,
        features=model.feature_names,
        groups=rows.groups,
        seed=rows.seed,
        options=FitOptions(
            scorers=[model.scorer.kind.removesuffix(RESCALED)],
            trained_on="the rows of the site alone",
            terms=model.terms,
        ),
    )


def _refit_out_of_fold(rows: _LadderRows, fold: np.ndarray) -> HeldOut:
    log_odds = np.empty(len(fold))
    for number in np.unique(fold):
        test = fold == number
        log_odds[test] = _refit(rows, ~test).predict(Conformed(rows.frame[test], ())).log_odds
    return HeldOut(row_losses(rows.observed, log_odds), log_odds)


def _estimate_measures(adoption_rows: AdoptionRows, risk: np.ndarray) -> dict[str, Estimate]:
    """Calibration and discrimination of these risks, without measures for which there are too few events."""
    estimates = {}
    for measure in BEFORE_AFTER:
        try:
            estimate = evaluate.estimate(adoption_rows.observed, risk, measure, clusters=adoption_rows.clusters)
        except NotEnoughData:
            continue
        estimates[measure] = round_estimate(estimate)
    return estimates


def _group_by_risk(adoption_rows: AdoptionRows, risk: np.ndarray) -> tuple[CalibrationGroup, ...]:
    table = evaluate.calibration_table(adoption_rows.observed, risk)
    return build_calibration_groups(table.drop(columns="events"))


def _compare_parts(before: np.ndarray, after: np.ndarray, model: RiskModel) -> tuple[PartRecord, ...]:
    """The mean absolute contribution of each feature to the log-odds, before and after."""
    return tuple(
        PartRecord(feature=f.name, label=f.label, before=float(b), after=float(a))
        for f, b, a in zip(model.features, np.abs(before).mean(axis=0), np.abs(after).mean(axis=0), strict=True)
    )


__all__ = ["Examination", "adopt", "examine"]
