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
class Call:
    """One of :data:`FUNCTIONS`, or ``if``, on its arguments."""

    function: str
    arguments: tuple[Node, ...]


Node = Constant | Name | Call


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
        return tuple(dict.fromkeys(_list_names(self.node)))

    @property
    def optional(self) -> tuple[str, ...]:
        """The names under ``known()``: it has an answer without them."""
        return tuple(dict.fromkeys(_list_optional(self.node)))

    @property
    def constant(self) -> float | None:
        """Its value where it reads nothing."""
        return self.node.value if isinstance(self.node, Constant) else None

    def evaluate(self, values: Values, rows: int) -> np.ndarray:
        """Its value in each row: ``float64``, shape (rows,), unknown ``NaN``."""
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(_evaluate(self.node, values), dtype=np.float64), (rows,))


def find_unknown_inputs(
    expression: Expression, values: Values, definitions: Mapping[str, Expression], rows: int
) -> dict:
    """Which inputs leave an expression unknown: for each, a mask of rows. Empty where it is known everywhere.

    ``definitions`` are the quantities among ``values``; the blame goes on to what they read.
    """
    with np.errstate(all="ignore"):
        return _find_unknown_inputs(expression.node, values, definitions, rows)


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
    """What has no value (1 / 0) is unknown, so that no comparison with it decides anything."""
    return np.where(np.isfinite(values), values, np.nan)


def _build_comparison(compare: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable:
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
    "<": _build_comparison(np.less),
    "<=": _build_comparison(np.less_equal),
    ">": _build_comparison(np.greater),
    ">=": _build_comparison(np.greater_equal),
    "==": _build_comparison(np.equal),
    "!=": _build_comparison(np.not_equal),
    "and": _and,
    "or": _or,
    "not": _not,
    "if": _if,
    "known": _known,
}


def _list_names(node: Node) -> list[str]:
    match node:
        case Name(name):
            return [name]
        case Call(_, arguments):
            return [name for argument in arguments for name in _list_names(argument)]
    return []


def _list_optional(node: Node) -> list[str]:
    match node:
        case Call("known", (Name(name),)):
            return [name]
        case Call(_, arguments):
            return [name for argument in arguments for name in _list_optional(argument)]
    return []


def _evaluate(node: Node, values: Values) -> np.ndarray | np.float64:
    match node:
        case Constant(value):
            return np.float64(value)
        case Name(name):
            return values[name]
        case Call(function, arguments):
            return FUNCTIONS[function](*(_evaluate(argument, values) for argument in arguments))


def _find_unknown_inputs(
    node: Node, values: Values, definitions: Mapping[str, Expression], rows: int
) -> dict[str, np.ndarray]:
    match node:
        case Constant() | Call("known", _):
            return {}
        case Name(name) if name in definitions:
            return _restrict_to_rows(
                _find_unknown_inputs(definitions[name].node, values, definitions, rows), np.isnan(values[name])
            )
        case Name(name):
            return _restrict_to_rows({name: np.ones(rows, dtype=bool)}, np.isnan(values[name]))
        case Call("if", (test, yes, no)):
            tested = _evaluate(test, values)
            masks = _restrict_to_rows(_find_unknown_inputs(test, values, definitions, rows), np.isnan(tested))
            for branch, reached in ((yes, tested != 0), (no, tested != 1)):
                _merge_masks(masks, _restrict_to_rows(_find_unknown_inputs(branch, values, definitions, rows), reached))
            return masks
        case Call(_, arguments):
            masks = {}
            for argument in arguments:
                _merge_masks(masks, _find_unknown_inputs(argument, values, definitions, rows))
            return _restrict_to_rows(masks, np.isnan(_evaluate(node, values)))
    return {}


def _restrict_to_rows(masks: dict[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    return {name: mask & rows for name, mask in masks.items() if (mask & rows).any()}


def _merge_masks(masks: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    for name, mask in other.items():
        masks[name] = masks[name] | mask if name in masks else mask
