"""A model on disk: read, verified, then constructed; nothing in the directory is ever executed.

Format 1 is a directory of exactly these files: ``manifest.json``, the scorer's files (``trees.json`` or
``coefficients.json``), ``evaluation.json``, ``known_answers.csv`` and ``card.md``. The manifest names each with its
SHA-256 and carries a digest of itself. Bytes are hashed before any parser sees them; a model that does not give its
known answers again is refused. Writing goes to a fresh directory beside the old one, which is replaced by a rename.

Format 2 is a model that was adopted at a site. Its manifest also tells of the adoption, and a folder ``parent`` holds
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
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from string import digits
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from perinatal.errors import CorruptModel, InputError, LeakError, ModelError, PerinatalError, UnsupportedModel
from perinatal.models.adopted import Rung, adopted_id, adoption_entry, check_entry
from perinatal.models.derived_features import Feature, feature
from perinatal.models.feature_builder import resolve
from perinatal.models.known_answers import ANSWERS, known_inputs, read_answers, write_answers
from perinatal.models.scorers import SCORER_FILES, Recalibration, Scorer, read_scorer
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
RUNTIMES: Mapping[str, tuple[str, ...]] = {
    "boosted": ("xgboost",),
    "logistic": (),
    "boosted-rescaled": ("xgboost",),
    "logistic-rescaled": (),
}
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
    named, directory = Path(directory), Path(os.path.realpath(directory))
    if directory.exists() and not _may_be_replaced(directory):
        raise ModelError(f"'{named.name}' exists and is not a model directory; it is left as it is.")
    directory.parent.mkdir(parents=True, exist_ok=True)
    files = _files_of(model)
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
        read_parts(fresh)
        _swap(fresh, directory)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return named


def read_parts(directory: str | Path) -> dict[str, Any]:
    """What a model is made of, as ``RiskModel``'s arguments, once every byte has been verified and it answers right.

    ``adoption`` is ``None``, or the manifest's entry and what the parent is made of. Raises what
    :func:`perinatal.models.read_model` raises.
    """
    manifest, contents = _verified(Path(directory))
    adoption = None
    if manifest["format"] == ADOPTED_FORMAT:
        parent, inherited = _parent(_found(Path(directory)), manifest)
        contents = {**inherited, **contents}
        adoption = manifest["adoption"], parent
    return {**_constructed(manifest, contents), "adoption": adoption}


def _parent(directory: Path, manifest: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the parent of an adopted model is made of, and its scorer's files."""
    if (directory / PARENT).is_symlink():
        raise CorruptModel(f"The model directory has a link in place of the folder '{PARENT}'.")
    inner, contents = _verified(directory / PARENT)
    if inner["format"] != FORMAT:
        raise CorruptModel("The parent of an adopted model is itself an adopted one; that cannot be.")
    same = ("outcome", "moment", "features")
    if manifest["id"] != adopted_id(inner["id"], manifest["adoption"]["site"]):
        raise CorruptModel(f"{MANIFEST} has another id than a model that was adopted at this site from this parent.")
    if inner["id"] != manifest["adoption"]["parent"] or any(inner[key] != manifest[key] for key in same):
        raise CorruptModel(f"{MANIFEST} tells of another parent than the one that lies beside it.")
    if (
        manifest["adoption"]["rung"] != Rung.REFIT.value
        and manifest["scorer"].removesuffix(RESCALED) != inner["scorer"]
    ):
        raise CorruptModel(f"{MANIFEST} has another scorer than its parent, though it was not refitted.")
    inherited = {name: contents[name] for name in SCORER_FILES[inner["scorer"]]}
    return {**_constructed(inner, contents), "adoption": None}, inherited


def _constructed(manifest: Mapping[str, Any], contents: Mapping[str, bytes]) -> dict[str, Any]:
    features = tuple(_feature(declared) for declared in manifest["features"])
    try:
        moment, target = Moment.of(manifest["moment"]), outcome(manifest["outcome"])
    except PerinatalError as failure:
        raise UnsupportedModel(f"The model speaks another vocabulary: {failure}") from failure
    _check_runtime(manifest)
    try:
        resolve([f.name for f in features], moment)
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
        "evaluation": _evaluation(contents),
        "trained_on": manifest["trained_on"],
        "terms": manifest["terms"],
    }


def read_manifest(directory: str | Path) -> Mapping[str, Any]:
    """The manifest, evaluation and card of a model directory, verified, without constructing the scorer."""
    manifest, contents = _verified(Path(directory))
    return {**manifest, "evaluation": _evaluation(contents), "card": contents[CARD].decode()}


