"""Who can be compared for an outcome: our models, published scores and single measurements, and why others cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from perinatal.catalogue import available_models, load_model
from perinatal.errors import InputError, MissingVariables, UnknownName
from perinatal.frames import Conformed
from perinatal.models import Prediction, RiskModel
from perinatal.models.derived_features import DERIVED_FEATURES, Feature, feature
from perinatal.models.feature_builder import encode_features
from perinatal.scores.published_model import PublishedModel
from perinatal.training.eligibility import ELIGIBILITY_BY_MOMENT
from perinatal.vocabulary import VARIABLES, Category, Moment, Outcome, neighbouring_outcomes

NEWBORN_OUTCOMES = frozenset(
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
"""Single measurements compared with the models of a newborn's outcome: what do these add?"""

LOWEST_IS_WORST = frozenset({*BASELINES, "birth_weight_z_score", "apgar_1min", "apgar", "bishop", "haemoglobin_g_dl"})
"""The lowest is the worst: turned round before ranking, unless ``models`` says ``highest:`` before the name."""

_DIRECTIONS = {"lowest": True, "highest": False}

Model = RiskModel | PublishedModel


class Gap(NamedTuple):
    """Rows to which something has no answer, shape (rows,), and why; a row may have several reasons."""

    words: str
    rows: np.ndarray


class PublishedCut(NamedTuple):
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
    timing : when it is used, in words.
    rank : shape (rows,), the higher the nearer to the outcome; ``NaN`` where there is no answer.
    risk : shape (rows,), the probability of this outcome, or ``None``.
    cuts : published cuts, from the mildest on.
    absent : inputs that the cohort has no column for.
    notes : what to know about its numbers.
    gaps : why rows have no answer, each reason with its rows.
    """

    id: str
    name: str
    kind: str
    answers: str
    timing: str
    rank: np.ndarray
    risk: np.ndarray | None
    cuts: tuple[PublishedCut, ...]
    absent: tuple[str, ...]
    notes: tuple[str, ...]
    gaps: tuple[Gap, ...]

    @property
    def answered(self) -> np.ndarray:
        """Which rows have an answer."""
        return ~np.isnan(self.rank)


class ExcludedComparator(NamedTuple):
    """Something that is not compared, and the reason."""

    id: str
    name: str
    kind: str
    reason: str


class Comparator(NamedTuple):
    """A model, score or measurement to compare; ``turned``: its lowest answer is the worst."""

    predictor: Model | Feature
    lowest_is_worst: bool

    @property
    def id(self) -> str:
        """Its id, or the measurement's name."""
        return self.predictor.name if isinstance(self.predictor, Feature) else self.predictor.id


def find_comparators(outcome: Outcome) -> tuple[list[Comparator], list[ExcludedComparator]]:
    """Every shipped model and published score for this outcome, and measurements; and those for other outcomes."""
    table = available_models(kind="all")
    near_names = {near.name for near in neighbouring_outcomes(outcome)}
    comparators, left_out = [], []
    for name, row in table.iterrows():
        if row["outcome"] == outcome.name:
            comparators.append(_parse_comparator(str(name)))
        else:
            about = row["outcome"] if isinstance(row["outcome"], str) else None
            near = "a neighbouring" if about in near_names else "another"
            reason = f"is about {near} outcome ({about})" if about else "is about no declared outcome"
            left_out.append(ExcludedComparator(str(name), str(name), str(row["kind"]), reason))
    if outcome.name in NEWBORN_OUTCOMES:
        comparators += [
            _parse_comparator(name)
            for name in BASELINES
            if _is_declared(name) and _is_known_in_time(feature(name), outcome)
        ]
    return comparators, left_out


def find_neighbours(outcome: Outcome, columns: Collection[object]) -> tuple[str, ...]:
    """Models and scores of neighbouring outcomes that read one of these columns, and none that settles the outcome."""
    table = available_models(kind="all")
    readable = []
    for name in table.index[table["outcome"].isin([near.name for near in neighbouring_outcomes(outcome)])]:
        inputs = load_model(str(name)).inputs
        if any(column in columns for column in inputs) and not outcome.settled_by & set(inputs):
            readable.append(str(name))
    return tuple(readable)


def parse_comparators(models: Sequence[object]) -> list[Comparator]:
    """Models, ids, directories or measurements as given; ``lowest:parity`` takes the lowest as the worst.

    Raises :class:`~perinatal.errors.UnknownName`, or :class:`~perinatal.errors.InputError` for something else.
    """
    if isinstance(models, (str, RiskModel, PublishedModel)):
        raise InputError("models= is a sequence of ids or models. Put the one into a list.")
    comparators = [_parse_comparator(one) for one in models]
    ids = [comparator.id for comparator in comparators]
    if len(set(ids)) < len(ids):
        raise InputError("models= names one more than once.")
    return comparators


