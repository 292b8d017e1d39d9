"""A model adopted at a site, or refused with every reason: the guard attacked, the ladder climbed, nothing hidden."""

from __future__ import annotations

import functools
import json

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import AdoptionRefused, InputError, MissingVariables, NotEnoughData, PerinatalError
from perinatal.models.explanation import additive_error
from perinatal.sites import AdoptionOptions, Examination, Limits, Prior, Rung, examine, restore_parent
from perinatal.sites.applying import compute_base
from perinatal.sites.signatures import find_signatures
from small_models import small_model

SITE = "Hospital of the sample"
MODEL = "nicu_admission-birth"


@functools.cache
def births() -> pd.DataFrame:
    return pn.load_sample("hospital_births")


@functools.cache
def frozen() -> pn.RiskModel:
    return pn.load_model(MODEL)


@functools.cache
def examined() -> Examination:
    return examine(frozen(), births(), site=SITE)


@functools.cache
def adopted() -> pn.RiskModel:
    return examined().adopted


def looked_at(
    table: pd.DataFrame, units: dict[str, str] | None = None, dates: object = None, **options: object
) -> Examination:
    options = AdoptionOptions(up_to="keep", **options)
    return examine(frozen(), table, site=SITE, units=units, dates=dates, options=options)


def refused(table: pd.DataFrame, **options: object) -> set[str]:
    """The names of the checks that did not pass."""
    examination = looked_at(table, **options)
    assert examination.adopted is None
    return {check.name for check in examination.checks if not check.passed}


# What an adoption is -----------------------------------------------------------------------------------


def test_the_model_of_a_site_is_calibrated_there_and_the_frozen_one_is_not_changed():
    before = frozen().predict(births()).log_odds
    record = examined().record
    assert record.before["observed_over_expected"].value > 1.3
    assert record.after["observed_over_expected"].value == pytest.approx(1, abs=0.06)
    assert abs(record.after["calibration_slope"].value - 1) < abs(record.before["calibration_slope"].value - 1) / 3
    assert np.array_equal(frozen().predict(births()).log_odds, before)


def test_an_adopted_model_says_where_it_was_adopted_and_from_which_model():
    model = adopted()
    assert model.id == f"{MODEL}@hospital-of-the-sample"
    for text in (model.caution, model.card(), repr(model)):
        assert SITE in text
        assert "2,400 rows (2024-01 to 2025-12)" in text
    assert model.adoption.parent is frozen()
    assert model.adoption.rung is Rung.RESCALED
    assert "before it was adopted" in model.card()
    assert model.predict(births()).caution == model.caution


def test_an_adopted_model_shows_its_own_test_and_says_that_the_others_are_of_its_parent():
    after = examined().record.after
    page = pn.report.answer_page([pn.report.build_answer_report(adopted(), births().head(20), title="Births")])
    assert f"{SITE}, after adoption, rows held out" in page
    assert after["auroc"].format(3) in page
    sentence = "The tests on other data are of the model before its adoption."
    assert sentence in page
    assert sentence in adopted()._repr_html_()
    assert sentence not in frozen()._repr_html_()


def test_an_explanation_of_an_adopted_model_adds_up_to_the_risk_shown():
    explanation = adopted().explain(births())
    assert additive_error(explanation) < 1e-6
    assert np.array_equal(explanation.log_odds, adopted().predict(births()).log_odds)


def test_the_parts_of_an_adopted_model_are_those_of_its_parent_times_the_factors_on_record():
    update = examined().record.update
    before, after = frozen().explain(births()), adopted().explain(births())
    assert after.matrix == pytest.approx(before.matrix * np.array(update.factors), abs=1e-9)
    assert after.base == pytest.approx(compute_base(frozen()) + update.intercept, abs=1e-9)
    assert min(update.factors) > 0


@pytest.mark.parametrize("step", ["intercept", "slope", "rescaled"])
@pytest.mark.parametrize("kind", ["boosted", "logistic"])
def test_a_row_alone_gives_bit_for_bit_what_it_gives_in_a_batch(kind, step):
    model = small_model(kind)
    table = pn.conform(pn.load_sample("births"))
    adopted = examine(model, table, site="x", options=AdoptionOptions(up_to=step, limits=Limits(ratio=50))).adopted
    whole = adopted.predict(table).log_odds
    rows = [adopted.predict(table.frame.iloc[[i]]).log_odds[0] for i in range(0, 200, 23)]
    assert rows == list(whole[:200:23])
    assert additive_error(adopted.explain(table)) < 1e-6


