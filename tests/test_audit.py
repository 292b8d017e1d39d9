"""The leak audit finds what was planted and what is known of real tables, stays silent on a clean one, tells no row."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import InputError, LeakError, MissingVariables, UnknownName
from perinatal.training.auditing import PREVALENCE, RULES, Audit, Severity, rules_markdown
from perinatal.training.auditing.findings import describe_row_count, format_row_count
from perinatal.training.auditing.prevalence import SARI_PREVALENCE
from perinatal.vocabulary import OUTCOMES, Moment

PAGE = Path(__file__).resolve().parent.parent / "docs" / "leak_audit.md"
ROWS = 5_000
NAME = "Maria Nobody"


def clean(seed: int = 0, rows: int = ROWS) -> pd.DataFrame:
    """Made-up births: risk factors known at booking, some cells unknown at random, an outcome that depends on them."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "maternal_age_years": random.normal(29, 6, rows).round().clip(13, 50),
            "maternal_height_cm": random.normal(162, 7, rows).round(1),
            "body_mass_index_kg_m2": random.gamma(20, 1.3, rows).round(1),
            "systolic_bp_mmhg": random.normal(115, 12, rows).round(),
            "haemoglobin_g_dl": random.normal(11.8, 1.3, rows).round(1),
            "parity": random.poisson(1.1, rows).astype(float),
            "previous_preterm_birth": pd.array(random.random(rows) < 0.05, dtype="boolean"),
            "chronic_hypertension": pd.array(random.random(rows) < 0.02, dtype="boolean"),
            "residence_zone": pd.Categorical(random.choice(["urban", "periurban", "rural"], rows)),
        }
    )
    log_odds = -2.8 + 0.05 * (table["body_mass_index_kg_m2"] - 26) + 1.5 * table["previous_preterm_birth"].astype(float)
    log_odds += 0.03 * (table["systolic_bp_mmhg"] - 115)
    table["preterm_birth"] = pd.array(random.random(rows) < 1 / (1 + np.exp(-log_odds)), dtype="boolean")
    for heading in ("haemoglobin_g_dl", "maternal_height_cm"):
        table.loc[random.random(rows) < 0.08, heading] = np.nan
    return table


def select_findings(result: Audit, rule: str) -> list:
    """The findings of one rule."""
    return [f for f in result.findings if f.rule == rule]


# ------------------------------------------------------------------------------------------
# A clean cohort, and one made for each rule
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_a_clean_cohort_has_nothing_certain_nor_likely(seed: int):
    result = pn.audit(clean(seed), "preterm_birth", "booking")
    assert [f for f in result.findings if f.severity is not Severity.NOTE] == []
    result.refuse()


@pytest.mark.parametrize("rows", [3, 40, 200])
def test_a_small_clean_cohort_has_nothing_certain(rows: int):
    assert pn.audit(clean(rows=rows), "preterm_birth", "booking").certain_findings == ()


def _known_later(table: pd.DataFrame) -> dict:
    table["apgar_5min"] = 9.0 - (np.arange(len(table)) % 3)
    return {}


def _grows(table: pd.DataFrame) -> dict:
    table["antenatal_contacts"] = np.random.default_rng(1).poisson(9, len(table)).astype(float)
    return {}


def _near_outcome(table: pd.DataFrame) -> dict:
    noise = np.random.default_rng(1).normal(0, 0.3, len(table))
    table["length of stay"] = table["preterm_birth"].astype(float) * 2 + noise
    return {}


def _computed(table: pd.DataFrame) -> dict:
    high = (table["systolic_bp_mmhg"] >= 125) & (table["body_mass_index_kg_m2"] >= 27)
    table["preterm_birth"] = high.astype("boolean")
    return {}


def _weights(table: pd.DataFrame) -> dict:
    some = table["preterm_birth"] & (np.random.default_rng(1).random(len(table)) < 0.7)
    table["w"] = np.where(some, 1.0 + np.random.default_rng(2).random(len(table)).round(3) + 0.001, 1.0)
    return {}


def _missing(table: pd.DataFrame) -> dict:
    random = np.random.default_rng(1)
    table["ferritin"] = random.normal(30, 8, len(table))
    table.loc[table["preterm_birth"] & (random.random(len(table)) < 0.9), "ferritin"] = np.nan
    return {}


