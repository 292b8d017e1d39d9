"""Comparing thirty models on a hundred thousand rows, against bootstrap intervals of the same measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from benchmarks import Row, best_seconds
from perinatal import evaluate
from perinatal.catalogue import load_model
from perinatal.frames import conform
from perinatal.models.scorers import Recalibration
from perinatal.samples import load_sample
from perinatal.validation import compare

_MODELS, _ROWS = 30, 100_000
_SHIPPED = ("infant_death-birth", "infant_death-labour", "infant_death-booking")
_TIMES = 200


def rows() -> Iterator[Row]:
    """One call of ``compare`` against bootstraps of the same measures."""
    rng = np.random.default_rng(0)
    births = conform(load_sample("births")).frame
    cohort = births.iloc[rng.integers(0, len(births), _ROWS)].reset_index(drop=True)
    cohort = cohort.drop(columns=["delivery_id"])
    risk = load_model(_SHIPPED[0]).predict(cohort).risk.to_numpy()
    cohort["infant_death"] = pd.array(rng.random(_ROWS) < risk, dtype="boolean")
    shipped = [load_model(name) for name in _SHIPPED]
    models = [
        replace(shipped[i % len(shipped)], id=f"m{i:02d}", recalibration=Recalibration(0.01 * i, 1 + 0.005 * i))
        for i in range(_MODELS)
    ]
    observed = cohort["infant_death"].to_numpy(dtype=bool)

    def by_bootstrap() -> None:
        """The same four measures of one model, each with a bootstrap interval."""
        for measure in ("auroc", "observed_over_expected", "calibration_slope", "ici"):
            evaluate.bootstrap(observed, risk, measure, times=_TIMES)

    ours = best_seconds(lambda: compare(cohort, "infant_death", models), repeat=1)
    theirs = _MODELS * best_seconds(by_bootstrap, repeat=1)
    yield Row(
        f"compare {_MODELS} models on {_ROWS:,} rows, against {_TIMES} bootstraps of the same measures",
        ours,
        theirs,
        "s",
        "< 0.5, and under 60 s",
    )