@pytest.mark.parametrize("given", ["another index", "a duplicate index", "conformed"])
def test_the_same_rows_give_the_same_model_however_they_are_given(given):
    index = {"another index": range(5000, 7400), "a duplicate index": [1] * 2400}.get(given)
    table = pn.conform(births()) if index is None else births().set_axis(index)
    first, again = (
        examine(frozen(), cohort, site=SITE, options=AdoptionOptions(up_to="intercept")).record
        for cohort in (births(), table)
    )
    assert again == first


def test_going_back_gives_the_parent():
    assert restore_parent(adopted()) is frozen()
    with pytest.raises(AdoptionRefused, match="was not adopted from another model"):
        restore_parent(frozen())


def test_adopting_twice_is_refused_and_its_parent_named():
    with pytest.raises(AdoptionRefused, match=r"adopted already, at Hospital.*model\.adoption\.parent"):
        pn.adopt(adopted(), births(), site="Another")
    assert (
        pn.adopt(
            adopted().adoption.parent, births(), site=SITE, options=pn.AdoptionOptions(up_to="intercept")
        ).adoption.rung
        is Rung.INTERCEPT
    )


def test_a_higher_step_than_asked_for_is_not_taken():
    examination = examine(frozen(), births(), site=SITE, options=AdoptionOptions(up_to="slope"))
    assert [entry.rung for entry in examination.choice.comparisons] == [Rung.KEEP, Rung.INTERCEPT, Rung.SLOPE]
    assert examination.adopted.adoption.rung is Rung.SLOPE
    assert examination.adopted.scorer is frozen().scorer


def test_a_refit_is_considered_only_when_asked_for_and_keeps_outcome_moment_and_features():
    model = small_model("logistic")
    table = pd.concat([pn.load_sample("births")] * 1)
    examination = examine(model, table, site="x", options=AdoptionOptions(up_to="refit", limits=Limits(ratio=50)))
    assert any("refit: this step needs at least 200 events" in note for note in examination.record.notes)
    few = examine(frozen(), births(), site=SITE, options=AdoptionOptions(up_to="rescaled"))
    assert Rung.REFIT not in [entry.rung for entry in few.choice.comparisons]


def test_a_refit_without_columns_that_the_model_reads_is_given_up_and_the_other_steps_are_not():
    assert "maternal_education" in frozen().inputs
    assert "maternal_education" not in births()
    examination = examine(frozen(), births(), site=SITE, options=AdoptionOptions(up_to="refit"))
    assert examination.adopted.adoption.rung is Rung.RESCALED
    (note,) = examination.record.notes
    assert note.startswith("refit: not possible. It needs every column")
    assert "'maternal_education'" in note


def test_a_prior_may_be_stated_and_is_on_record():
    tight = examine(
        frozen(), births(), site=SITE, options=AdoptionOptions(up_to="intercept", prior=Prior(0.01, 0.01, 0.01))
    )
    assert abs(tight.record.update.intercept) < abs(examined().record.update.intercept) / 2
    assert tight.record.prior.intercept == 0.01


def test_what_was_found_is_ready_for_json_and_holds_no_count_of_one_to_nine():
    content = json.loads(json.dumps(examined().to_dict(), allow_nan=False))
    assert content["adopted"] == adopted().id
    for stream in content["record"]["reference"]["streams"].values():
        assert all(count == 0 or count >= 10 for count in stream["counts"])
    for table in ("calibration_before", "calibration_after"):
        assert all(line["n"] >= 10 for line in content["record"][table])


# The guard ---------------------------------------------------------------------------------------------


def test_flipped_labels_are_refused():
    table = births().assign(nicu_admission=~births()["nicu_admission"].astype(bool))
    failed = refused(table)
    assert {"order of risks", "frequency"} <= failed
    with pytest.raises(AdoptionRefused, match="coded the other way round"):
        pn.adopt(frozen(), table, site=SITE)


def test_outcomes_that_the_risks_tell_too_well_are_asked_about():
    risk = frozen().predict(births()).risk.to_numpy()
    examination = looked_at(births().assign(nicu_admission=risk > np.quantile(risk, 0.9)))
    (order,) = [check for check in examination.checks if check.name == "order of risks"]
    assert order.passed
    assert "far better than expected" in order.message
    (usual,) = [check for check in examined().checks if check.name == "order of risks"]
    assert "far better" not in usual.message


