"""Who can be compared for an outcome: our models, published scores and single measurements, and why others cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from perinatal.catalogue import available_models, load_model
from perinatal.errors import InputError, MissingVariables, UnknownName
from perinatal.frames import Conformed
from perinatal.models import Prediction, RiskModel
from perinatal.models.derived_features import DERIVED, Feature, feature
from perinatal.models.feature_builder import encoded
from perinatal.scores.published_model import PublishedModel
from perinatal.vocabulary import VARIABLES, Category, Moment, Outcome

OF_NEWBORNS = frozenset(
    {
        "low_apgar_5min",
        "apgar_5min_at_most_7",
        "nicu_admission",
        "assisted_ventilation_over_6h",
        "severe_neonatal_morbidity",
        "early_neonatal_death",
        "neonatal_death",
        "infant_death",
        "newborn_hospital_death",
    }
)
BASELINES = ("gestational_age_at_birth_days", "birth_weight_g", "birth_weight_centile", "apgar_5min")
"""Single measurements that stand beside the models of a newborn's outcome: what is gained over them?"""

READ_DOWNWARDS = frozenset({*BASELINES, "birth_weight_z_score", "apgar_1min", "apgar", "bishop", "haemoglobin_g_dl"})
"""The lowest is the worst: turned round before ranking, unless ``models`` says ``highest:`` before the name."""

_SAID = {"lowest": True, "highest": False}

Model = RiskModel | PublishedModel


class Cut(NamedTuple):
    """A published cut of an answer: its words, and the rows at or beyond it."""

    words: str
    alert: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Contestant:
    """Something that ranks rows for the outcome, and its answers.

    Parameters
    ----------
    id, name, kind : ``kind`` is ``trained``, ``published`` or ``measurement``.
    answers : ``risk``, ``points``, ``category``, ``index`` or ``value``.
    asked : when, in words.
    rank : shape (rows,), the higher the nearer to the outcome; ``NaN`` where there is no answer.
    risk : shape (rows,), the probability of this outcome, or ``None``.
    cuts : published cuts, from the mildest on.
    absent : inputs that the cohort has no column for.
    notes : what has to be said beside its numbers.
    """

    id: str
    name: str
    kind: str
    answers: str
    asked: str
    rank: np.ndarray
    risk: np.ndarray | None
    cuts: tuple[Cut, ...]
    absent: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def answered(self) -> np.ndarray:
        """Which rows have an answer."""
        return ~np.isnan(self.rank)


class LeftOut(NamedTuple):
    """Something that is not compared, and the reason."""

    id: str
    name: str
    kind: str
    reason: str


class Asked(NamedTuple):
    """A model, score or measurement to compare; ``turned``: its lowest answer is the worst."""

    it: Model | Feature
    turned: bool

    @property
    def id(self) -> str:
        """Its id, or the measurement's name."""
        return self.it.name if isinstance(self.it, Feature) else self.it.id


def find(outcome: Outcome) -> tuple[list[Asked], list[LeftOut]]:
    """Every shipped model and published score for this outcome, and measurements; and those for other outcomes."""
    listed = available_models(kind="all")
    asked, left_out = [], []
    for name, row in listed.iterrows():
        if row["outcome"] == outcome.name:
            asked.append(_asked_of(str(name)))
        else:
            about = row["outcome"] if isinstance(row["outcome"], str) else None
            reason = f"is about another outcome ({about})" if about else "is about no declared outcome"
            left_out.append(LeftOut(str(name), str(name), str(row["kind"]), reason))
    if outcome.name in OF_NEWBORNS:
        asked += [_asked_of(name) for name in BASELINES if _is_declared(name) and _in_time(feature(name), outcome)]
    return asked, left_out


def named(models: Sequence[object]) -> list[Asked]:
    """Models, ids, directories or measurements as given; ``lowest:parity`` takes the lowest as the worst.

    Raises :class:`~perinatal.errors.UnknownName`, or :class:`~perinatal.errors.InputError` for something else.
    """
    if isinstance(models, (str, RiskModel, PublishedModel)):
        raise InputError("models= is a sequence of ids or models. Put the one into a list.")
    found = [_asked_of(one) for one in models]
    ids = [each.id for each in found]
    if len(set(ids)) < len(ids):
        raise InputError("models= names one more than once.")
    return found


def answer(asked: Asked, outcome: Outcome, frame: pd.DataFrame, cohort: str) -> Contestant | LeftOut:
    """Its answers for the rows of a canonical frame, or why it has none."""
    if isinstance(asked.it, Feature):
        return _measurement(asked, outcome, frame)
    model = asked.it
    kind = "trained" if isinstance(model, RiskModel) else "published"
    name = model.id if kind == "trained" else model.name
    absent = tuple(given for given in model.inputs if given not in frame.columns)
    try:
        prediction = model.predict(Conformed(frame, ()))
    except MissingVariables:
        return LeftOut(model.id, name, kind, f"none of its columns is there: {_list(absent)}")
    about = model.outcome is not None and model.outcome.name == outcome.name
    number, is_risk = _number(prediction), prediction.answers == "risk"
    rank = -number if asked.turned else number
    if np.isnan(rank).all():
        return LeftOut(model.id, name, kind, _unanswered(prediction, absent))
    return Contestant(
        model.id,
        name,
        kind,
        prediction.answers,
        model.moment.value if isinstance(model.moment, Moment) else model.moment,
        rank,
        prediction.risk.to_numpy() if is_risk and about and not asked.turned else None,
        _cuts(prediction, rank),
        absent,
        tuple(_notes(model, outcome, cohort, about, asked.turned)),
    )


