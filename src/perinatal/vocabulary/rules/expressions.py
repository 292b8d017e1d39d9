"""A parsed rule: a tree of operations that is compiled once and evaluated on whole columns or on one record.

Values are plain numbers: a flag is 1 or 0, a word is the position of its level, unknown is ``NaN``; only a label is
text. Only the operations of :mod:`perinatal.vocabulary.rules.operations` are executed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np

from perinatal.vocabulary.rules.operations import Operations, column_operations, number_operations

NUMBER, FLAG, LABEL = "number", "flag", "label"
Words = tuple[str, ...]
Meaning = str | Words  # NUMBER, FLAG, LABEL, or the declared words of a category
Values = Mapping[str, np.ndarray]
Evaluation = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class FixedValue:
    """A number, or a flag as 1 and 0."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A text that a label is compared with."""

    value: str


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, a quantity, or a part of the answer."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operation on its arguments."""

    function: str
    arguments: tuple[Node, ...]


Node = FixedValue | Text | Name | Call


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed and compiled expression.

    Parameters
    ----------
    text : as declared.
    node : the tree of operations, after options and constants have been folded.
    meaning : whether it is a number or a flag.
    tolerance : numbers that differ by at most this much compare as equal.
    """

    text: str
    node: Node
    meaning: str
    tolerance: float = 0.0
    _on_columns: Evaluation = field(init=False, repr=False, compare=False)
    _on_record: Evaluation = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_on_columns", _compile(self.node, column_operations(self.tolerance)))
        object.__setattr__(self, "_on_record", _compile(self.node, number_operations(self.tolerance)))

    def __reduce__(self) -> tuple:  # compiled functions cannot be pickled
        return Expression, (self.text, self.node, self.meaning, self.tolerance)

    @property
    def names(self) -> tuple[str, ...]:
        """The names it reads, in order of first appearance."""
        return tuple(dict.fromkeys(_list_names(self.node)))

    @property
    def optional(self) -> tuple[str, ...]:
        """The names inside ``known()``: the expression can have a value without them."""
        return tuple(dict.fromkeys(_list_optional(self.node)))

    @property
    def constant(self) -> float | None:
        """Its value if it reads no name, otherwise ``None``."""
        return self.node.value if isinstance(self.node, FixedValue) else None

    def evaluate(self, values: Values, rows: int) -> np.ndarray:
        """Its value in each row: ``float64``, shape (rows,), unknown ``NaN``."""
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(self._on_columns(values), dtype=np.float64), (rows,))

    def evaluate_record(self, values: Mapping[str, float]) -> float:
        """Its value for one record of plain floats: the value it would have in a column, without creating arrays."""
        return self._on_record(values)


def find_unknown_inputs(
    expression: Expression, values: Values, definitions: Mapping[str, Expression], rows: int
) -> dict:
    """The inputs that make an expression unknown, each with a mask of rows; empty if it is known in every row.

    ``definitions`` are the quantities among ``values``; an unknown quantity is traced to the inputs that it reads.
    """
    with np.errstate(all="ignore"):
        return _find_unknown_inputs(expression.node, values, definitions, rows)


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


def _compile(node: Node, operations: Operations) -> Evaluation:
    """Compile a node to a function that takes values by name and returns the value of the node."""
    match node:
        case FixedValue(value) | Text(value):
            return _compile_constant(value)
        case Name(name):
            return itemgetter(name)
        case Call(name, arguments):
            return _compile_call(operations[name], [_compile(argument, operations) for argument in arguments])


def _compile_constant(value: float | str) -> Evaluation:
    def constant(values: Mapping) -> float | str:
        return value

    return constant


def _compile_call(operation: Callable, arguments: Sequence[Evaluation]) -> Evaluation:
    if len(arguments) == 2:  # the usual case; a loop would take twice as long
        first, second = arguments

        def call_on_two(values: Mapping) -> Any:
            return operation(first(values), second(values))

        return call_on_two

    def call(values: Mapping) -> Any:
        return operation(*[argument(values) for argument in arguments])

    return call


def _find_unknown_inputs(
    node: Node, values: Values, definitions: Mapping[str, Expression], rows: int
) -> dict[str, np.ndarray]:
    match node:
        case FixedValue() | Text() | Call("known", _):
            return {}
        case Name(name) if name in definitions:
            return _restrict_to_rows(
                _find_unknown_inputs(definitions[name].node, values, definitions, rows), np.isnan(values[name])
            )
        case Name(name):
            return _restrict_to_rows({name: np.ones(rows, dtype=bool)}, np.isnan(values[name]))
        case Call("if", (test, yes, no)):
            tested = _compile(test, column_operations())(values)
            masks = _restrict_to_rows(_find_unknown_inputs(test, values, definitions, rows), np.isnan(tested))
            for branch, reached in ((yes, tested != 0), (no, tested != 1)):
                _merge_masks(masks, _restrict_to_rows(_find_unknown_inputs(branch, values, definitions, rows), reached))
            return masks
        case Call(_, arguments):
            masks = {}
            for argument in arguments:
                _merge_masks(masks, _find_unknown_inputs(argument, values, definitions, rows))
            return _restrict_to_rows(masks, np.isnan(_compile(node, column_operations())(values)))
    return {}


def _restrict_to_rows(masks: dict[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    return {name: mask & rows for name, mask in masks.items() if (mask & rows).any()}


def _merge_masks(masks: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    for name, mask in other.items():
        masks[name] = masks[name] | mask if name in masks else mask
