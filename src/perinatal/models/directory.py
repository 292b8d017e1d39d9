"""A model on disk: read, verified, then constructed; nothing in the directory is ever executed.

Format 1 is a directory of exactly these files: ``manifest.json``, the scorer's files (``trees.json`` or
``coefficients.json``), ``evaluation.json``, ``known_answers.csv`` and ``card.md``. The manifest names each with its
SHA-256 and carries a digest of itself. Bytes are hashed before any parser sees them; a model that does not give its
known answers again is refused. Writing goes to a fresh directory beside the old one, which is replaced by a rename.

Format 2 is a model that was adopted at a site. Its manifest also describes the adoption, and a folder ``parent`` holds
the model it came from, whole, in format 1. Scorer files that were not changed lie in the parent alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from string import digits
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from perinatal.errors import CorruptModel, InputError, LeakError, ModelError, PerinatalError, UnsupportedModel
from perinatal.models.adopted import Rung, adopted_id, build_adoption_entry, check_adoption_entry
from perinatal.models.derived_features import Feature, feature
from perinatal.models.evidence import Evidence, read_record, write_record
from perinatal.models.feature_builder import resolve_features
from perinatal.models.known_answers import ANSWERS, known_inputs, read_answers, write_answers
from perinatal.models.scorers import (
    Recalibration,
    Scorer,
    read_scorer,
    scorer_files,
    scorer_names,
    scorer_runtime,
)
from perinatal.models.scorers.rescaled import RESCALED
from perinatal.vocabulary import Category, Moment, outcome

if TYPE_CHECKING:
    from typing import Any

    from perinatal.models.risk_model import RiskModel

FORMAT, ADOPTED_FORMAT = 1, 2
MANIFEST = "manifest.json"
PARENT = "parent"  # directory of the model that an adopted one came from
EVALUATION, CARD = "evaluation.json", "card.md"
LARGEST_FILE_BYTES = 256 * 2**20
ANSWER_TOLERANCE = 1e-6  # of risk; another processor may round the last bits of a sum differently
_SHAPE = {
    "format": int,
    "id": str,
    "outcome": str,
    "moment": str,
    "scorer": str,
    "recalibration": list,
    "features": list,
    "trained_on": str,
    "terms": str,
    "runtime": dict,
    "files": dict,
    "digest": str,
}
_NAME = re.compile(r"[a-z0-9_]{1,100}", re.ASCII)
_VERSION = re.compile(r"\d{1,6}(\.\d{1,6})(\.[\w.+-]{1,40})?", re.ASCII)


def write_model(model: RiskModel, directory: Path) -> Path:
    """Write ``model`` to ``directory``; an old model there stays whole until the new one is complete.

    Raises :class:`~perinatal.errors.ModelError` where something other than a model is in the way, and ``OSError`` as
    the system raises it (a full disk): then nothing has changed.
    """
    caller_path, directory = Path(directory), Path(os.path.realpath(directory))
    if directory.exists() and not _is_replaceable(directory):
        raise ModelError(f"'{caller_path.name}' exists and is not a model directory; it is left as it is.")
    directory.parent.mkdir(parents=True, exist_ok=True)
    files = _build_files(model)
    fresh = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))
    try:
        for name, content in files.items():
            (fresh / name).parent.mkdir(exist_ok=True)
            with (fresh / name).open("xb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
        for folder in {fresh, *((fresh / name).parent for name in files)}:
            folder.chmod(0o755)
        read_model_arguments(fresh)
        _replace_directory(fresh, directory)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return caller_path


def read_model_arguments(directory: str | Path) -> dict[str, Any]:
    """What a model is made of, as ``RiskModel``'s arguments, once every byte has been verified and it answers right.

    ``adoption`` is ``None``, or the manifest's entry and what the parent is made of. Raises what
    :func:`perinatal.models.read_model` raises.
    """
    manifest, contents = _read_verified(Path(directory))
    adoption = None
    if manifest["format"] == ADOPTED_FORMAT:
        parent, inherited = _read_parent(_existing_directory(Path(directory)), manifest)
        contents = {**inherited, **contents}
        adoption = manifest["adoption"], parent
    return {**_build_arguments(manifest, contents), "adoption": adoption}


def _read_parent(directory: Path, manifest: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the parent of an adopted model is made of, and its scorer's files."""
    if (directory / PARENT).is_symlink():
        raise CorruptModel(f"The model directory has a link in place of the folder '{PARENT}'.")
    parent_manifest, contents = _read_verified(directory / PARENT)
    if parent_manifest["format"] != FORMAT:
        raise CorruptModel("The parent of an adopted model is itself an adopted one; that cannot be.")
    shared_keys = ("outcome", "moment", "features")
    if manifest["id"] != adopted_id(parent_manifest["id"], manifest["adoption"]["site"]):
        raise CorruptModel(f"{MANIFEST} has another id than a model that was adopted at this site from this parent.")
    if parent_manifest["id"] != manifest["adoption"]["parent"] or any(
        parent_manifest[key] != manifest[key] for key in shared_keys
    ):
        raise CorruptModel(f"{MANIFEST} names another parent than the one in the directory.")
    if (
        manifest["adoption"]["rung"] != Rung.REFIT.value
        and manifest["scorer"].removesuffix(RESCALED) != parent_manifest["scorer"]
    ):
        raise CorruptModel(f"{MANIFEST} has another scorer than its parent, though it was not refitted.")
    inherited = {name: contents[name] for name in scorer_files(parent_manifest["scorer"])}
    return {**_build_arguments(parent_manifest, contents), "adoption": None}, inherited


