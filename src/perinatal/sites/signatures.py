"""Signatures of a wrong column: values that are each possible, but cannot be right together or in such numbers.

A check refuses only where a whole interval lies beyond a limit that no register at hand comes near; the limits are
from published standards and from what is usual among births, never from the rows of a site.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from perinatal.clinical.growth import birth_weight_z_score
from perinatal.evaluate.proportions import wilson_interval
from perinatal.models.feature_builder import encode_features
from perinatal.training.auditing.findings import format_row_count
from perinatal.vocabulary import VARIABLES

FEWEST_KNOWN = 100
"""Known values from which a signature is looked for."""

GESTATION, WEIGHT, SEX = "gestational_age_at_birth_days", "birth_weight_g", "newborn_sex"
LEAST_CORRELATION = 0.15  # of gestation and weight: 0.36 to 0.40 in whole registers, 0.2 and more at term alone
Z_RANGE = (-2.0, 0.9)  # median weight for gestation: South Asia about -1.2, northern Europe +0.6 (INTERGROWTH-21st)
MOST_COMMON = {GESTATION: 0.8, WEIGHT: 0.8, "maternal_age_years": 0.8, "apgar_5min": 1.0}
"""The largest share of the known values that may be equal; registers in whole weeks have 0.32 in one week."""

MOST_AT_ZERO = {"apgar_1min": 0.1, "apgar_5min": 0.05}
"""The largest share of live births with an Apgar score of 0: under 0.002 of all births, 0.04 of those who die."""

MOST_FALLING = 0.05  # share whose five-minute Apgar score is below that of one minute: 0.003 in registers
MOST_SINGLE_IN_SHARED = 0.5  # share of rows with a shared delivery whose plurality is 1
_Z_95 = 1.959964


SIGNATURES = (
    "one value",
    "gestation and weight",
    "weight for gestation",
    "zeros",
    "Apgar scores",
    "plurality",
)
"""The names of the checks, in their order."""


def find_signatures(frame: pd.DataFrame, inputs: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The name of each check that fails and a sentence; only for what the model reads, with its partners.

    Parameters
    ----------
    frame : canonical rows. inputs : of the model.

    Examples
    --------
    >>> table = pd.DataFrame({"gestational_age_at_birth_days": np.full(200, 280.0)})
    >>> [name for name, _ in find_signatures(table, ("gestational_age_at_birth_days",))]
    ['one value']
    """
    yield from _find_one_value(frame, inputs)
    if GESTATION in inputs or WEIGHT in inputs:
        yield from _find_unrelated_weights(frame)
        yield from _find_shifted_weights(frame)
    yield from _find_zeros(frame, inputs)
    if "apgar_1min" in inputs or "apgar_5min" in inputs:
        yield from _find_swapped_scores(frame)
    if "plurality" in inputs:
        yield from _find_single_in_shared(frame)


def _read_column(frame: pd.DataFrame, name: str) -> np.ndarray:
    """The column as numbers; all unknown where it is absent."""
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return np.asarray(encode_features(frame[name], VARIABLES[name].kind), dtype=np.float64)


