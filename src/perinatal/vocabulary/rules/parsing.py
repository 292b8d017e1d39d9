"""Parses the text of a rule; anything that is not part of the language is refused and never executed."""

from __future__ import annotations

import ast
import functools
from collections.abc import Mapping, Sequence

import numpy as np

from perinatal.errors import DeclarationError
from perinatal.vocabulary.rules.expressions import (
    FLAG,
    LABEL,
    NUMBER,
    Call,
    Expression,
    FixedValue,
    Meaning,
    Name,
    Node,
    Text,
    Words,
)
from perinatal.vocabulary.rules.operations import LABEL as LABEL_PREFIX
from perinatal.vocabulary.rules.operations import NAMES, column_operations

_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_ARGUMENT_COUNTS = {  # fewest and most arguments
    "log": (1, 1),
    "exp": (1, 1),
    "sqrt": (1, 1),
    "abs": (1, 1),
    "floor": (1, 1),
    "round": (1, 2),
    "min": (2, 9),
    "max": (2, 9),
}


@functools.cache
def list_names(text: str) -> tuple[str, ...]:
    """The names that an expression reads, before constants are folded.

    >>> list_names("log(weight / height**2) if parity > 0 else 0")
    ('parity', 'weight', 'height')
    """
    names = [node.id for node in ast.walk(_parse_tree(text)) if isinstance(node, ast.Name)]
    return tuple(dict.fromkeys(name for name in names if name not in NAMES))


def parse_rule(
    text: str, meanings: Mapping[str, Meaning], options: Mapping[str, tuple[str, Words]], tolerance: float = 0.0
) -> Expression:
    """Parse an expression over declared names.

    Parameters
    ----------
    text : a rule in the language of :mod:`perinatal.vocabulary.rules`.
    meanings : the kind of each name: :data:`NUMBER`, :data:`FLAG`, :data:`LABEL`, or the words of a category.
    options : for each option, the chosen word and all choices.
    tolerance : numbers that differ by at most this much compare as equal.

    Raises
    ------
    DeclarationError
        The text is not in this language, or uses a name or a word that is not declared.

    Examples
    --------
    >>> rule = parse_rule("a >= 2 or b", {"a": NUMBER, "b": FLAG}, {})
    >>> rule.evaluate({"a": np.array([3.0, 1.0, np.nan]), "b": np.array([np.nan, np.nan, 0.0])}, 3)
    array([ 1., nan, nan])
    """
    node, meaning = _Parser(text, meanings, options).read(_parse_tree(text))
    return Expression(text, _fold_constants(node), meaning, tolerance)


