"""Conforming a table, against reading the same table from CSV."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pandas as pd

from benchmarks import Row, best_seconds
from perinatal.frames import conform
from perinatal.vocabulary import VARIABLES, Category, Count, Flag

_ROWS, _COLUMNS = 100_000, 40
_MANY_ROWS, _FEW_COLUMNS = 1_000_000, 25
_UNKNOWN_SHARE = 0.05


def _chosen(columns: int) -> list[str]:
    """Names of as many numbers, categories and flags as a birth register has, in declared order."""
    numbers = [name for name, v in VARIABLES.items() if v.is_numeric]
    categories = [name for name, v in VARIABLES.items() if isinstance(v.kind, Category)]
    flags = [name for name, v in VARIABLES.items() if isinstance(v.kind, Flag)]
    share = columns // 4
    chosen = [*numbers[: columns - 2 * share], *categories[:share], *flags]
    return chosen[:columns]


def _as_written(rows: int, columns: int, seed: int = 0) -> pd.DataFrame:
    """A made-up table with numbers, words, 0/1 flags and blanks, as in a register."""
    rng = np.random.default_rng(seed)
    table = {}
    for name in _chosen(columns):
        kind = VARIABLES[name].kind
        unknown = rng.random(rows) < _UNKNOWN_SHARE
        if isinstance(kind, Category):
            values = pd.Series(rng.choice(kind.levels, rows), dtype="str").mask(unknown)
        elif isinstance(kind, Flag):
            values = pd.Series(rng.integers(0, 2, rows).astype(np.float64)).mask(unknown)
        else:
            low, high = kind.typical or kind.plausible
            numbers = rng.uniform(low, high, rows).round(0 if isinstance(kind, Count) else 1)
            values = pd.Series(numbers).mask(unknown)
        table[name] = values
    return pd.DataFrame(table)


def rows() -> Iterator[Row]:
    """``conform``, against reading the CSV or ``DataFrame.copy``."""
    text = _as_written(_ROWS, _COLUMNS).to_csv(index=False)
    table = pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=[""])
    reading = best_seconds(lambda: pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=[""]), repeat=3)
    yield Row(
        f"conform {_ROWS:,} rows x {_COLUMNS} columns, against pd.read_csv of them",
        best_seconds(lambda: conform(table)),
        reading,
        "s",
        "< 0.5",
    )
    canonical = conform(_as_written(_MANY_ROWS, _FEW_COLUMNS)).frame
    yield Row(
        f"conform a canonical frame of {_MANY_ROWS:,} rows x {_FEW_COLUMNS} columns, against DataFrame.copy",
        best_seconds(lambda: conform(canonical), repeat=3),
        best_seconds(lambda: canonical.copy(deep=True), repeat=3),
        "s",
        "< 0.5 s",
    )
    one = canonical.iloc[[0]]
    names = tuple(one.columns)
    yield Row(
        f"conform one canonical row of {_FEW_COLUMNS} columns, against DataFrame.copy",
        best_seconds(lambda: conform(one, needed=names), repeat=50),
        best_seconds(lambda: one.copy(deep=True), repeat=50),
        "s",
        "< 0.001 s",
    )