def _duplicates(table: pd.DataFrame) -> dict:
    for heading in table.columns:
        table.loc[len(table) - 200 :, heading] = table[heading].iloc[:200].array
    return {}


def _near_duplicates(table: pd.DataFrame) -> dict:
    _duplicates(table)
    table.loc[len(table) - 200 :, "systolic_bp_mmhg"] += 1
    return {}


def _rounded(table: pd.DataFrame) -> dict:
    table["ferritin"] = np.random.default_rng(1).normal(30, 8, len(table)).round(2)
    table["folate"] = np.random.default_rng(2).normal(30, 8, len(table)).round(2)
    _duplicates(table)
    last = slice(len(table) - 200, None)
    table.loc[last, "ferritin"] = table.loc[last, "ferritin"].round(1)
    table.loc[last, "folate"] = table.loc[last, "folate"].round(1)
    return {}


def _split_duplicates(table: pd.DataFrame) -> dict:
    for heading in table.columns:
        table.loc[len(table) - 30 :, heading] = table[heading].iloc[:30].array
    parts = pd.Series(np.where(table.index < len(table) - 1_000, "train", "test"), index=table.index)
    return {"split": parts}


def _group_overlap(table: pd.DataFrame) -> dict:
    table["ward book"] = [f"{NAME} {i // 3}" for i in range(len(table))]
    table["part"] = np.where(np.arange(len(table)) % 5 == 0, "test", "train")
    return {"groups": "ward book", "split": "part"}


def _mixed_codes(table: pd.DataFrame) -> dict:
    random = np.random.default_rng(1)
    slipped = random.random(len(table)) < 0.02
    for heading in ("ab_a", "ab_b"):
        table[heading] = np.where(slipped, random.choice(["0", "1"], len(table)), random.choice(["Y", "N"], len(table)))
    return {}


def _odd_prevalence(table: pd.DataFrame) -> dict:
    table["preterm_birth"] = pd.array(np.random.default_rng(1).random(len(table)) < 0.6, dtype="boolean")
    return {}


def _heaped(table: pd.DataFrame) -> dict:
    table["systolic_bp_mmhg"] = (table["systolic_bp_mmhg"] / 10).round() * 10 + (np.arange(len(table)) % 4 == 0)
    return {}


def _constant(table: pd.DataFrame) -> dict:
    table["seizures"] = 0
    return {}


CASES = {
    "known_later": (_known_later, "certain"),
    "grows_with_pregnancy": (_grows, "certain"),
    "near_outcome_column": (_near_outcome, "certain"),
    "computed_label": (_computed, "certain"),
    "informative_weights": (_weights, "certain"),
    "informative_missingness": (_missing, "likely"),
    "duplicates": (_duplicates, "certain"),
    "near_duplicates": (_near_duplicates, "likely"),
    "split_duplicates": (_split_duplicates, "certain"),
    "group_overlap": (_group_overlap, "certain"),
    "mixed_codes": (_mixed_codes, "likely"),
    "odd_prevalence": (_odd_prevalence, "likely"),
    "heaped_values": (_heaped, "note"),
    "constant_columns": (_constant, "note"),
}


def test_a_case_is_made_for_every_rule():
    assert list(CASES) == [rule.name for rule in RULES]


@pytest.mark.parametrize("rule", CASES)
def test_each_rule_fires_on_the_case_made_for_it_and_not_on_the_clean_cohort(rule: str):
    make, severity = CASES[rule]
    table = clean()
    options = make(table)
    findings = select_findings(pn.audit(table, "preterm_birth", "booking", **options), rule)
    assert [f.severity.value for f in findings] == [severity]
    assert select_findings(pn.audit(clean(), "preterm_birth", "booking"), rule) == []


@pytest.mark.parametrize("rule", CASES)
def test_a_finding_says_what_why_and_what_to_do(rule: str):
    table = clean()
    options = CASES[rule][0](table)
    finding = select_findings(pn.audit(table, "preterm_birth", "booking", **options), rule)[0]
    declared = next(r for r in RULES if r.name == rule)
    assert finding.message == f"{finding.text} {declared.why} {declared.remedy}"
    assert finding.total == len(table)
    assert 0 <= finding.count <= finding.total
    assert all(part.endswith(".") for part in (finding.text, declared.why, declared.remedy))


