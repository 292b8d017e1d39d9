"""A model on disk: read, verified, then constructed; nothing in the directory is ever executed.

Format 1 is a directory of exactly these files: ``manifest.json``, the scorer's files (``trees.json`` or
``coefficients.json``), ``evaluation.json``, ``known_answers.csv`` and ``card.md``. The manifest names each with its
SHA-256 and carries a digest of itself. Bytes are hashed before any parser sees them; a model that does not give its
known answers again is refused. Writing goes to a fresh directory beside the old one, which is replaced by a rename.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from perinatal.errors import CorruptModel, ModelError, PerinatalError, UnsupportedModel
from perinatal.features import Feature, feature
from perinatal.models.known_answers import known_inputs
from perinatal.models.risk_model import RiskModel
from perinatal.scoring import SCORER_FILES, Recalibration, read_scorer
from perinatal.vocabulary import Category, Moment, outcome

if TYPE_CHECKING:
    from typing import Any

FORMAT = 1
MANIFEST = "manifest.json"
EVALUATION, ANSWERS, CARD = "evaluation.json", "known_answers.csv", "card.md"
LARGEST_FILE_BYTES = 256 * 2**20
ANSWER_TOLERANCE = 1e-6  # of risk; another processor may round the last bits of a sum differently
RUNTIMES: Mapping[str, tuple[str, ...]] = {"boosted": ("xgboost",), "logistic": ()}


def write_model(model: RiskModel, directory: Path) -> Path:
    """Write ``model`` to ``directory``; an old model there stays whole until the new one is complete."""
    directory = Path(directory)
    parent = directory.parent
    parent.mkdir(parents=True, exist_ok=True)
    if directory.exists() and not (directory / MANIFEST).exists() and any(directory.iterdir()):
        raise ModelError(f"'{directory.name}' exists and is not a model directory; it is left as it is.")
    files = _files_of(model)
    fresh = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=parent))
    try:
        for name, content in files.items():
            with (fresh / name).open("xb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
        fresh.chmod(0o755)
        read_model(fresh)
        _swap(fresh, directory)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return directory


def read_model(directory: str | Path) -> RiskModel:
    """The model in ``directory``, once every byte of it has been verified.

    Raises
    ------
    CorruptModel
        damaged, altered, incomplete, with files that do not belong, or not giving its known answers.
    UnsupportedModel
        written by a newer format, a newer XGBoost, or with another vocabulary.
    """
    directory = Path(directory)
    previous = _previous(directory)
    if not directory.exists() and previous.is_dir():
        directory = previous  # a replacement was cut off between its two renames; the old model is whole
    manifest = _manifest(directory)
    contents = _verified(directory, manifest["files"])
    features = tuple(_feature(declared) for declared in manifest["features"])
    try:
        moment, target = Moment.of(manifest["moment"]), outcome(manifest["outcome"])
    except PerinatalError as failure:
        raise UnsupportedModel(f"The model speaks another vocabulary: {failure}") from failure
    _check_runtime(manifest)
    model = RiskModel(
        manifest["id"],
        target,
        moment,
        features,
        read_scorer(manifest["scorer"], contents, features),
        Recalibration(*(float(number) for number in manifest["recalibration"])),
        json.loads(contents[EVALUATION]),
        manifest["trained_on"],
        manifest["terms"],
    )
    _check_answers(model, contents[ANSWERS])
    return model


def read_manifest(directory: Path) -> Mapping[str, Any]:
    """The manifest and evaluation of a model directory, verified, without constructing the scorer."""
    manifest = _manifest(Path(directory))
    contents = _verified(Path(directory), manifest["files"])
    return {**manifest, "evaluation": json.loads(contents[EVALUATION]), "card": contents[CARD].decode()}


def _files_of(model: RiskModel) -> dict[str, bytes]:
    files = {
        **model.scorer.files(),
        EVALUATION: _as_json(model.evaluation),
        ANSWERS: _answers(model),
        CARD: model.card().encode(),
    }
    manifest = {
        "format": FORMAT,
        "id": model.id,
        "outcome": model.outcome.name,
        "moment": model.moment.value,
        "scorer": model.scorer.kind,
        "recalibration": [model.recalibration.intercept, model.recalibration.slope],
        "features": [_declaration(f) for f in model.features],
        "trained_on": model.trained_on,
        "terms": model.terms,
        "runtime": {name: _installed(name) for name in RUNTIMES[model.scorer.kind]},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
    }
    manifest["digest"] = hashlib.sha256(_as_json(manifest)).hexdigest()
    return {**files, MANIFEST: _as_json(manifest)}


def _manifest(directory: Path) -> Mapping[str, Any]:
    raw = _bytes(directory, MANIFEST)
    try:
        manifest = json.loads(raw)
    except (ValueError, RecursionError) as failure:
        raise CorruptModel(f"{MANIFEST} cannot be read: it is damaged.") from failure
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), int):
        raise CorruptModel(f"{MANIFEST} does not say which format the model has.")
    if manifest["format"] > FORMAT:
        raise UnsupportedModel(
            f"The model has format {manifest['format']}; this version of perinatal reads up to {FORMAT}. "
            "Install a newer perinatal."
        )
    rest = {key: value for key, value in manifest.items() if key != "digest"}
    if _as_json(manifest) != raw or manifest.get("digest") != hashlib.sha256(_as_json(rest)).hexdigest():
        raise CorruptModel(f"{MANIFEST} was changed after the model was written.")
    return manifest


def _verified(directory: Path, digests: Mapping[str, str]) -> dict[str, bytes]:
    present = {entry.name for entry in directory.iterdir()}
    expected = {MANIFEST, *digests}
    for name in expected:
        if name != os.path.basename(name) or name in ("", ".", ".."):
            raise CorruptModel("The manifest names a file outside the model's directory.")
    if present != expected:
        lacking, extra = sorted(expected - present), len(present - expected)
        said = [f"lacks {', '.join(lacking)}"] if lacking else []
        said += [f"holds {extra} file(s) that the manifest does not name"] if extra else []
        raise CorruptModel(f"The model directory {' and '.join(said)}.")
    contents = {}
    for name, digest in digests.items():
        contents[name] = _bytes(directory, name)
        if hashlib.sha256(contents[name]).hexdigest() != digest:
            raise CorruptModel(f"{name} is not the file the manifest names: damaged or altered. Get the model anew.")
    return contents


def _bytes(directory: Path, name: str) -> bytes:
    path = directory / name
    if not directory.is_dir():
        raise CorruptModel(f"There is no model directory '{directory.name}'.")
    if path.is_symlink() or not path.is_file():
        raise CorruptModel(f"The model directory has no regular file {name}.")
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise CorruptModel(f"{name} is larger than any file of a model.")
    return path.read_bytes()


def _declaration(f: Feature) -> dict:
    kind = {"name": f.name, "kind": type(f.kind).__name__.lower()}
    if isinstance(f.kind, Category):
        return {**kind, "levels": list(f.kind.levels)}
    return {**kind, "unit": f.unit} if f.unit else kind


def _feature(declared: Mapping[str, Any]) -> Feature:
    try:
        found = feature(declared["name"])
    except PerinatalError as failure:
        raise UnsupportedModel(f"The model speaks another vocabulary: {failure}") from failure
    if _declaration(found) != declared:
        raise UnsupportedModel(
            f"'{found.name}' has another unit or other levels in this version than when the model was trained."
        )
    return found


def _check_runtime(manifest: Mapping[str, Any]) -> None:
    for name, trained_with in manifest["runtime"].items():
        if _numbers(_installed(name)) < _numbers(trained_with):
            raise UnsupportedModel(
                f"The model was written with {name} {trained_with}; {_installed(name)} is installed, and an older one "
                f"can read it wrongly without an error. Upgrade: pip install '{name}>={trained_with}'."
            )


def _installed(name: str) -> str:
    if name == "xgboost":
        import xgboost

        return xgboost.__version__
    return version(name)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int("".join(c for c in piece if c.isdigit()) or 0) for piece in text.split(".")[:2])


def _answers(model: RiskModel) -> bytes:
    inputs = known_inputs(model.features)
    log_odds = model.recalibration.log_odds(model.scorer.log_odds(inputs))
    return _answers_csv(model.feature_names, inputs, expit(log_odds))


def _answers_csv(names: Iterable[str], inputs: np.ndarray, risk: np.ndarray) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, "risk"])
    for row, answer in zip(inputs, risk, strict=True):
        writer.writerow([*("" if np.isnan(value) else repr(float(value)) for value in row), repr(float(answer))])
    return text.getvalue().encode()


def _check_answers(model: RiskModel, raw: bytes) -> None:
    rows = list(csv.reader(io.StringIO(raw.decode())))
    if rows[0] != [*model.feature_names, "risk"]:
        raise CorruptModel(f"{ANSWERS} is about other features than the model.")
    numbers = np.array([[float(cell) if cell else np.nan for cell in row] for row in rows[1:]])
    log_odds = model.recalibration.log_odds(model.scorer.log_odds(numbers[:, :-1].astype(np.float32)))
    off = np.abs(expit(log_odds) - numbers[:, -1]).max(initial=0)
    if not off <= ANSWER_TOLERANCE:
        raise CorruptModel(
            f"The model does not give its known answers on this machine (off by up to {off:.2g}); its risks cannot be "
            "trusted here."
        )


def _previous(directory: Path) -> Path:
    return directory.parent / f".{directory.name}.previous"


def _swap(fresh: Path, directory: Path) -> None:
    previous = _previous(directory)
    if directory.exists():
        shutil.rmtree(previous, ignore_errors=True)
        directory.rename(previous)
    fresh.rename(directory)
    shutil.rmtree(previous, ignore_errors=True)


def _as_json(content: object) -> bytes:
    return (json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode()
