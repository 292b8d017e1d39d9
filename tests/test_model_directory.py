"""A model on disk is read, verified, then constructed; writing leaves the old model whole until the new one is."""

from __future__ import annotations

import errno
import functools
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest

import damages
import perinatal as pn
from damages import forged, substituted
from perinatal._shipped import shipped_directory
from perinatal.catalogue import load_model, read_model
from perinatal.errors import CorruptModel, InputError, ModelError, UnsupportedModel
from perinatal.models import directory as directory_module
from perinatal.models import write_model
from perinatal.models.directory import ADOPTED_FORMAT, FORMAT, MANIFEST, is_model_directory, read_manifest
from perinatal.models.known_answers import ANSWERS, known_inputs
from perinatal.models.scorers import rows, scorer_files
from perinatal.models.scorers.declared import boosted
from small_models import fitted, other_model, sample_frame, small_model

KINDS = ("boosted", "logistic")
TESTS = Path(__file__).resolve().parent
DAMAGES_PER_PROGRAM = 250  # four programs: two for each kind of scorer
MEDDLINGS = 150


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The directory of a small model of this kind, never to be changed."""

    @functools.cache
    def save(kind: str, which: Callable[[str], pn.RiskModel] = small_model) -> Path:
        return which(kind).save(tmp_path_factory.mktemp(kind) / "model")

    return save


@pytest.fixture(params=KINDS)
def model(request: pytest.FixtureRequest, saved: Callable[[str], Path], tmp_path: Path) -> Path:
    """A copy of a model directory that may be changed, one for each kind of scorer."""
    copy = tmp_path / "model"
    copy.mkdir()
    for path in saved(request.param).iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    return copy


def digests(directory: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(directory.iterdir())}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    paths = [str(TESTS.parent / "src"), str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **environment},
        check=False,
    )


# Reading gives back what was written ------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_read_back_gives_the_same_risks_and_parts_bit_for_bit(kind, saved):
    read, births = read_model(saved(kind)), sample_frame()
    assert np.array_equal(read.predict(births).log_odds, small_model(kind).predict(births).log_odds)
    assert np.array_equal(read.explain(births).matrix, small_model(kind).explain(births).matrix)
    assert read.evidence == small_model(kind).evidence
    assert read.card() == small_model(kind).card()


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_read_and_written_again_is_the_same_byte_for_byte(kind, saved, tmp_path):
    assert digests(read_model(saved(kind)).save(tmp_path / "again")) == digests(saved(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_recalibrated_model_is_written_and_read_like_any_other(kind, tmp_path):
    from perinatal.models.scorers import Recalibration

    local = small_model(kind).recalibrated(Recalibration(-0.5, 0.8))
    births = sample_frame()
    read = read_model(local.save(tmp_path / "local"))
    assert np.array_equal(read.predict(births).log_odds, local.predict(births).log_odds)


def test_a_directory_holds_exactly_the_files_of_its_format(model):
    kind = read_manifest(model)["scorer"]
    assert set(digests(model)) == {MANIFEST, "evaluation.json", ANSWERS, "card.md", *scorer_files(kind)}
    assert read_manifest(model)["format"] == FORMAT


def test_the_manifest_of_a_directory_can_be_read_without_its_scorer(model):
    manifest = read_manifest(model)
    assert (manifest["outcome"], manifest["moment"]) == ("low_birth_weight", "labour")
    assert manifest["card"].startswith("# low_birth_weight-labour")
    assert manifest["evidence"].training.seed == 0


# Damages ----------------------------------------------------------------------------------------------


def test_a_thousand_damages_each_end_in_a_sentence_and_never_in_a_crash_or_a_changed_risk(saved):
    tasks = [(kind, seed) for kind in KINDS for seed in (1, 2)]

    def damaged(task: tuple[str, int]) -> subprocess.CompletedProcess:
        kind, seed = task
        paths = str(saved(kind)), str(saved(kind, other_model))
        return run(str(TESTS / "damages.py"), *paths, str(seed), str(DAMAGES_PER_PROGRAM))

    for kind in KINDS:
        saved(kind), saved(kind, other_model)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(damaged, tasks))
    damage_names = set()
    for (kind, seed), result in zip(tasks, done, strict=True):
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        report = (
            f"{kind}, seed {seed}: ended with {result.returncode} after {len(lines)} damages: {result.stderr[-2000:]}"
        )
        assert result.returncode == 0, report
        assert len(lines) == DAMAGES_PER_PROGRAM, report
        wrong = [line for line in lines if line["error"] not in ("CorruptModel", "UnsupportedModel")]
        assert not wrong, wrong[:5]
        for line in lines:
            assert line["message"].endswith("."), line
            assert 20 < len(line["message"]) < 700, line
        damage_names |= {line["damage"] for line in lines}
    assert damage_names == {damage.__name__ for damage in damages.DAMAGES}


@pytest.mark.parametrize("kind", KINDS)
def test_a_scorer_meddled_with_is_refused_or_still_gives_its_known_answers_and_never_crashes(kind, saved):
    paths = str(saved(kind)), str(saved(kind, other_model))
    result = run(str(TESTS / "damages.py"), *paths, "5", str(MEDDLINGS), "meddle_with_the_scorer")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.returncode, len(lines)) == (0, MEDDLINGS), result.stderr[-2000:]
    assert {line["error"] for line in lines} <= {"CorruptModel", None}
    assert sum(line["error"] is not None for line in lines) > MEDDLINGS / 2


TREE_DAMAGES = [
    ("left_children", 0, 10**6),
    ("left_children", 0, 0),
    ("left_children", 0, -5),
    ("right_children", 0, 1),
    ("parents", 1, 2),
    ("split_indices", 0, 99),
    ("split_indices", 0, -1),
    ("split_type", 0, 1),
    ("split_type", 0, 7),
    ("default_left", 0, 2),
    ("split_conditions", 0, "x"),
    ("split_conditions", 0, 1e300),
    ("base_weights", 0, None),
    ("tree_param", "num_nodes", "1000000"),
    ("tree_param", "size_leaf_vector", "3"),
    ("tree_param", "num_deleted", "1"),
    ("id", None, 5),
]


@pytest.mark.parametrize(("name", "place", "value"), TREE_DAMAGES)
def test_a_tree_that_cannot_be_followed_is_refused_before_xgboost_sees_it(name, place, value, saved, monkeypatch):
    content = json.loads((saved("boosted") / "trees.json").read_bytes())
    tree = content["learner"]["gradient_booster"]["model"]["trees"][0]
    if place is None:
        tree[name] = value
    else:
        tree[name][place] = value
    monkeypatch.setattr("xgboost.Booster", _must_not_be_called)
    with pytest.raises(CorruptModel, match=r"trees\.json does not hold trees"):
        boosted.BoostedScorer.from_files({"trees.json": json.dumps(content).encode()}, small_model("boosted").features)


def test_a_tree_told_twice_is_refused(saved):
    twice = (saved("boosted") / "trees.json").read_bytes().replace(b'"id":0', b'"id":0,"id":0', 1)
    with pytest.raises(CorruptModel):
        boosted.BoostedScorer.from_files({"trees.json": twice}, small_model("boosted").features)


def test_trees_for_other_features_are_refused(saved):
    files = {"trees.json": (saved("boosted") / "trees.json").read_bytes()}
    with pytest.raises(CorruptModel, match="not for these features"):
        boosted.BoostedScorer.from_files(files, small_model("boosted").features[1:])


def _must_not_be_called(*arguments: object) -> None:
    raise AssertionError("this must not be called")


def test_no_parser_sees_a_file_before_its_digest_was_compared(model, monkeypatch):
    for path in model.iterdir():
        if path.name != MANIFEST:
            path.write_bytes(path.read_bytes() + b" ")
    monkeypatch.setattr(directory_module, "read_scorer", _must_not_be_called)
    monkeypatch.setattr(directory_module, "read_answers", _must_not_be_called)
    monkeypatch.setattr(directory_module, "_read_evidence", _must_not_be_called)
    with pytest.raises(CorruptModel, match="damaged or altered"):
        read_model(model)


@pytest.mark.parametrize(
    ("entries", "error", "words"),
    [
        (
            {"format": ADOPTED_FORMAT + 1},
            UnsupportedModel,
            f"has format {ADOPTED_FORMAT + 1}; .* reads up to {ADOPTED_FORMAT}.* newer perinatal",
        ),
        ({"outcome": "phase_of_the_moon"}, UnsupportedModel, "uses a name that this version does not have"),
        ({"moment": "midnight"}, UnsupportedModel, "uses a name that this version does not have"),
        ({"scorer": "oracle"}, UnsupportedModel, "this version knows: logistic, boosted"),
        ({"features": "x"}, CorruptModel, "lacks features, or has it in another form"),
        ({"recalibration": "x"}, CorruptModel, "lacks recalibration"),
        ({"recalibration": ["x", 1]}, CorruptModel, "not two numbers"),
        ({"files": []}, CorruptModel, "lacks files"),
        ({"files": {"../card.md": "0"}}, CorruptModel, "names other files than those of a"),
        ({"hook": "import os"}, CorruptModel, "1 entries that format 1 does not have"),
        ({"moment": "booking"}, CorruptModel, "contradicts itself. Not yet known at booking"),
    ],
)
def test_a_forged_manifest_is_refused_with_what_is_wrong(entries, error, words, model):
    forged(model, **entries)
    with pytest.raises(error, match=words):
        read_model(model)


def test_a_newer_xgboost_is_asked_for_by_name_and_number(saved, tmp_path):
    copy = small_model("boosted").save(tmp_path / "model")
    forged(copy, runtime={"xgboost": "99.1.0"})
    with pytest.raises(UnsupportedModel, match=r"written with xgboost 99\.1\.0; .* pip install 'xgboost>=99\.1\.0'"):
        read_model(copy)


def test_a_model_that_must_not_hide_what_it_needs_names_its_runtime(saved, tmp_path):
    copy = small_model("boosted").save(tmp_path / "model")
    forged(copy, runtime={})
    with pytest.raises(CorruptModel, match="which version"):
        read_model(copy)


@pytest.mark.parametrize("change", [{"unit": "furlongs"}, {"levels": ["a", "b"]}])
def test_other_levels_or_another_unit_than_at_training_are_refused(change, model):
    features = json.loads((model / MANIFEST).read_bytes())["features"]
    position = next(i for i, f in enumerate(features) if next(iter(change)) in f)
    features[position] |= change
    forged(model, features=features)
    with pytest.raises(UnsupportedModel, match="another unit or other levels"):
        read_model(model)


def test_a_model_that_computes_differently_is_refused_with_by_how_much(model):
    lines = (model / ANSWERS).read_text().splitlines()
    cells = lines[5].split(",")
    cells[-1] = repr(float(cells[-1]) + 2e-6)
    substituted(model, ANSWERS, ("\n".join([*lines[:5], ",".join(cells), *lines[6:]]) + "\n").encode())
    with pytest.raises(CorruptModel, match=r"known answers on this machine .off by up to 2e-06"):
        read_model(model)


def test_known_answers_without_a_row_do_not_pass(model):
    heading = (model / ANSWERS).read_text().splitlines()[0]
    substituted(model, ANSWERS, (heading + "\n").encode())
    with pytest.raises(CorruptModel):
        read_model(model)


def test_a_folder_that_cannot_be_read_is_a_model_error(model, monkeypatch):
    def denied(path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(ModelError, match="'model' cannot be read: Permission denied"):
        read_model(model)


def test_what_is_not_a_directory_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "nothing", tmp_path):
        with pytest.raises(CorruptModel):
            read_model(path)


# Writing ----------------------------------------------------------------------------------------------


def _nothing_is_left_over(parent: Path) -> bool:
    return [path.name for path in parent.iterdir()] == ["model"]


@pytest.mark.parametrize("at_file", range(1, 6))
def test_a_full_disk_leaves_the_old_model_whole_and_nothing_beside_it(at_file, tmp_path, monkeypatch):
    path = small_model("logistic").save(tmp_path / "model")
    before, written = digests(path), []

    def full(descriptor: int) -> None:
        written.append(descriptor)
        if len(written) == at_file:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        other_model("logistic").save(path)
    assert digests(path) == before
    assert _nothing_is_left_over(tmp_path)
    assert read_model(path).id == "low_birth_weight-labour"


@pytest.mark.parametrize("at_rename", [1, 2])
def test_a_rename_that_fails_leaves_the_old_model_whole_and_nothing_beside_it(at_rename, tmp_path, monkeypatch):
    model_path = small_model("logistic").save(tmp_path / "model")
    before, renamed, rename = digests(model_path), [], Path.rename

    def failing(path: Path, target: Path) -> Path:
        renamed.append(target)
        if len(renamed) == at_rename:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        other_model("logistic").save(model_path)
    assert digests(model_path) == before
    assert _nothing_is_left_over(tmp_path)


KILLED = """
import os, sys
from pathlib import Path
from perinatal.catalogue import read_model
model, where, what, at = read_model(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
home, name = (os, "fsync") if what == "fsync" else (Path, "rename")
calls, real = [], getattr(home, name)
def deadly(*given):
    calls.append(given)
    if len(calls) == at:
        os._exit(137)
    return real(*given)
setattr(home, name, deadly)
model.save(where)
"""


@pytest.mark.parametrize(("what", "at"), [("fsync", 3), ("rename", 1), ("rename", 2)])
def test_a_kill_while_writing_leaves_the_old_model_whole(what, at, saved, tmp_path):
    path = small_model("logistic").save(tmp_path / "model")
    new = str(saved("logistic", other_model))
    assert run("-c", KILLED, new, str(path), what, str(at)).returncode == 137
    assert is_model_directory(path)
    assert read_model(path).id == "low_birth_weight-labour"
    assert read_manifest(path)["id"] == "low_birth_weight-labour"
    other_model("logistic").save(path)
    assert read_model(path).id == "preterm_birth-booking"
    assert not (tmp_path / ".model.previous").exists()


def test_a_model_is_replaced_whole(tmp_path):
    path = small_model("boosted").save(tmp_path / "model")
    assert other_model("logistic").save(path) == path
    assert read_model(path).id == "preterm_birth-booking"
    assert _nothing_is_left_over(tmp_path)


def test_a_link_to_a_model_directory_stays_a_link_to_the_new_model(tmp_path):
    path = small_model("logistic").save(tmp_path / "kept" / "model")
    link = tmp_path / "current"
    link.symlink_to(path)
    for model in (other_model("logistic"), small_model("logistic")):
        model.save(link)
        assert link.is_symlink()
        assert read_model(link).id == read_model(path).id == model.id


@pytest.mark.parametrize("name", ["notes.txt", MANIFEST])
def test_somebodys_own_folder_is_never_replaced(name, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / name).write_text("{}")
    (own / "thesis.tex").write_text("years of work")
    with pytest.raises(ModelError, match="'own' exists and is not a model directory; it is left as it is"):
        write_model(small_model("logistic"), own)
    assert (own / "thesis.tex").read_text() == "years of work"
    with pytest.raises(ModelError, match=r"'thesis\.tex' exists"):
        write_model(small_model("logistic"), own / "thesis.tex")


def test_an_empty_folder_takes_a_model(tmp_path):
    (tmp_path / "deep" / "model").mkdir(parents=True)
    assert read_model(small_model("logistic").save(tmp_path / "deep" / "model")).id == "low_birth_weight-labour"


# The same seed, the same bytes ------------------------------------------------------------------------

TRAINED = """
import sys
from pathlib import Path
from test_model_directory import digests, many_births
from small_models import fitted
import json
print(json.dumps(digests(fitted(sys.argv[1], many_births()).save(Path(sys.argv[2])))))
"""


def many_births() -> pd.DataFrame:
    """Enough rows for threads to share: the sample 20 times under the same ids, numbers shifted a little each time."""
    births = sample_frame()
    frame = pd.concat([births] * 20, ignore_index=True)
    frame["haemoglobin_g_dl"] += np.repeat(np.arange(20) / 10, len(births))
    return frame


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_files_for_any_number_of_threads_and_in_any_process(kind, tmp_path, monkeypatch):
    births = many_births()
    expected = digests(fitted(kind, births).save(tmp_path / "here"))
    for threads in (1, 2):
        monkeypatch.setattr(boosted, "worker_count", lambda threads=threads: threads)
        monkeypatch.setattr(rows, "worker_count", lambda threads=threads: threads)
        assert digests(fitted(kind, births).save(tmp_path / f"threads-{threads}")) == expected
    result = run(
        "-c",
        TRAINED,
        kind,
        str(tmp_path / "there"),
        PYTHONHASHSEED="4711",
        OMP_NUM_THREADS="1",
        OPENBLAS_NUM_THREADS="1",
    )
    assert result.returncode == 0, result.stderr[-2000:]
    assert json.loads(result.stdout) == expected


# What is not in a directory ---------------------------------------------------------------------------


def test_reading_a_model_unpickles_nothing_and_evaluates_nothing(model, monkeypatch):
    for home, name in ((pickle, "load"), (pickle, "loads"), (pickle, "Unpickler"), (joblib, "load"), (np, "load")):
        monkeypatch.setattr(home, name, _must_not_be_called)
    monkeypatch.setattr("builtins.eval", _must_not_be_called)
    assert read_model(model).predict({"plurality": 2}).risk.iloc[0] > 0


@pytest.mark.parametrize("kind", KINDS)
def test_known_answers_are_made_up_whatever_the_model_was_trained_on(kind, saved, tmp_path):
    births = sample_frame()
    elsewhere = fitted(kind, births.iloc[: len(births) * 3 // 4]).save(tmp_path / "elsewhere")
    inputs = [
        [line.rsplit(",", 1)[0] for line in (d / ANSWERS).read_text().splitlines()] for d in (saved(kind), elsewhere)
    ]
    assert inputs[0] == inputs[1]
    assert (saved(kind) / ANSWERS).read_bytes() != (elsewhere / ANSWERS).read_bytes()


def test_no_row_of_the_training_data_is_among_the_known_inputs():
    model = small_model("logistic")
    rows_seen = {row.tobytes() for row in np.nan_to_num(model._builder.encode(sample_frame()), nan=-1)}
    inputs = np.nan_to_num(known_inputs(model.features)[1:], nan=-1)
    assert not rows_seen & {row.tobytes() for row in inputs}


def test_known_inputs_reach_every_level_and_the_unknown_of_every_feature():
    model = small_model("boosted")
    inputs = known_inputs(model.features)
    for position, f in enumerate(model.features):
        codes = set(inputs[:, position][~np.isnan(inputs[:, position])])
        assert codes >= set(range(len(getattr(f.kind, "levels", ()))))
        assert np.isnan(inputs[1:, position]).any()


def test_a_shipped_id_that_is_also_a_directory_here_is_refused_until_it_is_said_which(tmp_path, monkeypatch):
    path = tmp_path / "low_birth_weight-booking"
    shutil.copytree(shipped_directory("models") / "nicu_admission-booking", path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"Use '\./low_birth_weight-booking' for the directory"):
        load_model("low_birth_weight-booking")
    assert load_model("./low_birth_weight-booking").id == "nicu_admission-booking"
    monkeypatch.chdir(shipped_directory("models"))
    assert load_model("low_birth_weight-booking").id == "low_birth_weight-booking"