def _build_arguments(manifest: Mapping[str, Any], contents: Mapping[str, bytes]) -> dict[str, Any]:
    features = tuple(_read_feature(declared) for declared in manifest["features"])
    try:
        moment, target = Moment.parse(manifest["moment"]), outcome(manifest["outcome"])
    except PerinatalError as failure:
        raise UnsupportedModel(f"The model uses a name that this version does not have. {failure}") from failure
    _check_runtime(manifest)
    try:
        resolve_features([f.name for f in features], moment)
    except (InputError, LeakError) as failure:  # features that come later than the moment, or twice
        raise CorruptModel(f"{MANIFEST} contradicts itself. {failure}") from failure
    scorer = read_scorer(manifest["scorer"], contents, features)
    recalibration = Recalibration(*(float(number) for number in manifest["recalibration"]))
    _check_answers(features, scorer, recalibration, contents[ANSWERS])
    return {
        "id": manifest["id"],
        "outcome": target,
        "moment": moment,
        "features": features,
        "scorer": scorer,
        "recalibration": recalibration,
        "evidence": _read_evidence(contents),
        "trained_on": manifest["trained_on"],
        "terms": manifest["terms"],
    }


def read_manifest(directory: str | Path) -> Mapping[str, Any]:
    """The manifest, evidence and card of a model directory, verified, without constructing the scorer."""
    manifest, contents = _read_verified(Path(directory))
    return {**manifest, "evidence": _read_evidence(contents), "card": contents[CARD].decode()}


def is_model_directory(directory: str | Path) -> bool:
    """Whether a model was written there; true also while, or after, a replacement was cut off half-way."""
    return (_existing_directory(Path(directory)) / MANIFEST).is_file()


def _build_files(model: RiskModel) -> dict[str, bytes]:
    adoption = model.adoption
    files = {
        **model.scorer.files(),
        EVALUATION: _encode_json(write_record(model.evidence)),
        ANSWERS: _write_known_answers(model),
        CARD: model.card().encode(),
    }
    parent_files = {}
    if adoption is not None:
        parent_files = {f"{PARENT}/{name}": content for name, content in _build_files(adoption.parent).items()}
        own_files = _expected_files(model.scorer.kind, adoption.rung.value)
        files = {name: content for name, content in files.items() if name in own_files}
    manifest = {
        "format": FORMAT if adoption is None else ADOPTED_FORMAT,
        "id": model.id,
        "outcome": model.outcome.name,
        "moment": model.moment.value,
        "scorer": model.scorer.kind,
        "recalibration": [model.recalibration.intercept, model.recalibration.slope],
        "features": [_declare_feature(f) for f in model.features],
        "trained_on": model.trained_on,
        "terms": model.terms,
        "runtime": {name: _installed_version(name) for name in scorer_runtime(model.scorer.kind)},
        "files": {name: _sha256(content) for name, content in sorted(files.items())},
    }
    if adoption is not None:
        manifest["adoption"] = build_adoption_entry(adoption)
    manifest["digest"] = _sha256(_encode_json(manifest))
    return {**files, MANIFEST: _encode_json(manifest), **parent_files}


def _expected_files(kind: str, rung: str | None = None) -> set[str]:
    """The files beside the manifest: of an adopted model that was not refitted, without those of its parent."""
    inherited = () if rung in (None, Rung.REFIT.value) else scorer_files(kind.removesuffix(RESCALED))
    return {EVALUATION, ANSWERS, CARD, *scorer_files(kind)} - set(inherited)


def _is_replaceable(directory: Path) -> bool:
    """Whether only files of a model are there; another folder with a ``manifest.json`` of its own is none."""
    return directory.is_dir() and _are_model_files(directory.iterdir(), PARENT)


def _are_model_files(entries: Iterable[Path], parent: str | None = None) -> bool:
    model_files = {MANIFEST, EVALUATION, ANSWERS, CARD}.union(*map(scorer_files, scorer_names()))
    return all(
        _are_model_files(entry.iterdir()) if entry.name == parent and entry.is_dir() else entry.name in model_files
        for entry in entries
    )


