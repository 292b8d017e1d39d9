"""The small language in which published scores are declared: parsed once, checked, and evaluated on whole columns.

A flag is 1, 0 or ``NaN``, a number a number or ``NaN``, a word the place of its level. ``NaN`` is unknown and spreads;
``and``, ``or`` and ``if`` follow Kleene's three-valued logic. Nothing is executed but the functions listed here.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from perinatal.errors import DeclarationError

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


def names_in(text: str) -> tuple[str, ...]:
    """The names an expression reads, before anything is folded.

    >>> names_in("log(weight / height**2) if parity > 0 else 0")
    ('parity', 'weight', 'height')
    """
    found = [node.id for node in ast.walk(_tree(text)) if isinstance(node, ast.Name)]
    return tuple(dict.fromkeys(name for name in found if name not in FUNCTIONS))


def parsed(text: str, meanings: Mapping[str, Meaning], options: Mapping[str, tuple[str, Words]]) -> Expression:
    """An expression over declared names.

    Parameters
    ----------
    text : see :mod:`perinatal.published.kinds`.
    meanings : what each name is: :data:`NUMBER`, :data:`FLAG`, or its words.
    options : the word chosen for each option, and its choices.

    Raises
    ------
    DeclarationError : it is no expression of this language, or uses a name or a word that is not declared.

    Examples
    --------
    >>> rule = parsed("a >= 2 or b", {"a": NUMBER, "b": FLAG}, {})
    >>> rule.of({"a": np.array([3.0, 1.0, np.nan]), "b": np.array([np.nan, np.nan, 0.0])}, 3)
    array([ 1., nan, nan])
    """
    node, meaning = _Parser(text, meanings, options).read(_tree(text))
    return Expression(text, _folded(node), meaning)


def blame(expression: Expression, values: Values, definitions: Mapping[str, Expression], rows: int) -> dict:
    """Which inputs leave an expression unknown: for each, a mask of rows. Empty where it is known everywhere.

    ``definitions`` are the quantities among ``values``; the blame goes on to what they read.
    """
    with np.errstate(all="ignore"):
        return _blame(expression.node, values, definitions, rows)


def _tree(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise DeclarationError(f"'{text}' is no expression: {error.msg}.") from None


class _Parser:
    """Reads a Python syntax tree as nodes of this language, with what each of them means."""

    def __init__(self, text: str, meanings: Mapping[str, Meaning], options: Mapping[str, tuple[str, Words]]) -> None:
        self._text, self._meanings, self._options = text, meanings, options

    def read(self, tree: ast.expr) -> tuple[Node, str]:
        match tree:
            case ast.Constant(value=bool(value)):
                return Constant(float(value)), FLAG
            case ast.Constant(value=int(value) | float(value)):
                return Constant(float(value)), NUMBER
            case ast.Name(id=name):
                return Name(name), self._meaning(name)
            case ast.BoolOp(op=op, values=operands):
                function = "and" if isinstance(op, ast.And) else "or"
                return self._nested(function, [self._flag(operand) for operand in operands]), FLAG
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Apply("not", (self._flag(operand),)), FLAG
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Apply("negative", (self.read(operand)[0],)), NUMBER
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return Apply(_ARITHMETIC[type(op)], (self.read(left)[0], self.read(right)[0])), NUMBER
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self._comparison(left, ops, others), FLAG
            case ast.IfExp(test=test, body=body, orelse=orelse):
                (yes, one), (no, other) = self.read(body), self.read(orelse)
                return Apply("if", (self._flag(test), yes, no)), one if one == other else NUMBER
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(name, arguments)
        raise self._wrong(f"'{ast.unparse(tree)}' is not part of the language")

    def _meaning(self, name: str) -> str:
        meaning = self._meanings.get(name)
        if meaning is None:
            raise self._wrong(f"'{name}' is not declared")
        if meaning not in (NUMBER, FLAG):
            raise self._wrong(f"'{name}' is a word; compare it with == 'word' or in ('a', 'b')")
        return meaning

    def _flag(self, tree: ast.expr) -> Node:
        node, meaning = self.read(tree)
        if meaning != FLAG:
            raise self._wrong(f"'{ast.unparse(tree)}' is a number where a condition is expected")
        return node

    def _nested(self, function: str, nodes: list[Node]) -> Node:
        first, *others = nodes
        for node in others:
            first = Apply(function, (first, node))
        return first

    def _comparison(self, left: ast.expr, ops: list[ast.cmpop], others: list[ast.expr]) -> Node:
        if isinstance(left, ast.Name) and (left.id in self._options or self._is_word(left.id)):
            if len(ops) != 1:
                raise self._wrong(f"'{left.id}' is a word, and one comparison of it is expected")
            return self._among(left.id, ops[0], others[0])
        pairs = []
        for one, op, other in zip([left, *others], ops, others, strict=False):
            if type(op) not in _COMPARISONS:
                raise self._wrong("'in' is for words")
            pairs.append(Apply(_COMPARISONS[type(op)], (self.read(one)[0], self.read(other)[0])))
        return self._nested("and", pairs)

    def _is_word(self, name: str) -> bool:
        return isinstance(self._meanings.get(name), tuple)

    def _among(self, name: str, op: ast.cmpop, other: ast.expr) -> Node:
        """A name compared with words; an option is a constant."""
        listed = other.elts if isinstance(other, (ast.Tuple, ast.List, ast.Set)) else [other]
        words = [word.value for word in listed if isinstance(word, ast.Constant) and isinstance(word.value, str)]
        if not isinstance(op, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)) or len(words) != len(listed) or not words:
            raise self._wrong(f"'{name}' is a word; compare it with == 'word' or in ('a', 'b')")
        if isinstance(op, (ast.Eq, ast.NotEq)) and listed != [other]:
            raise self._wrong(f"'{name}' is compared with several words; use 'in'")
        if name in self._options:
            chosen, declared = self._options[name]
        else:
            chosen, declared = None, self._meanings[name]
        undeclared = [word for word in words if word not in declared]
        if undeclared:
            raise self._wrong(f"'{undeclared[0]}' is not among the words of '{name}'")
        if chosen is not None:
            node: Node = Constant(float(chosen in words))
        else:
            places = [Apply("==", (Name(name), Constant(float(declared.index(word))))) for word in words]
            node = self._nested("or", places)
        return Apply("not", (node,)) if isinstance(op, (ast.NotEq, ast.NotIn)) else node

    def _call(self, name: str, arguments: list[ast.expr]) -> tuple[Node, str]:
        if name == "known":
            if len(arguments) != 1 or not isinstance(arguments[0], ast.Name) or arguments[0].id not in self._meanings:
                raise self._wrong("known() takes one declared name")
            return Apply("known", (Name(arguments[0].id),)), FLAG
        if name not in _CALLED:
            raise self._wrong(f"'{name}()' is not a function of the language")
        nodes = [self.read(argument)[0] for argument in arguments]
        fewest, most = _CALLED[name]
        if not fewest <= len(nodes) <= most:
            raise self._wrong(f"'{name}()' does not take {len(nodes)} arguments")
        if name in ("max", "min"):
            return self._nested(name, nodes), NUMBER
        return Apply(name, tuple(nodes)), NUMBER

    def _wrong(self, said: str) -> DeclarationError:
        return DeclarationError(f"In the expression '{self._text}': {said}.")


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


_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_CALLED = {  # fewest and most arguments
    "log": (1, 1),
    "exp": (1, 1),
    "sqrt": (1, 1),
    "abs": (1, 1),
    "floor": (1, 1),
    "round": (1, 2),
    "min": (2, 9),
    "max": (2, 9),
}
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


def _folded(node: Node) -> Node:
    """The node with constants evaluated, and without branches that a constant switches off."""
    if not isinstance(node, Apply):
        return node
    arguments = tuple(_folded(argument) for argument in node.arguments)
    function = node.function
    known = [argument.value if isinstance(argument, Constant) else None for argument in arguments]
    if function == "if" and known[0] is not None:
        return arguments[1] if known[0] == 1 else arguments[2]
    absorbing = {"and": 0.0, "or": 1.0, "*": 0.0}.get(function)
    if absorbing is not None and absorbing in known:
        return Constant(absorbing)
    neutral = {"and": 1.0, "or": 0.0, "*": 1.0}.get(function)
    if neutral is not None and neutral in known:
        return arguments[1 - known.index(neutral)]
    if None not in known:
        with np.errstate(all="ignore"):
            return Constant(float(FUNCTIONS[function](*(np.float64(value) for value in known))))
    return Apply(function, arguments)


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
