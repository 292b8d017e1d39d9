"""Words and number codes for unknown values."""

from __future__ import annotations

UNKNOWN_WORDS = frozenset(
    {
        "",
        "na",
        "n/a",
        "nan",
        "<na>",
        "nat",
        "-",
        "--",
        ".",
        "?",
        "unknown",
        "unk",
        "not known",
        "not recorded",
        "not available",
        "missing",
        "nr",
        "nk",
        "null",
        "none",
        "inconnu",
        "non renseigné",
        "desconocido",
        "sin dato",
        "desconhecido",
        "ignorado",
        "não informado",
        "maloom nahin",
        "معلوم نہیں",
    }
)
"""Words for unknown, lower case and stripped; a declared level of the same spelling comes first."""

SENTINELS = (-1.0, -9.0, 88.0, 99.0, 888.0, 999.0, 9999.0, 99.9, 999.9)
"""Codes for unknown, wherever the variable cannot have that value."""
