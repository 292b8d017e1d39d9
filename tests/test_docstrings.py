"""Every public callable names each of its parameters in its docstring, and no other; classes name their fields."""

from __future__ import annotations

import enum
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import perinatal as pn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

import make_public_api

SECTION = re.compile(r"^Parameters\n-+\n(.*?)(?=\n\n|\n[A-Z][a-z]+\n-+\n|\Z)", re.DOTALL | re.MULTILINE)
ENTRY = re.compile(r"(?:^|(?<=[.;] ))((?:\*{0,2}\w+)(?:, \*{0,2}\w+)*) : ")
CONTINUED = re.compile(r"(?<=[.;)`]) (\w+(?:, \w+)*) : ")


def public_callables() -> Iterator[tuple[str, Callable[..., object]]]:
    """Every function, class and public method that the façade or a public submodule gives, once each."""
    seen: set[int] = set()
    modules = [("perinatal", pn, [*pn._NAMES, *pn._UNLISTED])]
    modules += [(name, getattr(pn, name), make_public_api.public_names(getattr(pn, name))) for name in pn._SUBMODULES]
    for title, module, names in modules:
        for name in names:
            value = getattr(module, name)
            if not callable(value) or id(value) in seen or (inspect.isclass(value) and issubclass(value, Exception)):
                continue
            seen.add(id(value))
            yield f"{title}.{name}", value
            if inspect.isclass(value):
                yield from public_methods(f"{title}.{name}", value)


def public_methods(title: str, declared: type) -> Iterator[tuple[str, Callable[..., object]]]:
    """The public methods that our classes define themselves."""
    for base in declared.__mro__:
        if base.__module__.startswith("perinatal"):
            for name, value in vars(base).items():
                if name[0] != "_" and (inspect.isfunction(value) or isinstance(value, classmethod | staticmethod)):
                    yield f"{title}.{name}", getattr(declared, name)


def parameters_of(function: Callable[..., object]) -> list[str]:
    """The names of its parameters; of a class, those of the constructor; of an enumeration, none."""
    if inspect.isclass(function) and issubclass(function, enum.Enum):
        return []
    return [name for name in inspect.signature(function).parameters if name not in ("self", "cls", "args", "kwds")]


def documented_parameters(function: Callable[..., object]) -> list[str]:
    """The names in the section *Parameters*; several may share a line: ``low, high : the limits. unit : of both.``"""
    match = SECTION.search(inspect.getdoc(function) or "")
    if match is None:
        return []
    text = re.sub(r"\n +", " ", match[1])
    entries = [entry for line in text.splitlines() for entry in (*ENTRY.findall(line), *CONTINUED.findall(line))]
    return [name.strip("*") for names in dict.fromkeys(entries) for name in names.split(", ")]


CALLABLES = dict(public_callables())


@pytest.mark.parametrize("name", CALLABLES)
def test_every_parameter_of_a_public_callable_is_documented_and_no_other(name):
    function = CALLABLES[name]
    assert inspect.getdoc(function)
    assert sorted(documented_parameters(function)) == sorted(parameters_of(function))