def _asked_of(one: object) -> Asked:
    if isinstance(one, (RiskModel, PublishedModel)):
        return Asked(one, one.id in READ_DOWNWARDS)
    if not isinstance(one, str):
        return Asked(load_model(one), False)  # a folder, or an error that says what is expected
    way, _, name = one.rpartition(":") if one.partition(":")[0] in _SAID else ("", "", one)
    turned = _SAID.get(way, name in READ_DOWNWARDS)
    if _is_declared(name) and name not in available_models(kind="all").index:
        return Asked(feature(name), turned)
    try:
        return Asked(load_model(name), turned)
    except UnknownName as unknown:
        raise UnknownName(f"{unknown} A measurement is called by its canonical name.") from None


def _is_declared(name: str) -> bool:
    return name in DERIVED or name in VARIABLES


def _in_time(measured: Feature, outcome: Outcome) -> bool:
    """Whether it is known before the outcome is, and does not settle it."""
    if outcome.settled_by & {measured.name, *measured.inputs}:
        return False
    return not any(VARIABLES[name].known_at.sees(outcome.known_at) for name in measured.inputs)


def _measurement(asked: Asked, outcome: Outcome, frame: pd.DataFrame) -> Contestant | LeftOut:
    measured = asked.it
    absent = tuple(name for name in measured.inputs if name not in frame.columns)
    if absent:
        return LeftOut(measured.name, measured.label, "measurement", f"columns absent: {_list(absent)}")
    columns = [encoded(frame[name], VARIABLES[name].kind) for name in measured.inputs]
    number = columns[0] if measured.derived is None else measured.derived.function(*columns)
    number = np.asarray(number, dtype=np.float64)
    if np.isnan(number).all():
        return LeftOut(measured.name, measured.label, "measurement", "unknown in every row")
    notes = ["Lower is taken as worse." if asked.turned else "Higher is taken as worse."]
    if outcome.settled_by & {measured.name, *measured.inputs}:
        notes.append("It settles the outcome: this is no estimate.")
    if isinstance(measured.kind, Category) and not measured.kind.ordered:
        return LeftOut(measured.name, measured.label, "measurement", "its words have no order")
    known_at = max((VARIABLES[name].known_at for name in measured.inputs), key=list(Moment).index)
    return Contestant(
        measured.name,
        measured.label,
        "measurement",
        "value",
        known_at.value,
        -number if asked.turned else number,
        None,
        (),
        (),
        tuple(notes),
    )


def _number(prediction: Prediction) -> np.ndarray:
    """What ranks the rows: the number, or of a category its place, the worst highest; ``NaN`` without an answer."""
    if prediction.answers != "category":
        return np.asarray(prediction.numbers, dtype=np.float64)
    codes = prediction.words.codes.astype(np.float64)
    return np.where(codes < 0, np.nan, len(prediction.words.categories) - 1 - codes)


def _cuts(prediction: Prediction, rank: np.ndarray) -> tuple[Cut, ...]:
    """The rows at or beyond each category or band but the mildest one that occurs."""
    if prediction.words is None:
        return ()
    codes = prediction.words.codes
    present = [code for code in range(len(prediction.words.categories)) if (codes == code).any()]
    lowest = sorted((float(np.nanmin(rank[codes == code])), code) for code in present)
    return tuple(Cut(f"{prediction.words.categories[code]} or worse", rank >= edge) for edge, code in lowest[1:])


def _unanswered(prediction: Prediction, absent: tuple[str, ...]) -> str:
    """Why no row has an answer: columns that are absent, else what is lacking or refused most."""
    if absent:
        return f"no row has an answer; columns absent: {_list(absent)}"
    refused = [sentence.rstrip(".") for row in prediction.refused.unique() for sentence in row]
    if refused:
        return f"no row has an answer; it does not apply: {_list(dict.fromkeys(refused))}"
    lacking = [name for row in prediction.insufficient.unique() for name in row]
    return f"no row has an answer; unknown: {_list(dict.fromkeys(lacking))}"


def _notes(model: Model, outcome: Outcome, cohort: str, about: bool, turned: bool) -> list[str]:
    notes = []
    if not about:
        aims = model.outcome.label if model.outcome is not None else "no declared outcome"
        notes.append(f"Made for {aims}: compared as a ranking only.")
    if turned:
        notes.append("Its lowest answer is taken as the worst.")
    telling = sorted(outcome.settled_by & set(model.inputs))
    if telling:
        notes.append(f"It reads what settles the outcome ({', '.join(telling)}): this is no estimate.")
    if isinstance(model, RiskModel):
        if model.adoption is not None:
            notes.append(
                f"It was adopted on rows of {model.adoption.site}: where they are among these, its numbers flatter it."
            )
        steps = [step for step, _ in model.evaluation.get("flow", ())]
        if steps and steps[0] == f"read from {cohort}":
            notes.append(
                "It learnt from rows of this same register: where they are among these, its numbers flatter it."
            )
    return notes


def _list(names: object, shown: int = 8) -> str:
    names = [str(name) for name in names]
    rest = len(names) - shown
    return ", ".join(names[:shown]) + (f" and {rest} more" if rest > 0 else "")
