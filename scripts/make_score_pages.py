"""Writes docs/scores: a page for each published score, from its declaration, and an index that says what is not there.

python scripts/make_score_pages.py            write them again
python scripts/make_score_pages.py --check    exit 1 if that would change one of them
"""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "scores"
INDEX = "README.md"


def build_index() -> str:
    """The list of the scores, and of those that are not here."""
    from perinatal.catalogue import available_models
    from perinatal.scores.kinds import Confirmation
    from perinatal.scores.left_out import EXCLUDED_SCORES

    table = available_models("published")
    lines = [
        "# Published scores",
        "",
        "Each answers to the same calls as a trained model: `perinatal.load_model(id).predict(table)`. A risk stands "
        "only where a probability was published; points, categories and indices never pass for one. These pages are "
        "written by `scripts/make_score_pages.py` from the declarations in `src/perinatal/scores/declared`.",
        "",
        "None of them is for clinical use as it stands: a score says what its authors wrote down, for the people it "
        "was made for, and none has been checked where you are.",
    ]
    for domain, rows in table.groupby("domain"):
        lines += ["", f"## {domain.capitalize()}", "", "| score | answers | asked | confirmed | examples |"]
        lines.append("|---|---|---|---|---:|")
        for name, row in rows.iterrows():
            confirmed = row["confirmation"].replace("_", " ")
            lines.append(
                f"| [{row['name']}]({name}.md) | {row['answers']} | {row['asked']} | {confirmed} | {row['examples']} |"
            )
    lines += ["", "What *confirmed* says:", ""]
    lines += [f"- **{kind.name.replace('_', ' ').lower()}**: {kind.value}." for kind in Confirmation]
    lines += ["", "## Not here, and why", "", "A wrong coefficient is worse than a missing score.", ""]
    lines += ["| score | why |", "|---|---|", *(f"| {name} | {why} |" for name, why in EXCLUDED_SCORES)]
    return "\n".join(lines) + "\n"


def build_pages() -> dict[str, str]:
    """Every file of the folder by its name."""
    from perinatal.catalogue import load_model
    from perinatal.scores.listing import list_score_ids

    return {INDEX: build_index(), **{f"{name}.md": load_model(name).card() for name in list_score_ids()}}


def find_stale() -> list[str]:
    """Names of the files that are not as they would be written, absent ones and left-over ones included."""
    texts = build_pages()
    current = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    return sorted(name for name in {*texts, *current} if texts.get(name) != current.get(name))


def main(arguments: list[str]) -> int:
    """Write the pages, or say which are stale."""
    if "--check" in arguments:
        names = find_stale()
        for name in names:
            print(f"docs/scores/{name} is stale: run python scripts/make_score_pages.py")
        return int(bool(names))
    FOLDER.mkdir(parents=True, exist_ok=True)
    texts = build_pages()
    for path in FOLDER.glob("*.md"):
        if path.name not in texts:
            path.unlink()
    for name, text in texts.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    print(f"docs/scores: {len(texts)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
