"""Several sites: a measure in each, its random-effects summary, and the prediction interval for a new site."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import ArrayLike
from scipy.special import expit, logit
from scipy.stats import chi2, norm, t

from perinatal.errors import InputError, NotEnoughData
from perinatal.evaluate.groups import UNKNOWN, by_group
from perinatal.evaluate.inputs import (
    Estimate,
    as_outcomes,
    as_risk,
    check_level,
    check_same_index,
    check_same_length,
    encode_labels,
)
from perinatal.evaluate.resampling import Measure
from perinatal.vocabulary.disclosure import SMALLEST_CELL

_ROUNDS = 1000
_TOLERANCE = 1e-12

SCALES: Mapping[str, tuple[Callable, Callable]] = {
    "auroc": (logit, expit),
    "average_precision": (logit, expit),
    "observed_over_expected": (np.log, np.exp),
}
"""The scale on which a measure is summarised over sites, and the way back (10.1177/0962280217705678)."""


class PooledEstimate(NamedTuple):
    """A random-effects summary over sites, and how much the sites differ.

    Parameters
    ----------
    summary : the mean over sites, with its confidence interval.
    new_site : the same value, with the prediction interval for a site that is not among them.
    tau : standard deviation between sites, on the scale of the summary.
    i2 : share of the variance that is between sites, 0 to 1.
    q : Cochran's Q. q_p_value : its p-value.
    sites : how many sites are summarised.
    """

    summary: Estimate
    new_site: Estimate  # the same value, with the prediction interval
    tau: float  # standard deviation between sites, on the scale of the summary
    i2: float  # share of the variance that is between sites, 0 to 1
    q: float
    q_p_value: float
    sites: int


class SiteEstimates(NamedTuple):
    """A measure in each site, and its summary over the sites that have an estimate.

    Parameters
    ----------
    table : one row per site, as :func:`by_group` gives, and ``pooled``: whether the site is in the summary.
    pooled : the summary.
    """

    table: pd.DataFrame
    pooled: PooledEstimate


def pool(
    values: ArrayLike,
    errors: ArrayLike,
    *,
    method: str = "reml",
    modified: bool = False,
    level: float = 0.95,
) -> PooledEstimate:
    """Random-effects summary with Hartung and Knapp's interval, and a prediction interval (R: ``metafor::rma``).

    Both intervals take Student's t with one degree of freedom less than there are sites, as ``metafor`` does with
    ``test = "knha"``. Where sites agree more than expected by chance, that interval can be too narrow;
    ``modified`` never lets it be narrower than chance alone (``test = "adhoc"``).

    Parameters
    ----------
    values : shape (k,), one per site, on a scale where errors are normal (logit AUROC, log O/E).
    errors : shape (k,), their standard errors, above 0.
    method : ``"reml"`` or ``"dl"`` (DerSimonian and Laird).
    modified : whether the interval may not be narrower than chance alone.
    level : of both intervals.

    Raises
    ------
    InputError : for an unknown value, an error that is not above 0, another method.
    NotEnoughData : for fewer than two sites.

    Examples
    --------
    >>> pooled = pool([0.8, 1.1, 0.4, 0.9], [0.1, 0.2, 0.15, 0.1])
    >>> print(pooled.summary, pooled.new_site, sep="; ")
    0.791 (0.349–1.234); 0.791 (-0.057 to 1.640)
    """
    y, error = (np.asarray(numbers, dtype=np.float64) for numbers in (values, errors))
    check_level(level)
    if y.ndim != 1 or y.shape != error.shape:
        raise InputError("values and errors must be of the same sites, each in one dimension.")
    if not (np.isfinite(y).all() and np.isfinite(error).all() and (error > 0).all()):
        raise InputError("values must not be missing, and errors must be above 0. Leave out sites without an estimate.")
    if len(y) < 2:
        raise NotEnoughData(f"A summary over sites needs at least two of them, and got {len(y)}.")
    variance, degrees_of_freedom = error**2, len(y) - 1
    fixed_weights = 1 / variance
    q = float(fixed_weights @ (y - np.average(y, weights=fixed_weights)) ** 2)
    spread = float(fixed_weights.sum() - fixed_weights @ fixed_weights / fixed_weights.sum())
    if method == "dl":
        variance_between = max(0.0, (q - degrees_of_freedom) / spread)
    elif method == "reml":
        variance_between = _estimate_reml_variance(y, variance)
    else:
        raise InputError("method must be 'reml' or 'dl'.")
    weights = 1 / (variance + variance_between)
    centre = float(np.average(y, weights=weights))
    scale = float(weights @ (y - centre) ** 2 / degrees_of_freedom)
    mean_variance = (max(scale, 1.0) if modified else scale) / weights.sum()
    reach = t.ppf((1 + level) / 2, degrees_of_freedom)
    half_width, new_half_width = reach * np.sqrt(mean_variance), reach * np.sqrt(mean_variance + variance_between)
    return PooledEstimate(
        Estimate(centre, float(centre - half_width), float(centre + half_width)),
        Estimate(centre, float(centre - new_half_width), float(centre + new_half_width)),
        float(np.sqrt(variance_between)),
        variance_between / (variance_between + degrees_of_freedom / spread),
        q,
        float(chi2.sf(q, degrees_of_freedom)),
        len(y),
    )


def across_sites(
    observed: ArrayLike,
    risk: ArrayLike,
    sites: ArrayLike,
    measure: Measure = "auroc",
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    method: str = "reml",
    modified: bool = False,
    smallest: int = SMALLEST_CELL,
    level: float = 0.95,
    times: int = 1000,
    seed: int = 0,
    jobs: int = 1,
) -> SiteEstimates:
    """A measure in each site and its summary over sites, with a prediction interval for a new site.

    AUROC and average precision are summarised as logits, O/E as its logarithm, everything else as it is; the standard
    error is read from the site's interval on that scale. Sites that are too small, have no interval on that scale (a
    perfect AUROC), or are unknown, are in the table and not in the summary.

    Parameters
    ----------
    observed : shape (n,), 0 or 1.
    risk : shape (n,), 0 to 1 (any increasing scale for AUROC and average precision).
    sites : shape (n,), the site of each row.
    measure : a name in :data:`MEASURES`, or a function as in :func:`bootstrap`.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother.
    method, modified : as in :func:`pool`.
    smallest : the fewest rows, events and non-events of a site that is evaluated.
    level : of the intervals.
    times : number of bootstrap draws, for measures without a closed form. seed : of the draws. jobs : threads.

    Raises
    ------
    InputError : as :func:`by_group`. NotEnoughData : for fewer than two sites that can be summarised.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> risk = rng.random(2000)
    >>> estimates = across_sites(rng.random(2000) < risk, risk, np.arange(2000) % 5, "calibration_slope")
    >>> print(estimates.pooled.summary)
    1.033 (0.937–1.128)
    """
    table = by_group(
        observed,
        risk,
        sites,
        measure,
        weights=weights,
        clusters=clusters,
        smallest=smallest,
        level=level,
        times=times,
        seed=seed,
        jobs=jobs,
    )
    to_scale, from_scale = (_identity, _identity) if callable(measure) else SCALES.get(measure, (_identity, _identity))
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = to_scale(table[["value", "low", "high"]].to_numpy(dtype=np.float64))
    error = (scaled[:, 2] - scaled[:, 1]) / (2 * norm.ppf((1 + level) / 2))
    used = np.isfinite(scaled).all(axis=1) & (error > 0) & (table.index != UNKNOWN)
    pooled = pool(scaled[used, 0], error[used], method=method, modified=modified, level=level)
    summary, new_site = (
        Estimate(*(float(from_scale(bound)) for bound in interval)) for interval in (pooled.summary, pooled.new_site)
    )
    return SiteEstimates(table.assign(pooled=used), pooled._replace(summary=summary, new_site=new_site))


def leave_one_site_out(
    table: pd.DataFrame,
    observed: ArrayLike,
    sites: ArrayLike,
    fit: Callable[[pd.DataFrame, np.ndarray], Callable[[pd.DataFrame], ArrayLike]],
    *,
    jobs: int = 1,
    progress: bool = False,
) -> pd.Series:
    """Risks of each site from a model that was trained on all the others, to be evaluated with :func:`across_sites`.

    Parameters
    ----------
    table : shape (n, k), the features.
    observed : shape (n,), 0 or 1.
    sites : shape (n,), the site of each row, at least two, none missing.
    fit : takes a table and its outcomes, and returns a function from a table to risks of shape (rows,).
    jobs : processes, -1 for one per core.
    progress : whether to show a progress bar.

    Returns
    -------
    ``risk``, of shape (n,) on the table's index.

    Raises
    ------
    InputError : for an unknown site, a single one, or risks that are not one for each row, from 0 to 1.
    NotEnoughData : where leaving a site out leaves one outcome only.

    Examples
    --------
    >>> def fit(table, observed):
    ...     share = observed.mean()
    ...     return lambda other: np.full(len(other), share)
    >>> leave_one_site_out(pd.DataFrame({"x": range(5)}), [0, 1, 1, 0, 0], list("aabbb"), fit).round(2).tolist()
    [0.33, 0.33, 0.5, 0.5, 0.5]
    """
    outcome = as_outcomes(observed)
    check_same_length(outcome, table.index, "table")
    check_same_index(table, observed, sites)
    groups = encode_labels(sites, outcome, "sites")
    n_sites = int(groups.max()) + 1
    if n_sites < 2:
        raise InputError("sites must be at least two to leave one out; every row is in the same one.")
    work = Parallel(n_jobs=jobs, return_as="generator")(
        delayed(_predict_omitted_site)(table, outcome, groups == site, fit) for site in range(n_sites)
    )
    if progress:
        from tqdm import tqdm

        work = tqdm(work, total=n_sites, desc="sites")
    risk = np.empty(len(table))
    for site, site_risk in enumerate(work):
        risk[groups == site] = site_risk
    return pd.Series(risk, index=table.index, name="risk")


def _predict_omitted_site(table: pd.DataFrame, observed: np.ndarray, in_site: np.ndarray, fit: Callable) -> np.ndarray:
    training = observed[~in_site].astype(np.float64)
    if not 0 < training.sum() < len(training):
        raise NotEnoughData(
            f"Leaving a site of {int(in_site.sum())} rows out leaves one outcome only in the other {len(training)}. "
            "Merge small sites, or leave out groups of them."
        )
    risk = as_risk(fit(table.loc[~in_site], training)(table.loc[in_site]))
    if len(risk) != in_site.sum():
        raise InputError(
            f"fit's function must give one risk for each row: {int(in_site.sum())} rows, {len(risk)} risks."
        )
    return risk


def _estimate_reml_variance(y: np.ndarray, variance: np.ndarray) -> float:
    """Variance between sites by restricted maximum likelihood: Fisher scoring from Hedges' estimate."""
    variance_between = max(0.0, float(y.var(ddof=1) - variance.mean()))
    for _ in range(_ROUNDS):
        w = 1 / (variance + variance_between)
        total, squares, cubes = w.sum(), w @ w, (w**3).sum()
        residual = w * (y - np.average(y, weights=w))
        information = squares - 2 * cubes / total + (squares / total) ** 2
        step = (residual @ residual - (total - squares / total)) / information
        updated_variance = max(0.0, variance_between + step)
        if abs(updated_variance - variance_between) <= _TOLERANCE * max(1.0, updated_variance):
            return float(updated_variance)
        variance_between = updated_variance
    raise NotEnoughData("The variance between sites did not converge. Use method='dl'.")


def _identity(values: np.ndarray) -> np.ndarray:
    return values
