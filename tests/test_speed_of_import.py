"""Importing the library is cheap: heavy packages come in when they are asked for, and not before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import perinatal

SOURCE = Path(__file__).resolve().parent.parent / "src"
HEAVY = ("shap", "matplotlib", "xgboost", "sklearn", "pyarrow.parquet", "IPython", "numba")
LEARNING = ("shap", "matplotlib", "xgboost", "sklearn", "numba")

IMPORTED = """
import json, sys
{}
print(json.dumps(sorted(sys.modules)))
"""


def imported_by(act: str) -> set[str]:
    """The modules a fresh process holds after an act."""
    paths = [str(SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED.format(act)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return set(json.loads(done.stdout))


def test_importing_the_library_brings_in_nothing_heavy():
    modules = imported_by("import perinatal")
    assert not modules.intersection(HEAVY)
    assert "perinatal.models" not in modules


@pytest.mark.parametrize(
    "act",
    [
        "import perinatal; perinatal.conform",
        "import perinatal; perinatal.ColumnMap",
        "import perinatal; perinatal.VARIABLES, perinatal.OUTCOMES, perinatal.Moment",
        "import perinatal; perinatal.conform({'birth_weight_g': 1450}).report()",
        "import perinatal; perinatal.load_sample('births')",
        "import perinatal; dir(perinatal)",
    ],
)
def test_what_only_reads_tables_brings_in_no_learning_library(act):
    assert not imported_by(act).intersection(LEARNING)


@pytest.mark.parametrize(
    "act",
    [
        "import perinatal; perinatal.load_model, perinatal.RiskModel, perinatal.Prediction, perinatal.fit",
        "import perinatal; perinatal.Explanation, perinatal.FeatureBuilder, perinatal.available_models",
    ],
)
def test_naming_a_model_brings_in_neither_shap_nor_plots_nor_xgboost(act):
    assert not imported_by(act).intersection({"shap", "matplotlib", "xgboost", "numba"})


TRAINED = """
import perinatal
model = perinatal.fit(perinatal.conform(perinatal.load_sample("births")).frame, outcome="low_birth_weight",
                      moment="labour", features=["gestational_age_at_birth_days", "plurality"],
                      options=perinatal.FitOptions(scorers=["logistic"]))
births = perinatal.load_sample("births")
model.predict(births).to_frame(), model.explain(births).strongest(), model.describe(), model.json_schema(), model.card()
"""


def test_a_logistic_model_is_trained_and_explained_without_xgboost_shap_or_plots():
    assert not imported_by(TRAINED).intersection({"shap", "matplotlib", "xgboost", "numba"})


@pytest.mark.parametrize("name", sorted(set(perinatal.__all__) - {"__version__"}))
def test_every_public_name_is_there_when_it_is_asked_for(name):
    assert getattr(perinatal, name) is not None


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'shap'"):
        _ = perinatal.shap
