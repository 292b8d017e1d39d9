"""What a published score is: the declarations from which its answers, its page and its tests are derived.

A score is one module of :mod:`perinatal.scores.declared`, named as its id, that holds ``SCORE = PublishedScore(...)``.

Expressions are written in the language of :mod:`perinatal.vocabulary.rules`, over canonical variable names, the score's
own ``quantities`` and its ``options``. A row in which every input is unknown is never answered. What stands under
``known()`` is an input that the publication does without: a row that is answered without it is counted in a problem.

Bands, and ``fires`` of a trigger, may use the ``quantities`` besides the names of the answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Confirmation(Enum):
    """How well the numbers of a score are confirmed."""

    CONFIRMED = "at least two independent sources agree on every number"
    WITH_DISSENT = "most sources agree; the dissent is documented"
    CELLS_DISPUTED = "all but the listed cells agree; those are refused"
    WEAK = "one reproduction was seen"


class Origin(Enum):
    """Where a worked example comes from."""

    PUBLISHED_TABLE = "printed in an official table"
    PUBLISHED_EXAMPLE = "printed in the paper"
    THIRD_PARTY_TEST = "asserted by an independent project's own tests, and reproduced"
    COMPUTED = "computed from the numbers given here: guards against a slip, does not prove a coefficient"


@dataclass(frozen=True, slots=True)
class EquationTerm:
    """``coefficient × expression``, added to the linear predictor; a condition that holds counts 1.

    ``label`` says the term for a person. An intercept has the expression ``"1"``.
    """

    coefficient: float
    expression: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of the answer: an expression over ``risk``, ``total``, ``value``, as the method says."""

    name: str
    when: str


