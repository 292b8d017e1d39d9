"""Writes every page that follows from the declarations alone, in a few seconds.

python scripts/make_reference.py            write them again
python scripts/make_reference.py --check    name those that would change, and exit 1

These are the data dictionary, the rules of the leak audit, the page of each published score, the danger signs, the
tables of growth standards and of commands, the pages of the API, and the list of public names.
``make documents`` writes the others too: examples with their output, tables of the shipped models, notebooks.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import make_api_pages
import make_command_page
import make_danger_signs
import make_public_api
import make_score_pages

ROOT = Path(__file__).resolve().parent.parent
GROWTH = ROOT / "docs" / "growth.md"
MARKED = re.compile(
    r"(<!-- (?P<name>\w+): written by scripts/make_reference\.py -->\n).*?(<!-- end of (?P=name) -->)", re.DOTALL
)


def build_pages() -> dict[Path, str]:
    """The text of each page by its path."""
    from perinatal.training.auditing import rules_markdown
    from perinatal.vocabulary.data_dictionary import dictionary_markdown

    return {
        ROOT / "docs" / "data_dictionary.md": dictionary_markdown(),
        ROOT / "docs" / "leak_audit.md": rules_markdown(),
        make_danger_signs.DOCUMENT: make_danger_signs.build_document(),
        GROWTH: fill_tables(GROWTH.read_text(encoding="utf-8")),
        make_command_page.DOCUMENT: fill_tables(make_command_page.DOCUMENT.read_text(encoding="utf-8")),
        **{make_api_pages.FOLDER / name: page for name, page in make_api_pages.build_pages().items()},
        **{make_score_pages.FOLDER / name: page for name, page in make_score_pages.build_pages().items()},
        make_public_api.FIXTURE: make_public_api.build_text(),
    }


def fill_tables(text: str) -> str:
    """The page with each of its marked tables as the declarations are."""
    tables = {
        "standards": standards_table,
        "populations": populations_table,
        "commands": make_command_page.commands_table,
        "exit_codes": make_command_page.exit_codes_table,
        "options": make_command_page.options_sections,
    }
    return MARKED.sub(lambda match: f"{match[1]}\n{tables[match['name']]()}\n{match[3]}", text)


def standards_table() -> str:
    """Each growth standard: what it judges, against what, over which range."""
    from perinatal.clinical.dating import gestation_to_text
    from perinatal.clinical.growth import STANDARDS
    from perinatal.vocabulary import VARIABLES

    lines = ["| standard | measure | as a function of | range | by sex | source |", "|---|---|---|---|---|---|"]
    for standard in STANDARDS.values():
        if standard.at.startswith(("gestational", "postmenstrual")):
            range_ = f"{gestation_to_text(standard.first)} to {gestation_to_text(standard.last)} weeks"
        else:
            range_ = f"{standard.first:g} to {standard.last:g} {VARIABLES[standard.at].unit}"
        lines.append(
            f"| `{standard.name}` | `{standard.measure}` | `{standard.at}` | {range_} "
            f"| {'yes' if standard.by_sex else 'no'} | {standard.citation}, {standard.doi} |"
        )
    return "\n".join(lines) + "\n"


def populations_table() -> str:
    """The population of each growth standard; standards of one population share a row."""
    from perinatal.clinical.growth import STANDARDS

    names: dict[str, list[str]] = {}
    for standard in STANDARDS.values():
        names.setdefault(standard.population, []).append(f"`{standard.name}`")
    rows = [f"| {', '.join(standards)} | {population} |" for population, standards in names.items()]
    return "\n".join(["| standards | population |", "|---|---|", *rows]) + "\n"


def find_stale() -> list[str]:
    """The pages that are absent, out of date, or of something that is no longer declared."""
    pages = build_pages()
    stale = [path for path, text in pages.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    return sorted(path.relative_to(ROOT).as_posix() for path in {*stale, *find_orphans(pages)})


def find_orphans(pages: dict[Path, str]) -> list[Path]:
    """Pages of scores that are no longer declared, and of modules that are no longer public."""
    folders = (make_score_pages.FOLDER, make_api_pages.FOLDER)
    return [path for folder in folders for path in folder.glob("*.md") if path not in pages]


def main() -> int:
    """Write the pages, or say which are stale."""
    if "--check" in sys.argv[1:]:
        stale = find_stale()
        for name in stale:
            print(f"{name} is stale: run python scripts/make_reference.py")
        return int(bool(stale))
    pages = build_pages()
    for path in find_orphans(pages):
        path.unlink()
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")
    print(f"{len(pages)} pages are written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