def is_model_directory(directory: str | Path) -> bool:
    """Whether a model was written there; true also while, or after, a replacement was cut off half-way."""
    return (_found(Path(directory)) / MANIFEST).is_file()


def _files_of(model: RiskModel) -> dict[str, bytes]:
    adopted = model.adoption
    files = {
        **model.scorer.files(),
        EVALUATION: _as_json(model.evaluation),
        ANSWERS: _answers(model),
        CARD: model.card().encode(),
    }
    beside = {}
    if adopted is not None:
        beside = {f"{PARENT}/{name}": content for name, content in _files_of(adopted.parent).items()}
        own = _files_beside(model.scorer.kind, adopted.rung.value)
        files = {name: content for name, content in files.items() if name in own}
    manifest = {
        "format": FORMAT if adopted is None else ADOPTED_FORMAT,
        "id": model.id,
        "outcome": model.outcome.name,
        "moment": model.moment.value,
        "scorer": model.scorer.kind,
        "recalibration": [model.recalibration.intercept, model.recalibration.slope],
        "features": [_declaration(f) for f in model.features],
        "trained_on": model.trained_on,
        "terms": model.terms,
        "runtime": {name: _installed(name) for name in RUNTIMES[model.scorer.kind]},
        "files": {name: _sha256(content) for name, content in sorted(files.items())},
    }
    if adopted is not None:
        manifest["adoption"] = adoption_entry(adopted)
    manifest["digest"] = _sha256(_as_json(manifest))
    return {**files, MANIFEST: _as_json(manifest), **beside}


def _files_beside(kind: str, rung: str | None = None) -> set[str]:
    """The files beside the manifest: of an adopted model that was not refitted, without those of its parent."""
    inherited = () if rung in (None, Rung.REFIT.value) else SCORER_FILES[kind.removesuffix(RESCALED)]
    return {EVALUATION, ANSWERS, CARD, *SCORER_FILES[kind]} - set(inherited)


def _may_be_replaced(directory: Path) -> bool:
    """Whether nothing but files of a model is there; somebody's folder with a ``manifest.json`` of its own is not."""
    return directory.is_dir() and _is_of_a_model(directory.iterdir(), PARENT)


def _is_of_a_model(entries: Iterable[Path], parent: str | None = None) -> bool:
    of_a_model = {MANIFEST, EVALUATION, ANSWERS, CARD, *(name for names in SCORER_FILES.values() for name in names)}
    return all(
        _is_of_a_model(entry.iterdir()) if entry.name == parent and entry.is_dir() else entry.name in of_a_model
        for entry in entries
    )


def _found(directory: Path) -> Path:
    """The directory, or the old model beside it where a replacement was cut off between its two renames."""
    directory = Path(os.path.realpath(directory))
    previous = _previous(directory)
    return previous if not directory.exists() and previous.is_dir() else directory


def _verified(directory: Path) -> tuple[Mapping[str, Any], dict[str, bytes]]:
    """The manifest, and the bytes of every file it names, none of them parsed before its digest was compared."""
    found = _found(directory)
    try:
        manifest = _manifest(found)
        return manifest, _contents(found, manifest)
    except OSError as failure:
        raise ModelError(f"The model directory '{directory.name}' cannot be read: {failure.strerror}.") from failure


def _manifest(directory: Path) -> Mapping[str, Any]:
    raw = _bytes(directory, MANIFEST)
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
        unchanged = _as_json(manifest) == raw and manifest.get("digest") == _sha256(_as_json(rest))
    except (ValueError, RecursionError) as failure:  # NaN, half a surrogate pair, too deep a nesting
        raise CorruptModel(f"{MANIFEST} holds what a manifest cannot hold.") from failure
    if not unchanged:
        raise CorruptModel(f"{MANIFEST} was changed after the model was written.")
    _check_shape(manifest)
    return manifest


