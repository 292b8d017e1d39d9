"""How well risks separate those with the outcome from those without."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.stats import norm, rankdata

from perinatal.errors import InputError


class Estimate(NamedTuple):
    """A value with its confidence interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def both_classes(observed: np.ndarray) -> np.ndarray:
    """``observed`` as booleans, once it holds both outcomes and nothing else."""
    observed = np.asarray(observed)
    if observed.dtype.kind not in "biuf" or np.isnan(observed.astype(np.float64)).any():
        raise InputError("observed must be 0 or 1 for every row, without unknowns.")
    if not np.isin(observed, (0, 1)).all():
        raise InputError("observed must be 0 or 1 for every row.")
    observed = observed.astype(bool)
    if observed.all() or not observed.any():
        raise InputError("observed must hold both outcomes; here every row is the same.")
    return observed


def auroc(observed: np.ndarray, risk: np.ndarray, *, level: float = 0.95) -> Estimate:
    """Area under the ROC curve with DeLong's interval on the logit scale (10.2307/2531595, 10.1109/LSP.2014.2337313).

    Parameters
    ----------
    observed : shape (n,), 0/1, both present. risk : shape (n,), any increasing scale, no unknowns.

    Examples
    --------
    >>> auroc([0, 0, 1, 1, 0, 1], [0.1, 0.4, 0.35, 0.8, 0.2, 0.7]).value.round(4)
    np.float64(0.8889)
    """
    observed = both_classes(np.asarray(observed))
    risk = np.asarray(risk, dtype=np.float64)
    if np.isnan(risk).any():
        raise InputError("risk must be known for every row.")
    positives, negatives = risk[observed], risk[~observed]
    among_all = rankdata(risk)
    over_negatives = (among_all[observed] - rankdata(positives)) / len(negatives)
    under_positives = 1 - (among_all[~observed] - rankdata(negatives)) / len(positives)
    value = over_negatives.mean()
    variance = sum(v.var(ddof=1) / len(v) if len(v) > 1 else 0.25 for v in (over_negatives, under_positives))
    if value in (0.0, 1.0):
        return Estimate(value, value, value)
    half = norm.ppf((1 + level) / 2) * np.sqrt(variance) / (value * (1 - value))
    centre = np.log(value / (1 - value))
    low, high = (1 / (1 + np.exp(-(centre + side * half))) for side in (-1, 1))
    return Estimate(value, low, high)


def average_precision(observed: np.ndarray, risk: np.ndarray) -> float:
    """Area under the precision–recall steps (scikit-learn's definition)."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(both_classes(np.asarray(observed)), risk))
