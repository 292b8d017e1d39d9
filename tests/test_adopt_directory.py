"""An adopted model on disk: format 2, its parent inside, verified like any other; shipped models stay as they are."""

from __future__ import annotations

import functools
import hashlib
import json
import pickle
import shutil
from pathlib import Path
from random import Random

import numpy as np
import pytest

import damages
import perinatal as pn
from damages import forged, sealed, substituted
from perinatal._shipped import shipped_directory
from perinatal.catalogue import read_model
from perinatal.errors import AdoptionRefused, CorruptModel, InputError, ModelError
from perinatal.models.adopted import Adoption, adopted_id
from perinatal.models.directory import ADOPTED_FORMAT, FORMAT, MANIFEST, PARENT, read_manifest
from perinatal.models.evidence import PriorRecord, ReferenceRecord, SiteAdoption, UpdateRecord
from perinatal.models.identity import compute_digest
from perinatal.sites import AdoptionOptions, Limits, Rung, Update, apply_update, examine, restore_parent
from small_models import other_model, sample_frame, small_model

KINDS = ("boosted", "logistic")
MEASURED = SiteAdoption(
    checks=(),
    flow=(),
    seed=0,
    prior=PriorRecord(intercept=0.5, slope=0.12, factor=0.25),
    update=UpdateRecord(intercept=0.4, factors=(0.8,), weight=1.0),
    compared=(),
    notes=("a note",),
    before={},
    calibration_before=(),
    after={},
    calibration_after=(),
    parts=(),
    reference=ReferenceRecord(rows=500, columns={}, information=30.0),
)
RUNGS = (Rung.KEEP, Rung.INTERCEPT, Rung.SLOPE, Rung.RESCALED)


def update_of(rung: Rung, model: pn.RiskModel) -> Update:
    factors = tuple(0.6 + 0.1 * i for i in range(len(model.features))) if rung is Rung.RESCALED else (0.8,)
    return Update(rung, 0.0 if rung is Rung.KEEP else 0.4, factors if rung in (Rung.SLOPE, Rung.RESCALED) else (1.0,))


@functools.cache
def adopted(kind: str, rung: Rung = Rung.RESCALED) -> pn.RiskModel:
    parent = small_model(kind)
    record = Adoption(
        "Ward 3", rung, "Chosen.", 500, 40, "2023", "2024-05", "2026-11-22", parent, compute_digest(parent)
    )
    return apply_update(parent, update_of(rung, parent), record, MEASURED)