def test_rows_equal_once_rounded_are_near_duplicates():
    table = clean()
    _rounded(table)
    findings = select_findings(pn.audit(table, "preterm_birth", "booking"), "near_duplicates")
    assert any({"ferritin", "folate"} <= set(f.columns) and f.severity is Severity.LIKELY for f in findings)


# ------------------------------------------------------------------------------------------
# Copies and coincidence, groups and gaps
# ------------------------------------------------------------------------------------------


def test_equal_rows_of_coarse_columns_are_coincidence_not_copies():
    random = np.random.default_rng(0)
    table = pd.DataFrame({f"c{i}": random.integers(0, 3, 20_000) for i in range(5)})
    table["hospital"] = random.integers(0, 100, 20_000)
    findings = select_findings(pn.audit(table, pd.Series(random.random(20_000) < 0.1), "booking"), "duplicates")
    assert [f.severity for f in findings] == [Severity.NOTE]


def test_copies_within_a_group_do_not_make_training_dishonest():
    table = clean()
    _duplicates(table)
    table["mother_id"] = np.arange(len(table))
    table.loc[len(table) - 200 :, "mother_id"] = np.arange(200)
    findings = select_findings(pn.audit(table, "preterm_birth", "booking"), "duplicates")
    assert [f.severity for f in findings] == [Severity.NOTE]


def test_only_copies_in_another_group_are_counted():
    table = clean()
    _duplicates(table)
    table["mother_id"] = np.arange(len(table))
    table.loc[len(table) - 120 :, "mother_id"] = np.arange(80, 200)
    findings = select_findings(pn.audit(table, "preterm_birth", "booking"), "duplicates")
    assert [(f.count, f.severity) for f in findings] == [(80, Severity.CERTAIN)]


def test_empty_records_are_not_copies_of_each_other():
    table = clean()
    table.loc[:800, [h for h in table.columns if h != "preterm_birth"]] = None
    assert pn.audit(table, "preterm_birth", "booking").certain_findings == ()


def test_a_row_number_does_not_hide_copies():
    table = clean()
    _duplicates(table)
    table["serial"] = np.arange(len(table))
    assert select_findings(pn.audit(table, "preterm_birth", "booking"), "duplicates")[0].count == 200


def test_a_split_that_keeps_groups_whole_is_not_reproached():
    table = clean()
    table["mother_id"] = np.arange(len(table)) // 2
    parts = pd.Series(table["mother_id"] % 5 == 0)
    assert select_findings(pn.audit(table, "preterm_birth", "booking", split=parts), "group_overlap") == []


def test_features_narrow_what_is_reproached_but_not_where_copies_are_sought():
    table = clean()
    _known_later(table)
    _duplicates(table)
    result = pn.audit(table, "preterm_birth", "booking", features=["parity"])
    assert select_findings(result, "known_later") == []
    assert "all 11 columns" in select_findings(result, "duplicates")[0].text


def test_what_settles_the_outcome_by_definition_is_certain():
    table = clean().drop(columns="preterm_birth")
    table["gestational_age_at_birth_days"] = np.random.default_rng(0).normal(275, 12, len(table)).round()
    findings = select_findings(pn.audit(table, "preterm_birth", "booking"), "computed_label")
    assert findings[0].columns == ("gestational_age_at_birth_days",)
    assert findings[0].severity is Severity.CERTAIN


def test_a_declared_variable_known_at_the_moment_may_tell_much_but_not_all():
    random = np.random.default_rng(9)
    table = clean().drop(columns="preterm_birth")
    table["gestational_age_at_birth_days"] = random.normal(275, 15, len(table)).round()
    light = table["gestational_age_at_birth_days"] + random.normal(0, 8, len(table)) < 250
    findings = select_findings(pn.audit(table, light.rename("very_low_birth_weight"), "labour"), "near_outcome_column")
    assert [f.severity for f in findings] == [Severity.LIKELY]
    determined = select_findings(
        pn.audit(table, table["gestational_age_at_birth_days"].lt(250).rename("very_low_birth_weight"), "labour"),
        "near_outcome_column",
    )
    assert [f.severity for f in determined] == [Severity.CERTAIN]


def test_a_column_that_is_the_outcome_is_certain_with_few_events():
    table = clean()
    died = pd.Series(table.index % 200 == 0)  # 25 events
    table["discharged"] = np.where(died, 2, 1)
    assert select_findings(pn.audit(table, died, "booking"), "near_outcome_column")[0].severity is Severity.CERTAIN


