"""The models that ship with the library: list them, load one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from perinatal._shipped import shipped
from perinatal.errors import InputError, UnknownName
from perinatal.models.directory import MANIFEST, is_model_directory, read_manifest, read_parts
from perinatal.models.risk_model import RiskModel

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


def load_model(model: str | Path) -> RiskModel:
    """The model of this id, or in this directory, once every byte of it has been verified.

    Raises :class:`~perinatal.errors.UnknownName`, or :class:`~perinatal.errors.CorruptModel` or
    :class:`~perinatal.errors.UnsupportedModel` for a directory that cannot be used.

    >>> load_model("infant_death-birth").outcome.denominator
    'live births'
    """
    if not isinstance(model, (str, Path)):
        raise InputError(f"load_model() expects an id or a directory, and got {type(model).__name__}.")
    if isinstance(model, str) and not any(mark in model for mark in "/\\") and (shipped("models") / model).is_dir():
        return read_model(shipped("models") / model)
    directory = Path(model)
    if directory.is_dir() or is_model_directory(directory):
        return read_model(directory)
    raise UnknownName(
        f"There is no model '{directory.name}': neither a directory nor one of {', '.join(_shipped_ids())}."
    )


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
    return RiskModel(**read_parts(directory))


def available_models() -> pd.DataFrame:
    """The shipped models, one row each, with what the first test of each card shows.

    Columns: ``outcome, moment, trained_on, scorer, n, events, auroc, auroc_low, auroc_high, slope,
    observed_over_expected, tested_on``; the index is the model's id.
    """
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