@pytest.fixture(params=KINDS)
def directory(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return adopted(request.param).save(tmp_path / "model")


def bytes_of(folder: Path) -> dict[str, str]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("rung", RUNGS)
@pytest.mark.parametrize("kind", KINDS)
def test_an_adopted_model_read_back_gives_the_same_risks_parts_and_adoption(kind, rung, tmp_path):
    model = adopted(kind, rung)
    read, births = read_model(model.save(tmp_path / "model")), sample_frame()
    assert np.array_equal(read.predict(births).log_odds, model.predict(births).log_odds)
    assert np.array_equal(read.explain(births).matrix, model.explain(births).matrix)
    assert read.adoption.message == model.adoption.message
    assert (read.id, read.caution, read.card()) == (model.id, model.caution, model.card())
    assert bytes_of(read.save(tmp_path / "again")) == bytes_of(tmp_path / "model")


@pytest.mark.parametrize("kind", KINDS)
def test_the_parent_inside_is_the_parents_own_directory_byte_for_byte(kind, tmp_path):
    alone = small_model(kind).save(tmp_path / "alone")
    inside = adopted(kind).save(tmp_path / "model") / PARENT
    assert bytes_of(inside) == bytes_of(alone)
    assert read_manifest(alone)["format"] == FORMAT
    assert read_manifest(tmp_path / "model")["format"] == ADOPTED_FORMAT


@pytest.mark.parametrize("rung", RUNGS)
def test_trees_that_are_not_changed_lie_in_the_parent_alone(rung, tmp_path):
    folder = adopted("boosted", rung).save(tmp_path / "model")
    own = {path.name for path in folder.iterdir()}
    factors = {"factors.json"} if rung is Rung.RESCALED else set()
    assert own == {MANIFEST, "evaluation.json", "known_answers.csv", "card.md", PARENT} | factors


def test_going_back_restores_the_parent_from_the_directory(tmp_path):
    read = read_model(adopted("boosted").save(tmp_path / "model"))
    parent = restore_parent(read)
    births = sample_frame()
    assert np.array_equal(parent.predict(births).log_odds, small_model("boosted").predict(births).log_odds)
    assert bytes_of(parent.save(tmp_path / "back")) == bytes_of(small_model("boosted").save(tmp_path / "parent"))


def test_an_adopted_model_is_replaced_by_another_and_by_its_parent(tmp_path):
    folder = adopted("boosted").save(tmp_path / "model")
    adopted("logistic", Rung.SLOPE).save(folder)
    assert read_model(folder).scorer.kind == "logistic"
    restore_parent(read_model(folder)).save(folder)
    assert read_model(folder).adoption is None
    assert not (folder / PARENT).exists()


def test_a_folder_with_somebodys_files_in_parent_is_never_replaced(tmp_path):
    folder = adopted("logistic").save(tmp_path / "model")
    (folder / PARENT / "thesis.txt").write_text("mine")
    with pytest.raises(ModelError, match="left as it is"):
        adopted("logistic").save(folder)
    assert (folder / PARENT / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("name", sorted(path.name for path in shipped_directory("models").iterdir() if path.is_dir()))
def test_a_shipped_model_is_as_it_was_of_format_1(name):
    manifest = read_manifest(shipped_directory("models") / name)
    assert manifest["format"] == FORMAT
    assert "adoption" not in manifest


@pytest.mark.parametrize("kind", KINDS)
def test_an_adopted_model_survives_pickling(kind):
    copy = pickle.loads(pickle.dumps(adopted(kind)))  # noqa: S301 (our own bytes)
    births = sample_frame()
    assert np.array_equal(copy.predict(births).log_odds, adopted(kind).predict(births).log_odds)
    assert copy.adoption.parent.id == small_model(kind).id


# Damages -----------------------------------------------------------------------------------------------


BLIND = [damages.flip_a_bit, damages.truncate, damages.delete_bytes, damages.insert_bytes, damages.zero_a_block]


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("damage", BLIND)
def test_a_damage_to_any_file_beside_or_inside_is_refused(damage, inside, tmp_path):
    whole = adopted("logistic").save(tmp_path / "whole")
    for seed in range(6):
        copy = tmp_path / f"copy-{seed}"
        shutil.copytree(whole, copy)
        files = copy / PARENT if inside else tmp_path / f"beside-{seed}"
        if not inside:  # the damages pick any entry of a folder: let them see the files alone
            (copy / PARENT).rename(files)
            damage(copy, whole, Random(seed))
            files.rename(copy / PARENT)
        else:
            damage(files, whole, Random(seed))
        if bytes_of(copy) == bytes_of(whole):
            continue
        with pytest.raises(ModelError):
            read_model(copy)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"site": "a\nb"}, "no adoption can have"),
        ({"site": ""}, "no adoption can have"),
        ({"rung": "leap"}, "no adoption can have"),
        ({"rung": "slope"}, "scorer that does not go with"),
        ({"rung": "refit"}, "scorer that does not go with"),
        ({"n": 40}, "no adoption can have"),
        ({"n": "many"}, "no adoption can have"),
        ({"events": 0}, "no adoption can have"),
        ({"first": "last year"}, "no adoption can have"),
        ({"adopted_on": "today"}, "no adoption can have"),
        ({"parent_digest": "0" * 64}, "not the one it was adopted from"),
        ({"parent_digest": "x"}, "no adoption can have"),
        ({"parent": "another"}, "another parent"),
        ({"why": "w" * 5000}, "no adoption can have"),
        ({"hook": "import os"}, "other entries"),
    ],
)
def test_a_forged_adoption_is_refused_with_what_is_wrong(change, words, directory):
    entry = json.loads((directory / MANIFEST).read_bytes())["adoption"]
    forged(directory, adoption={**entry, **change})
    with pytest.raises(CorruptModel, match=words):
        read_model(directory)


@pytest.mark.parametrize("adoption", [None, [], "x", {}])
def test_a_manifest_without_its_adoption_is_refused(adoption, directory):
    forged(directory, adoption=adoption)
    with pytest.raises(CorruptModel):
        read_model(directory)


def test_format_1_with_an_adoption_and_format_2_without_are_refused(directory, tmp_path):
    forged(directory, format=1)
    with pytest.raises(CorruptModel, match="1 entries that format 1 does not have"):
        read_model(directory)
    plain = small_model("logistic").save(tmp_path / "plain")
    forged(plain, format=2)
    with pytest.raises(CorruptModel, match="lacks adoption"):
        read_model(plain)


def test_a_directory_without_its_parent_or_with_another_is_refused(directory, tmp_path):
    (directory / PARENT).rename(tmp_path / "taken")
    with pytest.raises(CorruptModel, match="lacks parent"):
        read_model(directory)
    other_model("logistic").save(directory / PARENT)
    with pytest.raises(CorruptModel, match="another id"):
        read_model(directory)