def test_asking_after_the_outcome_is_settled_is_certain():
    assert "settled by labour" in pn.audit(clean(), "preterm_birth", "birth").certain_findings[0].text


# ------------------------------------------------------------------------------------------
# What is told, and what is not
# ------------------------------------------------------------------------------------------


def test_no_text_of_a_row_is_ever_told():
    table = clean()
    table["note"] = np.where(table["preterm_birth"], NAME, "")
    table["ward"] = np.where(table.index % 2 == 0, NAME, "Somebody Else")
    options = _group_overlap(table)
    result = pn.audit(table, "preterm_birth", "booking", **options)
    text = str(result) + result._repr_html_() + result.to_frame().to_string() + repr(result)
    assert result.certain_findings
    assert NAME not in text
    with pytest.raises(LeakError) as refused:
        result.refuse()
    assert NAME not in str(refused.value)


def test_small_counts_are_never_printed():
    table = clean()
    for heading in table.columns:
        table.loc[len(table) - 3 :, heading] = table[heading].iloc[:3].array
    table["part"] = np.where(table.index < len(table) - 1_000, "train", "test")
    result = pn.audit(table, "preterm_birth", "booking", split="part")
    finding = select_findings(result, "split_duplicates")[0]
    assert finding.count == 3
    assert finding.rows == "fewer than 10"
    assert finding.text.startswith("fewer than 10 of 5,000 rows")
    assert "3" not in repr(finding).replace("5,000", "")
    assert "fewer than 10" in result.to_frame()["rows"].tolist()


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (1, "fewer than 10"), (9, "fewer than 10"), (10, "10")])
def test_counts_from_one_to_nine_are_suppressed(count: int, text: str):
    assert format_row_count(count) == text


def test_a_small_rest_is_suppressed_too():
    assert describe_row_count(4_995, 5_000) == "all but fewer than 10 of 5,000 rows"
    assert describe_row_count(5_000, 5_000) == "5,000 of 5,000 rows"


def test_refuse_tells_every_certain_finding_and_nothing_else():
    table = clean()
    _grows(table)
    _weights(table)
    _constant(table)
    with pytest.raises(LeakError, match="2 certain findings for preterm_birth at booking") as refused:
        pn.audit(table, "preterm_birth", "booking").refuse()
    assert "'antenatal_contacts'" in str(refused.value)
    assert "seizures" not in str(refused.value)


def test_headings_are_escaped_in_the_notebook_view():
    table = clean()
    table["<script>"] = 1
    assert "<script>" not in pn.audit(table, "preterm_birth", "booking")._repr_html_()


def test_the_certain_come_first_and_the_frame_tells_the_same():
    table = clean()
    _constant(table)
    _grows(table)
    result = pn.audit(table, "preterm_birth", "booking")
    frame = result.to_frame()
    assert frame.columns.tolist() == ["severity", "rule", "columns", "rows", "of", "message"]
    assert frame["severity"].tolist() == sorted(frame["severity"], key=["certain", "likely", "note"].index)
    assert len(frame) == len(result.findings)


