"""Pages and commands of a validation: they hold everything they show, escape it, and say what is not there."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.main import main
from perinatal.models.evidence import Evidence
from perinatal.report import catalogue_page, model_page, validation_page
from perinatal.report.checklist import ITEMS, model_checklist, validation_checklist
from perinatal.report.validation_svg import calibration_with_band, decision_svg, distribution_svg
from perinatal.validation import ValidationResult

FORBIDDEN = re.compile(r"\b(safe|accurate|accuracy|low-risk|high-risk|diagnos(?!ed or)\w*|detects?)\b", re.I)
VOID = {"meta", "br", "line", "circle", "rect", "path", "polyline", "polygon"}
MODELS = list(pn.available_models().index)


class Reader(HTMLParser):
    """Notes every tag and attribute, and that each tag that opens is closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self.tags.add(tag)
        self.attributes += attributes
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list) -> None:
        self.tags.add(tag)
        self.attributes += attributes

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert not reader.open
    return reader


def words(page: str) -> str:
    return re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.S))


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    """The made-up births, and an outcome that goes with their gestation."""
    births = pn.load_sample("births")
    weeks = births["gestational_age_at_birth_days"].fillna(275) / 7
    chance = 1 / (1 + np.exp(0.6 * (weeks - 36)))
    admitted = np.random.default_rng(0).random(len(births)) < chance
    return births.assign(nicu_admission=pd.array(admitted, dtype="boolean"))


@pytest.fixture(scope="module")
def result(births: pd.DataFrame) -> pn.ValidationResult:
    return pn.validate(pn.load_model("nicu_admission-birth"), births, bootstraps=20)


@pytest.fixture(scope="module")
def page(result: pn.ValidationResult) -> str:
    return validation_page(result)


def test_the_page_is_whole_and_needs_no_network_and_no_script(page):
    reader = read(page)
    assert "script" not in reader.tags
    assert not {"link", "img", "iframe", "object"} & reader.tags
    assert not [value for name, value in reader.attributes if name in ("src", "href") and not value.startswith("#")]
    assert "http://" not in page
    assert "https://" not in page
    assert "@import" not in page
    assert "url(" not in page


def test_the_page_shows_the_numbers_of_the_result(page, result):
    text = words(page)
    assert f"{result.performance['auroc'].value:.3f}" in text
    assert f"{result.performance['observed_over_expected'].value:.3f}" in text
    for step, rows in result.flow:
        assert step in text
        assert f"{rows:,}" in text


def test_the_page_shows_every_group_and_every_input(page, result):
    text = words(page).lower()
    assert all(str(group) in text for _, group in result.groups.index)
    assert all(label.lower() in text for label in result.inputs["label"].str.replace("'", "&#x27;"))


def test_the_page_says_where_the_model_was_trained_before_any_number(page, result):
    assert words(page).index(result.caution) < words(page).index("Performance")


def test_calibration_is_read_before_discrimination(page):
    assert words(page).index("Calibration slope") < words(page).index("AUROC")


def _draw_calibration(result: ValidationResult) -> str | None:
    return calibration_with_band(result.curve, result.calibration_table)


@pytest.mark.parametrize("draw", [_draw_calibration, decision_svg, distribution_svg])
def test_every_picture_says_in_words_what_it_shows(draw, result):
    reader = read(draw(result))
    assert dict(reader.attributes)["role"] == "img"
    assert len(dict(reader.attributes)["aria-label"]) > 30
    assert "nan" not in draw(result)


def test_what_comes_from_a_table_is_escaped(result):
    bad = "<script>alert('x')</script>"
    groups = result.groups.rename(index={result.groups.index[0][1]: bad}, level=1)
    page = validation_page(replace(result, groups=groups, cohort=bad, notes=(bad,)), title=bad)
    assert "script" not in read(page).tags


def test_the_page_uses_no_word_that_promises(page):
    assert not FORBIDDEN.search(words(page))


def test_a_result_without_curve_and_groups_says_so(result):
    empty = replace(
        result,
        curve=result.curve.iloc[:0],
        calibration_table=result.calibration_table.iloc[:0],
        groups=result.groups.iloc[:0],
    )
    page = validation_page(empty)
    assert "Not available: calibration" in page
    assert "No column to group by" in page


# ------------------------------------------------------------------------------------------
# TRIPOD+AI
# ------------------------------------------------------------------------------------------


def test_the_checklist_has_the_27_items_with_their_parts():
    numbers = [number for number, _ in ITEMS]
    assert sorted({int(re.match(r"\d+", number)[0]) for number in numbers}) == list(range(1, 28))
    assert len(numbers) == len(set(numbers)) == 52


