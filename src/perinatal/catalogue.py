"""The models and published scores that ship with the library: the list, and loading one."""

from __future__ import annotations

import difflib
from pathlib import Path

import pandas as pd

from perinatal._shipped import shipped_directory
from perinatal.errors import InputError, UnknownName
from perinatal.models.adopted import build_adoption
from perinatal.models.directory import MANIFEST, is_model_directory, read_manifest, read_model_arguments
from perinatal.models.risk_model import RiskModel
from perinatal.scores.listing import list_score_ids, load_published_score
from perinatal.scores.published_model import PublishedModel

_COLUMNS = [
    "id",
    "outcome",
    "moment",
    "trained_on",
    "scorer",
    "n",
    "events",
    "auroc",
    "auroc_low",
    "auroc_high",
    "slope",
    "observed_over_expected",
    "tested_on",
]


_COLUMNS_PUBLISHED = [
    "id",
    "name",
    "domain",
    "answers",
    "outcome",
    "timing",
    "population",
    "inputs",
    "confirmation",
    "examples",
    "citation",
    "doi",
]
_COLUMNS_ALL = ["id", "kind", "answers", "outcome", "timing", "made_from", "evidence"]
KINDS = ("trained", "published", "all")


def load_model(model: str | Path) -> RiskModel | PublishedModel:
    """Load a shipped model or a published score by its id, or a model from its directory; every byte is verified.

    Parameters
    ----------
    model : an id that :func:`available_models` lists, or the path of a model directory.

    Raises
    ------
    UnknownName
        neither a shipped id nor a directory.
    InputError
        a shipped id that is also the name of a model directory here.
    CorruptModel, UnsupportedModel
        a directory that cannot be used.

    Examples
    --------
    >>> load_model("infant_death-birth").outcome.denominator
    'live births'
    >>> load_model("minipiers").answers
    'risk'
    """
    if not isinstance(model, (str, Path)):
        raise InputError(f"load_model() expects an id or a directory, and got {type(model).__name__}.")
    if isinstance(model, str) and not any(mark in model for mark in "/\\"):
        is_trained = (shipped_directory("models") / model).is_dir()
        if is_trained or model in list_score_ids():
            _refuse_ambiguous_name(model)
            return (
                read_model(shipped_directory("models") / model)
                if is_trained
                else PublishedModel(load_published_score(model))
            )
    directory = Path(model)
    if directory.is_dir() or is_model_directory(directory):
        return read_model(directory)
    raise UnknownName(_describe_unknown_model(directory.name))


def _describe_unknown_model(name: str) -> str:
    """A message that there is no such model, with the ids that resemble it."""
    known = [*_shipped_ids(), *list_score_ids()]
    near = [candidate for candidate in known if name.lower() in candidate] or difflib.get_close_matches(
        name.lower(), known, n=3
    )
    hint = f"Did you mean {', '.join(near)}?" if near else f"The shipped ones are {', '.join(known)}."
    return f"There is no model '{name}': neither a directory, nor a shipped model or published score. {hint}"


def _refuse_ambiguous_name(name: str) -> None:
    """Refuse a shipped id that is also the name of a model directory in the working directory."""
    directory = Path(name)
    if is_model_directory(directory) and directory.resolve() != (shipped_directory("models") / name).resolve():
        raise InputError(
            f"'{name}' is a shipped model, and there is a model directory of that name here. Use './{name}' for the "
            "directory, or rename it."
        )


def load_risk_model(model: str | Path) -> RiskModel:
    """As :func:`load_model`, for trained models only; raises :class:`~perinatal.errors.InputError` for a score.

    >>> load_risk_model("infant_death-birth").moment.value
    'birth'
    """
    return require_trained(load_model(model))


def require_trained(model: object) -> RiskModel:
    """The model, if it is a trained one; raises :class:`~perinatal.errors.InputError` otherwise."""
    if isinstance(model, PublishedModel):
        raise InputError(
            f"'{model.id}' is a published score, which is never changed; this needs a trained model. A score is "
            "evaluated by a comparison (compare)."
        )
    if not isinstance(model, RiskModel):
        raise InputError(f"Expected a trained model, from perinatal.load_model or fit; got {type(model).__name__}.")
    return model


