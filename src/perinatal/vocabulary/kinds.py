"""Variables and outcomes: the declarations from which every check, dtype and document is derived."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from perinatal.errors import DeclarationError
from perinatal.vocabulary.codes import Codes
from perinatal.vocabulary.moments import Moment
from perinatal.vocabulary.rules.expressions import FLAG, LABEL, NUMBER, Meaning
from perinatal.vocabulary.rules.parsing import list_names

UNIT_LABELS = {
    "Cel": "°C",
    "/min": "a minute",
    "kg/m2": "kg/m²",
    "umol/L": "µmol/L",
    "10*9/L": "×10⁹/L",
    "count": "",
    "count/day": "",
    "1/(min.mmHg)": "",
    "{Zscore}": "",
    "{centile}": "",
}
"""How a unit is printed after a number, where it is not printed as it is declared."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measured number with a unit, stored as ``float64``.

    Parameters
    ----------
    unit : in UCUM, such as ``mmHg``; the suffix of the variable's name.
    possible : the closed interval, in ``unit``, of what can be true of a living person.
    plausible : the closed interval of values that need no comment.
    typical : the interval in which the *median* of a column is expected: outside it, the column is probably in another
        unit.
    """

    unit: str
    possible: tuple[float, float]
    plausible: tuple[float, float]
    typical: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """A whole number, stored as ``float64`` so that unknown is ``NaN``.

    Parameters
    ----------
    possible, plausible, unit, typical : as for :class:`Quantity`.
    """

    possible: tuple[float, float]
    plausible: tuple[float, float]
    unit: str = "count"
    typical: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """One of a few declared words, stored as a pandas ``category``.

    Parameters
    ----------
    levels : exactly these words, in this order.
    ordered : whether the order means anything.
    """

    levels: tuple[str, ...]
    ordered: bool = False

    @property
    def dtype(self) -> pd.CategoricalDtype:
        """The pandas dtype of a canonical column."""
        return pd.CategoricalDtype(list(self.levels), ordered=self.ordered)


@dataclass(frozen=True, slots=True)
class Flag:
    """A fact that is true or false, stored as nullable ``boolean``; unknown is ``NA``."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A label of the row, such as a mother, a hospital or a month: used to split rows, never as a feature."""


Number = Quantity | Count
Kind = Number | Category | Flag | Identifier


@dataclass(frozen=True, slots=True)
class Variable:
    """One column of a canonical frame.

    Parameters
    ----------
    name : canonical name; the unit is its suffix.
    label : the name for people, without the unit.
    kind : :class:`Quantity`, :class:`Count`, :class:`Category`, :class:`Flag` or :class:`Identifier`.
    known_at : the earliest moment at which its value, as registers record it, is known.
    definition : what it includes and what it does not.
    source : the source of the definition.
    codes : its codes in LOINC, SNOMED CT, CIEL and OMOP.
    aliases : other headings in use, for suggestions in error messages; a table is never mapped by them.
    for_groups_only : a social category, such as race, for evaluation by group; a feature only where it is named.
    """

    name: str
    label: str
    kind: Kind
    known_at: Moment
    definition: str
    source: str
    codes: Codes = field(default_factory=Codes)
    aliases: tuple[str, ...] = ()
    for_groups_only: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether the canonical column holds numbers."""
        return isinstance(self.kind, (Quantity, Count))

    @property
    def number(self) -> Number:
        """The kind of a numeric variable, with its unit and bounds; raises ``DeclarationError`` for any other."""
        if not isinstance(self.kind, (Quantity, Count)):
            raise DeclarationError(f"'{self.name}' is not a number; it has neither a unit nor bounds.")
        return self.kind

    @property
    def levels(self) -> tuple[str, ...]:
        """The declared words of a category, in their order; empty for any other kind."""
        return self.kind.levels if isinstance(self.kind, Category) else ()

    @property
    def meaning(self) -> Meaning:
        """What the variable is in a rule: a flag, a number, a label, or one of its words."""
        match self.kind:
            case Category(levels):
                return levels
            case Flag():
                return FLAG
            case Identifier():
                return LABEL
        return NUMBER

    @property
    def unit(self) -> str | None:
        """The unit, where the variable has one."""
        return self.kind.unit if isinstance(self.kind, (Quantity, Count)) else None

    @property
    def unit_label(self) -> str:
        """The unit as printed after a number; empty where there is none to print."""
        return UNIT_LABELS.get(self.unit or "", self.unit or "")


def flags(known_at: Moment, source: str, *rows: tuple[str, str, str]) -> tuple[Variable, ...]:
    """Flags that share a moment and a source.

    Parameters
    ----------
    known_at, source : as for :class:`Variable`.
    *rows : name, label and definition of each flag.
    """
    return tuple(Variable(name, label, Flag(), known_at, definition, source) for name, label, definition in rows)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that may happen, with all that is needed to count it.

    Parameters
    ----------
    name : canonical name of its column, a flag.
    label : the name for people.
    definition : when it counts as present.
    denominator : among whom it is counted.
    horizon : until when it is counted.
    known_at : the moment at which it is known; a model estimates it at an earlier moment only.
    source : the dated source of the definition.
    derive : the rule by which it follows from variables or other outcomes, where it does; what the rule reads can
        never be a feature of a model for the outcome.
    also_settled_by : further variables that settle the outcome, and so can never be its features either.
    exclusions : flags that put a row outside the denominator; where a flag is unknown, the row is inside.
    codes : its codes in other systems.
    families : groups of outcomes that are near to each other; a model of one may rank another.
    """

    name: str
    label: str
    definition: str
    denominator: str
    horizon: str
    known_at: Moment
    source: str
    derive: str = ""
    also_settled_by: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    codes: Codes = field(default_factory=Codes)
    families: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names that its rule reads; none where it has no rule."""
        return list_names(self.derive) if self.derive else ()

    @property
    def settled_by(self) -> frozenset[str]:
        """The names that would reveal the outcome: itself, what its rule reads, and ``also_settled_by``."""
        return frozenset((self.name, *self.inputs, *self.also_settled_by))
