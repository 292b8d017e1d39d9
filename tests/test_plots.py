"""Pictures draw what they are given, in words a person reads."""

from __future__ import annotations

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import InputError, UnknownName
from perinatal.evaluate import calibration_table
from perinatal.plots import calibration, parts

mpl.use("Agg")
import matplotlib.pyplot as plt

GROUPS = [
    {"n": 500, "events": None, "mean_risk": 0.004, "observed_share": None, "low": None, "high": None},
    {"n": 500, "events": 25, "mean_risk": 0.05, "observed_share": 0.05, "low": 0.034, "high": 0.073},
    {"n": 500, "events": 150, "mean_risk": 0.32, "observed_share": 0.3, "low": 0.261, "high": 0.342},
]


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def explanation() -> pn.Explanation:
    births = pn.conform(pn.load_sample("births")).frame
    model = pn.fit(
        births,
        outcome="low_birth_weight",
        moment="labour",
        features=["gestational_age_at_birth_days", "plurality", "maternal_age_years", "gestational_diabetes"],
        options=pn.FitOptions(scorers=["logistic"]),
    )
    return model.explain(births)


def dots(ax: plt.Axes) -> np.ndarray:
    return ax.containers[0].lines[0].get_xydata()


def test_each_group_that_may_be_shown_is_a_dot_in_percent():
    np.testing.assert_allclose(dots(calibration(GROUPS)), [[5, 5], [32, 30]])


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_both_axes_of_a_calibration_picture_are_the_same(scale: str):
    ax = calibration(GROUPS, scale=scale)
    assert ax.get_xlim() == ax.get_ylim()
    assert ax.get_xscale() == ax.get_yscale() == scale
    assert ax.get_xlim()[0] <= 3.4
    assert ax.get_xlim()[1] >= 34.2


def test_a_calibration_table_of_the_library_is_drawn_as_it_is():
    random = np.random.default_rng(0)
    risk = random.uniform(0.1, 0.9, 2000)
    table = calibration_table(random.random(2000) < risk, risk)
    assert len(dots(calibration(table))) == len(table)


def test_two_on_the_same_axes_share_one_diagonal_and_lose_nothing():
    ax = calibration(GROUPS, label="here")
    calibration([{"mean_risk": 0.6, "observed_share": 0.7, "low": 0.6, "high": 0.8}], ax=ax, label="there")
    assert sum(line.get_gid() == "ideal" for line in ax.lines) == 1
    assert ax.get_xlim()[1] >= 80
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["here", "there"]


def test_a_table_without_the_columns_is_refused_by_name():
    with pytest.raises(InputError, match="low, high is absent"):
        calibration(pd.DataFrame({"mean_risk": [0.1], "observed_share": [0.1]}))


def test_a_table_of_suppressed_groups_is_refused():
    with pytest.raises(InputError, match="fewer than ten events"):
        calibration(GROUPS[:1])


def test_bars_add_up_to_the_risk_shown(explanation: pn.Explanation):
    ax = parts(explanation, "B003", count=2)
    position = explanation.index.get_loc("B003")
    widths = [bar.get_width() for bar in ax.patches]
    assert len(widths) == 3
    assert explanation.base + sum(widths) == pytest.approx(explanation.log_odds[position], abs=1e-6)


def test_bars_are_named_with_values_and_units(explanation: pn.Explanation):
    labels = [tick.get_text() for tick in parts(explanation, "B003", count=4).get_yticklabels()]
    assert "gestation at birth: 24+2 weeks" in labels
    assert "mother's age: 31 years" in labels


def test_bars_carry_a_sign_and_not_only_a_colour(explanation: pn.Explanation):
    ax = parts(explanation, "B003", count=4)
    for bar, label in zip(ax.patches, ax.texts, strict=True):
        assert label.get_text().startswith("▲" if bar.get_width() > 0 else "▼")


@pytest.mark.parametrize("row", ["B001", "B003", "B144"])
def test_every_bar_is_inside_the_axes(row: str, explanation: pn.Explanation):
    ax = parts(explanation, row)
    low, high = ax.get_xlim()
    assert all(low < bar.get_width() < high for bar in ax.patches)


@pytest.mark.parametrize("row", ["B001", "B003", "B144"])
def test_the_axis_has_a_scale_to_read_bars_on(row: str, explanation: pn.Explanation):
    assert len(parts(explanation, row).get_xticks()) >= 2


def test_an_unknown_row_is_refused_without_repeating_it(explanation: pn.Explanation):
    with pytest.raises(UnknownName) as refused:
        parts(explanation, "Mary Smith")
    assert "Mary" not in str(refused.value)


def test_no_bars_are_refused(explanation: pn.Explanation):
    with pytest.raises(InputError, match="count of 1 or more"):
        parts(explanation, "B003", count=0)


def test_importing_the_plots_does_not_import_matplotlib():
    code = "import sys, perinatal.plots; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
