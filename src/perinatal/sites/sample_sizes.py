"""The number of births to collect for a step of the ladder to be precise, and for it to be allowed at all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, log_expit, logit, ndtri

from perinatal._html import Html, table_html
from perinatal._json import Json, jsonable
from perinatal.errors import InputError
from perinatal.models import RiskModel
from perinatal.models.adopted import Rung
from perinatal.sites.rungs import Prior

FEWEST_ROWS = 100
FEWEST_EVENTS: Mapping[Rung, int] = MappingProxyType(
    {Rung.KEEP: 10, Rung.INTERCEPT: 10, Rung.SLOPE: 10, Rung.RESCALED: 10, Rung.REFIT: 200}
)
"""Fewest events, and rows without, for each step. Shrunk steps need few; a refit is not shrunk."""

RATIO_WITHIN = 1.25  # observed / expected known to within this factor
SLOPE_WITHIN = 0.2  # half of the 95 % interval of a slope
SHRINKAGE = 0.9  # of a refitted model, at least (10.1136/bmj.m441)
OPTIMISM = 0.05  # of its Nagelkerke's R², at most, and half of the interval of the overall risk (same)
_NODES = 61


class SampleSize(NamedTuple):
    """The births, and events among them, that a step needs, and why.

    Parameters
    ----------
    births : how many to collect. events : how many of them are expected to have the outcome.
    step : the step of the adoption they are for. why : the criterion that decides, in a sentence.
    """

    births: int
    events: int
    step: Rung
    why: str

    def to_dict(self) -> Json:
        """The fields, ready for JSON."""
        return {name: jsonable(value) for name, value in self._asdict().items()}

    def to_frame(self) -> pd.DataFrame:
        """One row: ``births, events, step, why``."""
        return pd.DataFrame([self.to_dict()])

    def _repr_html_(self) -> Html:
        return table_html(self.to_frame(), index=False)

    def __str__(self) -> str:
        return f"{self.step.value}: {self.births:,} births with about {self.events:,} events. {self.why}"


def sample_size(
    model: RiskModel, expected_prevalence: float, step: str | Rung = "slope", *, auroc: float | None = None
) -> SampleSize:
    """The number of births to collect for a step of the adoption to be precise.

    ``intercept``: observed over expected is estimated to within a factor of 1.25. ``slope``: in addition, the slope to
    within 0.2 (both 95 % intervals; Riley et al. 2021, 10.1002/sim.9025). ``rescaled``: in addition, the site's rows
    carry as much information about the factor of an average feature as the prior does. ``refit``: a shrinkage of 0.9,
    an R² (Nagelkerke's) that is too high by at most 0.05, and an overall risk to within 5 points (Riley et al. 2020,
    10.1136/bmj.m441). ``keep`` has the requirement of ``intercept``: to confirm the calibration takes as many births as
    to correct it. Log-odds are assumed normal in those with and without the outcome, with the spread that follows from
    the AUROC (10.1002/sim.8806). An adoption is allowed with fewer births, as shrinkage then keeps the steps small: see
    :data:`FEWEST_EVENTS`.

    Parameters
    ----------
    model : the model to be adopted; its number of features and its AUROC are used.
    expected_prevalence : share with the outcome at the site, above 0 and below 1.
    step : ``keep``, ``intercept``, ``slope``, ``rescaled`` or ``refit``.
    auroc : of the model; by default that of the first test on its record, or of its training.

    Returns
    -------
    SampleSize
        ``births``, ``events`` among them, the ``step`` and ``why``.

    Raises
    ------
    InputError
        a prevalence or AUROC out of range, or no AUROC on record.

    Examples
    --------
    >>> import perinatal as pn
    >>> model = pn.load_model("low_birth_weight-booking")
    >>> [sample_size(model, 0.08, step).births for step in ("intercept", "slope")]
    [888, 2426]
    """
    try:
        rung = Rung(step)
    except ValueError:
        raise InputError(f"step must be one of {', '.join(r.value for r in Rung)}; got {step!r}.") from None
    if not 0 < expected_prevalence < 1:
        raise InputError(f"expected_prevalence must lie strictly between 0 and 1, and is {expected_prevalence}.")
    area = recorded_auroc(model) if auroc is None else auroc
    if area is None:
        raise InputError("The model's record has no AUROC. Pass auroc=, from a test of the model.")
    if not 0.5 < area < 1:
        raise InputError(f"auroc must lie strictly between 0.5 and 1, and is {area}.")
    requirements = {Rung.INTERCEPT: _rows_for_ratio(expected_prevalence)}
    if rung in (Rung.SLOPE, Rung.RESCALED):
        requirements[Rung.SLOPE] = _rows_for_slope(expected_prevalence, area, SLOPE_WITHIN / 1.96)
    if rung is Rung.RESCALED:
        requirements[rung] = len(model.features) * _rows_for_slope(expected_prevalence, area, Prior().factor)
    if rung is Rung.REFIT:
        requirements = {rung: _rows_for_refit(expected_prevalence, area, len(model.features))}
    births = math.ceil(max(requirements.values()))
    floor = FEWEST_EVENTS[rung] / min(expected_prevalence, 1 - expected_prevalence)
    births = max(births, math.ceil(floor), FEWEST_ROWS)
    return SampleSize(births, round(births * expected_prevalence), rung, _WHY[rung])


_WHY: Mapping[Rung, str] = {
    Rung.KEEP: f"Observed / expected is then estimated to within a factor of {RATIO_WITHIN}.",
    Rung.INTERCEPT: f"Observed / expected is then estimated to within a factor of {RATIO_WITHIN}.",
    Rung.SLOPE: f"The slope is then estimated to within {SLOPE_WITHIN}.",
    Rung.RESCALED: "The site's rows then carry as much information about the factor of an average feature as the "
    "prior does. Fewer are allowed, and change the model less.",
    Rung.REFIT: f"A logistic regression then needs no more shrinkage than {SHRINKAGE}; trees need more births.",
}


def recorded_auroc(model: RiskModel) -> float | None:
    """The AUROC of the model's first test or, without one, of its training; ``None`` where neither is on record."""
    evidence = model.evidence
    if evidence.tests:
        return evidence.tests[0].auroc.value
    return None if evidence.training is None else evidence.training.selected.auroc.value


