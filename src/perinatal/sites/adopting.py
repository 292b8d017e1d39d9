"""A model adopted at a site: rows checked, a rung chosen by a test fixed beforehand, all of it written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit

from perinatal import evaluate
from perinatal.catalogue import require_trained
from perinatal.errors import AdoptionRefused, InputError, MissingVariables, NotEnoughData
from perinatal.frames import ColumnMap
from perinatal.models import RiskModel
from perinatal.models.adopted import Adoption, Rung, site_label, today
from perinatal.models.card import BEFORE_AFTER
from perinatal.models.identity import compute_digest
from perinatal.models.scorers.rescaled import RESCALED
from perinatal.sites.applying import attach_adoption, require_not_adopted, update_model
from perinatal.sites.choosing import Choice, HeldOut, choose, predict_out_of_fold, repeated_grouped_folds, row_losses
from perinatal.sites.guard import USUAL, AdoptionRows, Check, Limits, run_checks
from perinatal.sites.learning import read_prior
from perinatal.sites.periods import format_date_range, read_row_dates
from perinatal.sites.reference import build_reference
from perinatal.sites.rungs import Prior, Update, average_with_frozen
from perinatal.sites.sample_size import FEWEST_EVENTS
from perinatal.training import fit
from perinatal.training.auditing.findings import format_headings
from perinatal.training.folds import encode_groups
from perinatal.training.progress import Steps
from perinatal.validation.small_cells import suppress_small_steps
from perinatal.validation.validating import as_cohort, usable_rows
from perinatal.vocabulary.disclosure import suppress_small

LADDER = tuple(Rung)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Examination:
    """What came of looking at a site's rows: adopted, or refused, and why.

    Parameters
    ----------
    model : the frozen model. site : its label. n, events : rows used, and those with the outcome.
    flow : (step, rows), from what was read to what was used. checks : what the guard looked at.
    choice : the rung and what it was compared with; ``None`` where the guard refused.
    adopted : the model of the site; ``None`` where it is refused.
    record : the numbers that go into the adopted model's record.
    """

    model: RiskModel
    site: str
    n: int
    events: int
    flow: tuple[tuple[str, int], ...]
    checks: tuple[Check, ...]
    choice: Choice | None
    adopted: RiskModel | None
    record: Mapping[str, object]

    @property
    def refusals(self) -> tuple[str, ...]:
        """What did not pass, in sentences."""
        return tuple(f"{check.name}: {check.message}" for check in self.checks if not check.passed)

    def to_dict(self) -> dict[str, object]:
        """Everything that was found, ready for JSON; counts of one to nine rows are ``None``."""
        chosen = None if self.choice is None else {"rung": self.choice.rung.value, "why": self.choice.why}
        return {
            "model": self.model.id,
            "site": self.site,
            "adopted": None if self.adopted is None else self.adopted.id,
            "n": suppress_small(self.n),
            "events": suppress_small(self.events),
            "flow": [[step, count] for step, count in suppress_small_steps(self.flow)],
            "checks": [{"name": c.name, "passed": c.passed, "said": c.message} for c in self.checks],
            "choice": chosen,
            "record": dict(self.record),
        }

    def __repr__(self) -> str:
        if self.adopted is None:
            return "\n".join([f"{self.model.id} is not adopted at {self.site}.", *(f"  {r}" for r in self.refusals)])
        return f"{self.adopted.adoption.message} {self.choice.why}"


def adopt(
    model: RiskModel,
    cohort: object,
    *,
    site: str,
    up_to: str | Rung = Rung.RESCALED,
    prior: Prior | None = None,
    limits: Limits = USUAL,
    dates: str | pd.Series | None = None,
    groups: str | None = None,
    columns: ColumnMap | Mapping | None = None,
    units: Mapping[str, str] | None = None,
    seed: int = 0,
    progress: bool = False,
) -> RiskModel:
    """The model of a site, made from a frozen one and the site's own rows; or a refusal with every reason.

    The ladder: keep as it is, intercept, intercept and slope, a factor for each of the model's additive parts (its
    trees stay as they are), and, only where asked for, a refit. Steps are shrunk towards the frozen model and averaged
    with it (:func:`average_with_frozen`). The highest
    step is taken for which there are rows enough (:data:`FEWEST_EVENTS`) and which beats the frozen model on rows held
    out (a refit: every other step, too); where none does, the model is kept as it is. Rows of one mother
    (``mother_id``), or else of one delivery, are never on both sides.

    Parameters
    ----------
    model : from :func:`perinatal.load_model` or :func:`perinatal.fit`; not itself adopted.
    cohort : a :class:`~perinatal.Cohort`, a :class:`~perinatal.Conformed`, or a table, with the outcome.
    site : the place in words, a line; the new id is ``<parent>@<site>``.
    up_to : the highest step to consider.
    prior : how strongly steps are shrunk; by default what the model's record carries from its development sites, else
        a fixed one.
    limits : where the guard says no.
    dates : column of the cohort, or Series on its index, that says when each row was: years, months or dates.
    groups : identifier of rows that stay together.
    columns, units : what a table's headings mean, as for :func:`perinatal.conform`.
    seed : of the folds.

    Raises
    ------
    AdoptionRefused
        what the guard found, all of it: too few rows, another outcome, flipped labels, wrong units, leaks ...; or the
        model was adopted already.
    InputError
        a cohort, site or step that is none.

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
        cohort,
        site=site,
        up_to=up_to,
        prior=prior,
        limits=limits,
        dates=dates,
        groups=groups,
        columns=columns,
        units=units,
        seed=seed,
        progress=progress,
    )
    if examination.adopted is None:
        raise AdoptionRefused(f"{examination!r}")
    return examination.adopted