def test_the_callers_table_is_untouched_and_the_same_seed_gives_the_same():
    table = clean()
    before = table.copy(deep=True)
    first, second = (pn.audit(table, "preterm_birth", "booking", seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(table, before)
    assert first == second


# ------------------------------------------------------------------------------------------
# What may be passed
# ------------------------------------------------------------------------------------------


def test_an_outcome_may_be_a_name_a_heading_or_a_series():
    table = clean()
    table["early"] = np.where(table["preterm_birth"], "Y", "N")
    by_name = pn.audit(table.drop(columns="early"), "preterm_birth", "booking")
    by_series = pn.audit(table.drop(columns="early"), table["preterm_birth"], "booking")
    by_heading = pn.audit(table.drop(columns="preterm_birth"), "early", "booking")
    assert by_name == by_series
    assert by_heading.events == by_name.events


def test_a_cohort_and_its_frame_give_the_same():
    frame = clean()
    report = SimpleNamespace(rows_read=len(frame), rows_included=len(frame), exclusions=(), problems=())
    cohort = SimpleNamespace(frame=frame, report=report, register="a register")
    expected = pn.audit(frame, "preterm_birth", "booking")
    assert pn.audit(cohort, "preterm_birth", "booking") == expected
    assert pn.audit(pn.Conformed(frame, ()), "preterm_birth", "booking") == expected


def test_a_map_of_columns_is_used_and_what_it_does_not_name_is_audited_as_it_stands():
    frame = clean()
    renamed = frame.rename(columns={"preterm_birth": "EARLY", "parity": "PARA"})
    columns = {"EARLY": "preterm_birth", "PARA": "parity"}
    expected = pn.audit(frame, "preterm_birth", "booking")
    assert {f.rule for f in pn.audit(renamed, "preterm_birth", "booking", columns=columns).findings} >= {
        f.rule for f in expected.certain_findings
    }
    leak = renamed.assign(code=np.where(frame["preterm_birth"], "x", "y"))
    found = pn.audit(leak, "preterm_birth", "booking", columns=columns).certain_findings
    assert ("code",) in [finding.columns for finding in found]


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda t: pn.audit([1], "preterm_birth", "booking"), InputError, "got list"),
        (lambda t: pn.audit(t.iloc[:0], "preterm_birth", "booking"), InputError, "the table is empty"),
        (lambda t: pn.audit(t, "twins", "booking"), MissingVariables, "no column 'twins'"),
        (lambda t: pn.audit(t, "residence_zone", "booking"), InputError, r"\.eq\(1\)"),
        (lambda t: pn.audit(t, "preterm_birth", "noon"), UnknownName, "no moment"),
        (lambda t: pn.audit(t, t["preterm_birth"].iloc[::-1], "booking"), InputError, "same order"),
        (lambda t: pn.audit(t, "preterm_birth", "booking", groups="mother"), InputError, "groups: .* 'mother'"),
        (lambda t: pn.audit(t, "preterm_birth", "booking", split="part"), InputError, "split: .* 'part'"),
        (lambda t: pn.audit(t, "preterm_birth", "booking", split=t["parity"] * 0), InputError, "two parts"),
        (lambda t: pn.audit(t, "preterm_birth", "booking", features=["x"]), InputError, "features: .* 'x'"),
        (
            lambda t: pn.audit(pd.concat([t, t["parity"]], axis=1), "preterm_birth", "booking"),
            InputError,
            "column 'parity' more than once",
        ),
        (lambda t: pn.audit(t.assign(x=[[1]] * len(t)), "preterm_birth", "booking"), InputError, "neither text nor"),
    ],
)
def test_what_cannot_be_audited_is_refused_with_what_to_do(ask: Callable, error: type, words: str):
    with pytest.raises(error, match=words):
        ask(clean(rows=30))


@pytest.mark.parametrize("value", [True, False, None])
def test_an_outcome_of_one_kind_or_of_none_is_audited_for_the_rest(value: bool | None):
    table = clean()
    table["preterm_birth"] = pd.array([value] * len(table), dtype="boolean")
    _grows(table)
    assert {f.rule for f in pn.audit(table, "preterm_birth", "booking").certain_findings} == {"grows_with_pregnancy"}


def test_columns_may_be_numbers_dates_or_empty():
    table = clean().rename(columns={"parity": 7})
    table["seen"] = pd.Timestamp("2021-01-01") + pd.to_timedelta(np.arange(len(table)) % 300, unit="D")
    table["blank"] = None
    table["infinite"] = np.where(table.index % 2 == 0, np.inf, 1.0)
    assert pn.audit(table, "preterm_birth", "booking").certain_findings == ()


def test_the_audit_stays_callable_once_its_package_is_imported():
    code = "import perinatal.training.auditing, perinatal; assert callable(perinatal.audit)"
    subprocess.run([sys.executable, "-c", code], check=True)


# ------------------------------------------------------------------------------------------
# Declarations
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*PREVALENCE, *SARI_PREVALENCE])
def test_a_published_range_is_a_range_of_a_declared_outcome_with_a_source(name: str):
    published = {**PREVALENCE, **SARI_PREVALENCE}[name]
    assert name in OUTCOMES
    assert 0 < published.low < published.high < 1
    assert published.source


def test_every_outcome_counted_among_all_births_has_a_published_range_but_the_death_of_a_mother():
    among_some_only = {
        "adverse_maternal_outcome_48h",
        "early_onset_sepsis",
        "newborn_hospital_death",
        "preterm_pre_eclampsia",
        "vaginal_birth_after_caesarean",
    }
    assert not set(PREVALENCE) & {"maternal_death", *among_some_only}
    assert len(PREVALENCE) >= 20
    among_all_births = {OUTCOMES[name].denominator for name in PREVALENCE}
    assert not [o.name for o in OUTCOMES.values() if o.denominator in among_all_births and o.name not in PREVALENCE]


