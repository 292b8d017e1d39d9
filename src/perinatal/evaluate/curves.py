"""Smooth calibration curves, and the calibration errors read from them: ICI, E50, E90, Emax."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import expit
from scipy.stats import norm

from perinatal.errors import InputError
from perinatal.evaluate.inputs import Estimate, as_thresholds, check_arrays, check_level
from perinatal.evaluate.lowess import lowess
from perinatal.evaluate.measures import summarise_errors
from perinatal.evaluate.splines import KNOTS, SplineCurve

_POINTS = 100
_CURVES, _POSITIONS = (
    1000,
    2000,
)  # of the fast ICI interval: curves drawn, and risks at which each curve is evaluated


class CalibrationErrors(NamedTuple):
    """Absolute differences between the risks and the smooth calibration curve (10.1002/sim.8281).

    Parameters
    ----------
    ici : integrated calibration index, the mean.
    e50 : the median. e90 : the 90th centile. emax : the maximum.
    """

    ici: float
    e50: float
    e90: float
    emax: float


def calibration_curve(
    observed: ArrayLike,
    risk: ArrayLike,
    *,
    at: ArrayLike | None = None,
    knots: int = KNOTS,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """The smoothed share with the outcome along the risk, with a pointwise band: ``risk, observed_share, low, high``.

    A logistic regression on restricted cubic splines of the risk's log-odds (R: ``rms::lrm(y ~ rcs(qlogis(p), 5))``),
    knots at Harrell's centiles. With ``weights`` or ``clusters`` the band is Huber and White's.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), strictly between 0 and 1.
    at : risks at which the curve is evaluated; by default 100 over the range of the risks, evenly spaced in log-odds.
    knots : 3 to 7; fewer are used where ties leave fewer distinct ones.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    level : of the pointwise band.

    Raises
    ------
    InputError : for a risk of 0 or 1, and as :func:`~perinatal.evaluate.auroc`.
    NotEnoughData : for risks with too few different values, or too few events.

    Examples
    --------
    >>> import numpy as np
    >>> risk = np.linspace(0.05, 0.95, 200)
    >>> observed = np.random.default_rng(0).random(200) < risk
    >>> calibration_curve(observed, risk, at=[0.5]).round(3)
       risk  observed_share    low   high
    0   0.5             0.4  0.268  0.548
    """
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters)
    check_level(level)
    curve = SplineCurve.fit(rows.observed, rows.risk, knots=knots, weights=rows.weights, clusters=rows.clusters)
    if at is None:
        ends = np.log(rows.risk.min() / (1 - rows.risk.min())), np.log(rows.risk.max() / (1 - rows.risk.max()))
        points = expit(np.linspace(*ends, _POINTS))
    else:
        points = as_thresholds(at)
    log_odds, error = curve.predict(points)
    half = norm.ppf((1 + level) / 2) * error
    return pd.DataFrame(
        {
            "risk": points,
            "observed_share": expit(log_odds),
            "low": expit(log_odds - half),
            "high": expit(log_odds + half),
        }
    )


def calibration_errors(
    observed: ArrayLike,
    risk: ArrayLike,
    *,
    smoother: str = "splines",
    knots: int = KNOTS,
    weights: ArrayLike | None = None,
) -> CalibrationErrors:
    """ICI, E50, E90 and Emax: how far the risks are from the smoothed observed share, over the rows.

    ``"splines"`` is the curve of :func:`calibration_curve`; ``"lowess"`` is that of ``rms::val.prob`` (its Eavg, E90
    and Emax), which also takes risks of 0 and 1 and risks with few different values, but no weights. They differ
    from 0 by chance alone in small samples; for an interval use :func:`~perinatal.evaluate.bootstrap` with ``"ici"``.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), strictly between 0 and 1 for splines, 0 to 1 for lowess.
    smoother : ``"splines"`` or ``"lowess"``.
    knots : 3 to 7, splines only.
    weights : shape (n,), sampling weights, at least 0; splines only.

    Raises
    ------
    InputError : for another smoother, weights with lowess, and as :func:`calibration_curve`.
    NotEnoughData : as :func:`calibration_curve`, splines only.

    Examples
    --------
    >>> import numpy as np
    >>> observed = np.repeat([0, 1, 0, 1], [80, 20, 40, 60])
    >>> risk = np.repeat([0.3, 0.3, 0.5, 0.5], [80, 20, 40, 60])
    >>> round(calibration_errors(observed, risk, smoother="lowess").ici, 3)
    0.1
    """
    rows = check_arrays(observed, risk, weights=weights)
    if smoother == "splines":
        curve = SplineCurve.fit(rows.observed, rows.risk, knots=knots, weights=rows.weights)
        errors = np.abs(curve.fitted_shares() - rows.risk)
    elif smoother == "lowess":
        if rows.weights is not None:
            raise InputError("The lowess curve takes no weights. Leave smoother='splines', which does.")
        order = np.argsort(rows.risk, kind="stable")
        errors = np.abs(lowess(rows.risk[order], rows.observed[order].astype(np.float64)) - rows.risk[order])
    else:
        raise InputError("smoother must be 'splines' or 'lowess'.")
    return CalibrationErrors(*(float(number) for number in summarise_errors(errors, rows.weights)))


def quick_ici(
    observed: ArrayLike,
    risk: ArrayLike,
    *,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """The integrated calibration index with an interval, in a fraction of the time of a bootstrap.

    The value is that of :func:`calibration_errors`. The interval takes the coefficients of the smooth curve to be
    normal around their estimate, draws 1,000 curves, and takes the centiles of their ICI, at 2,000 centiles of the
    risks. Like a bootstrap's, it cannot reach 0: the more so, the fewer the events.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), strictly between 0 and 1.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    level : of the confidence interval.
    seed : of the curves that are drawn.

    Raises
    ------
    InputError, NotEnoughData : as :func:`calibration_curve`.

    Examples
    --------
    >>> import numpy as np
    >>> risk = np.linspace(0.05, 0.95, 400)
    >>> observed = np.random.default_rng(0).random(400) < risk
    >>> print(quick_ici(observed, risk))
    0.051 (0.028–0.092)
    """
    rows = check_arrays(observed, risk, clusters=clusters)
    check_level(level)
    curve = SplineCurve.fit(rows.observed, rows.risk, clusters=rows.clusters)
    value = float(np.abs(curve.fitted_shares() - rows.risk).mean())
    order = np.argsort(rows.risk, kind="stable")
    positions = order[np.linspace(0, len(order) - 1, min(_POSITIONS, len(order))).round().astype(np.intp)]
    rng = np.random.default_rng(seed)
    spread = np.linalg.cholesky(curve.solution.covariance + 1e-12 * np.eye(len(curve.solution.beta)))
    coefficients = curve.solution.beta + rng.standard_normal((_CURVES, len(curve.solution.beta))) @ spread.T
    distances = np.abs(expit(curve.design[positions] @ coefficients.T) - rows.risk[positions, None]).mean(axis=0)
    low, high = np.quantile(distances, ((1 - level) / 2, (1 + level) / 2))
    return Estimate(value, float(min(low, value)), float(max(high, value)))