def read_model(directory: str | Path) -> RiskModel:
    """Read the model in ``directory`` after verifying every byte.

    Raises
    ------
    CorruptModel
        damaged, altered, incomplete, with files that do not belong, or not giving its known answers.
    UnsupportedModel
        written by a newer format, a newer XGBoost, or with another vocabulary.
    ModelError
        a file of it cannot be read by this user.
    """
    arguments = read_model_arguments(directory)
    if arguments["adoption"] is not None:
        entry, parent_arguments = arguments["adoption"]
        arguments["adoption"] = build_adoption(entry, RiskModel(**parent_arguments))
    return RiskModel(**arguments)


def available_models(kind: str = "trained") -> pd.DataFrame:
    """The shipped models, one row each; the index is the model's id.

    Parameters
    ----------
    kind : ``"trained"``: with the first test on each card (``outcome, moment, trained_on, scorer, n,
        events, auroc, auroc_low, auroc_high, slope, observed_over_expected, tested_on``). ``"published"``: published
        scores (``name, domain, answers, outcome, timing, population, inputs, confirmation, examples, citation, doi``;
        ``inputs`` and ``examples`` are counted). ``"all"``: both (``kind, answers, outcome, timing, made_from,
        evidence``).

    Raises
    ------
    UnknownName : no such kind.
    """
    if kind == "trained":
        return _list_trained()
    if kind == "published":
        return _list_published()
    if kind != "all":
        raise UnknownName(f"There is no kind of model {kind!r}. Expected one of: {', '.join(KINDS)}.")
    trained_models, published_scores = _list_trained(), _list_published()
    rows = [
        (name, "trained", "risk", row["outcome"], row["moment"], row["trained_on"], f"tested on {row['tested_on']}")
        for name, row in trained_models.iterrows()
    ]
    rows += [
        (name, "published", row["answers"], row["outcome"], row["timing"], row["citation"], row["confirmation"])
        for name, row in published_scores.iterrows()
    ]
    return pd.DataFrame(rows, columns=_COLUMNS_ALL).set_index("id")


def _list_published() -> pd.DataFrame:
    rows = []
    for name in list_score_ids():
        model = PublishedModel(load_published_score(name))
        score = model.score
        rows.append(
            {
                "id": name,
                "name": score.name,
                "domain": score.domain,
                "answers": model.answers,
                "outcome": score.outcome,
                "timing": score.timing,
                "population": score.population,
                "inputs": len(model.inputs),
                "confirmation": score.confirmation.name.lower(),
                "examples": len(score.vectors),
                "citation": score.citation,
                "doi": score.doi,
            }
        )
    return pd.DataFrame(rows, columns=_COLUMNS_PUBLISHED).set_index("id")


def _list_trained() -> pd.DataFrame:
    rows = []
    for name in _shipped_ids():
        manifest = read_manifest(shipped_directory("models") / name)
        training, test = manifest["evidence"].training, manifest["evidence"].tests[0]
        rows.append(
            {
                "id": name,
                "outcome": manifest["outcome"],
                "moment": manifest["moment"],
                "trained_on": manifest["trained_on"],
                "scorer": manifest["scorer"],
                "n": training.n,
                "events": training.events,
                "auroc": test.auroc.value,
                "auroc_low": test.auroc.low,
                "auroc_high": test.auroc.high,
                "slope": test.calibration_slope.value,
                "observed_over_expected": test.observed_over_expected.value,
                "tested_on": test.name,
            }
        )
    return pd.DataFrame(rows, columns=_COLUMNS).set_index("id")


def _shipped_ids() -> list[str]:
    entries = (entry for entry in shipped_directory("models").iterdir() if not entry.name.startswith("."))
    return sorted(entry.name for entry in entries if (entry / MANIFEST).is_file())
