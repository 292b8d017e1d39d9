"""No model output may hide a danger sign: every shipped model and published score, in every form of answer."""

from __future__ import annotations

import csv
import functools
import io
import json

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.cli.main import main
from perinatal.errors import MissingVariables
from perinatal.frames.danger import WATCHED
from perinatal.report import answer_page, answer_text, build_answer_report
from perinatal.vocabulary import VARIABLES, Category, Flag

IDS = pn.available_models(kind="all").index.tolist()
PUBLISHED = pn.available_models(kind="published").index.tolist()
BY_COMMAND = sorted({*PUBLISHED, "infant_death-birth", "maternal_death-sari_admission", "nicu_admission-booking"})
SIGNS = {"convulsions": "convulsions", "newborn_unable_to_feed": "newborn cannot feed"}
ROWS = ["calm", "ill", "unasked"]

load = functools.cache(pn.load_model)


def usual(name: str) -> object:
    """A value that shows no sign and is nothing odd."""
    kind = VARIABLES[name].kind
    if isinstance(kind, Category):
        return kind.levels[0]
    if isinstance(kind, Flag):
        return False
    low, high = kind.typical or kind.plausible
    return 37.0 if kind.unit == "Cel" else float(round((low + high) / 2))


def record(model: object, whole: bool = True) -> dict[str, object]:
    """What the model reads, or the first of it alone: then a published score mostly has no answer."""
    inputs = [name for name in model.inputs if name not in SIGNS]
    return {name: usual(name) for name in (inputs if whole else inputs[:1])}


def table(model: object, whole: bool = True) -> pd.DataFrame:
    """Three rows that differ by a danger sign that is seen, is not there, and was not asked for."""
    rows = pd.DataFrame([record(model, whole)] * 3, index=pd.Index(ROWS, name="record"))
    for name in rows:
        if isinstance(VARIABLES[name].kind, Flag):
            rows[name] = rows[name].astype("boolean")
    for name in SIGNS:
        rows[name] = pd.array([False, True, None], dtype="boolean")
    return rows


@pytest.fixture(params=IDS)
def model(request) -> object:
    """Every model and every score."""
    return load(request.param)


@pytest.mark.parametrize("whole", [True, False], ids=["all inputs", "one input"])
def test_every_prediction_carries_them_and_shows_them_first(model, whole):
    rows = table(model, whole)
    for inputs in (rows, pn.conform(rows)):
        prediction = model.predict(inputs)
        present = prediction.danger_signs.present
        assert set(SIGNS) <= set(present["ill"])
        assert not set(SIGNS) & {*present["calm"], *present["unasked"]}
        frame = prediction.to_frame()
        assert frame.columns[0] == "danger_signs"
        for label in SIGNS.values():
            assert label in frame.loc["ill", "danger_signs"]
            assert label in repr(prediction).splitlines()[0]
        assert frame.loc["unasked", "danger_signs"] != ""


@pytest.mark.parametrize("whole", [True, False], ids=["all inputs", "one input"])
def test_every_explanation_carries_them_and_shows_them_first(model, whole):
    explanation = model.explain(table(model, whole))
    assert set(SIGNS) <= set(explanation.danger_signs.present["ill"])
    for text in (repr(explanation), explanation._repr_html_()):
        for label in SIGNS.values():
            assert label in text[:400]


def test_one_record_carries_them_whether_it_goes_the_short_way_or_the_long(model):
    clean = {**record(model), **dict.fromkeys(SIGNS, True)}
    odd = {**clean, "convulsions": "yes"}
    for inputs in (clean, odd):
        assert set(SIGNS) <= set(model.predict(inputs).danger_signs.present.iloc[0])
        assert set(SIGNS) <= set(model.explain(inputs).danger_signs.present.iloc[0])


def test_signs_do_not_change_the_answer(model):
    rows = table(model).drop(columns=[name for name in SIGNS if name not in model.inputs])
    with_signs = table(model)
    compared_rows = ["calm"] if set(SIGNS) & set(model.inputs) else ROWS
    before, after = (model.predict(inputs).to_frame().drop(columns="danger_signs") for inputs in (rows, with_signs))
    pd.testing.assert_frame_equal(before.loc[compared_rows], after.loc[compared_rows])


