"""The questions of the experiment: an outcome, its features, and places with births to adopt on and later births."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pandas as pd

from perinatal.models import RiskModel
from perinatal.models.derived_features import Feature
from perinatal.models.feature_builder import FeatureBuilder
from perinatal.vocabulary import Moment

_BITS = 32


@dataclass(frozen=True, slots=True)
class BirthCounts:
    """Births as counts by pattern of features and outcome."""

    pattern: np.ndarray
    observed: np.ndarray
    weights: np.ndarray

    @property
    def births(self) -> float:
        """The number of births."""
        return float(self.weights.sum())

    @property
    def events(self) -> float:
        """The number of births with the outcome."""
        return float(self.weights @ self.observed)


class Period(NamedTuple):
    """The rows on which a place adopts and those on which it is tested, as masks of the frame."""

    name: str
    before: pd.Series
    later: pd.Series


@dataclass(frozen=True, slots=True)
class Place:
    """A place at the start of a period: its earlier births, in the order of use, and the later ones."""

    name: str
    period: str
    pattern: np.ndarray
    observed: np.ndarray
    later: BirthCounts


@dataclass(frozen=True, slots=True)
class Question:
    """An outcome in places; ``matrix`` has each distinct pattern of features once.

    ``development`` holds each place's births for training a model elsewhere, and is empty for a shipped model.
    ``by_chance`` says that births are drawn from those before, and not the latest taken. ``shipped`` is the model that
    is adopted where none is trained.
    """

    id: str
    label: str
    features: tuple[Feature, ...]
    matrix: np.ndarray
    places: tuple[Place, ...]
    development: Mapping[str, BirthCounts] = field(default_factory=dict)
    by_chance: bool = False
    shipped: RiskModel | None = None

    @property
    def names(self) -> list[str]:
        """Every place that trains or adopts."""
        return sorted({place.name for place in self.places} | set(self.development))


def count_births(pattern: np.ndarray, observed: np.ndarray, weights: np.ndarray | None = None) -> BirthCounts:
    """Births counted by pattern and outcome.

    >>> rows = count_births(np.array([3, 3, 5]), np.array([1, 1, 0]))
    >>> rows.pattern.tolist(), rows.observed.tolist(), rows.weights.tolist()
    ([5, 3], [0.0, 1.0], [1.0, 2.0])
    """
    keys = pattern.astype(np.int64) + (observed.astype(np.int64) << _BITS)
    kinds, inverse = np.unique(keys, return_inverse=True)
    counts = np.bincount(inverse, weights=weights, minlength=len(kinds)).astype(np.float64)
    return BirthCounts(kinds & ((1 << _BITS) - 1), (kinds >> _BITS).astype(np.float64), counts)


def merge_births(several: Sequence[BirthCounts]) -> BirthCounts:
    """The births of several places as one."""
    return count_births(
        *(np.concatenate([getattr(rows, name) for rows in several]) for name in BirthCounts.__dataclass_fields__)
    )


def build_question(
    id: str,
    label: str,
    frame: pd.DataFrame,
    observed: pd.Series,
    features: Sequence[str],
    moment: Moment,
    place: str,
    *,
    development: pd.Series | None,
    periods: Sequence[Period],
    latest: pd.Series | None,
    least: tuple[int, int],
    seed: int,
) -> Question:
    """A question with the places that have enough births before a period and in it.

    Rows without an outcome or a place are left out. ``latest`` says when each birth was: the latest are taken first,
    those of one month in an order by chance; ``None`` where births are drawn.
    """
    known = (observed.notna() & frame[place].notna()).to_numpy()
    frame, y = frame.loc[known], observed[known].to_numpy(dtype=np.float64)
    builder = FeatureBuilder(tuple(features), moment)
    matrix = builder.encode(frame)
    patterns = pd.DataFrame(matrix).groupby(list(range(matrix.shape[1])), dropna=False, sort=True).ngroup().to_numpy()
    first = np.unique(patterns, return_index=True)[1]
    rows_by_place = {
        str(name): positions for name, positions in frame.reset_index(drop=True).groupby(place).indices.items()
    }
    development_rows = {}
    if development is not None:
        trains = development[known].to_numpy(dtype=bool)
        development_rows = {
            name: count_births(patterns[positions[trains[positions]]], y[positions[trains[positions]]])
            for name, positions in sorted(rows_by_place.items())
        }
    when = np.zeros(len(frame)) if latest is None else latest[known].to_numpy(dtype=np.float64)
    random = np.random.default_rng(seed)
    places = []
    for period in periods:
        before, later = (mask[known].to_numpy(dtype=bool) for mask in (period.before, period.later))
        for name, positions in sorted(rows_by_place.items()):
            own, test = random.permutation(positions[before[positions]]), positions[later[positions]]
            if len(own) < least[0] or len(test) < least[1]:
                continue
            own = own[np.argsort(-when[own], kind="stable")]
            places.append(Place(name, period.name, patterns[own], y[own], count_births(patterns[test], y[test])))
    development_rows = {name: rows for name, rows in development_rows.items() if rows.births}
    return Question(
        id, label, builder.resolved_features, matrix[first], tuple(places), development_rows, latest is None
    )