def test_outcomes_that_do_not_belong_to_their_rows_are_refused():
    shuffled = births()["nicu_admission"].sample(frac=1, random_state=1).to_numpy()
    assert "order of risks" in refused(births().assign(nicu_admission=shuffled))


@pytest.mark.parametrize(("name", "times"), [("birth_weight_g", 0.001), ("gestational_age_at_birth_days", 1 / 7)])
def test_wrong_units_are_refused(name, times):
    table = births().assign(**{name: births()[name] * times})
    assert "units" in refused(table) or "values" in refused(table)
    frame = pn.conform(births()).frame
    with pytest.raises(InputError, match=f"{name}: a Conformed holds values from"):
        looked_at(pn.Conformed(frame.assign(**{name: frame[name] * times}), ()))


def test_units_that_are_stated_are_taken():
    table = births().assign(birth_weight_g=births()["birth_weight_g"] / 1000)
    examination = looked_at(table, units={"birth_weight_g": "kg"})
    assert examination.adopted is not None


def test_another_outcome_under_the_same_name_is_refused():
    anybody = births().assign(nicu_admission=births()["birth_weight_g"] < 3600)
    assert {"definition", "frequency"} & refused(anybody)
    nobody = births()["nicu_admission"].astype(bool) & (np.arange(2400) % 30 == 0)
    examination = looked_at(births().assign(nicu_admission=nobody))
    assert examination.adopted is None


def test_another_countrys_prevalence_is_refused_beyond_the_limit_and_taken_within_it():
    # five times as many again with the outcome: from those without it, at random
    random = np.random.default_rng(0)
    outcome = births()["nicu_admission"].astype(bool) | (random.random(2400) < 0.6)
    table = births().assign(nicu_admission=outcome)
    assert "frequency" in refused(table)
    assert "frequency" not in refused(table, limits=Limits(ratio=12))


@pytest.mark.parametrize("rows", [1, 30, 99])
def test_a_few_births_are_refused_with_how_many_are_needed(rows):
    with pytest.raises(AdoptionRefused, match=r"At least 100 rows, 10 with the outcome.*sample_size"):
        pn.adopt(frozen(), births().head(rows), site=SITE)


def test_a_count_under_ten_is_never_told():
    table = births()[~births()["nicu_admission"].astype(bool)].head(200)
    some = pd.concat([table, births()[births()["nicu_admission"].astype(bool)].head(4)])
    with pytest.raises(AdoptionRefused, match="fewer than 10 with it"):
        pn.adopt(frozen(), some, site=SITE)


def test_one_class_is_refused():
    assert refused(births().assign(nicu_admission=True)) == {"enough rows"}
    assert refused(births().assign(nicu_admission=False)) == {"enough rows", "frequency"}


def test_next_to_no_event_where_many_are_expected_is_no_want_of_rows():
    rare = births()["nicu_admission"].astype(bool) & (np.arange(2400) < 60)
    table = births().assign(nicu_admission=rare)
    assert 0 < table["nicu_admission"].sum() < 10
    with pytest.raises(AdoptionRefused, match=r"expects \d+ events, and there are fewer than 10"):
        pn.adopt(frozen(), table, site=SITE)
    assert refused(births().head(90)) == {"enough rows"}


def test_outcomes_that_are_unknown_are_left_out_and_refused_where_there_are_many():
    few = births()["nicu_admission"].astype("boolean").mask(np.arange(2400) % 20 == 0)
    examination = looked_at(births().assign(nicu_admission=few))
    assert (examination.n, examination.adopted is not None) == (2280, True)
    many = births()["nicu_admission"].astype("boolean").mask(np.arange(2400) % 3 == 0)
    assert refused(births().assign(nicu_admission=many)) == {"outcome known"}


def test_no_known_outcome_at_all_is_not_enough():
    with pytest.raises(NotEnoughData, match="No row of the table is eligible and has a known outcome"):
        pn.adopt(frozen(), births().assign(nicu_admission=pd.array([pd.NA] * 2400, dtype="boolean")), site=SITE)


def test_an_empty_table_is_refused():
    with pytest.raises(PerinatalError):
        pn.adopt(frozen(), births().head(0), site=SITE)


