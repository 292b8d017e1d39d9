"""Every public name with its signature as one text, tests/fixtures/public_api.txt; see make_reference.py."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import ForwardRef

FIXTURE = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "public_api.txt"


def build_text() -> str:
    """The façade, what it loads without listing it, and every public submodule, as one text."""
    import perinatal

    submodules = [name for name in dir(perinatal) if isinstance(getattr(perinatal, name), ModuleType)]
    names = [name for name in dir(perinatal) if name not in submodules]
    described: dict[int, str] = {}
    lines = [
        *describe_module("perinatal", perinatal, names, described),
        *describe_module("perinatal, not listed", perinatal, sorted(perinatal._UNLISTED), described),
    ]
    for name in submodules:
        module = getattr(perinatal, name)
        lines += describe_module(f"perinatal.{name}", module, public_names(module), described)
    return "\n".join(lines).strip() + "\n"


def public_names(module: ModuleType) -> list[str]:
    """The names of ``__all__``, or else the public classes and functions that the module defines."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    return sorted(name for name, value in vars(module).items() if name[0] != "_" and _home(value) == module.__name__)


def describe_module(title: str, module: ModuleType, names: list[str], described: dict[int, str]) -> Iterator[str]:
    """A heading, and each name; what was described before is only referred to."""
    yield f"\n{title}"
    for name in names:
        value = getattr(module, name)
        if not callable(value):
            yield f"    {name}: {type(value).__name__}"
        elif id(value) in described:
            yield f"    {name} = {described[id(value)]}"
        else:
            described[id(value)] = f"{title.partition(',')[0]}.{name}"
            yield from _describe_class(name, value) if inspect.isclass(value) else [f"    {name}{signature(value)}"]


def signature(function: Callable[..., object]) -> str:
    """Parameters with their types and defaults, and the type of the result."""
    written = inspect.signature(function)
    parameters = [
        parameter.replace(annotation=_text(parameter.annotation), default=_default(parameter.default))
        for name, parameter in written.parameters.items()
        if name not in ("self", "cls")
    ]
    return str(written.replace(parameters=parameters, return_annotation=_text(written.return_annotation)))


def _describe_class(name: str, declared: type) -> Iterator[str]:
    if issubclass(declared, enum.Enum):
        yield f"    class {name}: {', '.join(member.name for member in declared)}"
    elif issubclass(declared, BaseException):
        yield f"    class {name}({', '.join(base.__name__ for base in declared.__bases__)})"
        return
    else:
        yield f"    class {name}{signature(declared).removesuffix(' -> None')}"
    members = {
        name: value
        for base in reversed(declared.__mro__)
        if base.__module__.startswith("perinatal")
        for name, value in vars(base).items()
        if name[0] != "_"
    }
    for member, value in sorted(members.items()):
        if isinstance(value, property):
            yield f"        {member}: {inspect.signature(value.fget).return_annotation}"
        elif isinstance(value, classmethod | staticmethod) or inspect.isfunction(value):
            yield f"        {member}{signature(getattr(declared, member))}"


def _home(value: object) -> str | None:
    return getattr(value, "__module__", None)


class _Written:
    """A text that stands in a signature without quotation marks."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def _text(annotation: object) -> object:
    if isinstance(annotation, ForwardRef):  # of a NamedTuple, as long as nothing has resolved it
        annotation = annotation.__forward_arg__
    return _Written(annotation) if isinstance(annotation, str) else annotation


def _default(value: object) -> object:
    """A default as it is written; three dots for an object."""
    plain = value is None or isinstance(value, bool | int | float | str | tuple | type)
    return value if plain else _Written("...")