def collect_answers(
    comparator: Comparator, outcome: Outcome, conformed: Conformed, cohort: str
) -> Contestant | ExcludedComparator:
    """Its answers for the rows of a conformed table, or why it has none."""
    if isinstance(comparator.predictor, Feature):
        return _collect_measurements(comparator.predictor, comparator.lowest_is_worst, outcome, conformed.frame)
    model = comparator.predictor
    kind, name = ("trained", model.id) if isinstance(model, RiskModel) else ("published", model.name)
    absent = tuple(column for column in model.inputs if column not in conformed.frame.columns)
    try:
        prediction = model.predict(conformed)
    except MissingVariables as error:
        reason = f"none of its columns is there: {_format_names(absent)}" if len(absent) == len(model.inputs) else error
        return ExcludedComparator(model.id, name, kind, str(reason).rstrip("."))
    about = model.outcome is not None and model.outcome.name == outcome.name
    number, is_risk = _rank_values(prediction), prediction.answers == "risk"
    gaps = _find_prediction_gaps(prediction)
    if isinstance(model, RiskModel):
        inside, never_came = _find_moment_gaps(model.moment, conformed.frame)
        number, gaps = np.where(inside, number, np.nan), gaps + never_came
    rank = -number if comparator.lowest_is_worst else number
    if np.isnan(rank).all():
        return ExcludedComparator(model.id, name, kind, _describe_unanswered(prediction, absent))
    return Contestant(
        model.id,
        name,
        kind,
        prediction.answers,
        model.moment.value if isinstance(model, RiskModel) else model.timing,
        rank,
        prediction.risk.to_numpy() if is_risk and about and not comparator.lowest_is_worst else None,
        _find_cuts(prediction, rank),
        absent,
        tuple(_collect_notes(model, outcome, cohort, about, comparator.lowest_is_worst)),
        tuple(gaps),
    )


def _find_prediction_gaps(prediction: Prediction) -> list[Gap]:
    """Inputs that are lacking and reasons why a score does not apply, each with its rows."""
    unanswered = prediction.unanswered
    if unanswered is None:
        return []
    gaps = [
        Gap(f"{name} is unknown", unanswered.lacking[:, position])
        for position, name in enumerate(prediction.features)
        if unanswered.lacking[:, position].any()
    ]
    gaps += [
        Gap(sentence.rstrip("."), unanswered.refused[:, position] & unanswered.rows)
        for position, sentence in enumerate(unanswered.sentences)
        if (unanswered.refused[:, position] & unanswered.rows).any()
    ]
    return gaps


def _find_moment_gaps(moment: Moment, frame: pd.DataFrame) -> tuple[np.ndarray, list[Gap]]:
    """The rows for whom the moment of a model came, and those for whom it did not."""
    rule = ELIGIBILITY_BY_MOMENT.get(moment)
    outside = np.zeros(len(frame), dtype=bool) if rule is None else rule.excluded_rows(frame)
    return ~outside, [Gap(rule.exclusion_reason, outside)] if rule is not None and outside.any() else []


def _find_measurement_gaps(measurement: Feature, columns: Sequence[np.ndarray], number: np.ndarray) -> list[Gap]:
    """Inputs that are unknown, and rows beyond what a derived measure covers."""
    gaps = [
        Gap(f"{name} is unknown", np.isnan(column))
        for name, column in zip(measurement.inputs, columns, strict=True)
        if np.isnan(column).any()
    ]
    beyond = np.isnan(number) & ~np.logical_or.reduce([np.isnan(column) for column in columns])
    return [*gaps, Gap("outside what it covers", beyond)] if beyond.any() else gaps


def _parse_comparator(one: object) -> Comparator:
    if isinstance(one, (RiskModel, PublishedModel)):
        return Comparator(one, one.id in LOWEST_IS_WORST)
    if isinstance(one, Path):
        return Comparator(load_model(one), False)
    if not isinstance(one, str):
        raise InputError(f"models= takes ids, models and directories, and got {type(one).__name__}.")
    direction, _, name = one.rpartition(":") if one.partition(":")[0] in _DIRECTIONS else ("", "", one)
    lowest_is_worst = _DIRECTIONS.get(direction, name in LOWEST_IS_WORST)
    if _is_declared(name) and name not in available_models(kind="all").index:
        return Comparator(feature(name), lowest_is_worst)
    try:
        return Comparator(load_model(name), lowest_is_worst)
    except UnknownName as unknown:
        raise UnknownName(f"{unknown} A measurement is called by its canonical name.") from None


def _is_declared(name: str) -> bool:
    return name in DERIVED_FEATURES or name in VARIABLES


