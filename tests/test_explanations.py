"""An explanation is about the risk shown: it adds up, it can be drawn, and it says what the model saw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import InputError
from perinatal.models.explanation import additive_error, format_cell
from shipped_samples import sample_for

MODELS = list(pn.available_models().index)


@pytest.fixture(scope="module", params=MODELS)
def explained(request):
    table = sample_for(request.param)
    model = pn.load_model(request.param)
    return model, table, model.explain(table), model.predict(table)


def test_base_and_parts_add_up_to_the_log_odds_of_the_risk_shown(explained):
    _, _, explanation, prediction = explained
    assert additive_error(explanation) < 1e-6
    log_odds = explanation.base + explanation.parts.sum(axis=1, skipna=False)
    np.testing.assert_allclose(1 / (1 + np.exp(-log_odds)), prediction.risk, atol=1e-6)


def test_parts_values_and_risk_come_on_the_callers_index(explained):
    _, table, explanation, prediction = explained
    for result in (explanation.parts, explanation.values, explanation.risk, prediction.risk, prediction.missing):
        assert result.index.equals(table.index)


def test_a_row_explained_alone_is_the_row_explained_in_the_batch(explained):
    model, table, explanation, _ = explained
    for position in (0, len(table) // 2, len(table) - 1):
        alone = model.explain(table.iloc[[position]])
        np.testing.assert_array_equal(alone.matrix[0], explanation.matrix[position])
        assert alone.log_odds[0] == explanation.log_odds[position]
        assert alone.base == explanation.base


def test_the_strongest_parts_are_the_largest_in_size_and_in_order(explained):
    _, table, explanation, _ = explained
    strongest = explanation.strongest(3)
    assert len(strongest) == 3 * len(table)
    first = strongest.iloc[:3]
    assert first["rank"].tolist() == [1, 2, 3]
    sizes = first["part"].abs().to_numpy()
    assert (np.diff(sizes) <= 0).all()
    assert sizes[0] == np.abs(explanation.matrix[0]).max()
    np.testing.assert_allclose(first["odds_ratio"], np.exp(first["part"]))


@pytest.mark.parametrize(
    "model_id", ["infant_death-birth", "maternal_death-sari_admission", "gestational_diabetes-booking"]
)
def test_shap_draws_it(model_id):
    explained = pn.load_model(model_id).explain(sample_for(model_id))
    shap = pytest.importorskip("shap")
    pyplot = pytest.importorskip("matplotlib.pyplot")
    import matplotlib

    matplotlib.use("Agg")
    shap_explanation = explained.to_shap()
    assert isinstance(shap_explanation, shap.Explanation)
    assert shap_explanation.values.shape == explained.matrix.shape
    shap.plots.waterfall(shap_explanation[0], show=False)
    shap.plots.beeswarm(shap_explanation, show=False)
    shap.plots.force(shap_explanation[0].base_values, shap_explanation[0].values, matplotlib=True, show=False)
    pyplot.close("all")


def test_a_notebook_shows_it_without_the_rows_beyond_the_first_few(explained):
    page = explained[2]._repr_html_()
    assert page.count("<tr>") == 6
    assert "strongest" in page


def test_a_count_below_one_is_refused(explained):
    with pytest.raises(InputError, match="1 or more"):
        explained[2].strongest(0)


@pytest.mark.parametrize("model_id", MODELS)
def test_an_empty_table_gives_an_empty_explanation(model_id):
    explanation = pn.load_model(model_id).explain(sample_for(model_id).iloc[:0])
    assert len(explanation.parts) == 0
    assert len(explanation.strongest()) == 0
    assert "0 rows" in repr(explanation)


def test_markup_in_a_label_of_a_row_is_escaped():
    table = sample_for("infant_death-birth").iloc[:1].set_axis(["<script>alert(1)</script>"])
    assert "<script>" not in pn.load_model("infant_death-birth").explain(table)._repr_html_()


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "unknown"), (pd.NA, "unknown"), (0.5, "0.5"), (np.bool_(False), "no"), ("some_tertiary", "some tertiary")],
)
def test_values_are_shown_for_a_person(value, shown):
    assert format_cell(value) == shown