@pytest.mark.parametrize("name", BY_COMMAND)
@pytest.mark.parametrize("command", ["predict", "explain"])
@pytest.mark.parametrize("whole", [True, False], ids=["all inputs", "one input"])
def test_the_command_line_shows_them_in_every_format(name, command, whole, tmp_path, capsys):
    rows = table(load(name), whole)
    rows.to_csv(tmp_path / "rows.csv")
    arguments = [command, str(tmp_path / "rows.csv"), "--model", name, "--index", "record"]
    main([*arguments, "--format", "csv"])
    written = capsys.readouterr()
    lines = list(csv.DictReader(io.StringIO(written.out)))
    assert list(lines[0])[:2] == ["record", "danger_signs"]
    assert any(line["record"] == "ill" for line in lines)
    for line in lines:
        for label in SIGNS.values():
            assert (label in line["danger_signs"]) is (line["record"] == "ill")
    assert "Danger signs: 1 of 3 rows" in written.err
    main([*arguments, "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert next(iter(document)) == "danger_signs"
    assert document["danger_signs"]["rows"] == 1
    for entry in document["records"]:
        assert next(iter(entry)) == "danger_signs"
        seen = {sign["sign"] for sign in entry["danger_signs"]}
        assert set(SIGNS) <= seen if entry["record"] == "ill" else not set(SIGNS) & seen
        assert all(sign["rule"] and sign["source"] for sign in entry["danger_signs"])
    main([*arguments, "--format", "table"])
    text = capsys.readouterr().out
    assert text.index("DANGER SIGNS") < 300
    assert all(label in text.lower() for label in SIGNS.values())


@pytest.mark.parametrize("name", BY_COMMAND)
def test_the_page_shows_them_before_any_number(name, tmp_path, capsys):
    table(load(name)).to_csv(tmp_path / "rows.csv")
    page = tmp_path / "page.html"
    main(["predict", str(tmp_path / "rows.csv"), "--model", name, "--index", "record", "--html", str(page)])
    capsys.readouterr()
    written = page.read_text(encoding="utf-8")
    body = written[written.index("</style>") :]
    assert "Danger signs: 1 of 3 rows." in body
    assert body.index("Danger signs: 1 of 3 rows.") < body.index("<table")
    assert "Record ill" in body
    assert "newborn cannot feed" in body


def test_a_page_of_many_lists_every_record_with_a_sign_though_its_risk_is_low():
    rows = pd.concat([pn.load_sample("births")] * 2, ignore_index=True)
    lowest = int(np.argmin(load("infant_death-birth").predict(rows).risk.to_numpy()))
    rows["convulsions"] = pd.array(np.arange(len(rows)) == lowest, dtype="boolean")
    report = build_answer_report(load("infant_death-birth"), rows)
    for output in (answer_page([report], highest=3, typical=1), answer_text(report, highest=3, typical=1)):
        assert "Convulsions (1)" in output.replace("<b>", "").replace("</b>", "")
        assert f"Record {lowest}." in output


def test_the_page_and_the_text_list_what_could_not_be_assessed():
    rows = pn.load_sample("births").drop(columns=list(WATCHED), errors="ignore")
    report = build_answer_report(load("nicu_admission-booking"), rows, people="newborns")
    for output in (answer_page([report]), answer_text(report)):
        assert "None could be looked for among 240 newborns" in output
        assert "A sign that was not looked for is not absent." in " ".join(output.split())


def test_the_picture_of_one_risk_names_them_above_the_risk():
    from matplotlib.figure import Figure

    from perinatal.plots import parts

    explanation = load("infant_death-birth").explain(table(load("infant_death-birth")))
    titles = {row: parts(explanation, row, ax=Figure().subplots()).get_title(loc="left") for row in ROWS}
    assert titles["ill"].startswith("Danger signs: convulsions; newborn cannot feed\n")
    assert "anger" not in titles["calm"] + titles["unasked"]


def test_a_model_that_can_say_nothing_still_says_so():
    with pytest.raises(MissingVariables):
        load("infant_death-birth").predict(pd.DataFrame({"convulsions": [True]}))
