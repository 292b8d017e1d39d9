"""How the site reads docstrings: descriptions after the colon, types from the annotations, references as code.

A docstring here has ``name : description`` where numpydoc expects a type, because annotations hold the types. This
extension of griffe, which reads the sources for the API pages, puts the description on its own line before parsing.
"""

from __future__ import annotations

import re

import griffe

SECTION = re.compile(r"^(Parameters|Attributes|Raises|Returns|Yields|Warns)\n-+\n((?:.+\n|\n(?= {4}))*)", re.MULTILINE)
ITEM = re.compile(r"^([\w*][\w*., ]*?) : (.+(?:\n(?: {4}.*|(?=\n {4})))*)", re.MULTILINE)
NEXT_ITEM = re.compile(r"\. (?=[a-z_]\w*(?:, [a-z_]\w*)* : )")
ROLE = re.compile(r":(?:class|func|meth|mod|attr|data):`~?(?:[\w.]*\.)?(\w+)`")


class PlainDocstrings(griffe.Extension):
    """Rewrites every docstring before it is parsed."""

    def on_object(self, *, obj: griffe.Object, **_: object) -> None:
        """Called by griffe for every module, class, function and attribute."""
        if obj.docstring:
            obj.docstring.value = rewrite(obj.docstring.value)


def rewrite(text: str) -> str:
    r"""The docstring with each description on a line of its own, and ``:func:`~a.b``` as code.

    >>> rewrite("Parameters\n----------\nrow : a label, see :func:`~a.b`.\n")
    'Parameters\n----------\nrow\n    a label, see `b`.\n'
    >>> rewrite("Raises\n------\nA, B : it is\n    wrong.\n")
    'Raises\n------\nA\n    it is\n    wrong.\nB\n    it is\n    wrong.\n'
    >>> rewrite("Parameters\n----------\nn : rows. seed : of the draws.\n")
    'Parameters\n----------\nn\n    rows.\nseed\n    of the draws.\n'
    """
    text = ROLE.sub(r"`\1`", text if text.endswith("\n") else text + "\n")
    return SECTION.sub(_rewrite_section, text)


def _rewrite_section(match: re.Match[str]) -> str:
    """The section with each name on a line of its own, also where a line describes several names in turn."""
    return match[0].replace(match[2], ITEM.sub(_split_item, NEXT_ITEM.sub(".\n", match[2])))


def _split_item(match: re.Match[str]) -> str:
    """One item for each name, with the description below it."""
    return "\n".join(f"{name}\n    {match[2]}" for name in match[1].split(", "))
