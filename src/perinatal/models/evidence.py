"""The evidence a model carries: how it was trained, on which cohorts it was tested, and what its adoption changed.

``evaluation.json`` in a model directory holds one :class:`Evidence`. Each class below is one object of that file; its
fields are the keys of the object, in the order in which they are written. A field with a default is written only where
it differs from it. :func:`read_record` and :func:`write_record` work from the types of the fields alone, so a new entry
is declared once, here.
"""

# No `from __future__ import annotations`: a record is read by the types of its fields, and reading a model evaluates no
# text.
import math
from collections.abc import Collection, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from perinatal.errors import CorruptModel
from perinatal.evaluate import Estimate

NOT_RECORDED = math.nan
"""The number of an entry that a record does not have; ``None`` is a number that was suppressed."""

Columns = Mapping[str, tuple[float | str | None, ...]]
"""A table by column; ``None`` where a number is undefined or suppressed."""

_Record = TypeVar("_Record")


class Key(NamedTuple):
    """In an annotation: the key of the field in the file, where it is not the field's name."""

    name: str


INLINE = Key("")
"""In an annotation: the field holds every entry that the class does not declare; they are written in its position."""


class FlowStep(NamedTuple):
    """A step from the rows read to the rows used; ``rows`` is ``None`` where they are fewer than ten."""

    step: str
    rows: int | None


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


