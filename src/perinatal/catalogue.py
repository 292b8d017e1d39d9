"""The models and published scores that ship with the library: list them, load one."""

from __future__ import annotations

import difflib
from pathlib import Path

import pandas as pd

from perinatal._shipped import shipped
from perinatal.errors import InputError, UnknownName
from perinatal.models.adopted import adoption_of
from perinatal.models.directory import MANIFEST, is_model_directory, read_manifest, read_parts
from perinatal.models.risk_model import RiskModel
from perinatal.scores.listing import published_score, score_ids
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
    "asked",
    "population",
    "inputs",
    "confirmation",
    "examples",
    "citation",
    "doi",
]
_COLUMNS_ALL = ["id", "kind", "answers", "outcome", "asked", "made_from", "evidence"]
KINDS = ("trained", "published", "all")


def load_model(model: str | Path) -> RiskModel | PublishedModel:
    """The model of this id, or in this directory, once every byte of it has been verified; or a published score.

    Raises :class:`~perinatal.errors.UnknownName`, :class:`~perinatal.errors.InputError` for a shipped id that is also
    the name of a model directory here, or :class:`~perinatal.errors.CorruptModel` or
    :class:`~perinatal.errors.UnsupportedModel` for a directory that cannot be used.

    >>> load_model("infant_death-birth").outcome.denominator
    'live births'
    >>> load_model("minipiers").answers
    'risk'
    """
    if not isinstance(model, (str, Path)):
        raise InputError(f"load_model() expects an id or a directory, and got {type(model).__name__}.")
    if isinstance(model, str) and not any(mark in model for mark in "/\\"):
        known = (shipped("models") / model).is_dir()
        if known or model in score_ids():
            _refuse_two_of_a_name(model)
            return read_model(shipped("models") / model) if known else PublishedModel(published_score(model))
    directory = Path(model)
    if directory.is_dir() or is_model_directory(directory):
        return read_model(directory)
    raise UnknownName(_no_model(directory.name))


def _no_model(name: str) -> str:
    """That there is no such model, with the nearest that there are."""
    known = [*_shipped_ids(), *score_ids()]
    near = [each for each in known if name.lower() in each] or difflib.get_close_matches(name.lower(), known, n=3)
    which = f"Did you mean {', '.join(near)}?" if near else f"The shipped ones are {', '.join(known)}."
    return f"There is no model '{name}': neither a directory, nor a shipped model or published score. {which}"


def _refuse_two_of_a_name(name: str) -> None:
    """A shipped id must not stand for somebody's own model of that name, nor the other way round."""
    here = Path(name)
    if is_model_directory(here) and here.resolve() != (shipped("models") / name).resolve():
        raise InputError(
            f"'{name}' is a shipped model, and there is a model directory of that name here. Say './{name}' for the "
            "directory, or give it another name."
        )


def load_trained(model: str | Path) -> RiskModel:
    """The same, for what only a trained model can do; raises :class:`~perinatal.errors.InputError` for a score.

    >>> load_trained("infant_death-birth").moment.value
    'birth'
    """
    return trained(load_model(model))


def trained(model: object) -> RiskModel:
    """The model itself where it is a trained one; raises :class:`~perinatal.errors.InputError` otherwise."""
    if isinstance(model, PublishedModel):
        raise InputError(
            f"'{model.id}' is a published score: its numbers are as published, and no site changes them. Judge it "
            "beside others with compare; this needs a trained model."
        )
    if not isinstance(model, RiskModel):
        raise InputError(f"A trained model is expected (perinatal.load_model), and got {type(model).__name__}.")
    return model


def read_model(directory: str | Path) -> RiskModel:
    """The model in ``directory``, once every byte of it has been verified.

    Raises
    ------
    CorruptModel
        damaged, altered, incomplete, with files that do not belong, or not giving its known answers.
    UnsupportedModel
        written by a newer format, a newer XGBoost, or with another vocabulary.
    ModelError
        a file of it cannot be read by this user.
    """
    parts = read_parts(directory)
    if parts["adoption"] is not None:
        entry, inner = parts["adoption"]
        parts["adoption"] = adoption_of(entry, RiskModel(**inner))
    return RiskModel(**parts)


def available_models(kind: str = "trained") -> pd.DataFrame:
    """The shipped models, one row each; the index is the model's id.

    Parameters
    ----------
    kind : ``"trained"``: with what the first test of each card shows (``outcome, moment, trained_on, scorer, n,
        events, auroc, auroc_low, auroc_high, slope, observed_over_expected, tested_on``). ``"published"``: published
        scores (``name, domain, answers, outcome, asked, population, inputs, confirmation, examples, citation, doi``;
        ``inputs`` and ``examples`` are counted). ``"all"``: both (``kind, answers, outcome, asked, made_from,
        evidence``).

    Raises
    ------
    UnknownName : no such kind.
    """
    if kind == "trained":
        return _trained()
    if kind == "published":
        return _published()
    if kind != "all":
        raise UnknownName(f"There is no kind of model {kind!r}. Expected one of: {', '.join(KINDS)}.")
    trained, published = _trained(), _published()
    rows = [
        (name, "trained", "risk", row["outcome"], row["moment"], row["trained_on"], f"tested on {row['tested_on']}")
        for name, row in trained.iterrows()
    ]
    rows += [
        (name, "published", row["answers"], row["outcome"], row["asked"], row["citation"], row["confirmation"])
        for name, row in published.iterrows()
    ]
    return pd.DataFrame(rows, columns=_COLUMNS_ALL).set_index("id")


def _published() -> pd.DataFrame:
    rows = []
    for name in score_ids():
        model = PublishedModel(published_score(name))
        score = model.score
        rows.append(
            {
                "id": name,
                "name": score.name,
                "domain": score.domain,
                "answers": model.answers,
                "outcome": score.outcome,
                "asked": score.asked,
                "population": score.population,
                "inputs": len(model.inputs),
                "confirmation": score.confirmation.name.lower(),
                "examples": len(score.vectors),
                "citation": score.citation,
                "doi": score.doi,
            }
        )
    return pd.DataFrame(rows, columns=_COLUMNS_PUBLISHED).set_index("id")


def _trained() -> pd.DataFrame:
    rows = []
    for name in _shipped_ids():
        manifest = read_manifest(shipped("models") / name)
        training, test = manifest["evaluation"]["training"], manifest["evaluation"]["tests"][0]
        rows.append(
            {
                "id": name,
                "outcome": manifest["outcome"],
                "moment": manifest["moment"],
                "trained_on": manifest["trained_on"],
                "scorer": manifest["scorer"],
                "n": training["n"],
                "events": training["events"],
                "auroc": test["auroc"][0],
                "auroc_low": test["auroc"][1],
                "auroc_high": test["auroc"][2],
                "slope": test["calibration_slope"][0],
                "observed_over_expected": test["observed_over_expected"][0],
                "tested_on": test["name"],
            }
        )
    return pd.DataFrame(rows, columns=_COLUMNS).set_index("id")


def _shipped_ids() -> list[str]:
    entries = (entry for entry in shipped("models").iterdir() if not entry.name.startswith("."))
    return sorted(entry.name for entry in entries if (entry / MANIFEST).is_file())