def _is_known_in_time(measurement: Feature, outcome: Outcome) -> bool:
    """Whether it is known before the outcome is, and does not settle it."""
    if outcome.settled_by & {measurement.name, *measurement.inputs}:
        return False
    return not any(VARIABLES[name].known_at.sees(outcome.known_at) for name in measurement.inputs)


def _collect_measurements(
    measurement: Feature, lowest_is_worst: bool, outcome: Outcome, frame: pd.DataFrame
) -> Contestant | ExcludedComparator:
    absent = tuple(name for name in measurement.inputs if name not in frame.columns)
    if absent:
        return ExcludedComparator(
            measurement.name, measurement.label, "measurement", f"columns absent: {_format_names(absent)}"
        )
    columns = [encode_features(frame[name], VARIABLES[name].kind) for name in measurement.inputs]
    number = columns[0] if measurement.derived is None else measurement.derived.function(*columns)
    number = np.asarray(number, dtype=np.float64)
    if np.isnan(number).all():
        return ExcludedComparator(measurement.name, measurement.label, "measurement", "unknown in every row")
    notes = [f"{'Lower' if lowest_is_worst else 'Higher'} values are treated as higher risk."]
    if outcome.settled_by & {measurement.name, *measurement.inputs}:
        notes.append("It defines the outcome: this is not an estimate.")
    if isinstance(measurement.kind, Category) and not measurement.kind.ordered:
        return ExcludedComparator(measurement.name, measurement.label, "measurement", "its words have no order")
    known_at = max((VARIABLES[name].known_at for name in measurement.inputs), key=list(Moment).index)
    return Contestant(
        measurement.name,
        measurement.label,
        "measurement",
        "value",
        known_at.value,
        -number if lowest_is_worst else number,
        None,
        (),
        (),
        tuple(notes),
        tuple(_find_measurement_gaps(measurement, columns, number)),
    )


def _rank_values(prediction: Prediction) -> np.ndarray:
    """What ranks the rows: the number, or of a category its place, the worst highest; ``NaN`` without an answer."""
    if prediction.answers != "category" or prediction.words is None:
        return np.asarray(prediction.numbers, dtype=np.float64)
    codes = prediction.words.codes.astype(np.float64)
    return np.where(codes < 0, np.nan, len(prediction.words.categories) - 1 - codes)


def _find_cuts(prediction: Prediction, rank: np.ndarray) -> tuple[PublishedCut, ...]:
    """The rows at or beyond each category or band but the mildest one that occurs."""
    if prediction.words is None:
        return ()
    codes = prediction.words.codes
    present = [code for code in range(len(prediction.words.categories)) if (codes == code).any()]
    lowest = sorted((float(np.nanmin(rank[codes == code])), code) for code in present)
    return tuple(
        PublishedCut(f"{prediction.words.categories[code]} or worse", rank >= edge) for edge, code in lowest[1:]
    )


def _describe_unanswered(prediction: Prediction, absent: tuple[str, ...]) -> str:
    """Why no row has an answer: columns that are absent, else what is lacking or refused most."""
    if absent:
        return f"no row has an answer; columns absent: {_format_names(absent)}"
    refused = [sentence.rstrip(".") for row in prediction.refused.unique() for sentence in row]
    if refused:
        return f"no row has an answer; it does not apply: {_format_names(dict.fromkeys(refused))}"
    lacking = [name for row in prediction.insufficient.unique() for name in row]
    return f"no row has an answer; unknown: {_format_names(dict.fromkeys(lacking))}"


def _collect_notes(model: Model, outcome: Outcome, cohort: str, about: bool, lowest_is_worst: bool) -> list[str]:
    notes = []
    if not about:
        aims = model.outcome.label if model.outcome is not None else "no declared outcome"
        notes.append(f"Made for {aims}: compared as a ranking only.")
    if lowest_is_worst:
        notes.append("Its lowest answer is treated as the highest risk.")
    settling = sorted(outcome.settled_by & set(model.inputs))
    if settling:
        notes.append(f"It reads what defines the outcome ({', '.join(settling)}): this is not an estimate.")
    if isinstance(model, RiskModel):
        if model.adoption is not None:
            notes.append(
                f"It was adopted on rows of {model.adoption.site}: where they are among these, its performance "
                "is overestimated."
            )
        steps = [step for step, _ in model.evidence.flow]
        if steps and steps[0] == f"read from {cohort}":
            notes.append(
                "It was trained on rows of this register: where they are among these, its performance is overestimated."
            )
    return notes


def _format_names(names: Iterable[object], limit: int = 8) -> str:
    words = [str(name) for name in names]
    rest = len(words) - limit
    return ", ".join(words[:limit]) + (f" and {rest} more" if rest > 0 else "")
