"""A prior for adoption, estimated from the differences between the sites where a model was developed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from perinatal.errors import CorruptModel, InputError, NotEnoughData
from perinatal.models import RiskModel
from perinatal.models.adopted import Rung
from perinatal.sites.rungs import Prior, log_evidence

FEWEST_SITES = 5
_GRID = np.exp(np.linspace(np.log(0.02), np.log(2.0), 14))
_SWEEPS = 3


class DevelopmentSite(NamedTuple):
    """A development site: parts of the frozen model, shape (n, p), their base, outcomes and weights, shape (n,).

    Parameters
    ----------
    parts : shape (rows, features), the parts of the model's explanation. base : the number they are added to.
    observed : shape (rows,), 0 or 1. weights : shape (rows,), sampling weights.
    """

    parts: np.ndarray
    base: float
    observed: np.ndarray
    weights: np.ndarray | None = None


def learn_prior(sites: Sequence[DevelopmentSite]) -> Prior:
    """The prior under which the outcomes of development sites are most probable (empirical Bayes).

    Standard deviations are searched one after the other on a grid from 0.02 to 2 by the sum over sites of
    :func:`log_evidence`. Sites that the model was trained on must be excluded: their spread would be underestimated.

    Raises :class:`~perinatal.errors.NotEnoughData` for fewer than five sites.

    Parameters
    ----------
    sites : the sites that a model was developed on, each with its rows.
    """
    if len(sites) < FEWEST_SITES:
        raise NotEnoughData(f"A prior is estimated from at least {FEWEST_SITES} sites, and there are {len(sites)}.")
    start = Prior()
    spreads = [start.intercept, start.slope, start.factor]
    for _ in range(_SWEEPS):
        before = list(spreads)
        for i in range(3):
            totals = [_total_evidence(sites, [*spreads[:i], float(sd), *spreads[i + 1 :]]) for sd in _GRID]
            spreads[i] = float(_GRID[int(np.argmax(totals))])
        if spreads == before:
            break
    return Prior(*spreads)


def read_prior(model: RiskModel) -> Prior:
    """The prior in a model's record, estimated from its development sites; the default where there is none."""
    record = model.evidence.heterogeneity
    if record is None:
        return Prior()
    try:
        return Prior(record.intercept, record.slope, record.factor)
    except InputError as failure:
        raise CorruptModel("The model's record of 'heterogeneity' holds no prior. Give prior=.") from failure


def _total_evidence(sites: Sequence[DevelopmentSite], spreads: Sequence[float]) -> float:
    prior = Prior(*spreads)
    return sum(log_evidence(Rung.RESCALED, s.parts, s.base, s.observed, s.weights, prior) for s in sites)
