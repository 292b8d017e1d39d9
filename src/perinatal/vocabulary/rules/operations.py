"""The operations of the rule language, each for whole columns and for the plain numbers of one record.

A flag is 1, 0 or ``NaN``, a number is a number or ``NaN``, a word is the position of its level. ``NaN`` means unknown
and propagates; ``and``, ``or`` and ``if`` follow Kleene's three-valued logic. An undefined result (``1 / 0``) is
unknown too.
"""

from __future__ import annotations

import functools
import math
import operator
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

Operations = Mapping[str, Callable]
_UNKNOWN = math.nan
_LARGEST_EXPONENT = math.log(sys.float_info.max)


def _and(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.where((one == 0) | (other == 0), 0.0, one * other)


def _or(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.where((one == 1) | (other == 1), 1.0, np.maximum(one, other))


def _not(one: np.ndarray) -> np.ndarray:
    return 1.0 - one


def _if(test: np.ndarray, yes: np.ndarray, no: np.ndarray) -> np.ndarray:
    return np.where(test == 1, yes, np.where(test == 0, no, np.nan))


def _known(one: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(one), 0.0, 1.0)


def _round(one: np.ndarray, digits: np.ndarray | float = 0.0) -> np.ndarray:
    scale = 10.0**digits
    return np.where(np.isfinite(one), np.rint(one * scale) / scale, one)


def _divide(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return _mask_infinite(np.divide(one, other))


def _power(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.where(
        np.isnan(one) | np.isnan(other), np.nan, _mask_infinite(np.power(one, other))
    )  # numpy: NaN ** 0 is 1


def _log(one: np.ndarray) -> np.ndarray:
    return _mask_infinite(np.log(one))


def _exp(one: np.ndarray) -> np.ndarray:
    return _mask_infinite(np.exp(one))


def _mask_infinite(values: np.ndarray) -> np.ndarray:
    """Replace undefined results by unknown, so that every comparison with them is unknown."""
    return np.where(np.isfinite(values), values, np.nan)


def _divide_numbers(one: float, other: float) -> float:
    quotient = one / other if other else _UNKNOWN
    return quotient if math.isfinite(quotient) else _UNKNOWN


def _and_numbers(one: float, other: float) -> float:
    return 0.0 if one == 0 or other == 0 else one * other


def _or_numbers(one: float, other: float) -> float:
    return 1.0 if one == 1 or other == 1 else one + other  # 0, or unknown


def _if_numbers(test: float, yes: float, no: float) -> float:
    return yes if test == 1 else no if test == 0 else _UNKNOWN


def _exp_number(one: float) -> float:
    return float(np.exp(one)) if one <= _LARGEST_EXPONENT else _UNKNOWN  # math.exp differs in the last bit


def _known_number(one: float) -> float:
    return 1.0 if one == one else 0.0


_COMPARISONS = {
    "<": (np.less, operator.lt),
    "<=": (np.less_equal, operator.le),
    ">": (np.greater, operator.gt),
    ">=": (np.greater_equal, operator.ge),
    "==": (np.equal, operator.eq),
    "!=": (np.not_equal, operator.ne),
}
_ON_COLUMNS: Operations = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": _divide,
    "**": _power,
    "negative": np.negative,
    "log": _log,
    "exp": _exp,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "floor": np.floor,
    "round": _round,
    "min": np.minimum,
    "max": np.maximum,
    "and": _and,
    "or": _or,
    "not": _not,
    "if": _if,
    "known": _known,
}
_ON_NUMBERS: Operations = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide_numbers,
    "negative": operator.neg,
    "abs": abs,
    "exp": _exp_number,
    "and": _and_numbers,
    "or": _or_numbers,
    "not": _not,
    "if": _if_numbers,
    "known": _known_number,
}

LABEL = "label "
"""The prefix of the names of operations on labels."""

NAMES = frozenset((*_ON_COLUMNS, *_COMPARISONS))
"""The names of all operations."""


@functools.cache
def column_operations(tolerance: float = 0.0) -> Operations:
    """Every operation on arrays, by name. Numbers that differ by at most ``tolerance`` compare as equal.

    >>> column_operations()["or"](np.array([1.0, 0.0]), np.array([np.nan, np.nan]))
    array([ 1., nan])
    """
    comparisons = {name: _compare_columns(compare, tolerance) for name, (compare, _) in _COMPARISONS.items()}
    labels = {f"{LABEL}{name}": _compare_label_columns(compare) for name, (_, compare) in _COMPARISONS.items()}
    return MappingProxyType({**_ON_COLUMNS, **comparisons, **labels, f"{LABEL}known": _known_labels})


@functools.cache
def number_operations(tolerance: float = 0.0) -> Operations:
    """Every operation on single floats, with the same results; a hundred times faster than on an array of one row.

    >>> number_operations()["or"](1.0, float("nan"))
    1.0
    """
    comparisons = {name: _compare_numbers(compare, tolerance) for name, (_, compare) in _COMPARISONS.items()}
    others = {name: _apply_to_numbers(function) for name, function in _ON_COLUMNS.items()}
    labels = {f"{LABEL}{name}": _compare_labels(compare) for name, (_, compare) in _COMPARISONS.items()}
    return MappingProxyType({**others, **_ON_NUMBERS, **comparisons, **labels, f"{LABEL}known": _known_label})


def _compare_columns(compare: Callable, tolerance: float) -> Callable:
    def compare_exactly(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(one) | np.isnan(other), np.nan, compare(one, other))

    def compare_nearly(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return compare_exactly(np.where(np.abs(one - other) <= tolerance, other, one), other)

    return compare_nearly if tolerance else compare_exactly


def _compare_numbers(compare: Callable, tolerance: float) -> Callable:
    def flag(one: float, other: float) -> float:
        if one != one or other != other:
            return _UNKNOWN
        if abs(one - other) <= tolerance:
            one = other
        return 1.0 if compare(one, other) else 0.0

    return flag


def _compare_label_columns(compare: Callable) -> Callable:
    def flag(labels: np.ndarray, text: str) -> np.ndarray:
        known = pd.notna(labels)
        result = np.full(len(labels), np.nan)
        result[known] = compare(labels[known].astype(str), text)
        return result

    return flag


def _compare_labels(compare: Callable) -> Callable:
    def flag(label: str | float | None, text: str) -> float:
        return float(compare(str(label), text)) if pd.notna(label) else _UNKNOWN

    return flag


def _known_labels(labels: np.ndarray) -> np.ndarray:
    return pd.notna(labels).astype(np.float64)


def _known_label(label: str | float | None) -> float:
    return float(pd.notna(label))


def _apply_to_numbers(function: Callable) -> Callable:
    def compute(*numbers: float) -> float:
        with np.errstate(all="ignore"):
            return float(function(*numbers))

    return compute