def test_a_parent_that_computes_otherwise_is_refused_though_it_has_the_name(tmp_path):
    from perinatal.models.scorers import Recalibration

    directory = adopted("logistic").save(tmp_path / "model")
    shutil.rmtree(directory / PARENT)
    small_model("logistic").recalibrated(Recalibration(0.3, 1.0)).save(directory / PARENT)
    with pytest.raises(CorruptModel, match="not the one it was adopted from"):
        read_model(directory)


def test_a_parent_that_was_itself_adopted_is_refused(tmp_path):
    directory = adopted("logistic").save(tmp_path / "model")
    again = adopted("logistic").save(tmp_path / "other")
    shutil.rmtree(directory / PARENT)
    shutil.copytree(again, directory / PARENT)
    with pytest.raises(CorruptModel, match="itself an adopted one"):
        read_model(directory)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"factors": 1}',
        b'{"factors": []}',
        b'{"factors": [1.0]}',
        b'{"factors": [-1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]}',
        b'{"factors": [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]}',
        b'{"factors": [1e999, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]}',
        b'{"factors": [NaN, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]}',
        b'{"factors": [true, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]}',
        b'{"factors": ["1", 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]}',
        b"[" * 100_000,
    ],
)
def test_factors_that_are_none_are_refused(content, directory):
    substituted(directory, "factors.json", content)
    with pytest.raises(CorruptModel, match=r"factors\.json"):
        read_model(directory)


def test_other_factors_do_not_give_the_known_answers(directory):
    factors = json.loads((directory / "factors.json").read_bytes())["factors"]
    content = json.dumps({"factors": [2 * factor for factor in factors]}).encode()
    substituted(directory, "factors.json", content)
    with pytest.raises(CorruptModel, match="known answers"):
        read_model(directory)


def test_a_link_in_place_of_the_parent_is_refused(directory, tmp_path):
    (directory / PARENT).rename(tmp_path / "elsewhere")
    (directory / PARENT).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CorruptModel, match="parent"):
        read_model(directory)


@pytest.mark.parametrize("name", ["low_birth_weight-labour", "../x@ward-3", "low_birth_weight-labour@another"])
def test_an_id_that_does_not_go_with_site_and_parent_is_refused(name, directory):
    forged(directory, id=name)
    with pytest.raises(CorruptModel, match="another id"):
        read_model(directory)


def test_a_forged_manifest_of_the_parent_is_refused(directory):
    inner = json.loads((directory / PARENT / MANIFEST).read_bytes())
    (directory / PARENT / MANIFEST).write_bytes(sealed({**inner, "recalibration": [0.5, 1.0]}))
    with pytest.raises(CorruptModel):
        read_model(directory)


# What is written down ----------------------------------------------------------------------------------


def test_the_id_of_a_site_is_fit_for_a_file_name():
    assert adopted_id("m-labour", "../../etc/passwd") == "m-labour@etc-passwd"
    assert adopted_id("m-labour", "ዋርድ 3") == "m-labour@3"
    assert adopted_id("m-labour", "ዋርድ") == "m-labour@site"


def test_an_update_is_not_applied_twice():
    model = adopted("logistic")
    with pytest.raises(AdoptionRefused, match="adopted already"):
        apply_update(model, update_of(Rung.SLOPE, model), model.adoption, MEASURED)


def test_a_factor_of_nought_or_less_is_no_update():
    parent = small_model("logistic")
    turned = Update(Rung.RESCALED, 0.0, (-0.1,) * len(parent.features))
    with pytest.raises(InputError, match="above 0"):
        apply_update(parent, turned, adopted("logistic").adoption, MEASURED)


def test_a_refitted_model_carries_its_own_scorer_and_its_parent(tmp_path, monkeypatch):
    from perinatal.sites import adopting

    monkeypatch.setattr(adopting, "FEWEST_EVENTS", dict.fromkeys(Rung, 10))
    monkeypatch.setattr(adopting, "choose", choose_refit)
    births = pn.load_sample("births")
    refitted = examine(
        small_model("logistic"), births, site="x", options=AdoptionOptions(up_to="refit", limits=Limits(ratio=50))
    ).adopted
    assert refitted.adoption.rung is Rung.REFIT
    read = read_model(refitted.save(tmp_path / "model"))
    assert {path.name for path in (tmp_path / "model").iterdir()} >= {"coefficients.json", PARENT}
    assert np.array_equal(read.predict(births).log_odds, refitted.predict(births).log_odds)
    assert read.adoption.parent.id == "low_birth_weight-labour"


def choose_refit(losses, codes):
    from perinatal.sites.choosing import Choice, choose

    return Choice(Rung.REFIT, "Chosen for the test.", choose(losses, codes).comparisons)