class RecordedProblem(NamedTuple):
    """A problem found in a cohort: see :class:`perinatal.frames.Problem`; ``rule`` is the name of its rule."""

    variable: str
    rule: str
    rows: int
    total: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRecord:
    """A scorer with one setting, as it did out of fold.

    Parameters
    ----------
    scorer : kind of the scorer. settings : its settings by name.
    log_loss : mean log-loss out of fold. worse_than_best, standard_error : the paired difference from the best one's.
    auroc, calibration_slope : out of fold. selected : whether the model uses this one.
    """

    scorer: str
    settings: Annotated[Mapping[str, float], INLINE]
    log_loss: float
    worse_than_best: Annotated[float, Key("behind_best")]
    standard_error: float
    auroc: Estimate
    calibration_slope: Estimate
    selected: Annotated[bool, Key("kept")]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsRecord:
    """The weights of the rows that trained.

    Parameters
    ----------
    by : the column of the weights, or whose they were. zero : rows excluded for a weight of 0.
    effective_n : effective sample size (Kish) of the rows used.
    """

    by: str
    zero: int | None
    effective_n: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRecord:
    """How a model was trained.

    Parameters
    ----------
    rows, outcome_unknown : eligible rows, and those without a known outcome, which were excluded.
    n, events : rows used, and those with the outcome. weights : of the rows, where they were weighted.
    groups, grouped_by : how many groups, and by which column.
    folds, seed, masked_weight : as :func:`perinatal.fit` used them. further_cases : how many cases from elsewhere.
    features : in the scorer's order. unknown_share : of each feature; ``None`` where it stands for fewer than ten rows.
    candidates : every scorer compared. scorer : the kind that was selected.
    recalibration : intercept and slope, fitted out of fold.
    """

    rows: int
    outcome_unknown: int | None
    n: int
    events: int
    weights: WeightsRecord | None = None
    groups: int
    grouped_by: str
    folds: int
    seed: int
    masked_weight: float
    further_cases: int | None = None
    features: tuple[str, ...]
    unknown_share: Mapping[str, float | None]
    candidates: tuple[CandidateRecord, ...]
    scorer: Annotated[str, Key("kept")]
    recalibration: tuple[float, float]

    @property
    def selected(self) -> CandidateRecord:
        """The candidate that the model uses."""
        return next(candidate for candidate in self.candidates if candidate.selected)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRecord:
    """The register a cohort was read from, in words."""

    name: str
    title: str
    place: str
    years: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherCases:
    """Cases of another cohort that trained beside the cohort's own.

    Parameters
    ----------
    register : where they are from. n : how many. separation : AUROC of trees that tell them from the cohort's own.
    """

    register: RegisterRecord
    n: int
    separation: Annotated[Estimate, Key("told_apart")]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationGroup:
    """A group of rows of similar risk; numbers are ``None`` where fewer than ten had the outcome."""

    n: float
    events: float | None = NOT_RECORDED
    mean_risk: float
    observed_share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationRecord:
    """A :class:`~perinatal.validation.ValidationResult`, rounded, without what follows from the model.

    See :func:`perinatal.validation.build_record` for how tables are reduced.
    """

    cohort: str
    flow: tuple[FlowStep, ...]
    n: int
    events: int
    clusters: str | None
    seed: int
    bootstraps: Annotated[int, Key("times")]
    performance: Mapping[str, Estimate]
    unknown: Mapping[str, float | None]
    curve: Columns
    calibration_table: Columns
    thresholds: Columns
    capacity: Columns
    decision: Columns
    distribution: Columns
    groups: Columns
    table_one: Columns
    notes: tuple[str, ...]
    problems: tuple[RecordedProblem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortTest:
    """A test on rows that the training has not seen.

    Parameters
    ----------
    name, note : the cohort in words, and what a reader must know of it.
    outcome_unknown : rows excluded for that; ``None`` where fewer than ten.
    inputs_absent : inputs of the model that the cohort does not have.
    intervals_by : the column whose rows stay together in every interval, or ``"row"``.
    n, events, prevalence : rows used, and those with the outcome.
    observed_over_expected, calibration_intercept, calibration_slope, auroc : with 95 % intervals.
    average_precision, brier : of the risks.
    calibration_table : groups of rising risk. validation : all else that was measured.
    """

    name: str
    note: str
    outcome_unknown: int | None
    inputs_absent: tuple[str, ...]
    intervals_by: str
    n: int
    events: int
    prevalence: float
    observed_over_expected: Estimate
    calibration_intercept: Estimate
    calibration_slope: Estimate
    auroc: Estimate
    average_precision: float
    brier: float
    calibration_table: tuple[CalibrationGroup, ...]
    validation: ValidationRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMeasure:
    """A measure over places that the training had not seen.

    Parameters
    ----------
    summary : of random effects. new_place : 95 % prediction interval for one more place.
    between_places : standard deviation between places. i2 : share of the spread that is between places.
    summarised : places in the summary.
    """

    summary: Estimate
    new_place: Interval
    between_places: float
    i2: float
    summarised: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlaces:
    """Performance in places left out of the training in turn.

    Parameters
    ----------
    by : what a place is. places, left_out : how many, and how they were left out.
    least_expected_events : events expected in a place, at least, for it to count.
    n, events : rows of the places that count, and those with the outcome. measures : by name.
    """

    by: str
    places: int
    left_out: str
    least_expected_events: int
    n: int
    events: int
    measures: Mapping[str, PlaceMeasure]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorRecord:
    """Standard deviations between places (see :class:`perinatal.sites.Prior`), and how many places were used."""

    intercept: float
    slope: float
    factor: float
    sites: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FederatedRecord:
    """How a model was trained by several sites without pooling their rows."""

    sites: int
    n: int
    events: int
    trees: int
    depth: int
    seed: int
    recalibration: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRecord:
    """A check that the rows of a site passed before a model was adopted on them."""

    name: str
    message: Annotated[str, Key("said")]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRecord:
    """How the log-odds were changed: see :class:`perinatal.sites.rungs.Update`."""

    intercept: float
    factors: tuple[float, ...]
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RungRecord:
    """A rung of the ladder as it did on rows held out, compared with the model as it was."""

    rung: str
    loss: float
    worse_than_frozen: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRecord:
    """How far a feature moves the log-odds of an average row, before and after an adoption."""

    feature: str
    label: str
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BinnedColumn:
    """A column in bins: inner edges, the merged bin of each bin, and the rows in each merged bin."""

    edges: tuple[float, ...]
    groups: tuple[int, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceRecord:
    """How features and risk were distributed where a model was adopted.

    Parameters
    ----------
    rows : how many. columns : by feature, and ``risk``. information : on the intercept.
    """

    rows: int
    columns: Annotated[Mapping[str, BinnedColumn], Key("streams")]
    information: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAdoption:
    """What was measured when a model was adopted on the rows of one site.

    Parameters
    ----------
    checks : what the rows passed. flow : from the rows read to those used. seed : of the folds.
    prior, update : how strongly steps were shrunk, and what was changed.
    compared : every rung on rows held out. notes : what was not possible, and why.
    before, after : measures by name, the latter on rows held out; with the groups of ``calibration_…``.
    parts : of every feature. reference : for monitoring.
    """

    checks: tuple[CheckRecord, ...]
    flow: tuple[FlowStep, ...]
    seed: int
    prior: PriorRecord
    update: UpdateRecord
    compared: tuple[RungRecord, ...]
    notes: tuple[str, ...]
    before: Mapping[str, Estimate]
    calibration_before: tuple[CalibrationGroup, ...]
    after: Mapping[str, Estimate]
    calibration_after: tuple[CalibrationGroup, ...]
    parts: tuple[PartRecord, ...]
    reference: ReferenceRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class AcrossSites:
    """A measure over sites: random-effects summary, prediction interval for a new one, and how sites differ."""

    summary: Estimate
    new_site: Estimate
    tau: float
    i2: float
    sites: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledAdoption:
    """What was measured when a model was adopted on the pooled counts of several sites."""

    pooled_from: int
    labels: tuple[str, ...]
    n: int
    events: int
    hidden_events: float
    recalibration: tuple[float, float]
    observed_over_expected: Estimate
    slope: Estimate
    auroc: Estimate
    across_sites: Mapping[str, AcrossSites]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that is on record of a model.

    Parameters
    ----------
    training : how it was trained. register : where its rows are from. flow : from the rows read to those used.
    tests : on rows it has not seen; the first is the nearest to the training. further_cases : from another cohort.
    new_places, heterogeneity : in places it has not seen, and how far places lie apart.
    limits : what a reader must know. withheld_reason : why it is reported but not shipped.
    made_by : the command. federated : federated training. adoption : on whose rows, with what effect.
    other : entries that this version does not know.

    Examples
    --------
    >>> import perinatal as pn
    >>> evidence = pn.load_model("preterm_birth-booking").evidence
    >>> evidence.tests[0].name, evidence.training.selected.settings
    ('US 2011, births held out', {'depth': 3.0, 'rounds': 130.0})
    """

    training: TrainingRecord | None = None
    register: RegisterRecord | None = None
    flow: tuple[FlowStep, ...] = ()
    tests: tuple[CohortTest, ...] = ()
    further_cases: FurtherCases | None = None
    new_places: NewPlaces | None = None
    heterogeneity: PriorRecord | None = None
    limits: tuple[str, ...] = ()
    withheld_reason: Annotated[str, Key("kept_back")] = ""
    made_by: str = ""
    federated: FederatedRecord | None = None
    adoption: SiteAdoption | PooledAdoption | None = None
    other: Annotated[Mapping[str, object], INLINE] = field(default_factory=dict)


def round_estimate(estimate: Estimate, digits: int = 4) -> Estimate:
    """An estimate as it is recorded.

    >>> round_estimate(Estimate(0.712345, 0.7, 0.72), 3)
    Estimate(value=0.712, low=0.7, high=0.72)
    """
    return Estimate(*(round(float(number), digits) for number in estimate))


def write_record(record: object) -> Any:
    """A record as JSON has it: objects and arrays of numbers, texts and ``None``, which also replaces ``NaN``."""
    if is_dataclass(record) and not isinstance(record, type):
        content: dict[str, Any] = {}
        for entry in _entries(type(record)):
            value = getattr(record, entry.name)
            if entry.inline:
                content |= write_record(value)
            elif not entry.is_default(value):
                content[entry.key] = write_record(value)
        return content
    if isinstance(record, Mapping):
        return {key: write_record(value) for key, value in record.items()}
    if isinstance(record, (tuple, list)):
        return [write_record(value) for value in record]
    return None if isinstance(record, float) and math.isnan(record) else record


def read_record(kind: type[_Record], content: object, name: str = "evidence") -> _Record:
    """The record of this type from parsed JSON, as :func:`write_record` wrote it.

    Raises :class:`~perinatal.errors.CorruptModel`, naming the entry, where the content is not of the declared types.
    """
    record: _Record = _read(kind, content, name)
    return record


class _Entry(NamedTuple):
    """An entry of an object of the file: field, key and type, and its default, ``MISSING`` where it must be there."""

    name: str
    key: str
    kind: Any
    default: Any

    @property
    def inline(self) -> bool:
        return not self.key

    def is_default(self, value: object) -> bool:
        if isinstance(value, float) and math.isnan(value):
            return isinstance(self.default, float) and math.isnan(self.default)
        return self.default is not MISSING and value == self.default


@cache
def _entries(record: type[Any]) -> tuple[_Entry, ...]:
    hints = get_type_hints(record, include_extras=True)
    entries = []
    for declared in fields(record):
        kind, *keys = get_args(hint) if get_origin(hint := hints[declared.name]) is Annotated else (hint,)
        entries.append(_Entry(declared.name, keys[0].name if keys else declared.name, kind, declared.default))
    return tuple(entries)


@cache
def _scalar_types(kind: Any) -> frozenset[type] | None:
    """The types of JSON that stand for a number, text or ``None``; ``None`` for any other kind of entry."""
    if get_origin(kind) in (Union, UnionType):
        options = [_scalar_types(option) for option in get_args(kind)]
        return None if None in options else frozenset(name for option in options if option for name in option)
    return _SCALARS.get(kind)


def _read(kind: Any, content: Any, path: str) -> Any:
    if kind is object:
        return content
    types = _scalar_types(kind)
    if types is not None:
        if type(content) in types:
            return content
        if kind is float and content is None:
            return math.nan
        expected = types - {int} if float in types else types
        raise _wrong(path, " or ".join(sorted(_WORDS[option] for option in expected)), content)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _read_option(arguments, content, path)
    if is_dataclass(kind):
        return _read_object(kind, content, path)
    if origin is Mapping:
        if type(content) is not dict:
            raise _wrong(path, _WORDS[dict], content)
        return dict(zip(content, _read_all(arguments[1], content.values(), path), strict=True))
    if type(content) is not list:
        raise _wrong(path, _WORDS[list], content)
    if origin is tuple and arguments[-1] is ...:
        return tuple(_read_all(arguments[0], content, path))
    kinds = arguments or tuple(get_type_hints(kind).values())  # a tuple of fixed length, or a NamedTuple
    if len(content) != len(kinds):
        raise _wrong(path, f"an array of {len(kinds)}", content)
    values = [
        _read(option, value, f"{path}[{i}]") for i, (option, value) in enumerate(zip(kinds, content, strict=True))
    ]
    return tuple(values) if origin is tuple else kind(*values)


def _read_all(kind: Any, contents: Collection[Any], path: str) -> Collection[Any]:
    types = _scalar_types(kind)
    if types is not None and set(map(type, contents)) <= types:  # nothing to convert
        return contents
    return [_read(kind, value, f"{path}[{i}]") for i, value in enumerate(contents)]


def _read_option(kinds: tuple[Any, ...], content: Any, path: str) -> Any:
    """An entry that may be ``None``, or one of several objects: the first whose entries are all there."""
    if content is None and NoneType in kinds:
        return None
    options = [kind for kind in kinds if kind is not NoneType]
    for kind in options[:-1]:
        if type(content) is dict and content.keys() >= {e.key for e in _entries(kind) if e.default is MISSING}:
            return _read(kind, content, path)
    return _read(options[-1], content, path)


def _read_object(kind: Any, content: Any, path: str) -> Any:
    if type(content) is not dict:
        raise _wrong(path, _WORDS[dict], content)
    content, values, inline = dict(content), {}, None
    for entry in _entries(kind):
        if entry.inline:
            inline = entry
        elif entry.key in content:
            values[entry.name] = _read(entry.kind, content.pop(entry.key), f"{path}.{entry.key}")
        elif entry.default is MISSING:
            raise CorruptModel(f"The record '{path}' lacks '{entry.key}'. {_ADVICE}")
    if inline is not None:
        values[inline.name] = _read(inline.kind, content, path)
    elif content:
        raise CorruptModel(f"The record '{path}' has {len(content)} entries that are not declared. {_ADVICE}")
    return kind(**values)


def _wrong(path: str, expected: str, content: object) -> CorruptModel:
    return CorruptModel(f"The record '{path}' should be {expected}, and is {_WORDS[type(content)]}. {_ADVICE}")


_SCALARS: Mapping[Any, frozenset[type]] = {
    float: frozenset((float, int)),
    **{kind: frozenset((kind,)) for kind in (bool, int, str, NoneType)},
}
_WORDS: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    NoneType: "null",
    list: "an array",
    dict: "an object",
}
_ADVICE = "Get a new copy of the model, or save it again with this version."