def _find_one_value(frame: pd.DataFrame, inputs: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name, limit in MOST_COMMON.items():
        if name not in inputs:
            continue
        values = _read_column(frame, name)
        values = values[~np.isnan(values)]
        if len(values) < FEWEST_KNOWN:
            continue
        distinct, counts = np.unique(values, return_counts=True)
        share = counts.max() / len(values)
        if share >= limit:
            yield (
                "one value",
                f"{name} is {distinct[counts.argmax()]:g} in {share:.0%} of {len(values):,} rows. Is that the default "
                "of a form? Make it unknown where it was not recorded (ColumnMap, unknown=).",
            )


def _find_unrelated_weights(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    days, grams = _read_column(frame, GESTATION), _read_column(frame, WEIGHT)
    known = ~(np.isnan(days) | np.isnan(grams))
    if known.sum() < FEWEST_KNOWN or not np.ptp(days[known]) or not np.ptp(grams[known]):
        return
    correlation = float(spearmanr(days[known], grams[known]).statistic)
    high = np.tanh(np.arctanh(np.clip(correlation, -0.999, 0.999)) + 1.03 * _Z_95 / np.sqrt(known.sum() - 3))
    if high < LEAST_CORRELATION:
        yield (
            "gestation and weight",
            f"The rank correlation of {GESTATION} and {WEIGHT} is {correlation:.2f} among {int(known.sum()):,} rows; "
            "among births it is 0.3 or more. Do the two columns belong to the same rows?",
        )


def _find_shifted_weights(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    days, grams, sex = (_read_column(frame, name) for name in (GESTATION, WEIGHT, SEX))
    plurality = _read_column(frame, "plurality")
    both = np.array([birth_weight_z_score(grams, days, np.full(len(days), code)) for code in (0.0, 1.0)])
    z_scores = np.where(np.isnan(sex), both.mean(axis=0), np.where(sex == 1, both[1], both[0]))
    z_scores = np.sort(z_scores[~(np.isnan(z_scores) | (plurality > 1))])
    n = len(z_scores)
    if n < FEWEST_KNOWN:
        return
    half = _Z_95 * np.sqrt(n) / 2
    low, high = z_scores[int(np.floor(n / 2 - half))], z_scores[min(int(np.ceil(n / 2 + half)), n - 1)]
    if low <= Z_RANGE[1] and high >= Z_RANGE[0]:
        return
    advice = (
        "Is gestation too short, as when it is counted from conception and not from the last period?"
        if low > Z_RANGE[1]
        else "Is gestation too long, or the weight in another unit?"
    )
    yield (
        "weight for gestation",
        f"The median weight for gestation of {n:,} singletons is {np.median(z_scores):+.1f} SD (INTERGROWTH-21st); "
        f"{Z_RANGE[0]:+.1f} to {Z_RANGE[1]:+.1f} is expected of any population. {advice}",
    )


def _find_zeros(frame: pd.DataFrame, inputs: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name, limit in MOST_AT_ZERO.items():
        values = _read_column(frame, name)
        values = values[~np.isnan(values)]
        zeros = int((values == 0).sum())
        if name in inputs and len(values) >= FEWEST_KNOWN and _low_end(zeros, len(values)) > limit:
            yield (
                "zeros",
                f"{name} is 0 in {format_row_count(zeros)} of {len(values):,} rows ({zeros / len(values):.0%}); of "
                "live births, fewer than 1%. Were blanks filled with 0? Make them unknown (ColumnMap, unknown=).",
            )


def _find_swapped_scores(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    rise = _read_column(frame, "apgar_5min") - _read_column(frame, "apgar_1min")
    rise = rise[~np.isnan(rise)]
    falling, rising = int((rise < 0).sum()), int((rise > 0).sum())
    if len(rise) >= FEWEST_KNOWN and falling > rising and _low_end(falling, len(rise)) > MOST_FALLING:
        yield (
            "Apgar scores",
            f"apgar_5min is below apgar_1min in {format_row_count(falling)} of {len(rise):,} rows, and above it in "
            f"{format_row_count(rising)}. Were the two columns swapped?",
        )


def _find_single_in_shared(frame: pd.DataFrame) -> Iterator[tuple[str, str]]:
    if "delivery_id" not in frame.columns:
        return
    identifiers, plurality = frame["delivery_id"], _read_column(frame, "plurality")
    # A birth that stands twice is a copy, which another check finds: here each counts once.
    once = identifiers[(identifiers.notna() & ~frame.duplicated()).to_numpy()]
    known = identifiers.isin(once[once.duplicated()]).to_numpy() & ~np.isnan(plurality)
    single = int((plurality[known] == 1).sum())
    if known.sum() >= 20 and _low_end(single, int(known.sum())) > MOST_SINGLE_IN_SHARED:
        yield (
            "plurality",
            f"plurality is 1 in {format_row_count(single)} of {int(known.sum()):,} rows that share their delivery_id "
            "with another birth. Is plurality the default of a form, or is delivery_id the mother's?",
        )


def _low_end(count: int, total: int) -> float:
    """The low end of the 95 % interval of a share."""
    return float(np.asarray(wilson_interval(np.array([count]), np.array([total]))[0])[0])