def test_what_no_record_can_tell_is_left_blank(result):
    for items in (validation_checklist(result), model_checklist(pn.load_model(MODELS[0]))):
        texts = {item.number: item.evidence for item in items}
        assert {texts[number] for number in ("2", "17", "18a", "18b", "18c", "18d", "19")} == {""}
        assert texts["8a"]


# ------------------------------------------------------------------------------------------
# A page for each model
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_a_models_page_shows_every_test_on_record_and_needs_no_network(name):
    model = pn.load_model(name)
    page = model_page(model)
    reader = read(page)
    assert "script" not in reader.tags
    assert "://" not in page
    assert not FORBIDDEN.search(words(page))
    for test in model.evidence.tests:
        assert test.name in words(page)
        assert f"{test.auroc.value:.3f}" in words(page)
        assert f"{test.observed_over_expected.value:.2f}" in words(page)


def test_the_index_shows_every_test_of_every_model_the_worst_like_the_best():
    models = [pn.load_model(name) for name in MODELS]
    page = catalogue_page(models)
    read(page)
    for model in models:
        assert f'href="{model.id}.html"' in page
    assert page.count("</tr>") == 1 + len(models) + sum(len(model.evidence.tests) for model in models)


def test_a_model_without_a_test_says_so():
    model = replace(pn.load_model(MODELS[0]), evidence=Evidence())
    assert "not available" in words(model_page(model))
    assert "no test on people it was not trained on" in words(catalogue_page([model]))


# ------------------------------------------------------------------------------------------
# Commands
# ------------------------------------------------------------------------------------------


@pytest.fixture
def cohort(births: pd.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "cohort.csv"
    births.to_csv(path)
    return path


def test_validate_writes_a_page_and_every_number(cohort, tmp_path, capsys):
    page, numbers = tmp_path / "report.html", tmp_path / "numbers.json"
    arguments = ["validate", "--model", "nicu_admission-birth", str(cohort), "--index", "record"]
    arguments += ["--by", "plurality", "married", "--bootstraps", "20", "--html", str(page), "--json", str(numbers)]
    assert main(arguments) == ExitCode.DONE
    content = json.loads(numbers.read_text(encoding="utf-8"))
    assert content["cohort"] == "cohort.csv"
    assert {line["grouping"] for line in content["groups"]} == {"plurality", "married"}
    read(page.read_text(encoding="utf-8"))
    text = capsys.readouterr().out
    assert "excluded: outcome unknown" in text
    assert "not for clinical use" in text


def test_validate_without_the_outcome_tells_what_is_missing(cohort, tmp_path, capsys):
    pd.read_csv(cohort).drop(columns="nicu_admission").to_csv(cohort, index=False)
    assert main(["validate", "--model", "nicu_admission-birth", str(cohort), "--index", "record"]) == ExitCode.INPUT
    assert "nicu_admission" in capsys.readouterr().err


def test_a_register_says_itself_what_its_columns_mean(cohort, capsys):
    arguments = ["validate", "--model", "nicu_admission-birth", str(cohort)]
    assert main([*arguments, "--register", "nchs_linked_2011", "--index", "record"]) == ExitCode.INPUT
    assert "--register defines what the columns mean" in capsys.readouterr().err


def test_a_cohort_has_to_be_given(capsys):
    with pytest.raises(SystemExit) as left:
        main(["validate", "--model", "nicu_admission-birth"])
    assert left.value.code == ExitCode.USAGE


def test_report_writes_a_page_for_each_model_and_an_index_that_finds_them(tmp_path, capsys):
    assert main(["report", "--html", str(tmp_path / "pages")]) == ExitCode.DONE
    written = {path.name for path in (tmp_path / "pages").iterdir()}
    assert written == {"index.html", *(f"{name}.html" for name in MODELS)}
    index = (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r'href="([^"]+)"', index)) == written - {"index.html"}


def test_report_of_a_folder_without_models_is_refused(tmp_path, capsys):
    assert main(["report", str(tmp_path), "--html", str(tmp_path / "pages")]) == ExitCode.INPUT
    assert "There is no model in that folder" in capsys.readouterr().err


def test_a_register_is_judged_by_its_file(shared_data, tmp_path, capsys):
    numbers = tmp_path / "numbers.json"
    file = shared_data / "us_territories_births_2013.parquet"
    arguments = ["validate", "--model", "nicu_admission-birth", str(file), "--bootstraps", "20"]
    assert main([*arguments, "--register", "nchs_territories_2013", "--json", str(numbers)]) == ExitCode.DONE
    assert "maternal_height_cm" not in capsys.readouterr().err  # the model does not read it
    content = json.loads(numbers.read_text(encoding="utf-8"))
    assert content["flow"][0] == {"step": "read from nchs_territories_2013", "rows": 41_969}