def _existing_directory(directory: Path) -> Path:
    """The directory, or the old model beside it where a replacement was cut off between its two renames."""
    directory = Path(os.path.realpath(directory))
    previous = _previous_directory(directory)
    return previous if not directory.exists() and previous.is_dir() else directory


def _read_verified(directory: Path) -> tuple[Mapping[str, Any], dict[str, bytes]]:
    """The manifest, and the bytes of every file it names, none of them parsed before its digest was compared."""
    existing = _existing_directory(directory)
    try:
        manifest = _parse_manifest(existing)
        return manifest, _read_contents(existing, manifest)
    except OSError as failure:
        raise ModelError(f"The model directory '{directory.name}' cannot be read: {failure.strerror}.") from failure


def _parse_manifest(directory: Path) -> Mapping[str, Any]:
    raw = _read_bytes(directory, MANIFEST)
    try:
        manifest = json.loads(raw)
    except (ValueError, RecursionError) as failure:
        raise CorruptModel(f"{MANIFEST} cannot be read: it is damaged.") from failure
    if not isinstance(manifest, dict) or type(manifest.get("format")) is not int or manifest["format"] < 1:
        raise CorruptModel(f"{MANIFEST} does not say which format the model has.")
    if manifest["format"] > ADOPTED_FORMAT:
        raise UnsupportedModel(
            f"The model has format {manifest['format']}; this version of perinatal reads up to {ADOPTED_FORMAT}. "
            "Install a newer perinatal."
        )
    try:
        rest = {key: value for key, value in manifest.items() if key != "digest"}
        unchanged = _encode_json(manifest) == raw and manifest.get("digest") == _sha256(_encode_json(rest))
    except (ValueError, RecursionError) as failure:  # NaN, half a surrogate pair, too deep a nesting
        raise CorruptModel(f"{MANIFEST} holds what a manifest cannot hold.") from failure
    if not unchanged:
        raise CorruptModel(f"{MANIFEST} was changed after the model was written.")
    _check_shape(manifest)
    return manifest


def _check_shape(manifest: Mapping[str, Any]) -> None:
    """Refuse a manifest whose entries are not what a reader may rely on, even where its digest is right."""
    shape = _SHAPE if manifest["format"] == FORMAT else {**_SHAPE, "adoption": dict}
    wrong_keys = [key for key, kind in shape.items() if type(manifest.get(key)) is not kind]
    if wrong_keys:
        raise CorruptModel(f"{MANIFEST} lacks {', '.join(wrong_keys)}, or has it in another form.")
    if len(manifest) != len(shape):
        raise CorruptModel(
            f"{MANIFEST} holds {len(manifest) - len(shape)} entries that format {manifest['format']} does not have."
        )
    rung = None if manifest["format"] == FORMAT else check_adoption_entry(manifest["adoption"])["rung"]
    runtime_names = scorer_runtime(manifest["scorer"])
    if manifest["scorer"].endswith(RESCALED) != (rung == Rung.RESCALED.value):
        raise CorruptModel(f"{MANIFEST} has a scorer that does not go with how the model was adopted.")
    if set(manifest["files"]) != _expected_files(manifest["scorer"], rung):
        raise CorruptModel(f"{MANIFEST} names other files than those of a {manifest['scorer']} model.")
    _check_numbers(manifest["recalibration"])
    _check_names(manifest)
    _check_versions(manifest["runtime"], runtime_names)


def _check_numbers(recalibration: Sequence[object]) -> None:
    if len(recalibration) != 2 or not all(
        isinstance(n, int | float) and type(n) is not bool and abs(n) <= sys.float_info.max for n in recalibration
    ):
        raise CorruptModel(f"{MANIFEST} has a recalibration that is not two numbers, intercept and slope.")


def _check_names(manifest: Mapping[str, Any]) -> None:
    features = manifest["features"]
    names = [f["name"] for f in features if isinstance(f, dict) and isinstance(f.get("name"), str)]
    if not names or len(names) != len(features):
        raise CorruptModel(f"{MANIFEST} does not name the model's features.")
    if not all(_NAME.fullmatch(name) for name in (*names, manifest["outcome"], manifest["moment"])):
        raise CorruptModel(f"{MANIFEST} holds a name that no variable, outcome or moment can have.")


def _check_versions(runtime: Mapping[str, object], runtime_names: Collection[str]) -> None:
    if set(runtime) != set(runtime_names) or not all(
        isinstance(number, str) and _VERSION.fullmatch(number) for number in runtime.values()
    ):
        raise CorruptModel(f"{MANIFEST} does not say which version of what the model needs.")