@dataclass(frozen=True, slots=True)
class Equation:
    """A probability: ``expit`` of the sum of its terms. Bands are over ``risk``."""

    terms: tuple[EquationTerm, ...]
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class GaussianSurvival:
    """A probability that an event comes before ``before`` (same unit as the mean), given that it has not by ``after``.

    The time of the event is normal with the sum of the terms as mean and ``sd``;
    risk = [Φ((before − μ)/sd) − Φ((after − μ)/sd)] / [1 − Φ((after − μ)/sd)].
    Its parts add up to the mean, in ``unit``, not to log-odds. ``before`` and ``after`` are expressions.
    """

    terms: tuple[EquationTerm, ...]
    sd: float
    before: str
    after: str
    unit: str
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """Points of an item where ``when`` holds; of several, the first counts. ``"True"`` is the rest."""

    when: str
    points: int


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One line of a point score."""

    name: str
    label: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A line of a point score that is a printed table, one for each word of ``by``.

    ``rows`` are lower and upper bounds (inclusive; ``None``: open) of the expression ``down``; ``columns`` are the
    values of the expression ``across``. ``cells[word][row][column]`` are points; ``None`` is not in the published
    table, and ``disputed`` (word, row, column) cells are refused: sources disagree. Both are insufficient.
    """

    name: str
    label: str
    by: str
    down: str
    across: str
    rows: tuple[tuple[float | None, float | None], ...]
    columns: tuple[int, ...]
    cells: Mapping[str, tuple[tuple[int | None, ...], ...]]
    disputed: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PointScore:
    """A sum of points. Bands are over ``total``; ``subtotals`` name sums of some items (SNAP-II within SNAPPE-II).

    ``unmeasured_as_zero`` names items that the publication scores 0 where they were not measured: counted in a problem.
    A value that was given and could not be used (another unit, text) was measured: without it there is no total.
    """

    items: tuple[ScoreItem | Grid, ...]
    low: int
    high: int
    bands: tuple[Band, ...] = ()
    subtotals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unmeasured_as_zero: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """``category`` where ``when`` holds; ``said`` is the sentence shown as its reason."""

    when: str
    category: str
    message: str


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """Ordered rules: the first that holds decides (the last one usually has ``when="True"``).

    Where an earlier rule of another category is unknown the row is insufficient.
    ``categories`` lists the words from worst to least.
    """

    rules: tuple[DecisionRule, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """Something to look for; ``colour`` (``"red"``, ``"yellow"``) only where a trigger counts them."""

    when: str
    message: str
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """Signs of which one is enough. ``found`` and ``clear`` are the two categories.

    One sign present decides, whatever is unknown; none present with some unknown is insufficient. ``condition``: an
    expression that must hold besides (such as 12 weeks or later).
    """

    signs: tuple[Sign, ...]
    positive: str
    negative: str
    condition: str = "True"


@dataclass(frozen=True, slots=True)
class Trigger:
    """Coloured signs that are counted: ``fires`` is an expression over ``red`` and ``yellow``.

    Signs of one ``group`` (an item of the chart) count once, with the first that holds.
    """

    groups: tuple[tuple[str, tuple[Sign, ...]], ...]
    fires: str
    positive: str
    negative: str


@dataclass(frozen=True, slots=True)
class Index:
    """A number that is neither a probability nor points (a shock index). Bands are over ``value``."""

    formula: str
    unit: str
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A measurement against lines drawn over ``across`` (linear between knots).

    The category is the first of ``lines`` (worst first) whose line the value is strictly above; else ``clear``.
    """

    value: str
    across: str
    knots: tuple[float, ...]
    lines: tuple[tuple[str, tuple[float, ...]], ...]
    negative: str


Method = Equation | GaussianSurvival | PointScore | DecisionRules | Checklist | Trigger | Index | Chart


@dataclass(frozen=True, slots=True)
class Range:
    """What must hold for the score to apply; a row for which it does not is refused, and counted, with ``said``.

    What it reads is an input: where it is unknown whether it holds, the row is insufficient. A condition of the
    population that tables seldom record is better a caveat.
    """

    condition: str
    message: str


@dataclass(frozen=True, slots=True)
class Clip:
    """A published clipping: values of ``quantity`` outside are taken as the bound, and counted."""

    quantity: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that is not a fact about the patient: a society, a version, a baseline incidence.

    In expressions its name stands for the word chosen. ``said`` explains it. A race term is an option that is off.
    """

    name: str
    choices: tuple[str, ...]
    default: str
    message: str


@dataclass(frozen=True, slots=True)
class Vector:
    """A worked example in canonical names and units, with what the score must answer.

    ``expected`` keys: ``risk``, ``log_odds``, ``total``, ``category``, ``value``, ``mean``, ``band``, ``red``,
    ``yellow``, a subtotal's or a line's name, ``parts`` (a tuple in the order of the items). ``tolerance`` is absolute.
    """

    inputs: Mapping[str, object]
    expected: Mapping[str, object]
    origin: Origin
    options: Mapping[str, str] = field(default_factory=dict)
    tolerance: float = 1e-6
    note: str = ""


@dataclass(frozen=True, slots=True)
class PublishedScore:
    """One published score, complete.

    Parameters
    ----------
    id, name : ``minipiers``, ``miniPIERS``.
    domain : ``maternal`` or ``neonatal``.
    method : how it answers.
    outcome : canonical name of the declared outcome it estimates or ranks, or ``None``.
    asked : when and about whom it is asked, in words.
    population : where it was derived.
    citation, doi, sources, confirmation : where its numbers come from, and how well they are confirmed.
    quantities : named intermediate expressions, in order, each may use those before (``("ga_weeks", "..._days / 7")``).
    ranges : what must hold for it to apply.
    clips : published clippings.
    options : choices that are not facts about the patient.
    missing_counts_as : inputs that the publication counts as a value where unmeasured; counted in a problem.
    needs_every_input : a row with anything unknown is insufficient, even where a rule is already decided.
    performance, caveats : as published; known problems, one sentence each.
    vectors : worked examples.
    """

    id: str
    name: str
    domain: str
    method: Method
    outcome: str | None
    timing: str
    population: str
    citation: str
    doi: str | None
    sources: tuple[str, ...]
    confirmation: Confirmation
    quantities: tuple[tuple[str, str], ...] = ()
    ranges: tuple[Range, ...] = ()
    clips: tuple[Clip, ...] = ()
    options: tuple[Option, ...] = ()
    missing_counts_as: Mapping[str, float | bool | str] = field(default_factory=dict)
    needs_every_input: bool = False
    performance: str = ""
    caveats: tuple[str, ...] = ()
    vectors: tuple[Vector, ...] = ()
