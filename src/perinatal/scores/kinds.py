"""The declaration of a published score, from which its answers, its page and its tests are derived.

A score is one module of :mod:`perinatal.scores.declared`, named after its id, that defines
``SCORE = PublishedScore(...)``.

Expressions are written in the language of :mod:`perinatal.vocabulary.rules`. They may use canonical variable names and
the score's own ``quantities`` and ``options``. A row in which every input is unknown gets no answer. An input inside
``known()`` is optional in the publication: rows that are answered without it are counted in a problem.

The bands, and ``fires`` of a trigger, may use the names of the answer as well as the ``quantities``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Confirmation(Enum):
    """How well the numbers of a score are confirmed."""

    CONFIRMED = "at least two independent sources agree on every number"
    WITH_DISSENT = "most sources agree; the disagreement is documented"
    CELLS_DISPUTED = "sources agree on all cells but those listed, which are refused"
    WEAK = "only one reproduction of the numbers was found"


class Origin(Enum):
    """Where a worked example comes from."""

    PUBLISHED_TABLE = "printed in an official table"
    PUBLISHED_EXAMPLE = "printed in the paper"
    THIRD_PARTY_TEST = "asserted by an independent project's own tests, and reproduced"
    COMPUTED = "computed from the numbers given here (a check against coding errors, no confirmation of a coefficient)"


@dataclass(frozen=True, slots=True)
class EquationTerm:
    """``coefficient × expression``, added to the linear predictor; a true condition counts 1.

    ``label`` names the term on pages. An intercept has the expression ``"1"``.
    """

    coefficient: float
    expression: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of the answer: an expression over ``risk``, ``total`` or ``value``, depending on the method."""

    name: str
    when: str


@dataclass(frozen=True, slots=True)
class Equation:
    """A probability: ``expit`` of the sum of its terms. The bands use ``risk``."""

    terms: tuple[EquationTerm, ...]
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class GaussianSurvival:
    """The probability that an event happens before ``before``, given that it has not happened by ``after``.

    The time of the event is normally distributed; its mean μ is the sum of the terms, its standard deviation ``sd``.
    risk = [Φ((before − μ)/sd) − Φ((after − μ)/sd)] / [1 − Φ((after − μ)/sd)].
    An explanation adds up to the mean, in ``unit``, not to log-odds. ``before`` and ``after`` are expressions in the
    same unit.
    """

    terms: tuple[EquationTerm, ...]
    sd: float
    before: str
    after: str
    unit: str
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """The points of an item where ``when`` is true. The first true level counts; ``"True"`` matches all other rows."""

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
    """An item of a point score that is published as a table, one table for each level of the category ``by``.

    ``rows`` are lower and upper bounds (inclusive; ``None``: open) of the expression ``down``; ``columns`` are the
    values of the expression ``across``. ``cells[word][row][column]`` are points; ``None`` marks a cell that is not in
    the published table. ``disputed`` lists the cells (word, row, column) about which sources disagree. A row in either
    kind of cell is refused.
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
    """A sum of points. The bands use ``total``; ``subtotals`` are sums of some items (SNAP-II within SNAPPE-II).

    ``unmeasured_as_zero`` names items that the publication scores 0 where they were not measured; those rows are
    counted in a problem. A value that was given but could not be used (wrong unit, text) does not count as unmeasured:
    the row has no total.
    """

    items: tuple[ScoreItem | Grid, ...]
    low: int
    high: int
    bands: tuple[Band, ...] = ()
    subtotals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unmeasured_as_zero: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """``category`` where ``when`` is true; ``message`` is the sentence shown as the reason."""

    when: str
    category: str
    message: str


@dataclass(frozen=True, slots=True)
class DecisionRules:
    """Ordered rules: the first true rule gives the category (the last one usually has ``when="True"``).

    A row is insufficient where an earlier rule with another category is unknown.
    ``categories`` lists the categories, the most severe first.
    """

    rules: tuple[DecisionRule, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """A clinical sign; ``colour`` (``"red"`` or ``"yellow"``) is set only for the signs of a trigger."""

    when: str
    message: str
    colour: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """Signs of which one is enough. ``positive`` and ``negative`` are the two categories.

    One sign that is present is enough, even if others are unknown. If none is present and some are unknown, the row is
    insufficient. ``condition`` is an expression that must also be true (such as 12 weeks or later).
    """

    signs: tuple[Sign, ...]
    positive: str
    negative: str
    condition: str = "True"


@dataclass(frozen=True, slots=True)
class Trigger:
    """Counts of coloured signs: ``fires`` is an expression over the numbers of ``red`` and ``yellow`` signs.

    Each of ``groups`` (an item of the chart) counts once, with the first sign that is present.
    """

    groups: tuple[tuple[str, tuple[Sign, ...]], ...]
    fires: str
    positive: str
    negative: str


@dataclass(frozen=True, slots=True)
class Index:
    """A number that is neither a probability nor points (a shock index). The bands use ``value``."""

    formula: str
    unit: str
    bands: tuple[Band, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A measurement compared with lines over ``across``, linear between ``knots``.

    The category is the first of ``lines`` (most severe first) that ``value`` is strictly above, otherwise ``negative``.
    """

    value: str
    across: str
    knots: tuple[float, ...]
    lines: tuple[tuple[str, tuple[float, ...]], ...]
    negative: str


Method = Equation | GaussianSurvival | PointScore | DecisionRules | Checklist | Trigger | Index | Chart


@dataclass(frozen=True, slots=True)
class Range:
    """A condition for the score to apply. Rows that do not meet it are refused with ``message``, and counted.

    The variables of the condition are inputs: where the condition is unknown, the row is insufficient. Declare a
    condition that tables seldom record as a caveat instead.
    """

    condition: str
    message: str


@dataclass(frozen=True, slots=True)
class Clip:
    """A published clipping: values of ``quantity`` outside ``low`` to ``high`` are set to the bound, and counted."""

    quantity: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that is not a fact about the patient: a society, a version, a baseline incidence.

    In expressions its name has the value that was chosen. ``message`` explains the option. A race term is an option
    that is off by default.
    """

    name: str
    choices: tuple[str, ...]
    default: str
    message: str


@dataclass(frozen=True, slots=True)
class Vector:
    """A worked example in canonical names and units, with the expected answer.

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
    id, name : such as ``minipiers`` and ``miniPIERS``.
    domain : ``maternal`` or ``neonatal``.
    method : how the answer is computed.
    outcome : canonical name of the declared outcome it estimates or ranks, or ``None``.
    timing : when and for whom it is used, in words.
    population : the population in which it was derived.
    citation, doi, sources, confirmation : where its numbers come from, and how well they are confirmed.
    quantities : named intermediate expressions in order (``("ga_weeks", "..._days / 7")``); each may use earlier ones.
    ranges : conditions for the score to apply.
    clips : published clippings.
    options : choices that are not facts about the patient.
    missing_counts_as : the value that the publication uses for an input that is missing; those rows are counted.
    needs_every_input : whether a row with any unknown input is insufficient, even where the known ones are enough.
    performance, caveats : the published performance; known problems, one sentence each.
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
