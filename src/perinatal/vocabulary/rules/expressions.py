"""The small language in which published scores are declared, once it is read: evaluated on whole columns.

A flag is 1, 0 or ``NaN``, a number a number or ``NaN``, a word the place of its level. ``NaN`` is unknown and spreads;
``and``, ``or`` and ``if`` follow Kleene's three-valued logic. Nothing is executed but the functions listed here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

NUMBER, FLAG = "number", "flag"
Words = tuple[str, ...]
Meaning = str | Words  # NUMBER, FLAG, or the declared words of a category
Values = Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, or a flag as 1 and 0."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, a quantity, or a part of the answer."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """One of :data:`FUNCTIONS`, or ``if``, on its arguments."""

    function: str
    arguments: tuple[Node, ...]


Node = Constant | Name | Apply


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression.

    Parameters
    ----------
    text : as declared.
    node : what is left of it once options and constants are folded.
    meaning : whether it is a number or a flag.
    """

    text: str
    node: Node
    meaning: str

    @property
    def names(self) -> tuple[str, ...]:
        """The names it reads, in order of first appearance."""
        return tuple(dict.fromkeys(_names(self.node)))

    @property
    def optional(self) -> tuple[str, ...]:
        """The names under ``known()``: it has an answer without them."""
        return tuple(dict.fromkeys(_optional(self.node)))

    @property
    def constant(self) -> float | None:
        """Its value where it reads nothing."""
        return self.node.value if isinstance(self.node, Constant) else None

    def of(self, values: Values, rows: int) -> np.ndarray:
        """Its value in each row: ``float64``, shape (rows,), unknown ``NaN``."""
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(_value(self.node, values), dtype=np.float64), (rows,))


def blame(expression: Expression, values: Values, definitions: Mapping[str, Expression], rows: int) -> dict:
    """Which inputs leave an expression unknown: for each, a mask of rows. Empty where it is known everywhere.

    ``definitions`` are the quantities among ``values``; the blame goes on to what they read.
    """
    with np.errstate(all="ignore"):
        return _blame(expression.node, values, definitions, rows)


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
    return _finite(np.divide(one, other))


def _power(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(one) | np.isnan(other), np.nan, _finite(np.power(one, other)))  # numpy: NaN ** 0 is 1


def _log(one: np.ndarray) -> np.ndarray:
    return _finite(np.log(one))


def _exp(one: np.ndarray) -> np.ndarray:
    return _finite(np.exp(one))


def _finite(values: np.ndarray) -> np.ndarray:
    """What has no value (1 / 0) is unknown, so that no comparison with it decides anything."""
    return np.where(np.isfinite(values), values, np.nan)


def _compared(compare: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable:
    def flag(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(one) | np.isnan(other), np.nan, compare(one, other))

    return flag


FUNCTIONS: dict[str, Callable] = {
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
    "<": _compared(np.less),
    "<=": _compared(np.less_equal),
    ">": _compared(np.greater),
    ">=": _compared(np.greater_equal),
    "==": _compared(np.equal),
    "!=": _compared(np.not_equal),
    "and": _and,
    "or": _or,
    "not": _not,
    "if": _if,
    "known": _known,
}


def _names(node: Node) -> list[str]:
    match node:
        case Name(name):
            return [name]
        case Apply(_, arguments):
            return [name for argument in arguments for name in _names(argument)]
    return []


def _optional(node: Node) -> list[str]:
    match node:
        case Apply("known", (Name(name),)):
            return [name]
        case Apply(_, arguments):
            return [name for argument in arguments for name in _optional(argument)]
    return []


def _value(node: Node, values: Values) -> np.ndarray | np.float64:
    match node:
        case Constant(value):
            return np.float64(value)
        case Name(name):
            return values[name]
        case Apply(function, arguments):
            return FUNCTIONS[function](*(_value(argument, values) for argument in arguments))


def _blame(node: Node, values: Values, definitions: Mapping[str, Expression], rows: int) -> dict[str, np.ndarray]:
    match node:
        case Constant() | Apply("known", _):
            return {}
        case Name(name) if name in definitions:
            return _where(_blame(definitions[name].node, values, definitions, rows), np.isnan(values[name]))
        case Name(name):
            return _where({name: np.ones(rows, dtype=bool)}, np.isnan(values[name]))
        case Apply("if", (test, yes, no)):
            tested = _value(test, values)
            found = _where(_blame(test, values, definitions, rows), np.isnan(tested))
            for branch, taken in ((yes, tested != 0), (no, tested != 1)):
                _add(found, _where(_blame(branch, values, definitions, rows), taken))
            return found
        case Apply(_, arguments):
            found = {}
            for argument in arguments:
                _add(found, _blame(argument, values, definitions, rows))
            return _where(found, np.isnan(_value(node, values)))
    return {}


def _where(found: dict[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    return {name: mask & rows for name, mask in found.items() if (mask & rows).any()}


def _add(found: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    for name, mask in other.items():
        found[name] = found[name] | mask if name in found else mask