def test_the_page_in_docs_is_made_from_the_declarations():
    assert PAGE.read_text(encoding="utf-8") == rules_markdown()


# ------------------------------------------------------------------------------------------
# Known answers on real tables
# ------------------------------------------------------------------------------------------


def test_bangladesh_holds_562_copies_and_its_honest_accuracy_is_far_lower(shared_data: Path):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    table = pd.read_parquet(shared_data / "bangladesh_maternal_health_risk.parquet")
    result = pn.audit(table, table["RiskLevel"].eq("high risk"), "booking")
    copies = select_findings(result, "duplicates")[0]
    assert (copies.count, copies.total, copies.severity) == (562, 1014, Severity.CERTAIN)

    forest = RandomForestClassifier(100, random_state=0, n_jobs=1)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    naive, honest = (
        cross_val_score(forest, rows.drop(columns="RiskLevel"), rows["RiskLevel"], cv=folds).mean()
        for rows in (table, table.drop_duplicates())
    )
    assert naive == pytest.approx(0.861, abs=0.02)
    assert honest == pytest.approx(0.655, abs=0.02)


CTG_SIGNALS = "LB AC FM UC ASTV MSTV ALTV MLTV DL DS DP DR Width Min Max Nmax Nzeros Mode Mean Median Variance Tendency"


def test_cardiotocograms_come_from_352_recordings_and_rows_flatter_the_brier_score(shared_data: Path):
    from sklearn.model_selection import GroupKFold, StratifiedKFold, cross_val_predict
    from xgboost import XGBClassifier

    table = pd.read_parquet(shared_data / "ctg_uci.parquet")
    pathological = table["NSP"].eq(3)
    result = pn.audit(table, pathological, "labour")
    recordings = select_findings(result, "group_overlap")[0]
    assert recordings.columns == ("FileName",)
    assert "352 different values" in recordings.text
    assert select_findings(result, "near_outcome_column")[0].columns == ("CLASS",)
    assert set(select_findings(result, "computed_label")[0].columns) == {"LD", "FS"}

    random = np.random.default_rng(0)
    parts = pd.Series(np.where(random.random(len(table)) < 0.2, "test", "train"))
    by_rows = pn.audit(table, pathological, "labour", groups="FileName", split=parts)
    assert [f.columns for f in select_findings(by_rows, "group_overlap") if f in by_rows.certain_findings] == [
        ("FileName",)
    ]

    trees = XGBClassifier(n_estimators=100, random_state=0, n_jobs=1)
    signals = table[CTG_SIGNALS.split()]
    rows, recordings = (
        cross_val_predict(trees, signals, pathological.astype(int), cv=folds, groups=groups, method="predict_proba")
        for folds, groups in (
            (StratifiedKFold(5, shuffle=True, random_state=0), None),
            (GroupKFold(5), table["FileName"]),
        )
    )
    by_row, by_recording = (float(np.mean((risk[:, 1] - pathological) ** 2)) for risk in (rows, recordings))
    assert by_row == pytest.approx(0.0116, abs=0.003)
    assert by_recording == pytest.approx(0.0203, abs=0.003)
    assert by_recording > 1.5 * by_row


def test_matchs_and_recwt_give_infant_death_away(shared_data: Path):
    table = pd.read_parquet(shared_data / "us_births_2011.parquet")
    result = pn.audit(table, table["matchs"].eq(1).rename("infant_death"), "birth")
    assert result.events == 564
    later = {column for f in select_findings(result, "known_later") for column in f.columns}
    assert {"matchs", "recwt", "ab_nicu"} <= later
    assert not later & {"dbwt", "apgar5", "combgest", "mager41"}
    assert [f.columns for f in select_findings(result, "near_outcome_column")] == [("matchs",)]
    weights = select_findings(result, "informative_weights")[0]
    assert (weights.columns, weights.severity) == (("recwt",), Severity.CERTAIN)