def test_a_table_without_the_outcome_is_refused():
    with pytest.raises(MissingVariables, match="nicu_admission"):
        pn.adopt(frozen(), births().drop(columns="nicu_admission"), site=SITE)


def test_rows_that_stand_twice_are_refused():
    table = pd.concat([births(), births()], ignore_index=True)
    assert refused(table) == {"rows once"}
    assert "leak audit" in refused(table.drop(columns="delivery_id"))


def test_rows_that_are_alike_because_little_is_recorded_are_no_copies():
    coarse = births().drop(columns=["delivery_id", "haemoglobin_g_dl", "antenatal_contacts", "maternal_age_years"])
    coarse = coarse.assign(birth_weight_g=coarse["birth_weight_g"].round(-3).clip(lower=1000))
    assert looked_at(coarse).adopted is not None


def test_rows_that_agree_in_fewer_than_ten_columns_and_no_identifier_are_no_certain_copies():
    some = ["maternal_age_years", "parity", "newborn_sex", "gestational_age_at_birth_days", "birth_weight_g"]
    few = births()[[*some, "haemoglobin_g_dl", "apgar_5min", "nicu_admission"]]
    (audited,) = [c for c in looked_at(pd.concat([few, few], ignore_index=True)).checks if c.name == "leak audit"]
    assert audited.passed
    assert "They may be different births: fewer than 10 columns are compared" in audited.message
    named = few.assign(delivery_id=births()["delivery_id"])
    assert "rows once" in refused(pd.concat([named, named], ignore_index=True))


def test_an_input_that_is_the_outcome_is_refused():
    table = births().assign(chorioamnionitis=births()["nicu_admission"])
    assert "leak audit" in refused(table)
    with pytest.raises(AdoptionRefused, match="near_outcome_column"):
        pn.adopt(frozen(), table, site=SITE)


def test_a_table_that_holds_next_to_none_of_the_inputs_is_refused():
    table = births()[["nicu_admission", "birth_weight_g", "gestational_age_at_birth_days"]]
    assert "inputs" in refused(table)


def test_every_refusal_is_told_at_once():
    table = births().assign(
        nicu_admission=~births()["nicu_admission"].astype(bool), birth_weight_g=births()["birth_weight_g"] / 1000
    )
    examination = looked_at(table)
    assert len(examination.refusals) >= 3
    assert all(reason.split(":")[0] in repr(examination) for reason in examination.refusals)


def test_a_refusal_repeats_no_text_of_the_table():
    table = births().assign(ward="Maria da Silva", nicu_admission=~births()["nicu_admission"].astype(bool))
    with pytest.raises(AdoptionRefused) as refusal:
        pn.adopt(frozen(), table, site=SITE)
    assert "Silva" not in str(refusal.value)


@pytest.mark.parametrize("site", ["", "   ", "a\nb", "x" * 81, "--", None, 3, "\u202e"])
def test_a_site_that_is_no_label_is_refused(site):
    with pytest.raises(InputError, match="site: expected the place in words"):
        pn.adopt(frozen(), births(), site=site)


def test_a_step_or_a_limit_that_is_none_is_refused():
    with pytest.raises(InputError, match="up_to must be one of keep"):
        pn.adopt(frozen(), births(), site=SITE, options=pn.AdoptionOptions(up_to="leap"))
    with pytest.raises(InputError, match="ratio must be above 1"):
        Limits(ratio=0.5)


# Signatures of a wrong column ------------------------------------------------------------------------------------


