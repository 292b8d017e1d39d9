"""Names in the package are words that a data scientist knows: verb phrases for functions, nouns for values.

``CONTRIBUTING.md`` says why. A word is banned as a part of any name that the package binds: a function, a class, a
parameter, a field, a variable.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "perinatal"
FILES = sorted(SOURCE.rglob("*.py"))
BANNED = frozenset(
    [
        *("said", "told", "tell", "tells", "asked", "found", "meant", "taken", "given", "held", "kept", "shown"),
        *("deal", "deals", "dealt", "spoken", "coded", "printable", "material", "mass"),
        *("behind", "back", "aside", "together", "straight", "each"),
    ]
)
BANNED_WHOLE = frozenset({"df", "data", "y_hat"})
BANNED_ALONE = frozenset(  # as the whole name of a function: a state is no verb phrase
    [
        *("joined", "paired", "described", "parsed", "encoded", "resolved", "decoded", "counted", "named", "checked"),
        *("gathered", "updated", "rolled_back", "trained", "listed", "settled", "completed"),
        *("certain", "only", "once", "among", "above", "below", "across", "at", "of", "place", "places"),
    ]
)
ALLOWED = frozenset(
    {
        "body_mass",
        "held_out",  # the field's term for the rows that a model was not trained on
        "molar_mass",
    }
)


def bound_names(tree: ast.Module) -> Iterator[tuple[str, int, bool]]:
    """Every name that a module binds, its line, and whether it is a function's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, True
        elif isinstance(node, ast.ClassDef):
            yield node.name, node.lineno, False
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno, False
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno, False
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname, 0, False
        elif isinstance(node, ast.MatchAs | ast.ExceptHandler) and node.name:
            yield node.name, node.lineno, False


def words_of(name: str) -> list[str]:
    """The words of a name in snake_case or CamelCase, without the terms that are allowed."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    for term in ALLOWED:
        snake = snake.replace(term, "")
    return snake.split("_")


def banned_names(source: str) -> list[str]:
    """What a module binds under a banned name."""
    return [
        f"{line}: {name}"
        for name, line, is_function in bound_names(ast.parse(source))
        if name in BANNED_WHOLE
        or BANNED.intersection(words_of(name))
        or (is_function and name.strip("_").lower() in BANNED_ALONE)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_no_name_of_the_package_is_one_of_the_banned_words(path):
    assert not banned_names(path.read_text(encoding="utf-8"))


def test_no_two_classes_of_the_package_have_one_name():
    modules: dict[str, list[str]] = {}
    for path in FILES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                modules.setdefault(node.name, []).append(path.relative_to(SOURCE).as_posix())
    assert not {name: paths for name, paths in modules.items() if len(paths) > 1}


@pytest.mark.parametrize(
    ("code", "refused"),
    [
        ("def said_count(n): ...", ["1: said_count"]),
        ("class Asked: ...", ["1: Asked"]),
        ("told = 1", ["1: told"]),
        ("def f(taken): ...", ["1: taken"]),
        ("def joined(): ...", ["1: joined"]),
        ("def join_rows(rows): joined = rows", []),
        ("held_out = 0.3", []),
        ("back_up = 1", ["1: back_up"]),
        ("background = 1", []),
    ],
)
def test_a_name_is_refused_for_a_banned_word_and_for_nothing_else(code, refused):
    assert banned_names(code) == refused
