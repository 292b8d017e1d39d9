"""The inputs of a model as a table for people and as a JSON Schema for programs, both derived from the vocabulary."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from perinatal.vocabulary import VARIABLES, Category, Flag, Quantity

CORE_INPUTS = (
    ("birth_weight_g", "gestational_age_at_birth_days", "gestational_age_band"),
    ("maternal_age_years", "maternal_age_band"),
)
"""The measurements on every form of their moment: of a newborn the weight and the gestation, of a pregnancy the age."""


def core_inputs(names: Sequence[str]) -> tuple[str, ...]:
    """Those of a model's inputs without which its table is probably misread; empty where there are none.

    Parameters
    ----------
    names : canonical names of the inputs.

    Examples
    --------
    >>> core_inputs(["apgar_5min", "birth_weight_g", "maternal_age_years"])
    ('birth_weight_g',)
    """
    for measurements in CORE_INPUTS:
        if core := tuple(name for name in measurements if name in names):
            return core
    return ()


def describe_inputs(names: Sequence[str]) -> pd.DataFrame:
    """One row for each variable: label, kind, unit, levels, possible and plausible range, moment, definition.

    Parameters
    ----------
    names : canonical names.

    Examples
    --------
    >>> describe_inputs(["apgar_5min"]).loc["apgar_5min", ["kind", "possible"]].tolist()
    ['count', '0 to 10']
    """
    rows = []
    for name in names:
        declared = VARIABLES[name]
        number = declared.number if declared.is_numeric else None
        rows.append(
            {
                "input": name,
                "label": declared.label,
                "kind": type(declared.kind).__name__.lower(),
                "unit": declared.unit,
                "levels": ", ".join(declared.levels) or None,
                "possible": f"{number.possible[0]:g} to {number.possible[1]:g}" if number else None,
                "plausible": f"{number.plausible[0]:g} to {number.plausible[1]:g}" if number else None,
                "known_at": declared.known_at.value,
                "definition": declared.definition,
            }
        )
    return pd.DataFrame(rows).set_index("input")


def build_record_schema(names: Sequence[str], title: str, description: str) -> dict:
    """A JSON Schema (2020-12) of one record of these variables; none is required.

    Parameters
    ----------
    names : canonical names.
    title, description : of the schema.
    """
    properties = {}
    for name in names:
        declared = VARIABLES[name]
        kind = declared.kind
        if isinstance(kind, Category):
            shape: dict = {"enum": [*kind.levels, None]}
        elif isinstance(kind, Flag):
            shape = {"type": ["boolean", "null"]}
        else:
            number = declared.number
            number_type = "number" if isinstance(number, Quantity) else "integer"
            shape = {"type": [number_type, "null"], "minimum": number.possible[0], "maximum": number.possible[1]}
            shape["x-unit"] = number.unit
        properties[name] = {"title": declared.label, "description": declared.definition, **shape}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": description,
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
