"""Made-up rows to ask every shipped model about."""

from __future__ import annotations

import numpy as np
import pandas as pd

import perinatal as pn
from perinatal.vocabulary import VARIABLES


def sample_for(model_id: str) -> pd.DataFrame:
    """Made-up rows for a model: a shipped sample, or random levels where it reads bands that no sample has."""
    sample = pn.load_sample("sari_admissions" if model_id.endswith("sari_admission") else "births")
    inputs = pn.load_model(model_id).inputs
    if set(inputs) & set(sample.columns):
        return sample
    random = np.random.default_rng(0)
    columns = {}
    for name in inputs:
        kind = VARIABLES[name].kind
        values = getattr(kind, "levels", None) or getattr(kind, "possible", (0, 1))
        columns[name] = random.choice(values, 60)
    return pd.DataFrame(columns)
