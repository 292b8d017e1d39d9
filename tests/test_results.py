"""Every result is a table, is ready for JSON, shows itself in a notebook with its text escaped, and draws itself."""

from __future__ import annotations

import json
import sys
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import MissingPackage
from perinatal.registers import Field, Register
from perinatal.registers.readings import Number
from perinatal.sites import examine

mpl.use("Agg")
import matplotlib.pyplot as plt

HOSTILE = "<img src=x onerror=alert(1)>"
MODEL = "nicu_admission-birth"
_AGE = Field("maternal_age_years", ("AGE",), Number())


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    """Made-up births whose outcome goes with their gestation, with dates; one label is markup."""
    births = pd.concat([pn.load_sample("births")] * 4, ignore_index=True).drop(columns="delivery_id")
    weeks = births["gestational_age_at_birth_days"].fillna(275) / 7
    admitted = np.random.default_rng(0).random(len(births)) < 1 / (1 + np.exp(0.9 * (weeks - 36)))
    births = births.assign(nicu_admission=pd.array(admitted, dtype="boolean"))
    births["day"] = pd.date_range("2024-01-01", "2024-06-28", periods=len(births))
    return births.set_axis([HOSTILE, *map(str, range(1, len(births)))])


@pytest.fixture(scope="module")
def results(births: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    model = pn.load_model(MODEL)
    score = pn.load_model("bishop")
    table = births.drop(columns="day")
    sites = [pn.summarise(model, table.iloc[half::2], site=f"Ward {half}") for half in (0, 1)]
    file = tmp_path_factory.mktemp("register") / "hospital.csv"
    file.write_text(f"AGE,{HOSTILE}\n31,N\n19,Y\n", encoding="utf-8")
    register = Register("a_hospital", "Births", "somewhere", "2024", "its own", "its own", (_AGE,))
    audit = pn.audit(table.assign(**{HOSTILE: admitted_days(table)}), "nicu_admission", "birth")
    return {
        "Cohort": pn.read_cohort(register, file),
        "Conformed": pn.conform(table.assign(**{HOSTILE: 1})),
        "DangerSigns": pn.danger_signs(table.assign(eclampsia=True)),
        "Prediction": model.predict(table),
        "Explanation": model.explain(table),
        "Prediction of a score": score.predict(pd.DataFrame({"cervical_dilatation_cm": [2.0]}, index=[HOSTILE])),
        "Reasons": pn.load_model("shock_index_obstetric").explain(
            pd.DataFrame({"heart_rate_bpm": [80.0], "systolic_bp_mmhg": [120.0]}, index=[HOSTILE])
        ),
        "ValidationResult": replace(pn.validate(model, table, by="married", bootstraps=20), cohort=HOSTILE),
        "ComparisonResult": replace(pn.compare(table, "nicu_admission", [MODEL, "apgar_5min"]), cohort=HOSTILE),
        "Audit": audit,
        "Examination": replace(examine(model, table, site="Hospital"), site=HOSTILE),
        "Monitoring": replace(pn.monitor(model, births, dates="day", period="month"), model=HOSTILE),
        "SiteSummary": replace(sites[0], site=HOSTILE),
        "PooledSites": replace(pn.pool(sites), refused=((HOSTILE, HOSTILE),)),
        "SampleSize": pn.sample_size(model, 0.1),
        "RiskModel": model,
        "PublishedModel": score,
    }


def admitted_days(table: pd.DataFrame) -> pd.Series:
    return table["nicu_admission"].astype("float64") * 3


NAMES = (
    "Cohort",
    "Conformed",
    "DangerSigns",
    "Prediction",
    "Explanation",
    "Prediction of a score",
    "Reasons",
    "ValidationResult",
    "ComparisonResult",
    "Audit",
    "Examination",
    "Monitoring",
    "SiteSummary",
    "PooledSites",
    "SampleSize",
    "RiskModel",
    "PublishedModel",
)
DRAWN = ("Explanation", "ValidationResult", "ComparisonResult", "Monitoring", "PooledSites", "RiskModel")


@pytest.mark.parametrize("name", NAMES)
def test_a_result_is_a_table(name: str, results: dict[str, object]):
    table = results[name].to_frame()
    assert isinstance(table, pd.DataFrame)
    assert len(table)


@pytest.mark.parametrize("name", NAMES)
def test_a_result_is_ready_for_json(name: str, results: dict[str, object]):
    content = results[name].to_dict()
    assert json.loads(json.dumps(content, allow_nan=False)) == content


@pytest.mark.parametrize("name", NAMES)
def test_a_result_shows_itself_in_a_notebook_with_its_text_escaped(name: str, results: dict[str, object]):
    page = results[name]._repr_html_()
    assert page.startswith("<")
    assert "<img" not in page


@pytest.mark.parametrize("name", DRAWN)
def test_a_result_draws_itself(name: str, results: dict[str, object]):
    axes = results[name].plot()
    assert axes.get_xlabel()
    _, given = plt.subplots()
    assert results[name].plot(ax=given) is given
    plt.close("all")


def test_without_matplotlib_a_picture_says_what_to_install(results: dict[str, object], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(MissingPackage, match="matplotlib, which is not installed"):
        results["ValidationResult"].plot()


def test_what_a_table_is_read_into_gives_its_rows_to_no_json(births: pd.DataFrame):
    content = json.dumps(pn.conform(births).to_dict())
    assert HOSTILE not in content