def _check_shape(manifest: Mapping[str, Any]) -> None:
    """Refuse a manifest whose entries are not what a reader may rely on, even where its digest is right."""
    shape = _SHAPE if manifest["format"] == FORMAT else {**_SHAPE, "adoption": dict}
    wrong = [key for key, kind in shape.items() if type(manifest.get(key)) is not kind]
    if wrong:
        raise CorruptModel(f"{MANIFEST} lacks {', '.join(wrong)}, or has it in another form.")
    if len(manifest) != len(shape):
        raise CorruptModel(
            f"{MANIFEST} holds {len(manifest) - len(shape)} entries that format {manifest['format']} does not have."
        )
    rung = None if manifest["format"] == FORMAT else check_entry(manifest["adoption"])["rung"]
    if manifest["scorer"] not in RUNTIMES:
        raise UnsupportedModel(f"The model's scorer is not one that this version knows: {', '.join(RUNTIMES)}.")
    if manifest["scorer"].endswith(RESCALED) != (rung == Rung.RESCALED.value):
        raise CorruptModel(f"{MANIFEST} has a scorer that does not go with how the model was adopted.")
    if set(manifest["files"]) != _files_beside(manifest["scorer"], rung):
        raise CorruptModel(f"{MANIFEST} names other files than those of a {manifest['scorer']} model.")
    numbers = manifest["recalibration"]
    if len(numbers) != 2 or not all(type(n) in (int, float) and abs(n) <= sys.float_info.max for n in numbers):
        raise CorruptModel(f"{MANIFEST} has a recalibration that is not two numbers, intercept and slope.")
    features = manifest["features"]
    named = [f["name"] for f in features if isinstance(f, dict) and isinstance(f.get("name"), str)]
    if not named or len(named) != len(features):
        raise CorruptModel(f"{MANIFEST} does not name the model's features.")
    if not all(_NAME.fullmatch(name) for name in (*named, manifest["outcome"], manifest["moment"])):
        raise CorruptModel(f"{MANIFEST} holds a name that no variable, outcome or moment can have.")
    runtime = manifest["runtime"]
    if set(runtime) != set(RUNTIMES[manifest["scorer"]]) or not all(
        isinstance(number, str) and _VERSION.fullmatch(number) for number in runtime.values()
    ):
        raise CorruptModel(f"{MANIFEST} does not say which version of what the model needs.")


def _contents(directory: Path, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    digests = manifest["files"]
    present = {entry.name for entry in directory.iterdir()}
    expected = {MANIFEST, *digests, *([PARENT] if manifest["format"] == ADOPTED_FORMAT else [])}
    if present != expected:
        lacking, extra = sorted(expected - present), len(present - expected)
        said = [f"lacks {', '.join(lacking)}"] if lacking else []
        said += [f"holds {extra} file{'' if extra == 1 else 's'} that the manifest does not name"] if extra else []
        raise CorruptModel(f"The model directory {' and '.join(said)}. Get the model anew.")
    contents = {}
    for name, digest in digests.items():
        contents[name] = _bytes(directory, name)
        if _sha256(contents[name]) != digest:
            raise CorruptModel(f"{name} is not the file the manifest names: damaged or altered. Get the model anew.")
    try:
        contents[CARD].decode()
    except UnicodeDecodeError as failure:
        raise CorruptModel(f"{CARD} holds bytes that are no text.") from failure
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


def _evaluation(contents: Mapping[str, bytes]) -> Mapping[str, Any]:
    try:
        evaluation = json.loads(contents[EVALUATION])
    except (ValueError, RecursionError) as failure:
        raise CorruptModel(f"{EVALUATION} cannot be read: it is damaged.") from failure
    if not isinstance(evaluation, dict):
        raise CorruptModel(f"{EVALUATION} is not the record of a training.")
    return evaluation


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
    return tuple(int("".join(c for c in piece if c in digits) or 0) for piece in text.split(".")[:2])


def _answers(model: RiskModel) -> bytes:
    inputs = known_inputs(model.features)
    return write_answers(model.features, inputs, _risk(model.scorer, model.recalibration, inputs))


def _check_answers(features: Sequence[Feature], scorer: Scorer, recalibration: Recalibration, raw: bytes) -> None:
    inputs, expected = read_answers(raw, features)
    risk = _risk(scorer, recalibration, inputs)
    off = np.abs(risk - expected).max() if risk.shape == expected.shape else np.inf
    if not off <= ANSWER_TOLERANCE:
        raise CorruptModel(
            f"The model does not give its known answers on this machine (off by up to {off:.2g}); its risks cannot be "
            "trusted here."
        )


def _risk(scorer: Scorer, recalibration: Recalibration, inputs: np.ndarray) -> np.ndarray:
    return expit(recalibration.log_odds(scorer.log_odds(inputs)))


def _previous(directory: Path) -> Path:
    return directory.parent / f".{directory.name}.previous"


def _swap(fresh: Path, directory: Path) -> None:
    previous = _previous(directory)
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


def _as_json(content: object) -> bytes:
    return (json.dumps(content, indent=1, allow_nan=False, ensure_ascii=False) + "\n").encode()