def test_visits_and_weight_gain_are_reproached_at_booking_and_not_at_labour(shared_data: Path):
    table = pd.read_parquet(
        shared_data / "us_births_2011.parquet", columns=["mager41", "uprevis", "wtgain", "combgest", "rf_ppterm"]
    )
    early = table["combgest"].lt(37).where(table["combgest"].ne(99)).rename("preterm_birth")
    findings = select_findings(
        pn.audit(table, early, "booking", features=["mager41", "uprevis", "wtgain"]), "grows_with_pregnancy"
    )
    assert findings[0].columns == ("uprevis", "wtgain")
    assert "rank correlation with 'combgest'" in findings[0].text
    assert select_findings(pn.audit(table, early, "labour", features=["uprevis"]), "grows_with_pregnancy") == []


def test_357_rows_of_the_deaths_of_2015_slipped_sideways(shared_data: Path):
    table = pd.read_parquet(
        shared_data / "us_infant_deaths_2015.parquet",
        columns=["mager", "ab_nicu", "ab_aven1", "ab_aven6", "ab_surf", "ld_ster", "ca_cchd", "aged"],
    )
    finding = select_findings(pn.audit(table, table["aged"].lt(28).rename("neonatal_death"), "birth"), "mixed_codes")[0]
    assert (finding.count, finding.severity) == (357, Severity.LIKELY)
    assert {"ab_nicu", "ab_aven1", "ld_ster", "ca_cchd"} <= set(finding.columns)


def test_what_is_decided_after_admission_is_known_later(shared_data: Path):
    table = pd.read_parquet(shared_data / "brazil_sari_pregnant_2020_2022.parquet")
    died = table["evolucao"].map({"cura": 0.0, "obito": 1.0}).rename("maternal_death")
    result = pn.audit(table, died, "sari_admission")
    assert (result.events, result.rows - result.unknown) == (2_484, 34_324)
    certain = {
        column for f in select_findings(result, "known_later") if f in result.certain_findings for column in f.columns
    }
    assert {
        "uti",
        "suport_ven",
        "intubacao_SN",
        "tempo_uti",
        "tempo_sint_evolucao",
        "classi_fin1",
        "evolucao",
    } <= certain
    assert not certain & {"tempo_sintomas_hosp", "saturacao", "dispneia", "idade_anos"}


def test_equal_births_of_2014_are_coincidence(shared_data: Path):
    table = pd.read_parquet(shared_data / "us_births_2014.parquet")
    admitted = table["ab_nicu"].map({"y": 1.0, "n": 0.0}).rename("nicu_admission")
    findings = select_findings(pn.audit(table, admitted, "birth"), "duplicates")
    assert [(f.count, f.severity) for f in findings] == [(10, Severity.NOTE)]


def test_the_repeats_of_the_raw_brazilian_births_are_found(shared_data: Path):
    table = pd.read_parquet(shared_data / "brazil_births_raw_2010_2019.parquet")
    light = pd.to_numeric(table["PESO"], errors="coerce").lt(2500).rename("low_birth_weight")
    result = pn.audit(table, light, "labour")
    near = select_findings(result, "near_duplicates")[0]
    assert (near.columns, near.count) == (("sample",), 689)
    assert ("SEXO",) in [f.columns for f in select_findings(result, "mixed_codes")]


def test_repeats_that_a_register_keeps_under_one_delivery_do_not_stop_training(shared_data: Path):
    frame = pn.read_cohort("sinasc_raw", shared_data / "brazil_births_raw_2010_2019.parquet").frame
    result = pn.audit(frame, "low_birth_weight", "booking", features=["maternal_age_years", "plurality"])
    assert result.certain_findings == ()
    assert len(select_findings(result, "duplicates")) == 1


REGISTERED = [
    ("nchs_linked_2011", "us_births_2011", "infant_death", "birth"),
    ("nchs_linked_2011", "us_births_2011", "preterm_birth", "booking"),
    ("sivep_gripe_2020_2022", "brazil_sari_pregnant_2020_2022", "maternal_death", "sari_admission"),
]


@pytest.mark.parametrize(("register", "file", "outcome", "moment"), REGISTERED)
def test_a_register_and_the_features_of_a_shipped_model_pass(
    register: str, file: str, outcome: str, moment: str, shared_data: Path
):
    frame = pn.read_cohort(register, shared_data / f"{file}.parquet", rows=30_000).frame
    options = Moment.parse(moment)
    features = [
        name
        for name in frame.columns
        if options.sees(pn.VARIABLES[name].known_at)
        and name not in OUTCOMES[outcome].settled_by
        and not name.endswith("_id")
    ]
    pn.audit(frame, outcome, moment, features=features).refuse()
