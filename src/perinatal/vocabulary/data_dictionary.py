"""The data dictionary: every variable and outcome in a table, for people who set up registers and forms."""

from __future__ import annotations

import pandas as pd

from perinatal.vocabulary import OUTCOMES, VARIABLES, Category, Flag, Identifier, Quantity, Variable

COLUMNS = (
    "name",
    "label",
    "kind",
    "unit",
    "levels",
    "possible",
    "plausible",
    "known_at",
    "definition",
    "denominator",
    "horizon",
    "rule",
    "source",
    "loinc",
    "snomed",
    "ciel",
    "omop",
)
_IN_MARKDOWN = ("name", "label", "values", "known_at", "definition", "codes", "source")
_SYSTEMS = {"loinc": "LOINC", "snomed": "SNOMED CT", "ciel": "CIEL", "omop": "OMOP"}


def dictionary() -> pd.DataFrame:
    """Every variable and outcome, one row each, in the order of care.

    Columns: ``name, label, kind, unit, levels, possible, plausible, known_at, definition, denominator, horizon, rule,
    source, loinc, snomed, ciel, omop``, all text, empty where there is none. ``kind`` is ``quantity``,
    ``count``, ``category``, ``flag``, ``identifier`` or ``outcome`` (a flag with a denominator and a horizon).
    ``rule`` is how an outcome follows from variables, in the language of :mod:`perinatal.vocabulary.rules`.

    >>> table = dictionary().set_index("name")
    >>> table.loc["haemoglobin_g_dl", ["kind", "unit", "possible", "loinc"]].tolist()
    ['quantity', 'g/dL', '2 to 25', '718-7']
    >>> table.loc["neonatal_death", ["kind", "denominator", "horizon"]].tolist()
    ['outcome', 'live births', '27 completed days']
    """
    return pd.DataFrame([_build_row(declared) for declared in VARIABLES.values()], columns=list(COLUMNS), dtype="str")


def dictionary_markdown() -> str:
    """The dictionary as a Markdown page; `docs/data_dictionary.md` is this."""
    table = dictionary()
    outcomes = table["kind"] == "outcome"
    parts = [
        "# Data dictionary",
        "Made from the vocabulary by `perinatal dictionary --format md > docs/data_dictionary.md`; change the "
        "declarations in `src/perinatal/vocabulary/`, not this page.",
        f"{int((~outcomes).sum())} variables and {int(outcomes.sum())} outcomes. *Known at* is the earliest moment at "
        "which a value, as registers record it, is known: a model at an earlier moment cannot use it. "
        "*Possible* bounds what can be true (anything else becomes unknown and is reported), *plausible* what needs no "
        "comment. A missing value is an empty cell, never a code such as 99.",
        "## Variables",
        _format_markdown_table(_IN_MARKDOWN, [_format_markdown_row(row) for _, row in table[~outcomes].iterrows()]),
        "## Outcomes",
        "Each outcome is also a column: true, false or unknown. Where its column is absent and it has a rule, it is "
        "derived by the rule.",
        _format_markdown_table(
            ("name", "label", "definition", "rule", "denominator", "horizon", "known at", "codes", "source"),
            [
                (f"`{r['name']}`", r["label"], r["definition"], f"`{r['rule']}`" if r["rule"] else "",
                 r["denominator"], r["horizon"], r["known_at"], _format_codes(r), r["source"])
                for _, r in table[outcomes].iterrows()
            ],
        ),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _build_row(declared: Variable) -> dict[str, str]:
    target = OUTCOMES.get(declared.name)
    number = declared.number if declared.is_numeric else None
    return {
        "name": declared.name,
        "label": declared.label,
        "kind": "outcome" if target is not None else type(declared.kind).__name__.lower(),
        "unit": declared.unit or "",
        "levels": ", ".join(declared.levels),
        "possible": _format_range(number.possible) if number else "",
        "plausible": _format_range(number.plausible) if number else "",
        "known_at": declared.known_at.value,
        "definition": declared.definition,
        "denominator": target.denominator if target is not None else "",
        "horizon": target.horizon if target is not None else "",
        "rule": target.derive if target is not None else "",
        "source": declared.source,
        **{system: ", ".join(getattr(declared.codes, system)) for system in _SYSTEMS},
    }


def _format_range(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:g} to {bounds[1]:g}"


def _format_markdown_row(row: pd.Series) -> tuple[str, ...]:
    kind = VARIABLES[row["name"]].kind
    if isinstance(kind, Category):
        values = row["levels"] + (" (in this order)" if kind.ordered else "")
    elif isinstance(kind, Flag):
        values = "yes / no"
    elif isinstance(kind, Identifier):
        values = "a label"
    else:
        whole = "" if isinstance(kind, Quantity) else "whole number, "
        unit = "" if row["unit"] == "count" else f"{row['unit']}; "
        values = f"{unit}{whole}possible {row['possible']}, plausible {row['plausible']}"
    return (
        f"`{row['name']}`",
        row["label"],
        values,
        row["known_at"],
        row["definition"],
        _format_codes(row),
        row["source"],
    )


def _format_codes(row: pd.Series) -> str:
    return "; ".join(f"{system_label} {row[system]}" for system, system_label in _SYSTEMS.items() if row[system])


def _format_markdown_table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
