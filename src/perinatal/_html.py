"""HTML that escapes by default: text is escaped unless it was made here, so that no page has to remember to."""

from __future__ import annotations

import html as _entities
from collections.abc import Iterable
from typing import TypeAlias

import pandas as pd

_VOID = frozenset({"br", "meta"})
_SHAPES = frozenset({"circle", "line", "path", "polygon", "polyline", "rect"})  # of SVG: they hold nothing


class Html(str):
    """Text that is HTML already: made by :func:`html` and :func:`join_html`, or markup written by hand in the code."""

    __slots__ = ()


Content: TypeAlias = "str | float | Iterable[Content] | None"


def html(tag: str, *children: Content, **attributes: str | float | None) -> Html:
    """An element. Children that are not :class:`Html` are escaped, and so is every attribute.

    Parameters
    ----------
    tag : name of the element.
    children : text, numbers, elements, or iterables of these; ``None`` leaves nothing.
    attributes : ``class_`` is ``class`` and ``data_label`` is ``data-label``; one that is ``None`` is left out.

    Examples
    --------
    >>> html("p", "a < b, ", html("b", "not ", 2), class_="small", title='"')
    '<p class="small" title="&quot;">a &lt; b, <b>not 2</b></p>'
    """
    words = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_entities.escape(str(value))}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in _VOID:
        return Html(f"<{tag}{words}>")
    if tag in _SHAPES:
        return Html(f"<{tag}{words}/>")
    return Html(f"<{tag}{words}>{join_html(*children)}</{tag}>")


def join_html(*children: Content) -> Html:
    """Children side by side, escaped as in :func:`html`.

    >>> join_html("1 < 2", None, [html("br"), 3])
    '1 &lt; 2<br>3'
    """
    return Html("".join(map(_render, children)))


def table_html(table: pd.DataFrame, rows: int = 50, *, index: bool = True) -> Html:
    """A table as HTML, its text escaped; at most ``rows`` of its rows, the first and the last.

    >>> "&lt;b&gt;" in table_html(pd.DataFrame({"name": ["<b>"]}))
    True
    """
    with pd.option_context("display.max_colwidth", None, "display.max_rows", rows):
        return Html(table.to_html(border=0, max_rows=rows, index=index))


def _render(child: Content) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, (str, int, float)):
        return _entities.escape(str(child))
    return "".join(map(_render, child))
