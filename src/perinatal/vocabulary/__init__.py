"""The vocabulary: every variable, outcome and moment, declared once; everything else is derived from it."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from perinatal.errors import DeclarationError, MissingVariables, UnknownName
from perinatal.vocabulary import outcomes, variables
from perinatal.vocabulary.codes import Codes, loinc_is_valid, snomed_is_valid
from perinatal.vocabulary.kinds import (
    Category,
    Count,
    Flag,
    Identifier,
    Kind,
    Outcome,
    Quantity,
    Variable,
)
from perinatal.vocabulary.moments import Moment
from perinatal.vocabulary.rules.columns import as_plain_numbers
from perinatal.vocabulary.rules.expressions import FLAG, LABEL, Expression
from perinatal.vocabulary.rules.parsing import parse_rule

__all__ = [
    "OUTCOMES",
    "VARIABLES",
    "Category",
    "Codes",
    "Count",
    "Flag",
    "Identifier",
    "Kind",
    "Moment",
    "Outcome",
    "Quantity",
    "Variable",
    "evaluate_condition",
    "loinc_is_valid",
    "nearest_name",
    "nearest_names",
    "neighbouring_outcomes",
    "observe",
    "outcome",
    "parse_condition",
    "snomed_is_valid",
    "variable",
]

VARIABLES: Mapping[str, Variable] = MappingProxyType(
    {declared.name: declared for declared in (*variables.DECLARED, *outcomes.OUTCOME_VARIABLES)}
)
"""Every variable by its canonical name, in the order of care."""

OUTCOMES: Mapping[str, Outcome] = MappingProxyType({o.name: o for o in outcomes.OUTCOMES_DECLARED})
"""Every outcome by its canonical name."""

_MEANINGS = MappingProxyType({v.name: v.meaning for v in VARIABLES.values()})


def variable(name: str) -> Variable:
    """The variable of this canonical name.

    Parameters
    ----------
    name : canonical name.

    Raises
    ------
    UnknownName
        There is no such variable.

    Examples
    --------
    >>> variable("haemoglobin_g_dl").unit
    'g/dL'
    """
    try:
        return VARIABLES[name]
    except KeyError:
        raise UnknownName(f"There is no variable '{name}'.{_format_suggestion(name, VARIABLES)}") from None


def neighbouring_outcomes(outcome: Outcome) -> tuple[Outcome, ...]:
    """The other outcomes of its families, in the order of their declaration.

    Parameters
    ----------
    outcome : one that is declared.

    Examples
    --------
    >>> [near.name for near in neighbouring_outcomes(OUTCOMES["very_preterm_birth"])]
    ['preterm_birth']
    """
    families = set(outcome.families)
    return tuple(o for o in OUTCOMES.values() if o.name != outcome.name and families.intersection(o.families))


def outcome(name: str | Outcome) -> Outcome:
    """The outcome of this canonical name.

    Parameters
    ----------
    name : canonical name; an outcome is returned as it is.

    Raises
    ------
    UnknownName
        There is no such outcome.

    Examples
    --------
    >>> outcome("neonatal_death").horizon
    '27 completed days'
    """
    if isinstance(name, Outcome):
        return name
    try:
        return OUTCOMES[name]
    except KeyError:
        raise UnknownName(
            f"There is no outcome '{name}'.{_format_suggestion(name, OUTCOMES)} Expected one of: {', '.join(OUTCOMES)}."
        ) from None


def observe(target: str | Outcome, frame: pd.DataFrame) -> pd.Series:
    """An outcome of each row of a canonical frame, as nullable boolean on its index.

    A column of the outcome's name is used as it is. Otherwise the outcome is derived by its rule, which may read other
    outcomes.

    Parameters
    ----------
    target : the outcome, or its name.
    frame : a canonical frame.

    Raises
    ------
    MissingVariables
        The frame has neither the outcome's column nor what its rule reads.

    Examples
    --------
    >>> observe("preterm_birth", pd.DataFrame({"gestational_age_at_birth_days": [258.0, 259.0, None]})).tolist()
    [True, False, <NA>]
    """
    declared = outcome(target)
    if declared.name in frame.columns:
        return frame[declared.name].astype("boolean")
    needed = declared.inputs
    if not needed:
        raise MissingVariables(
            f"The table has no column '{declared.name}' with the outcome. Rename the column that holds it, or "
            "pass a ColumnMap."
        )
    parts = {}
    for name in needed:
        if name in frame.columns:
            parts[name] = frame[name]
        elif name in OUTCOMES:
            parts[name] = observe(name, frame)
        else:
            raise MissingVariables(
                f"The table has no outcome '{declared.name}': expected that column, or {', '.join(needed)} to derive "
                f"it from; '{name}' is not there. Rename the column that holds it, or pass a ColumnMap."
            )
    return evaluate_condition(declared.derive, pd.DataFrame(parts, index=frame.index)).rename(declared.name)


@functools.cache
def parse_condition(text: str, tolerance: float = 0.0) -> Expression:
    """A condition over canonical names, in the language of :mod:`perinatal.vocabulary.rules`.

    Parameters
    ----------
    text : the condition.
    tolerance : numbers that differ by at most this much are compared as equal.

    Raises
    ------
    DeclarationError
        The text is not a condition, or uses a name or a word that is not declared.

    Examples
    --------
    >>> parse_condition("parity >= gravidity").names
    ('parity', 'gravidity')
    """
    condition = parse_rule(text, _MEANINGS, {}, tolerance)
    if condition.meaning != FLAG:
        raise DeclarationError(f"'{text}' is a number where a condition is expected.")
    return condition


def evaluate_condition(text: str, frame: pd.DataFrame) -> pd.Series:
    """Where a condition holds, as nullable boolean on the frame's index.

    Parameters
    ----------
    text : the condition, as for :func:`parse_condition`.
    frame : a canonical frame; a column that it lacks is unknown in every row.

    Examples
    --------
    >>> births = pd.DataFrame({"gestational_age_at_birth_days": [195.0, 196.0, None]})
    >>> evaluate_condition("no_antenatal_care or gestational_age_at_birth_days < 196", births).tolist()
    [True, <NA>, <NA>]
    """
    condition = parse_condition(text)
    unknown = np.full(len(frame), np.nan)
    values = {name: _read_values(frame, name) if name in frame else unknown for name in condition.names}
    result = condition.evaluate(values, len(frame))
    return pd.Series(pd.arrays.BooleanArray(result == 1, np.isnan(result)), index=frame.index)


def _read_values(frame: pd.DataFrame, name: str) -> np.ndarray:
    if VARIABLES[name].meaning == LABEL:
        return frame[name].to_numpy(dtype=object)
    return as_plain_numbers(frame[name])


_UNIT_PARTS = frozenset(
    (
        *("yrs", "years", "g", "gm", "gms", "kg", "kgs", "lbs", "dl", "l", "mg", "mmol", "mm", "hg", "mmhg", "cm"),
        *("wk", "wks", "weeks", "days", "bpm"),
    )
)
_MOST_MEANINGS = 3


def _format_suggestion(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.75)
    return f" Did you mean '{close[0]}'?" if close else ""


def nearest_name(heading: str, names: Iterable[str]) -> str | None:
    """The name among ``names`` that a heading probably means, the first of :func:`nearest_names`; or ``None``.

    Parameters
    ----------
    heading : a heading of a table.
    names : canonical names.

    Examples
    --------
    >>> nearest_name("Systolic BP", ["systolic_bp_mmhg", "diastolic_bp_mmhg"])
    'systolic_bp_mmhg'
    >>> nearest_name("Hb (g/dL)", ["haemoglobin_g_dl", "parity"])
    'haemoglobin_g_dl'
    >>> nearest_name("district", ["systolic_bp_mmhg", "diastolic_bp_mmhg"]) is None
    True
    """
    return next(iter(nearest_names(heading, names)), None)


def nearest_names(heading: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names among ``names`` that a heading may mean: several where it does not say which; at most three.

    It is for suggestions in messages; a table is never mapped by it.

    Parameters
    ----------
    heading : a heading of a table.
    names : canonical names.

    Examples
    --------
    >>> nearest_names("GA (wks)", VARIABLES)
    ('gestational_age_at_booking_days', 'gestational_age_at_birth_days')
    >>> nearest_names("GA at birth (wks)", VARIABLES)
    ('gestational_age_at_birth_days',)
    >>> nearest_names("birth", VARIABLES)
    ()
    """
    parts = "".join(c if c.isalnum() else " " for c in str(heading).lower()).split()
    text = "_".join(parts)
    if not text:
        return ()
    while len(parts) > 1 and parts[-1] in _UNIT_PARTS:  # "Hb (g/dL)" and "Age (yrs)" are headings with a unit
        parts.pop()
    wanted = list(names)
    for spelling in dict.fromkeys((text, "_".join(parts))):
        if spelling in wanted:
            return (spelling,)
        if same := [name for name in wanted if _is_called(name, spelling)]:
            return tuple(same[:_MOST_MEANINGS])
        begun = [name for name in wanted if len(spelling) > 4 and name.startswith(spelling + "_")]
        if begun:
            return tuple(begun) if len(begun) <= _MOST_MEANINGS else ()
    close = difflib.get_close_matches(text, wanted, n=1, cutoff=0.86)
    return tuple(close)


def _is_called(name: str, spelling: str) -> bool:
    """Whether a spelling is an alias of the variable, or its name without the unit."""
    declared = VARIABLES[name]
    return spelling in declared.aliases or spelling == (name.rsplit("_", 1)[0] if declared.unit else name)


for _declared in OUTCOMES.values():  # a slip in a rule is named when the declarations are imported
    if _declared.derive:
        parse_condition(_declared.derive)