def _rows_for_ratio(prevalence: float) -> float:
    """Criterion 1 of 10.1002/sim.9025: rows for the standard error of log(O/E)."""
    error = math.log(RATIO_WITHIN) / 1.96
    return (1 - prevalence) / (prevalence * error**2)


def _rows_for_slope(prevalence: float, area: float, error: float) -> float:
    """Criterion 2 of 10.1002/sim.9025: rows for the standard error of the calibration slope."""
    log_odds, weights = _spread(prevalence, area)
    information = expit(log_odds) * expit(-log_odds) * weights
    one, crossed, two = (float((information * log_odds**power).sum()) for power in (0, 1, 2))
    return one / (error**2 * (one * two - crossed**2))


def _rows_for_refit(prevalence: float, area: float, parameters: int) -> float:
    """Criteria of 10.1136/bmj.m441, with Cox and Snell's R² from the AUROC (10.1002/sim.8806)."""
    log_odds, weights = _spread(prevalence, area)
    risk = expit(log_odds)
    gained = float((weights * (risk * log_expit(log_odds) + (1 - risk) * log_expit(-log_odds))).sum())
    share = float((weights * risk).sum())
    nothing = share * math.log(share) + (1 - share) * math.log1p(-share)
    explained, most = 1 - math.exp(-2 * (gained - nothing)), 1 - math.exp(2 * nothing)
    overall = (1.96 / OPTIMISM) ** 2 * prevalence * (1 - prevalence)
    by_optimism = explained / (explained + OPTIMISM * most)
    return max(overall, *(shrunk_rows(explained, parameters, by) for by in (SHRINKAGE, by_optimism)))


def shrunk_rows(explained: float, parameters: int, shrinkage: float) -> float:
    """Rows for which a model of so many parameters, with so high a Cox and Snell's R², needs no more shrinkage.

    >>> round(shrunk_rows(0.05, 30, 0.9)), round(shrunk_rows(0.05, 30, 0.75))
    (5249, 1739)
    """
    return parameters / ((shrinkage - 1) * math.log1p(-explained / shrinkage))


def _spread(prevalence: float, area: float) -> tuple[np.ndarray, np.ndarray]:
    """Calibrated log-odds, normal in those with and without the outcome, and the share of people at each."""
    spread = math.sqrt(2) * float(ndtri(area))
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    weights = weights / weights.sum()
    low = float(logit(prevalence)) - spread**2 / 2
    log_odds = np.concatenate([low + spread * nodes, low + spread**2 + spread * nodes])
    return log_odds, np.concatenate([(1 - prevalence) * weights, prevalence * weights])