def _shuffled(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(birth_weight_g=table["birth_weight_g"].sample(frac=1, random_state=3).to_numpy())


def _from_conception(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(gestational_age_at_birth_days=table["gestational_age_at_birth_days"] - 14)


def _default_gestation(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(gestational_age_at_birth_days=280)


def _mostly_default_gestation(table: pd.DataFrame) -> pd.DataFrame:
    days = table["gestational_age_at_birth_days"]
    return table.assign(gestational_age_at_birth_days=days.where(np.arange(len(table)) % 10 == 0, 280))


def _blank_scores_as_zero(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(apgar_5min=table["apgar_5min"].mask(np.arange(len(table)) % 3 == 0, 0))


def _default_plurality(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(plurality=1)


def _swapped_scores(table: pd.DataFrame) -> pd.DataFrame:
    later = table["apgar_5min"]
    earlier = (later - 1 - np.arange(len(table)) % 2).clip(lower=0)
    return table.assign(apgar_1min=later, apgar_5min=earlier)


def _right_scores(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(apgar_1min=(table["apgar_5min"] - np.arange(len(table)) % 2).clip(lower=0))


FAULTS = {
    _shuffled: "gestation and weight",
    _from_conception: "weight for gestation",
    _default_gestation: "one value",
    _mostly_default_gestation: "one value",
    _blank_scores_as_zero: "zeros",
    _default_plurality: "plurality",
    _swapped_scores: "Apgar scores",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_of_a_column_is_refused_by_its_name(fault):
    assert FAULTS[fault] in refused(fault(births()))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_that_is_right_here_can_be_accepted(fault):
    name = FAULTS[fault]
    (check,) = [c for c in looked_at(fault(births()), limits=Limits(accepted=(name,))).checks if c.name == name]
    assert check.passed
    assert check.message.endswith("Accepted as it is.")


def test_clean_columns_have_no_signature():
    for table in (births(), _right_scores(births())):
        (check,) = [c for c in looked_at(table).checks if c.name == "signatures"]
        assert check.passed
    assert not list(find_signatures(pn.conform(pn.load_sample("births")).frame, frozen().inputs))


def test_only_signatures_have_a_name_to_accept():
    for accepted in (("frequency",), "zeros"):
        with pytest.raises(InputError, match="accepted is a sequence of names among one value"):
            Limits(accepted=accepted)


def test_no_count_of_few_is_in_a_signature():
    assert not list(find_signatures(pn.conform(births().head(60)).frame, frozen().inputs))


REGISTERS = {
    "nchs_territories_2013": "us_territories_births_2013.parquet",
    "nchs_natality_2014_extract": "us_births_2014.parquet",
    "nchs_linked_2011": "us_births_2011.parquet",
    "nchs_natality_2022_extract": "us_births_2022.parquet",
    "nchs_natality": "us_births_2021_raw_columns.parquet",
    "nchs_linked_2015_deaths": "us_infant_deaths_2015.parquet",
    "sinasc_raw": "brazil_births_raw_2010_2019.parquet",
    "us_twins_1989_1991_lighter": "us_twins_1989_1991.parquet",
}


@pytest.mark.parametrize("register", REGISTERS)
def test_no_register_nor_a_hospital_of_its_births_has_a_signature(register, shared_data):
    frame = pn.read_cohort(register, shared_data / REGISTERS[register]).frame
    inputs = (*frozen().inputs, "apgar_1min")
    parts = [frame]
    if "gestational_age_at_birth_days" in frame:
        term = frame["gestational_age_at_birth_days"] >= 259
        parts += [frame[term], frame[~term]]
    random = np.random.default_rng(0)
    parts += [frame.iloc[random.choice(len(frame), 400, replace=False)] for _ in range(20)]
    assert [name for part in parts for name, _ in find_signatures(part, inputs)] == []


# When the rows were ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "ends"),
    [
        (["2023-04-19", "2024-01-02"], ("2023-04", "2024-01")),
        ([2021, 2023], ("2021", "2023")),
        (["2021", "2023"], ("2021", "2023")),
        (pd.to_datetime(["2021-02-01", "2021-02-03"]), ("2021-02", "2021-02")),
    ],
)
def test_the_first_and_last_period_of_the_rows_are_written_down(column, ends):
    dates = [column[i % 2] for i in range(2400)]
    examination = looked_at(births().drop(columns=["year_of_birth", "month_of_birth"]).assign(day=dates), dates="day")
    assert (examination.adopted.adoption.first, examination.adopted.adoption.last) == ends


def test_no_dates_are_no_dates():
    examination = looked_at(births().drop(columns=["year_of_birth", "month_of_birth"]))
    assert examination.adopted.adoption.first is None
    assert "rows of which" in examination.adopted.adoption.message


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ("no_such", "no column 'no_such'"),
        ("when", "2400 of 2400 values are not dates"),
        ("number", "not years"),
        (pd.Series([2020]), "index of the cohort"),
    ],
)
def test_dates_that_are_none_are_refused_without_repeating_them(dates, words):
    with pytest.raises(InputError, match=words) as refusal:
        looked_at(births().assign(when="yesterday", number=3), dates=dates)
    assert "yesterday" not in str(refusal.value)
