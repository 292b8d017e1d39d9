"""The pages in docs/api: one for the package and one for each public module, which hold every public name.

The pages only name what is to be documented; the site takes the text from the docstrings. ``make_reference.py`` writes
them.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType

from make_public_api import public_names

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "api"


def list_public_names() -> list[str]:
    """Every public name with the module it is public in, such as ``perinatal.fit``."""
    import perinatal

    modules = _list_modules()
    names = [name for name in (*dir(perinatal), *perinatal._UNLISTED) if name not in modules and name[0] != "_"]
    listed = [f"perinatal.{name}" for name in sorted(names, key=str.lower)]
    return listed + [f"perinatal.{module}.{name}" for module in modules for name in public_names(modules[module])]


def build_pages() -> dict[str, str]:
    """Every file of the folder by its name."""
    import perinatal

    modules = _list_modules()
    names = [name.removeprefix("perinatal.") for name in list_public_names() if name.count(".") == 1]
    functions = [name for name in names if inspect.isroutine(getattr(perinatal, name))]
    lines = [
        "# API",
        "",
        "`import perinatal as pn` loads a name when it is first used. Public modules:",
        "",
        "| module | for |",
        "|---|---|",
        *(f"| [`perinatal.{name}`]({name}.md) | {_summary(module)} |" for name, module in modules.items()),
        "",
    ]
    for title, chosen in (
        ("Functions", functions),
        ("Classes and constants", [n for n in names if n not in functions]),
    ):
        lines += [f"## {title}", "", *(f"::: perinatal.{name}\n" for name in chosen)]
    pages = {"README.md": "\n".join(lines)}
    for name, module in modules.items():
        entries = [f"::: perinatal.{name}.{member}\n" for member in public_names(module)]
        pages[f"{name}.md"] = "\n".join([f"# perinatal.{name}", "", _summary(module), "", *entries])
    return pages


def _list_modules() -> dict[str, ModuleType]:
    import perinatal

    return {name: getattr(perinatal, name) for name in dir(perinatal) if inspect.ismodule(getattr(perinatal, name))}


def _summary(module: ModuleType) -> str:
    return (module.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
