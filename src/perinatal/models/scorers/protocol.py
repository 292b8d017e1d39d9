"""What a scorer is: features in, log-odds and their additive parts out; and what a kind of scorer declares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from perinatal.models.derived_features import Feature

Settings = Mapping[str, float]


class Scorer(Protocol):
    """From an encoded ``float32`` matrix (rows × features, unknown NaN) to log-odds and additive parts.

    ``log_odds(m)[i] == base + parts[i].sum()`` within 1e-6, and a row alone gives bit for bit what it gives in a
    batch. ``files`` is all there is to write.
    """

    @property
    def kind(self) -> str:
        """The kind of scorer, as a manifest names it."""
        ...

    def log_odds(self, matrix: np.ndarray) -> np.ndarray:
        """Log-odds of each row, ``float64``."""
        ...

    def parts(self, matrix: np.ndarray) -> tuple[np.ndarray, float]:
        """Additive parts (rows × features, ``float64``) and the base they are added to."""
        ...

    def files(self) -> dict[str, bytes]:
        """The scorer as named files."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class TrainingRows:
    """Encoded rows that a scorer is trained or tested on.

    Parameters
    ----------
    matrix : shape (rows, features), ``float32``, unknown ``NaN``.
    observed : shape (rows,), 0 or 1. weights : shape (rows,).
    features : the columns, in order.
    directions : features whose direction is certain: 1 raises the risk, -1 lowers it.
    seed : of whatever is random in the training.
    """

    matrix: np.ndarray
    observed: np.ndarray
    weights: np.ndarray
    features: Sequence[Feature]
    directions: Mapping[str, int]
    seed: int


class ScorerKind(Protocol):
    """What the class of a kind of scorer declares, beside being a :class:`Scorer`.

    Attributes
    ----------
    kind : its name in manifests and in :func:`perinatal.fit`.
    complexity : simpler kinds have a smaller one; among equally good candidates the simplest is selected.
    file_names : the files that ``files`` gives.
    runtime : distributions that compute it; a saved model names their versions, and an older one is refused.
    candidates : settings to try. Of each inner tuple the settings with the least log-loss out of fold become one
        candidate; the candidates go from the simplest to the most complex.
    """

    kind: ClassVar[str]
    complexity: ClassVar[int]
    file_names: ClassVar[tuple[str, ...]]
    runtime: ClassVar[tuple[str, ...]]
    candidates: ClassVar[tuple[tuple[Settings, ...], ...]]

    @classmethod
    def from_files(cls, files: Mapping[str, bytes], features: Sequence[Feature]) -> Scorer:
        """The scorer that ``files`` wrote; :class:`~perinatal.errors.CorruptModel` for anything else."""
        ...

    @classmethod
    def train(cls, rows: TrainingRows, settings: Settings) -> Scorer:
        """The scorer with these settings, trained on ``rows``; the same for any number of threads."""
        ...

    @classmethod
    def staged_log_odds(cls, rows: TrainingRows, settings: Settings, held_out: TrainingRows) -> np.ndarray:
        """Log-odds of held-out rows after each stage of the training on ``rows``, shape (stages, held-out rows).

        One stage for a kind that is trained at once. The training may end early where the loss on the held-out rows
        no longer improves.
        """
        ...

    @classmethod
    def settings_at(cls, settings: Settings, stage: int) -> Settings:
        """The settings under which :meth:`train` ends where ``stage`` of the staged training was."""
        ...
