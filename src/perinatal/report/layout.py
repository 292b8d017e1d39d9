"""What all pages have in common: the page around its sections, tables of numbers, lists, the warning at the top."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from perinatal._html import Content, Html, html, join_html
from perinatal.frames import Problem
from perinatal.report.style import NUMBERS_STYLE, STYLE
from perinatal.report.wording import RESEARCH_ONLY, describe_problems

DASH = "–"
VERDICT_STYLE = """
.verdict { border-left: 5px solid #33475b; padding: 6px 14px; background: #f2f5f7; }
.verdict.no { border-color: #96400f; background: #fbf1ec; }"""
FOOT = html("footer", "Written by perinatal. The page is complete; it loads nothing from elsewhere.")


def build_page(title: str, body: Iterable[Content], style: str = "") -> str:
    """A whole page around its parts, self-contained; ``style`` is CSS that this page alone needs."""
    head = html(
        "head",
        html("meta", charset="utf-8"),
        html("meta", name="viewport", content="width=device-width, initial-scale=1"),
        html("title", title),
        html("style", Html(STYLE + NUMBERS_STYLE + style)),
    )
    parts = "\n".join(part for part in map(join_html, body) if part)
    return f'<!doctype html>\n<html lang="en">\n{head}\n<body>\n<main>\n{parts}\n</main>\n</body>\n</html>\n'


def build_section(heading: str, *content: Content, level: int = 2, **attributes: str | None) -> Html:
    """A section under a heading of this level."""
    return html("section", html(f"h{level}", heading), *content, **attributes)


def build_warning(text: str) -> Html:
    """The sentence that opens every page, and what this page adds to it."""
    return html("p", html("b", RESEARCH_ONLY), " ", text, class_="caution")


def build_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[Content] | Html],
    caption: Content = None,
    *,
    right: Iterable[int] = (),
    classes: Mapping[int, str] | None = None,
) -> Html:
    """A table of numbers.

    Parameters
    ----------
    headings : of the columns.
    rows : the cells of each row; or a finished ``<tr>``.
    caption : above the table.
    right : positions of columns that are aligned to the right. classes : position -> class of other columns' cells.
    """
    kinds = {**dict.fromkeys(right, "right"), **(classes or {})}
    heads = [html("th", heading, scope="col", class_=_align(kinds.get(i))) for i, heading in enumerate(headings)]
    lines = [row if isinstance(row, Html) else build_row(row, kinds) for row in rows]
    table = html(
        "table",
        html("caption", caption) if caption else None,
        html("thead", html("tr", heads)),
        html("tbody", lines),
        class_="numbers",
    )
    return html("div", table, class_="wide")


def build_row(cells: Iterable[Content], classes: Mapping[int, str], **attributes: str | None) -> Html:
    """A row of a table: cells with a class by their position, attributes of the row."""
    return html("tr", [html("td", cell, class_=classes.get(i)) for i, cell in enumerate(cells)], **attributes)


def build_heading_row(content: Content, columns: int) -> Html:
    """A row that names the rows under it."""
    return html("tr", html("td", content, colspan=columns), class_="group")


def build_facts(facts: Iterable[tuple[str, Content]]) -> Html:
    """What a page is about: words and sentences in two columns."""
    return html("dl", [(html("dt", word), html("dd", sentence)) for word, sentence in facts], class_="facts")


def build_list(items: Iterable[Content]) -> Html | None:
    """A bulleted list; nothing where there is no item."""
    lines = [html("li", item) for item in items]
    return html("ul", lines, class_="found") if lines else None


def build_note(*content: Content) -> Html:
    """A paragraph in small letters."""
    return html("p", *content, class_="small")


def upper_first(words: str) -> str:
    """Words with a capital at the beginning.

    >>> upper_first("preterm birth")
    'Preterm birth'
    """
    return words[:1].upper() + words[1:]


def _align(kind: str | None) -> str | None:
    return kind if kind == "right" else None


def describe_grouping(grouped_by: str | None) -> str:
    """How rows were grouped in the intervals, in words.

    >>> describe_grouping("mother_id"), describe_grouping(None)
    ('rows of one mother belong together', 'rows are independent')
    """
    return f"rows of one {grouped_by.removesuffix('_id')} belong together" if grouped_by else "rows are independent"


def build_problem_section(problems: Iterable[Problem]) -> Html | None:
    """What was wrong, odd or missing in the table; nothing where there was nothing."""
    items = build_list(describe_problems(problems))
    return None if items is None else build_section("Problems in the table", items)
