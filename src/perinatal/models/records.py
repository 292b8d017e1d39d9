"""One clean record encoded without a DataFrame: the same numbers as from a table, in a fiftieth of its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from perinatal.frames import Problem
from perinatal.frames.danger import WATCHED, DangerSigns, find_record_signs
from perinatal.frames.problems import absent_column_problem
from perinatal.frames.records import RecordReader
from perinatal.models.derived_features import Feature

_UNKNOWN = float("nan")


class EncodedRecord(NamedTuple):
    """The encoded row (1 × features, ``float32``), a problem for each absent input, and the danger signs."""

    matrix: np.ndarray
    problems: tuple[Problem, ...]
    signs: DangerSigns


class RecordEncoder:
    """Encodes a record whose values are canonical and plausible; anything else is left to ``conform``."""

    def __init__(self, features: tuple[Feature, ...]) -> None:
        self.inputs = tuple(dict.fromkeys(name for f in features for name in f.inputs))
        self._reader = RecordReader(WATCHED.union(self.inputs))
        self._features = [(f.name, f.derived.function if f.derived is not None else None, f.inputs) for f in features]
        self._absent = {name: absent_column_problem(name, 1) for name in self.inputs}

    def encode(self, record: Mapping[str, object]) -> EncodedRecord | None:
        """The record as the scorer sees it; ``None`` where conforming would report more than absent inputs."""
        values = self._reader.read(record)
        if values is None:
            return None
        absent = tuple(problem for name, problem in self._absent.items() if name not in values)
        if len(absent) == len(self.inputs):
            return None
        row = []
        for name, function, inputs in self._features:
            if function is None:
                row.append(values.get(name, _UNKNOWN))
            else:
                row.append(float(function(*(np.array([values.get(source, _UNKNOWN)]) for source in inputs))[0]))
        return EncodedRecord(np.array([row], dtype=np.float32), absent, find_record_signs(values))
