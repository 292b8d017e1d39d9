"""The pages of docs/scores: one for each published score, from its declaration, and an index; see make_reference.py."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "scores"
INDEX = "README.md"


def build_index() -> str:
    """The list of the scores, and of those that are not included."""
    from perinatal.catalogue import available_models
    from perinatal.scores.kinds import Confirmation
    from perinatal.scores.left_out import EXCLUDED_SCORES

    table = available_models("published")
    lines = [
        "# Published scores",
        "",
        "Each has the same methods as a trained model: `perinatal.load_model(id).predict(table)`. A risk is given only "
        "where a probability was published; points, categories and indices are never shown as one. These pages are "
        "written by `scripts/make_reference.py` from the declarations in `src/perinatal/scores/declared`.",
        "",
        "None of them is for clinical use as it stands. A score gives what its authors published, for the population "
        "it was developed in; none has been validated in yours.",
    ]
    for domain, rows in table.groupby("domain"):
        lines += ["", f"## {domain.capitalize()}", "", "| score | answers | when | confirmed | examples |"]
        lines.append("|---|---|---|---|---:|")
        for name, row in rows.iterrows():
            confirmed = row["confirmation"].replace("_", " ")
            lines.append(
                f"| [{row['name']}]({name}.md) | {row['answers']} | {row['timing']} | {confirmed} | {row['examples']} |"
            )
    lines += ["", "Levels of confirmation:", ""]
    lines += [f"- **{kind.name.replace('_', ' ').lower()}**: {kind.value}." for kind in Confirmation]
    lines += ["", "## Not included, and why", "", "A wrong coefficient is worse than a missing score.", ""]
    lines += ["| score | why |", "|---|---|", *(f"| {name} | {why} |" for name, why in EXCLUDED_SCORES)]
    return "\n".join(lines) + "\n"


def build_pages() -> dict[str, str]:
    """Every file of the folder by its name."""
    from perinatal.catalogue import load_model
    from perinatal.scores.listing import list_score_ids

    return {INDEX: build_index(), **{f"{name}.md": load_model(name).card() for name in list_score_ids()}}