def _read_contents(directory: Path, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    digests = manifest["files"]
    existing = {entry.name for entry in directory.iterdir()}
    expected = {MANIFEST, *digests, *([PARENT] if manifest["format"] == ADOPTED_FORMAT else [])}
    if existing != expected:
        lacking, extra = sorted(expected - existing), len(existing - expected)
        faults = [f"lacks {', '.join(lacking)}"] if lacking else []
        faults += [f"holds {extra} file{'' if extra == 1 else 's'} that the manifest does not name"] if extra else []
        raise CorruptModel(f"The model directory {' and '.join(faults)}. Get a new copy of the model.")
    contents = {}
    for name, digest in digests.items():
        contents[name] = _read_bytes(directory, name)
        if _sha256(contents[name]) != digest:
            raise CorruptModel(
                f"{name} is not the file the manifest names: damaged or altered. Get a new copy of the model."
            )
    try:
        contents[CARD].decode()
    except UnicodeDecodeError as failure:
        raise CorruptModel(f"{CARD} holds bytes that are no text.") from failure
    return contents


def _read_bytes(directory: Path, name: str) -> bytes:
    path = directory / name
    if not directory.is_dir():
        raise CorruptModel(f"There is no model directory '{directory.name}'.")
    if path.is_symlink() or not path.is_file():
        raise CorruptModel(f"The model directory has no regular file {name}.")
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise CorruptModel(f"{name} is larger than any file of a model.")
    return path.read_bytes()


def _read_evidence(contents: Mapping[str, bytes]) -> Evidence:
    try:
        content = json.loads(contents[EVALUATION])
    except (ValueError, RecursionError) as failure:
        raise CorruptModel(f"{EVALUATION} cannot be read: it is damaged.") from failure
    return read_record(Evidence, content)


def _declare_feature(f: Feature) -> dict[str, Any]:
    kind = {"name": f.name, "kind": type(f.kind).__name__.lower()}
    if isinstance(f.kind, Category):
        return {**kind, "levels": list(f.kind.levels)}
    return {**kind, "unit": f.unit} if f.unit else kind


def _read_feature(declared: Mapping[str, Any]) -> Feature:
    try:
        current = feature(declared["name"])
    except PerinatalError as failure:
        raise UnsupportedModel(f"The model uses a name that this version does not have. {failure}") from failure
    if _declare_feature(current) != declared:
        raise UnsupportedModel(
            f"'{current.name}' has another unit or other levels in this version than when the model was trained."
        )
    return current


def _check_runtime(manifest: Mapping[str, Any]) -> None:
    for name, written_with in manifest["runtime"].items():
        if _parse_version(_installed_version(name)) < _parse_version(written_with):
            raise UnsupportedModel(
                f"The model was written with {name} {written_with}; {_installed_version(name)} is installed, and an "
                "older one "
                f"can read it wrongly without an error. Upgrade: pip install '{name}>={written_with}'."
            )


def _installed_version(name: str) -> str:
    if name == "xgboost":
        import xgboost

        return xgboost.__version__
    return version(name)


def _parse_version(text: str) -> tuple[int, ...]:
    return tuple(int("".join(c for c in piece if c in digits) or 0) for piece in text.split(".")[:2])


def _write_known_answers(model: RiskModel) -> bytes:
    inputs = known_inputs(model.features)
    return write_answers(model.features, inputs, _compute_risk(model.scorer, model.recalibration, inputs))


def _check_answers(features: Sequence[Feature], scorer: Scorer, recalibration: Recalibration, raw: bytes) -> None:
    inputs, expected = read_answers(raw, features)
    risk = _compute_risk(scorer, recalibration, inputs)
    largest_error = np.abs(risk - expected).max() if risk.shape == expected.shape else np.inf
    if not largest_error <= ANSWER_TOLERANCE:
        raise CorruptModel(
            f"The model does not give its known answers on this machine (off by up to {largest_error:.2g}); its risks "
            "cannot be "
            "trusted here."
        )


def _compute_risk(scorer: Scorer, recalibration: Recalibration, inputs: np.ndarray) -> np.ndarray:
    return expit(recalibration.log_odds(scorer.log_odds(inputs)))


def _previous_directory(directory: Path) -> Path:
    return directory.parent / f".{directory.name}.previous"


def _replace_directory(fresh: Path, directory: Path) -> None:
    previous = _previous_directory(directory)
    if not directory.exists():
        fresh.rename(directory)
    else:
        shutil.rmtree(previous, ignore_errors=True)
        directory.rename(previous)
        try:
            fresh.rename(directory)
        except OSError:
            previous.rename(directory)
            raise
    shutil.rmtree(previous, ignore_errors=True)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _encode_json(content: object) -> bytes:
    return (json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode()
