"""The evidence a model carries: typed, read and written back byte for byte."""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

import perinatal as pn
from perinatal.errors import CorruptModel
from perinatal.models import evidence as evidence_module
from perinatal.models.evidence import CalibrationGroup, Evidence, FlowStep, read_record, write_record
from small_models import small_model

MODELS = sorted(Path(__file__).parents[1].glob("models/*/evaluation.json"))
WITHHELD = sorted(Path(__file__).parents[1].glob("docs/withheld/*/evaluation.json"))
RECORDS = [kind for kind in vars(evidence_module).values() if isinstance(kind, type) and is_dataclass(kind)]


def encoded(record: object) -> bytes:
    return (json.dumps(write_record(record), indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode()


def test_every_shipped_model_has_evidence():
    assert len(MODELS) == len(pn.available_models())


@pytest.mark.parametrize("file", [*MODELS, *WITHHELD], ids=lambda file: file.parent.name)
def test_the_evidence_of_a_model_is_read_and_written_back_byte_for_byte(file):
    evidence = read_record(Evidence, json.loads(file.read_bytes()))
    assert not evidence.other
    assert encoded(evidence) == file.read_bytes()


@pytest.mark.parametrize("kind", ["logistic", "boosted"])
def test_the_evidence_of_a_model_just_trained_is_what_its_directory_gives_back(kind, tmp_path):
    model = small_model(kind)
    directory = model.save(tmp_path / "model")
    assert read_record(Evidence, json.loads((directory / "evaluation.json").read_bytes())) == model.evidence
    assert encoded(model.evidence) == (directory / "evaluation.json").read_bytes()


def test_the_selected_candidate_is_the_scorer_of_the_model():
    training = small_model("logistic").evidence.training
    assert training.selected.scorer == training.scorer == "logistic"
    assert set(training.selected.settings) == {"penalty"}


def test_an_undefined_number_is_null_in_the_file_and_nan_in_python():
    group = CalibrationGroup(n=12.0, mean_risk=0.1, observed_share=None, low=None, high=None)
    assert write_record(group) == {"n": 12.0, "mean_risk": 0.1, "observed_share": None, "low": None, "high": None}
    test = json.loads(MODELS[0].read_bytes())["tests"][0]
    test["auroc"] = [0.7, None, None]
    estimate = read_record(Evidence, {"tests": [test]}).tests[0].auroc
    assert estimate.value == 0.7
    assert math.isnan(estimate.low)
    assert math.isnan(estimate.high)


def test_counts_of_few_people_stay_unknown():
    evidence = read_record(Evidence, {"flow": [["excluded: outcome unknown", None], ["used", 1200]]})
    assert evidence.flow == (FlowStep("excluded: outcome unknown", None), FlowStep("used", 1200))


def test_an_entry_of_the_evidence_that_this_version_does_not_know_is_kept():
    content = {"made_by": "a newer version", "weather": {"rain": [1, 2]}}
    evidence = read_record(Evidence, content)
    assert evidence.other == {"weather": {"rain": [1, 2]}}
    assert write_record(replace(evidence, limits=("One.",))) == {"limits": ["One."], **content}


TRAINING = json.loads(MODELS[0].read_bytes())["training"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], "'evidence' should be an object, and is an array"),
        ({"training": []}, r"'evidence\.training' should be an object, and is an array"),
        ({"training": {}}, r"'evidence\.training' lacks 'rows'"),
        ({"training": {**TRAINING, "n": 1.5}}, r"'evidence\.training\.n' should be a whole number, and is a number"),
        ({"training": {**TRAINING, "n": True}}, r"'evidence\.training\.n' should be a whole number, and is true or"),
        ({"training": {**TRAINING, "weather": 1}}, r"'evidence\.training' has 1 entries that are not declared"),
        ({"training": {**TRAINING, "recalibration": [0.0]}}, r"recalibration' should be an array of 2"),
        ({"flow": [["used", "many"]]}, r"'evidence\.flow\[0\]\[1\]' should be a whole number or null, and is a text"),
        ({"flow": {"used": 12}}, r"'evidence\.flow' should be an array, and is an object"),
        ({"limits": ["One.", None]}, r"'evidence\.limits\[1\]' should be a text, and is null"),
        ({"heterogeneity": {"intercept": "x", "slope": 1, "factor": 1}}, r"intercept' should be a number, and is a te"),
        ({"adoption": {"pooled_from": 2}}, r"'evidence\.adoption' lacks 'labels'"),
    ],
)
def test_evidence_of_another_form_is_refused_and_the_entry_is_named(content, words):
    with pytest.raises(CorruptModel, match=words):
        read_record(Evidence, content)


def test_a_refusal_repeats_nothing_of_the_file():
    with pytest.raises(CorruptModel) as refusal:
        read_record(Evidence, {"limits": "Mary Jones", "Mary Jones": 1})
    assert "Mary" not in str(refusal.value)


@pytest.mark.parametrize("kind", RECORDS, ids=lambda kind: kind.__name__)
def test_no_two_fields_of_a_record_have_the_same_key(kind):
    keys = [entry.key for entry in evidence_module._entries(kind) if not entry.inline]
    assert len(set(keys)) == len(keys)
    assert len(evidence_module._entries(kind)) == len(fields(kind))