def examine(
    model: RiskModel,
    cohort: object,
    *,
    site: str,
    up_to: str | Rung = Rung.RESCALED,
    prior: Prior | None = None,
    limits: Limits = USUAL,
    dates: str | pd.Series | None = None,
    groups: str | None = None,
    columns: ColumnMap | Mapping | None = None,
    units: Mapping[str, str] | None = None,
    seed: int = 0,
    progress: bool = False,
) -> Examination:
    """As :func:`adopt`, but a refusal by the guard is part of the result: for a dry run, and for the page."""
    require_not_adopted(require_trained(model))
    label = site_label(site)
    top = _parse_rung(up_to)
    cohort_input = as_cohort(cohort, columns, units)
    frame, observed, flow, included = usable_rows(model, cohort_input)
    if not len(frame):
        raise NotEnoughData("No row of the cohort has a known outcome and reached the moment: there is nothing to see.")
    when = read_row_dates(dates, cohort_input)
    first, last = format_date_range(None if when is None else when[included])
    explanation = model.explain(frame)
    y = observed.astype(np.float64)
    row_groups, grouped_by = encode_groups(frame, groups)
    clusters = row_groups if len(np.unique(row_groups)) < len(row_groups) else None
    unknown = dict(flow).get("set aside: outcome unknown", 0)
    adoption_rows = AdoptionRows(
        frame,
        y,
        expit(explanation.log_odds),
        clusters,
        grouped_by if clusters is not None else None,
        unknown,
        (*cohort_input.problems, *explanation.problems),
    )
    steps = Steps(3 + LADDER.index(top), "adopting", visible=progress)
    with steps:
        results = run_checks(model, adoption_rows, limits, seed)
        steps.done()
        examination = Examination(model, label, len(y), int(y.sum()), tuple(flow), results, None, None, {})
        if examination.refusals:
            return examination
        strength = prior or read_prior(model)
        rows = _LadderRows(model, frame, explanation.matrix, explanation.base, y, row_groups, strength, groups, seed)
        choice, update, held_out, notes = _climb_ladder(rows, top, steps)
        refitted = _refit(rows, np.ones(len(y), dtype=bool)) if choice.rung is Rung.REFIT else None
        site_model = update_model(model, update) if refitted is None else refitted
        after = site_model.explain(frame)
        record = {
            "checks": [{"name": c.name, "said": c.message} for c in results],
            "flow": [[step, count] for step, count in suppress_small_steps(flow)],
            "seed": seed,
            "prior": {"intercept": strength.intercept, "slope": strength.slope, "factor": strength.factor},
            "update": {"intercept": update.intercept, "factors": list(update.factors), "weight": update.weight},
            "compared": [
                {"rung": c.rung.value, "loss": c.loss, "worse_than_frozen": c.worse_than_frozen, "error": c.error}
                for c in choice.comparisons
            ],
            "notes": notes,
            **_compare_before_after(adoption_rows, held_out[choice.rung].log_odds),
            "parts": _compare_parts(explanation.matrix, after.matrix, model),
            "reference": build_reference(after),
        }
        steps.done()
    adoption = Adoption(
        label,
        choice.rung,
        choice.why,
        len(y),
        int(y.sum()),
        first,
        last,
        today(),
        model,
        compute_digest(model),
    )
    return replace(examination, choice=choice, adopted=attach_adoption(site_model, adoption, record), record=record)


