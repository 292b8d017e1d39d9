"""The commands and pages of a site: adopt, go back, count births, watch."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import perinatal as pn
from perinatal.catalogue import read_model
from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.main import main
from perinatal.report import adoption_page, monitoring_page
from perinatal.sites import AdoptionOptions, examine, monitor

MODEL = "nicu_admission-birth"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("hospital") / "births.csv"
    pn.load_sample("hospital_births").to_csv(path, index=False)
    return str(path)


@pytest.fixture(scope="module")
def adopted(file: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("adopted") / "model"
    arguments = ["adopt", file, "--model", MODEL, "--site", "Ward <3>", "--up-to", "slope", "--out", str(folder)]
    assert main(arguments) == 0
    return folder


@pytest.fixture
def flipped(file: str, tmp_path: Path) -> str:
    table = pd.read_csv(file)
    table["nicu_admission"] = ~table["nicu_admission"].astype(bool)
    table.to_csv(tmp_path / "flipped.csv", index=False)
    return str(tmp_path / "flipped.csv")


def test_adopt_writes_a_model_that_can_be_asked(adopted, file, capsys):
    assert read_model(adopted).id == f"{MODEL}@ward-3"
    assert main(["predict", file, "--model", str(adopted), "--format", "csv"]) == 0
    assert "Adopted at Ward <3>" in capsys.readouterr().err


def test_a_dry_run_tells_and_writes_no_model(file, tmp_path, capsys):
    out = ["--html", str(tmp_path / "page.html"), "--json", str(tmp_path / "all.json")]
    assert main(["adopt", file, "--model", MODEL, "--site", "W", "--up-to", "slope", "--dry-run", *out]) == 0
    output = capsys.readouterr().out
    assert "Dry run: no model was written." in output
    assert "observed over expected" in output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.json", "page.html"]
    assert json.loads((tmp_path / "all.json").read_text())["choice"]["rung"] == "slope"


def test_a_refusal_has_its_own_exit_code_and_writes_the_page_but_no_model(flipped, tmp_path, capsys):
    arguments = ["adopt", flipped, "--model", MODEL, "--site", "W", "--out", str(tmp_path / "model")]
    assert main([*arguments, "--html", str(tmp_path / "page.html")]) == ExitCode.REFUSED
    output = capsys.readouterr()
    assert "is not adopted at W" in output.err
    assert "the other way round" in output.err
    assert not (tmp_path / "model").exists()
    assert "Not adopted" in (tmp_path / "page.html").read_text()


def test_adopting_an_adopted_model_is_refused(adopted, file, tmp_path, capsys):
    arguments = ["adopt", file, "--model", str(adopted), "--site", "W", "--out", str(tmp_path / "model")]
    assert main(arguments) == ExitCode.REFUSED
    assert "adopted already" in capsys.readouterr().err


def test_going_back_writes_the_parent(adopted, tmp_path, capsys):
    assert main(["roll-back", "--model", str(adopted), "--out", str(tmp_path / "back")]) == 0
    assert read_model(tmp_path / "back").adoption is None
    assert main(["roll-back", "--model", MODEL, "--out", str(tmp_path / "x")]) == ExitCode.REFUSED
    with pytest.raises(SystemExit, match="2"):
        main(["roll-back", "--model", str(adopted)])


def test_a_damaged_adopted_model_is_refused(adopted, file, tmp_path, capsys):
    import shutil

    shutil.copytree(adopted, tmp_path / "copy")
    (tmp_path / "copy" / "parent" / "card.md").write_text("another card")
    assert main(["monitor", file, "--model", str(tmp_path / "copy")]) == ExitCode.MODEL


def test_births_are_counted_without_a_file(capsys):
    assert main(["sample-size", "--prevalence", "0.08", "--model", MODEL]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["intercept", "slope", "rescaled", "refit"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["FILE", "--model", MODEL, "--site", "W"], "needs --out DIR for the adopted model, or --dry-run"),
        (["FILE", "--model", "no-such", "--site", "W", "--dry-run"], "no model 'no-such'"),
        (["FILE", "--model", MODEL, "--site", "W", "--dry-run", "--dates", "day"], "no column 'day'"),
    ],
)
def test_what_is_lacking_is_told(arguments, words, file, capsys):
    assert main(["adopt", *(file if word == "FILE" else word for word in arguments)]) == ExitCode.INPUT
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["adopt", "--site", "W", "--dry-run"], "FILE, --model"),
        (["adopt", "FILE", "--model", MODEL, "--dry-run"], "--site"),
        (["sample-size", "--prevalence", "0.1"], "--model"),
        (["sample-size", "--model", MODEL], "--prevalence"),
    ],
)
def test_a_missing_argument_is_a_usage_error(arguments, missing, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert f"required: {missing}" in capsys.readouterr().err


def test_a_prevalence_outside_0_and_1_is_refused(capsys):
    assert main(["sample-size", "--prevalence", "1.5", "--model", MODEL]) == ExitCode.INPUT
    assert "strictly between 0 and 1" in capsys.readouterr().err


def test_monitor_tells_an_alarm_by_its_exit_code_and_writes_page_and_numbers(adopted, file, tmp_path, capsys):
    out = ["--html", str(tmp_path / "page.html"), "--json", str(tmp_path / "all.json")]
    assert main(["monitor", file, "--model", str(adopted), "--period", "quarter", *out]) == 0
    assert "no alarm" in capsys.readouterr().out
    assert json.loads((tmp_path / "all.json").read_text())["alarms"] == []
    assert main(["monitor", file, "--model", MODEL, "--period", "quarter"]) == ExitCode.ALARM
    assert "too low" in capsys.readouterr().out


def test_monitor_refuses_a_table_without_dates(adopted, file, tmp_path, capsys):
    pd.read_csv(file).drop(columns=["year_of_birth"]).to_csv(tmp_path / "bare.csv", index=False)
    assert main(["monitor", str(tmp_path / "bare.csv"), "--model", str(adopted)]) == ExitCode.INPUT
    assert "needs the date of each row" in capsys.readouterr().err


# Pages -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pages(adopted: Path) -> dict[str, str]:
    births = pn.load_sample("hospital_births")
    frozen = read_model(adopted).adoption.parent
    flipped = births.assign(nicu_admission=~births["nicu_admission"].astype(bool))
    hostile = "<script>alert(1)</script>"
    return {
        "adopted": adoption_page(examine(frozen, births, site=hostile)),
        "kept": adoption_page(examine(frozen, births, site=hostile, options=AdoptionOptions(up_to="keep"))),
        "refused": adoption_page(examine(frozen, flipped, site=hostile)),
        "watched": monitoring_page(replace(monitor(read_model(adopted), births, period="quarter"), model=hostile)),
        "alarmed": monitoring_page(monitor(frozen, births)),
    }


@pytest.mark.parametrize("name", ["adopted", "kept", "refused", "watched", "alarmed"])
def test_a_page_holds_all_it_shows_and_escapes_what_came_from_outside(name, pages):
    page = pages[name]
    assert "<script" not in page
    assert not re.search(r"(src|href)=|url\(|@import|https?://", page)
    assert page.count("<section") == page.count("</section>")
    assert page.startswith("<!doctype html>")
    assert "For research, not for clinical use as it stands." in page


def test_the_page_of_an_adoption_shows_before_after_step_and_parts(pages):
    page = pages["adopted"]
    for words in ("Adopted: rescaled", "Before and after", "Changes in the explanations", "Which step, and why"):
        assert words in page
    assert page.count('<svg class="calibration"') == 2
    assert page.count('<svg class="cell parts"') == 12


def test_the_page_of_a_refusal_says_what_did_not_pass_and_shows_no_ladder(pages):
    page = pages["refused"]
    assert "Not adopted" in page
    assert page.count('<td class="no">refused') >= 2
    assert "Which step" not in page


def test_the_page_of_a_watch_states_its_rate_of_false_alarms(pages):
    assert "at most 5% of runs of" in pages["watched"]
    assert "No alarm" in pages["watched"]
    assert "1 alarm" in pages["alarmed"]


@pytest.mark.parametrize("word", ["detect", "diagnos", "safe", "low-risk", "accurate"])
def test_no_page_promises_more_than_an_estimate(word, pages):
    assert not any(word in page.lower() for page in pages.values())


def test_a_model_that_is_there_is_not_written_over_unless_it_is_said(file, tmp_path, capsys):
    out = str(tmp_path / "ours")
    arguments = ["adopt", file, "--model", MODEL, "--site", "Ward", "--up-to", "slope"]
    assert main([*arguments, "--out", out]) == 0
    first = (tmp_path / "ours" / "manifest.json").read_bytes()
    assert main([*arguments, "--site", "Another", "--out", out]) == ExitCode.INPUT
    assert "holds a model already. Name another folder, or add --replace." in capsys.readouterr().err
    assert (tmp_path / "ours" / "manifest.json").read_bytes() == first
    assert main([*arguments, "--site", "Another", "--out", out, "--replace"]) == 0


def test_an_ordinary_register_of_six_columns_is_enough(file, tmp_path, capsys):
    inputs = ["maternal_age_years", "gestational_age_at_birth_days", "birth_weight_g", "newborn_sex", "mode_of_birth"]
    pd.read_csv(file)[[*inputs, "apgar_5min", "nicu_admission"]].to_csv(tmp_path / "six.csv", index=False)
    arguments = ["adopt", str(tmp_path / "six.csv"), "--model", MODEL, "--site", "Ward", "--dry-run"]
    assert main(arguments) == 0
    assert "inputs have a value in some row" in capsys.readouterr().out