def _parse_tree(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise DeclarationError(f"'{text}' is not an expression: {error.msg}.") from None


class _Parser:
    """Converts a Python syntax tree to nodes of this language, each with its kind (number, flag, label, words)."""

    def __init__(self, text: str, meanings: Mapping[str, Meaning], options: Mapping[str, tuple[str, Words]]) -> None:
        self._text, self._meanings, self._options = text, meanings, options

    def read(self, tree: ast.expr) -> tuple[Node, str]:
        match tree:
            case ast.Constant(value=bool(value)):
                return FixedValue(float(value)), FLAG
            case ast.Constant(value=int(value) | float(value)):
                return FixedValue(float(value)), NUMBER
            case ast.Name(id=name):
                return Name(name), self._get_meaning(name)
            case ast.BoolOp(op=op, values=operands):
                function = "and" if isinstance(op, ast.And) else "or"
                return self._chain(function, [self._read_condition(operand) for operand in operands]), FLAG
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Call("not", (self._read_condition(operand),)), FLAG
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Call("negative", (self.read(operand)[0],)), NUMBER
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return Call(_ARITHMETIC[type(op)], (self.read(left)[0], self.read(right)[0])), NUMBER
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self._read_comparison(left, ops, others), FLAG
            case ast.IfExp(test=test, body=body, orelse=orelse):
                (yes, one), (no, other) = self.read(body), self.read(orelse)
                return Call("if", (self._read_condition(test), yes, no)), one if one == other else NUMBER
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._read_call(name, arguments)
        raise self._build_error(f"'{ast.unparse(tree)}' is not part of the language")

    def _get_meaning(self, name: str) -> str:
        meaning = self._meanings.get(name)
        if meaning is None:
            raise self._build_error(f"'{name}' is not declared")
        if meaning == LABEL:
            raise self._build_error(f"'{name}' is a label; compare it with a text, as in {name} >= '2021'")
        if meaning not in (NUMBER, FLAG):
            raise self._build_error(f"'{name}' is a word; compare it with == 'word' or in ('a', 'b')")
        return meaning

    def _read_condition(self, tree: ast.expr) -> Node:
        node, meaning = self.read(tree)
        if meaning != FLAG:
            raise self._build_error(f"'{ast.unparse(tree)}' is a number where a condition is expected")
        return node

    def _chain(self, function: str, nodes: Sequence[Node]) -> Node:
        first, *others = nodes
        for node in others:
            first = Call(function, (first, node))
        return first

    def _read_comparison(self, left: ast.expr, ops: list[ast.cmpop], others: list[ast.expr]) -> Node:
        if isinstance(left, ast.Name) and (left.id in self._options or self._is_word(left.id)):
            if len(ops) != 1:
                raise self._build_error(f"'{left.id}' is a word, and one comparison of it is expected")
            return self._read_word_comparison(left.id, ops[0], others[0])
        if isinstance(left, ast.Name) and self._meanings.get(left.id) == LABEL:
            return self._read_label_comparison(left.id, ops, others)
        pairs = []
        for one, op, other in zip([left, *others], ops, others, strict=False):
            if type(op) not in _COMPARISONS:
                raise self._build_error("'in' is for words")
            pairs.append(Call(_COMPARISONS[type(op)], (self.read(one)[0], self.read(other)[0])))
        return self._chain("and", pairs)

    def _is_word(self, name: str) -> bool:
        return isinstance(self._meanings.get(name), tuple)

    def _read_word_comparison(self, name: str, op: ast.cmpop, other: ast.expr) -> Node:
        """A comparison of a name with words; that of an option is a constant."""
        elements = other.elts if isinstance(other, (ast.Tuple, ast.List, ast.Set)) else [other]
        words = [word.value for word in elements if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        if not isinstance(op, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)) or len(words) != len(elements) or not words:
            raise self._build_error(f"'{name}' is a word; compare it with == 'word' or in ('a', 'b')")
        if isinstance(op, (ast.Eq, ast.NotEq)) and elements != [other]:
            raise self._build_error(f"'{name}' is compared with several words; use 'in'")
        chosen, declared = self._options[name] if name in self._options else (None, self._meanings[name])
        undeclared = [word for word in words if word not in declared]
        if undeclared:
            raise self._build_error(f"'{undeclared[0]}' is not among the words of '{name}'")
        if chosen is not None:
            node: Node = FixedValue(float(chosen in words))
        else:
            comparisons = [Call("==", (Name(name), FixedValue(float(declared.index(word))))) for word in words]
            node = self._chain("or", comparisons)
        return Call("not", (node,)) if isinstance(op, (ast.NotEq, ast.NotIn)) else node

    def _read_label_comparison(self, name: str, ops: list[ast.cmpop], others: list[ast.expr]) -> Node:
        """A comparison of a label with a text by alphabetical order, which is correct for years and months."""
        match ops, others:
            case [op], [ast.Constant(value=str(text))] if type(op) in _COMPARISONS:
                return Call(f"{LABEL_PREFIX}{_COMPARISONS[type(op)]}", (Name(name), Text(text)))
        raise self._build_error(f"'{name}' is a label; compare it with a text, as in {name} >= '2021'")

    def _read_call(self, name: str, arguments: list[ast.expr]) -> tuple[Node, str]:
        if name == "known":
            if len(arguments) != 1 or not isinstance(arguments[0], ast.Name) or arguments[0].id not in self._meanings:
                raise self._build_error("known() takes one declared name")
            prefix = LABEL_PREFIX if self._meanings[arguments[0].id] == LABEL else ""
            return Call(f"{prefix}known", (Name(arguments[0].id),)), FLAG
        if name not in _ARGUMENT_COUNTS:
            raise self._build_error(f"'{name}()' is not a function of the language")
        nodes = [self.read(argument)[0] for argument in arguments]
        fewest, most = _ARGUMENT_COUNTS[name]
        if not fewest <= len(nodes) <= most:
            raise self._build_error(f"'{name}()' does not take {len(nodes)} arguments")
        if name in ("max", "min"):
            return self._chain(name, nodes), NUMBER
        return Call(name, tuple(nodes)), NUMBER

    def _build_error(self, problem: str) -> DeclarationError:
        return DeclarationError(f"In the expression '{self._text}': {problem}.")


def _fold_constants(node: Node) -> Node:
    """The node with constants evaluated, and without the branches that are never reached."""
    if not isinstance(node, Call):
        return node
    arguments = tuple(_fold_constants(argument) for argument in node.arguments)
    function = node.function
    known = [argument.value if isinstance(argument, FixedValue) else None for argument in arguments]
    if function == "if" and known[0] is not None:
        return arguments[1] if known[0] == 1 else arguments[2]
    absorbing = {"and": 0.0, "or": 1.0, "*": 0.0}.get(function)
    if absorbing is not None and absorbing in known:
        return FixedValue(absorbing)
    neutral = {"and": 1.0, "or": 0.0, "*": 1.0}.get(function)
    if neutral is not None and neutral in known:
        return arguments[1 - known.index(neutral)]
    if None not in known:
        with np.errstate(all="ignore"):
            return FixedValue(float(column_operations()[function](*(np.float64(value) for value in known))))
    return Call(function, arguments)