@dataclass(frozen=True, slots=True, eq=False)
class _LadderRows:
    """The rows a ladder is climbed on: the frozen model's parts and base, outcomes, groups; and the prior."""

    model: RiskModel
    frame: pd.DataFrame
    parts: np.ndarray
    base: float
    observed: np.ndarray
    row_groups: np.ndarray
    prior: Prior
    groups: str | None
    seed: int


def _parse_rung(step: str | Rung) -> Rung:
    try:
        return Rung(step)
    except ValueError:
        raise InputError(f"up_to must be one of {', '.join(rung.value for rung in Rung)}.") from None


def _climb_ladder(rows: _LadderRows, top: Rung, steps: Steps) -> tuple[Choice, Update, dict[Rung, HeldOut], list[str]]:
    """The rung chosen, its update on all rows, what each rung gave out of fold, and what was given up, and why."""
    rarer = int(min(rows.observed.sum(), len(rows.observed) - rows.observed.sum()))
    notes, held_out, updates = [], {}, {}
    folds = repeated_grouped_folds(rows.row_groups, rows.observed, rows.seed)
    for rung in LADDER[: LADDER.index(top) + 1]:
        needed = FEWEST_EVENTS[rung]
        if rarer < needed:
            notes.append(f"{rung.value}: at least {needed} events before this step is allowed; you have {rarer}.")
            continue
        try:
            if rung is Rung.REFIT:
                held_out[rung] = _refit_out_of_fold(rows, folds[0])
                updates[rung] = Update(Rung.KEEP)
            else:
                update = average_with_frozen(rung, rows.parts, rows.base, rows.observed, prior=rows.prior)
                if min(update.factors) <= 0:
                    notes.append(f"{rung.value}: given up, as it would turn what raises the risk into what lowers it.")
                    continue
                held_out[rung] = predict_out_of_fold(rung, rows.parts, rows.base, rows.observed, folds, rows.prior)
                updates[rung] = update
        except NotEnoughData as reason:
            notes.append(f"{rung.value}: given up. {reason}")
        except MissingVariables:
            absent = [name for name in rows.model.inputs if name not in rows.frame.columns]
            notes.append(
                f"{rung.value}: given up. It needs every column that the model reads; absent: "
                f"{format_headings(absent)}."
            )
        steps.done()
    choice = choose({rung: result.losses for rung, result in held_out.items()}, rows.row_groups)
    return choice, updates[choice.rung], held_out, notes


def _refit(rows: _LadderRows, chosen: np.ndarray) -> RiskModel:
    """A model of the site's own, of the same outcome, moment, features and kind of scorer."""
    model = rows.model
    return fit(
        rows.frame[chosen],
        outcome=model.outcome,
        moment=model.moment,
        features=model.feature_names,
        groups=rows.groups,
        scorers=[model.scorer.kind.removesuffix(RESCALED)],
        seed=rows.seed,
        trained_on="the rows of the site alone",
        terms=model.terms,
    )


def _refit_out_of_fold(rows: _LadderRows, fold: np.ndarray) -> HeldOut:
    log_odds = np.empty(len(fold))
    for number in np.unique(fold):
        test = fold == number
        log_odds[test] = _refit(rows, ~test).predict(rows.frame[test]).log_odds
    return HeldOut(row_losses(rows.observed, log_odds), log_odds)


def _compare_before_after(adoption_rows: AdoptionRows, held_out: np.ndarray) -> dict[str, object]:
    """Calibration and discrimination of the frozen model, and of the chosen step out of fold."""
    record: dict[str, object] = {}
    for name, risk in (("before", adoption_rows.risk), ("after", expit(held_out))):
        estimates = {}
        for measure in BEFORE_AFTER:
            try:
                estimate = evaluate.estimate(adoption_rows.observed, risk, measure, clusters=adoption_rows.clusters)
            except NotEnoughData:
                continue
            estimates[measure] = [round(float(end), 4) for end in estimate]
        record[name] = estimates
        table = evaluate.calibration_table(adoption_rows.observed, risk)
        record[f"calibration_{name}"] = [
            {key: None if pd.isna(value) else float(value) for key, value in line.items()}
            for line in table.drop(columns="events").to_dict("records")
        ]
    return record


def _compare_parts(before: np.ndarray, after: np.ndarray, model: RiskModel) -> list[dict[str, object]]:
    """How much each feature moves the log-odds of an average row, before and after."""
    return [
        {"feature": f.name, "label": f.label, "before": float(b), "after": float(a)}
        for f, b, a in zip(model.features, np.abs(before).mean(axis=0), np.abs(after).mean(axis=0), strict=True)
    ]


__all__ = ["Examination", "adopt", "examine"]
