"""The command line: what is printed where, which exit code says what, and what a person can do about it."""

from __future__ import annotations

import argparse
import importlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import perinatal as pn
from perinatal.cli.commands import registers
from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.main import COMMANDS, build_parser, main
from perinatal.errors import LeakError

PROJECT = Path(__file__).resolve().parent.parent
SAMPLE = PROJECT / "data" / "sample"
BIRTHS = str(SAMPLE / "births.csv")
CLINIC = [str(SAMPLE / "messy_clinic.csv"), "--columns", str(SAMPLE / "messy_clinic.columns.json")]
FEATURES = (
    "gestational_age_at_birth_days",
    "plurality",
    "maternal_age_years",
    "maternal_education",
    "maternal_height_cm",
    "gestational_diabetes",
)
SECRET = "Mary Smith"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A throw-away model directory."""
    made = pn.fit(
        pn.load_sample("births"),
        outcome="low_birth_weight",
        moment="labour",
        features=FEATURES,
        options=pn.FitOptions(scorers=["logistic"]),
    )
    return made.save(tmp_path_factory.mktemp("models") / made.id)


@pytest.fixture(scope="module")
def expected(model: Path) -> pd.Series:
    return pn.load_model(model).predict(pn.load_sample("births")).risk


def run(*arguments: object) -> int:
    """The exit code of a command, whether argparse leaves or main returns."""
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as left:
        return int(left.code or 0)


# --- predict --------------------------------------------------------------------------------------


def test_predict_gives_the_risks_of_the_library_on_the_callers_index(model, expected, capsys):
    assert run("predict", BIRTHS, "--model", model, "--index", "record", "--format", "csv") == ExitCode.DONE
    out, err = capsys.readouterr()
    frame = pd.read_csv(io.StringIO(out), index_col="record")
    pd.testing.assert_series_equal(frame["risk"], expected, check_exact=False, rtol=1e-12)
    assert "needs local adoption" in err


def test_predict_keeps_labels_as_they_are_written(model, tmp_path, capsys):
    table = tmp_path / "labels.csv"
    table.write_text("no,plurality\n007,1\n08,2\n", encoding="utf-8")
    assert run("predict", table, "--model", model, "--index", "no", "--format", "csv") == ExitCode.DONE
    assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == ["no", "007", "08"]


def test_rows_without_a_label_are_named_by_their_line_in_the_file(model, tmp_path, capsys):
    table = tmp_path / "t.csv"
    table.write_text("plurality\n1\n2\n", encoding="utf-8")
    run("predict", table, "--model", model, "--format", "csv")
    assert [line.split(",")[0] for line in capsys.readouterr().out.splitlines()] == ["line", "2", "3"]


@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet", "semicolon.csv", "bom.csv"])
def test_every_kind_of_file_gives_the_same_risks(ending, model, expected, tmp_path, capsys):
    births = pn.load_sample("births")
    path = tmp_path / f"births.{ending}"
    if ending == "parquet":
        births.to_parquet(path)
    else:
        separator = {"tsv": "\t", "semicolon.csv": ";"}.get(ending, ",")
        births.to_csv(path, sep=separator, encoding="utf-8-sig" if ending == "bom.csv" else "utf-8")
    index = [] if ending == "parquet" else ["--index", "record"]
    assert run("predict", path, "--model", model, *index, "--format", "csv") == ExitCode.DONE
    frame = pd.read_csv(io.StringIO(capsys.readouterr().out), index_col="record")
    pd.testing.assert_series_equal(frame["risk"], expected, check_exact=False, rtol=1e-12)


def test_a_table_comes_from_stdin(model, expected, capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(Path(BIRTHS).read_bytes()), encoding="utf-8"))
    assert run("predict", "-", "--model", model, "--index", "record", "--format", "csv") == ExitCode.DONE
    assert len(capsys.readouterr().out.splitlines()) == len(expected) + 1


def test_json_says_all_a_reader_needs(model, expected, capsys):
    assert run("predict", BIRTHS, "--model", model, "--index", "record", "--format", "json") == ExitCode.DONE
    content = json.loads(capsys.readouterr().out)
    assert {"model", "outcome", "denominator", "horizon", "moment", "caution", "problems", "records"} <= set(content)
    assert (content["moment"], content["timing"]) == ("labour", pn.Moment.LABOUR.timing)
    assert [record["record"] for record in content["records"]] == expected.index.tolist()
    assert content["records"][0]["risk"] == pytest.approx(expected.iloc[0])


@pytest.mark.parametrize("shape", ["table", "csv", "json"])
@pytest.mark.parametrize("command", ["predict", "explain"])
def test_every_output_that_carries_risks_carries_the_caution(command, shape, model, capsys):
    assert run(command, BIRTHS, "--model", model, "--index", "record", "--format", shape) == ExitCode.DONE
    assert "not for clinical use as it stands" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("name", "starts"), [("r.csv", "record,danger_signs,risk"), ("r.json", "{"), ("r.txt", "Low birth weight")]
)
def test_the_ending_of_out_chooses_the_format(name, starts, model, tmp_path, capsys):
    assert run("predict", BIRTHS, "--model", model, "--index", "record", "--out", tmp_path / name) == ExitCode.DONE
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(starts)
    assert capsys.readouterr().out == ""


def test_predict_writes_a_page_when_asked(model, tmp_path, capsys):
    page = tmp_path / "page.html"
    assert run("predict", BIRTHS, "--model", model, "--index", "record", "--html", page) == ExitCode.DONE
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_value_that_cannot_be_used_is_counted_and_told_by_the_exit_code(model, capsys):
    assert run("predict", *CLINIC, "--model", model, "--index", "Reg no", "--format", "csv") == ExitCode.UNUSABLE_VALUES
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 61
    assert "1 of 60 rows outside 90 to 220 cm" in err


def test_stated_units_are_converted(model, tmp_path, capsys):
    in_metres = pn.load_sample("births")[["maternal_height_cm", "plurality"]]
    in_metres.to_csv(tmp_path / "cm.csv")
    in_metres.assign(maternal_height_cm=in_metres["maternal_height_cm"] / 100).to_csv(tmp_path / "m.csv")
    run("predict", tmp_path / "cm.csv", "--model", model, "--format", "json")
    plain = json.loads(capsys.readouterr().out)["records"]
    arguments = ("--model", model, "--format", "json", "--units", "maternal_height_cm=m")
    assert run("predict", tmp_path / "m.csv", *arguments) == ExitCode.DONE
    converted = json.loads(capsys.readouterr().out)["records"]
    assert [r["risk"] for r in converted] == pytest.approx([r["risk"] for r in plain], rel=1e-6)


def test_a_word_for_unknown_is_reported_and_not_an_error(model, tmp_path, capsys):
    (tmp_path / "t.csv").write_text("plurality,maternal_education\n1,NA\n2,none\n", encoding="utf-8")
    assert run("predict", tmp_path / "t.csv", "--model", model, "--format", "json") == ExitCode.DONE
    content = json.loads(capsys.readouterr().out)
    assert "maternal_education" in content["records"][0]["missing"]
    assert "maternal_education" not in content["records"][1]["missing"]  # "none" is a level: no schooling


# --- explain --------------------------------------------------------------------------------------


def test_explain_adds_up(model, expected, capsys):
    count = len(FEATURES)
    run("explain", BIRTHS, "--model", model, "--index", "record", "--format", "json", "--strongest", count)
    content = json.loads(capsys.readouterr().out)
    for record in content["records"]:
        parts = sum(part["part"] for part in record["strongest"])
        assert content["base"] + parts == pytest.approx(record["log_odds"], abs=1e-6)


def test_explain_gives_the_strongest_parts_of_the_library(model, capsys):
    run("explain", BIRTHS, "--model", model, "--index", "record", "--format", "csv", "--strongest", 2)
    frame = pd.read_csv(io.StringIO(capsys.readouterr().out), index_col="record")
    strongest = pn.load_model(model).explain(pn.load_sample("births")).strongest(2)
    assert frame.index.tolist() == strongest.index.tolist()
    assert frame["feature"].tolist() == strongest["feature"].tolist()
    assert frame["part"].to_numpy() == pytest.approx(strongest["part"].to_numpy())


def test_explain_one_row(model, capsys):
    assert (
        run("explain", BIRTHS, "--model", model, "--index", "record", "--row", "B003", "--format", "json")
        == ExitCode.DONE
    )
    assert [record["record"] for record in json.loads(capsys.readouterr().out)["records"]] == ["B003"]


def test_a_row_that_is_not_there_is_refused_without_repeating_it(model, capsys):
    assert run("explain", BIRTHS, "--model", model, "--index", "record", "--row", SECRET) == ExitCode.INPUT
    assert SECRET not in capsys.readouterr().err


# --- conform --------------------------------------------------------------------------------------


def test_conform_writes_the_canonical_table_and_the_problems(tmp_path, capsys):
    out, problems = tmp_path / "out.csv", tmp_path / "problems.csv"
    arguments = ("--index", "Reg no", "--out", out, "--problems", problems)
    assert run("conform", *CLINIC, *arguments) == ExitCode.UNUSABLE_VALUES
    clinic = pn.conform(pn.load_sample("messy_clinic"), columns=pn.load_sample_map("messy_clinic"))
    again = pd.read_csv(out, index_col="Reg no")
    assert again.columns.tolist() == clinic.frame.columns.tolist()
    assert again["birth_weight_g"].to_numpy() == pytest.approx(clinic.frame["birth_weight_g"].to_numpy(), nan_ok=True)
    assert len(pd.read_csv(problems)) == len(clinic.problems)
    assert capsys.readouterr().out == ""


def test_a_conformed_table_conforms_again_without_loss(tmp_path, capsys):
    out = tmp_path / "out.csv"
    run("conform", *CLINIC, "--index", "Reg no", "--out", out)
    assert run("conform", out, "--index", "Reg no") == ExitCode.DONE
    assert capsys.readouterr().out == out.read_text(encoding="utf-8")


def test_no_remark_of_the_clinic_is_ever_repeated(model, capsys):
    remarks = pn.load_sample("messy_clinic")["Remarks"].dropna().unique()
    run("conform", *CLINIC, "--index", "Reg no")
    run("predict", *CLINIC, "--model", model)
    out, err = capsys.readouterr()
    assert not [remark for remark in remarks if remark in out or remark in err]


# --- what there is --------------------------------------------------------------------------------


def test_describe_tells_every_input_with_its_unit_and_levels(model, capsys):
    assert run("describe", model) == ExitCode.DONE
    out = capsys.readouterr().out
    assert all(name in out for name in FEATURES)
    assert "cm, 90 to 220" in out
    assert "lower_secondary" in out


def test_describe_as_json_is_the_schema(model, capsys):
    assert run("describe", model, "--format", "json") == ExitCode.DONE
    assert json.loads(capsys.readouterr().out) == pn.load_model(model).json_schema()


def test_describe_card_is_the_card(model, capsys):
    assert run("describe", model, "--format", "card") == ExitCode.DONE
    assert capsys.readouterr().out == pn.load_model(model).card()


def test_models_lists_what_is_shipped(capsys):
    assert run("models", "--format", "json") == ExitCode.DONE
    listed = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in listed] == pn.available_models().index.tolist()
    assert run("models") == ExitCode.DONE
    out = capsys.readouterr().out
    assert all(row["id"] in out for row in listed)
    assert "not for clinical use" in out


@pytest.mark.parametrize("shape", ["md", "csv", "json"])
def test_the_dictionary_is_whole_in_every_format(shape, capsys):
    assert run("dictionary", "--format", shape) == ExitCode.DONE
    out = capsys.readouterr().out
    assert not [name for name in pn.VARIABLES if name not in out]


def test_registers_lists_every_register(capsys):
    from perinatal.registers import REGISTERS

    assert run("registers") == ExitCode.DONE
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(REGISTERS)


def test_read_writes_the_canonical_frame_and_reports_on_stderr(shared_data, tmp_path, capsys):
    out = tmp_path / "frame.parquet"
    source = shared_data / "us_births_2022.parquet"
    assert run("read", "nchs_natality_2022_extract", source, "--out", out, "--rows", 500) == ExitCode.DONE
    assert len(pd.read_parquet(out)) <= 500
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "nchs_natality_2022_extract" in captured.err


# --- the demonstration ----------------------------------------------------------------------------


def test_the_demonstration_prints_and_writes_one_page(tmp_path, capsys):
    assert run("demo", "--html", tmp_path / "new" / "folder" / "demo.html") == ExitCode.DONE
    out = capsys.readouterr().out
    page = (tmp_path / "new" / "folder" / "demo.html").read_text(encoding="utf-8")
    for label in ("Infant death", "Admission to neonatal intensive care", "Preterm birth", "Death of the mother"):
        assert label in out
        assert label in page
    assert "A small clinic&#x27;s register" in page
    assert str(tmp_path / "new" / "folder" / "demo.html") in out
    assert out.count("Caution") == page.count("<section id=") == 5


def test_the_demonstration_asks_one_row_for_each_pregnancy_at_booking():
    from perinatal.cli.demonstration import build_reports

    births = pn.load_sample("births")
    (booking,) = [report for report in build_reports() if report.model.moment is pn.Moment.BOOKING]
    pregnancies = births.loc[booking.prediction.index]
    assert pregnancies["delivery_id"].is_unique
    assert not pregnancies["no_antenatal_care"].fillna(False).any()


# --- when it goes wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no-such-command",),
        ("predict", BIRTHS),
        ("explain", BIRTHS, "--model", "x", "--strongest", "0"),
        ("predict", BIRTHS, "--model", "x", "--format", "xml"),
        ("train",),
        ("train", "--all", "--model", "x"),
    ],
)
def test_a_command_that_is_not_understood_is_a_usage_error(arguments, capsys):
    assert run(*arguments) == ExitCode.USAGE
    assert "usage: perinatal" in capsys.readouterr().err


def bad_inputs() -> dict[str, tuple[str, bytes, tuple[str, ...], str]]:
    """By what is wrong: file name, content, further arguments, what the message must say."""
    secret = SECRET.encode()
    return {
        "empty": ("t.csv", b"", (), "is empty"),
        "blank": ("t.csv", b"\n\n", (), "is empty"),
        "no known heading": ("t.csv", b"name,weight\n" + secret + b",3\n", (), "none of the 6 columns"),
        "ragged": ("t.csv", b"plurality,married\n1,0\n1,0," + secret + b"\n", (), "another number of cells than the"),
        "unclosed quote": ("t.csv", b'plurality,maternal_education\n1,"' + secret + b"\n2,x\n", (), "quotation mark"),
        "heading twice": ("t.csv", b"plurality,plurality\n1,1\n", (), "'plurality' twice"),
        "not UTF-8": ("t.csv", b"plurality,name\n1,\xe9" + secret + b"\n", (), "--encoding"),
        "binary": ("t.csv", b"\x00\x01\x02\x00" * 50, (), "not a text table"),
        "not parquet": ("t.parquet", b"plurality\n1\n", (), "not a parquet file"),
        "unknown word": ("t.csv", b"maternal_education\n" + secret + b"\n", (), "maternal_education"),
        "no such index": ("t.csv", b"plurality\n1\n", ("--index", "no"), "has no column"),
        "no such encoding": ("t.csv", b"plurality\n1\n", ("--encoding", "klingon"), "no encoding"),
        "units without =": ("t.csv", b"plurality\n1\n", ("--units", "plurality"), "NAME=UNIT"),
        "unit of another kind": ("t.csv", b"maternal_height_cm\n1\n", ("--units", "maternal_height_cm=kg"), "kg"),
        "no such variable": ("t.csv", b"plurality\n1\n", ("--units", "height=cm"), "height"),
        "no column map": ("t.csv", b"plurality\n1\n", ("--columns", "nowhere.json"), "There is no file 'nowhere.json'"),
    }


@pytest.mark.parametrize("what", bad_inputs())
def test_an_input_that_cannot_be_used_says_why_and_repeats_no_cell(what, model, tmp_path, capsys):
    name, content, further, message = bad_inputs()[what]
    path = tmp_path / name
    path.write_bytes(content)
    assert run("predict", path, "--model", model, *further) == ExitCode.INPUT
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("perinatal: ")
    assert message in err
    assert SECRET not in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_named(model, capsys):
    assert run("predict", "nowhere.csv", "--model", model) == ExitCode.INPUT
    assert capsys.readouterr().err == "perinatal: There is no file 'nowhere.csv'.\n"


def test_an_output_folder_that_is_not_there_is_named(model, tmp_path, capsys):
    assert run("predict", BIRTHS, "--model", model, "--out", tmp_path / "nowhere" / "risks.csv") == ExitCode.INPUT
    assert "the folder" in capsys.readouterr().err


@pytest.mark.parametrize("index", [None, "one", "two"])
def test_the_index_of_a_parquet_file_comes_back(index, model, tmp_path, capsys):
    births = pn.load_sample("births").head(4)
    if index == "two":
        births = births.set_index("delivery_id", append=True)
    elif index is None:
        births = births.reset_index(drop=True)
    births.to_parquet(tmp_path / "b.parquet")
    assert run("predict", tmp_path / "b.parquet", "--model", model, "--format", "csv") == ExitCode.DONE
    heading = {None: "row,danger_signs", "one": "record,danger_signs", "two": "record,delivery_id,danger_signs"}[index]
    assert capsys.readouterr().out.startswith(heading)


@pytest.mark.parametrize("ending", ["", ".parquet"])
def test_a_folder_is_no_file(ending, model, tmp_path, capsys):
    folder = tmp_path / f"folder{ending}"
    folder.mkdir()
    assert run("predict", folder, "--model", model) == ExitCode.INPUT
    assert "Traceback" not in capsys.readouterr().err


def test_a_model_that_is_not_there_tells_which_are(capsys):
    assert run("predict", BIRTHS, "--model", "infant_deth-birth") == ExitCode.INPUT
    assert "infant_deth-birth" in capsys.readouterr().err


def test_an_altered_model_is_a_model_error(model, tmp_path, capsys):
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(model, copy)
    (copy / "coefficients.json").write_bytes(b"{}")
    assert run("predict", BIRTHS, "--model", copy) == ExitCode.MODEL
    assert "Traceback" not in capsys.readouterr().err


def test_a_leak_has_an_exit_code_of_its_own(monkeypatch, capsys):
    def leaking(arguments: object) -> int:
        raise LeakError("too late")

    monkeypatch.setattr(registers, "run", leaking)
    assert run("registers") == ExitCode.LEAK
    assert capsys.readouterr().err == "perinatal: too late\n"


def test_a_crash_has_an_exit_code_of_its_own():
    code = (
        "import sys\nfrom perinatal.cli.commands import registers\nregisters.run = lambda arguments: 1 / 0\n"
        "from perinatal.cli.main import main\nsys.exit(main())"
    )
    done = subprocess.run([sys.executable, "-c", code, "registers"], capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.CRASHED
    assert "ZeroDivisionError" in done.stderr
    assert "Please report" in done.stderr


def test_no_two_exit_codes_are_equal():
    assert len({int(code) for code in ExitCode}) == len(ExitCode.__members__)


def test_a_register_that_cannot_be_read_is_an_input_error(tmp_path, capsys):
    out = tmp_path / "frame.parquet"
    assert run("read", "nchs_linked_2011", tmp_path / "nowhere.parquet", "--out", out) == ExitCode.INPUT
    assert run("read", "nchs_linked_1066", BIRTHS, "--out", out) == ExitCode.INPUT
    assert run("read", "nchs_linked_2011", BIRTHS, "--out", out) == ExitCode.INPUT
    assert run("read", "nchs_linked_2011", BIRTHS, "--out", tmp_path / "frame.doc") == ExitCode.INPUT
    assert "Traceback" not in capsys.readouterr().err
    assert not out.exists()


def test_an_interrupted_command_says_so_in_one_line(monkeypatch, capsys):
    def interrupted(arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(registers, "run", interrupted)
    assert run("registers") == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == "perinatal: Interrupted.\n"


def test_an_unknown_recipe_is_refused_before_any_register_is_read(tmp_path, capsys):
    assert run("train", "--model", "nope", "--registers", tmp_path) == ExitCode.INPUT
    assert "infant_death-birth" in capsys.readouterr().err


def test_training_without_registers_says_how_to_name_them(monkeypatch, capsys):
    monkeypatch.delenv("PERINATAL_REGISTERS", raising=False)
    assert run("train", "--all") == ExitCode.INPUT
    assert "--registers DIR" in capsys.readouterr().err


def test_training_writes_each_model_where_it_can_be_loaded(model, tmp_path, monkeypatch, capsys):
    from perinatal import recipes

    calls = []

    def train(recipe: str, registers: Path, *, seed: int, progress: bool) -> pn.RiskModel:
        calls.append((recipe, registers, seed))
        return pn.load_model(model)

    monkeypatch.setattr(recipes, "train", train)
    monkeypatch.setenv("PERINATAL_REGISTERS", str(tmp_path))
    folders = ("--out", tmp_path / "made", "--withheld", tmp_path / "withheld")
    assert run("train", "--all", *folders, "--seed", 3) == ExitCode.DONE
    assert calls == [(name, tmp_path, 3) for name in recipes.RECIPES]
    for name, recipe in recipes.RECIPES.items():
        if recipe.withheld_reason:
            assert not (tmp_path / "made" / name).exists()
            assert (tmp_path / "withheld" / name / "card.md").read_text(encoding="utf-8").startswith("# ")
        else:
            assert pn.load_model(tmp_path / "made" / name).feature_names
    assert len(capsys.readouterr().out.splitlines()) == len(recipes.RECIPES)


def test_no_output_writes_over_the_table_that_is_read_or_over_another_output(model, tmp_path, capsys):
    table = tmp_path / "births.csv"
    table.write_text("record,birth_weight_g\n1,3000\n", encoding="utf-8")
    before = table.read_bytes()
    assert run("predict", table, "--model", model, "--out", table) == ExitCode.INPUT
    assert "overwrite" in capsys.readouterr().err
    assert run("predict", table, "--model", model, "--out", tmp_path / "o", "--html", tmp_path / "o") == ExitCode.INPUT
    assert table.read_bytes() == before
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize("lines", ["1,3000,9,EXTRA\n2,3000,9", "1,3000,9\n2", "1,Doe, Jane,3000,9"])
def test_lines_with_more_or_fewer_cells_than_headings_are_refused_without_repeating_them(
    model, lines, tmp_path, capsys
):
    table = tmp_path / "births.csv"
    table.write_text(f"record,birth_weight_g,apgar_5min\n{lines}\n", encoding="utf-8")
    assert run("predict", table, "--model", model) == ExitCode.INPUT
    message = capsys.readouterr().err
    assert "another number of cells" in message
    assert "Jane" not in message
    assert "EXTRA" not in message


def test_json_is_refused_by_name_without_repeating_it(model, tmp_path, capsys):
    table = tmp_path / "births.json"
    table.write_text('{"mother": "Maria G", "birth_weight_g": 600}', encoding="utf-8")
    assert run("predict", table, "--model", model) == ExitCode.INPUT
    message = capsys.readouterr().err
    assert "JSON" in message
    assert "Maria" not in message


def test_training_needs_the_files_of_the_registers(tmp_path, capsys):
    assert (
        run("train", "--model", "infant_death-birth", "--registers", tmp_path, "--out", tmp_path / "m")
        == ExitCode.INPUT
    )
    assert "us_births_2011.parquet" in capsys.readouterr().err


@pytest.mark.parametrize("command", [[], ["predict"], ["train"], ["demo"]])
def test_help_documents_the_exit_codes(command, capsys):
    assert run(*command, "--help") == ExitCode.DONE
    out = capsys.readouterr().out
    assert "exit codes" in out
    assert all(f"\n  {code.value:<4} {code.meaning}\n" in out for code in ExitCode)


def options_by_command() -> dict[str, dict[str, argparse.Action]]:
    """Each command's arguments by name: options, and positional ones by their metavar."""
    (commands,) = [action for action in build_parser()._actions if isinstance(action.choices, dict)]
    return {
        name: {(action.option_strings or [str(action.metavar)])[-1]: action for action in command._actions}
        for name, command in commands.choices.items()
    }


def test_an_option_has_one_form_in_every_command():
    forms: dict[str, set[tuple]] = {}
    for options in options_by_command().values():
        for option, action in options.items():
            forms.setdefault(option, set()).add((type(action), str(action.nargs), action.dest, action.const))
    several = {option for option, seen in forms.items() if len(seen) > 1}
    assert several == {"--model", "FILE"}  # `train` takes several models, and `pool` several files


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_file_is_positional_and_pages_and_numbers_have_one_name(name):
    options = options_by_command()[name]
    assert not {"--cohort", "--file", "--table", "--page", "--report"} & set(options)
    pages = [option for option, action in options.items() if "page" in str(action.help) and option.startswith("--")]
    assert pages in ([], ["--html"])
    assert ("--json" in options) <= ("--html" in options)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_argument_has_a_help_text(name):
    assert all(action.help for action in options_by_command()[name].values())
    assert re.fullmatch(r"[A-Z][^.]*\.", importlib.import_module(COMMANDS[name]).HELP)


# --- as a program ---------------------------------------------------------------------------------


def program(*arguments: object, **options: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "perinatal.cli.main", *(str(argument) for argument in arguments)]
    return subprocess.run(command, capture_output=True, check=False, **options)


def test_a_reader_that_stops_reading_is_no_error(model):
    command = f"{sys.executable} -m perinatal.cli.main dictionary --format csv | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode == ExitCode.DONE
    assert done.stdout.startswith("name,label")


def test_an_old_terminal_shows_question_marks_and_goes_on(model):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = program("predict", BIRTHS, "--model", model, "--index", "record", env=environment)
    assert done.returncode == ExitCode.DONE, done.stderr
    assert b"? gestation at birth" in done.stdout


@pytest.mark.parametrize("arguments", [("--help",), ("predict", "--help")])
def test_help_needs_neither_pandas_nor_any_model(arguments):
    code = (
        "import sys\nfrom perinatal.cli.main import main\ntry:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "print(*sorted({'pandas', 'xgboost', 'shap', 'matplotlib', 'sklearn'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""


def test_a_logistic_model_predicts_without_xgboost_shap_or_matplotlib(model):
    code = (
        "import sys\nfrom perinatal.cli.main import main\nmain(sys.argv[1:])\n"
        "print(*sorted({'xgboost', 'shap', 'matplotlib'} & set(sys.modules)), file=sys.stderr)"
    )
    arguments = ["explain", BIRTHS, "--model", str(model), "--index", "record"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""
