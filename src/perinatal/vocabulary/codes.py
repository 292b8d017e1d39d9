"""Codes of variables and outcomes in other systems, and the check digits that reveal a slip in copying."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of a variable or outcome in other systems; empty where none was confirmed.

    Parameters
    ----------
    loinc, snomed : codes with check digits; see :func:`loinc_is_valid` and :func:`snomed_is_valid`.
    ciel, omop : concept numbers, without a check digit.
    """

    loinc: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    ciel: tuple[str, ...] = ()
    omop: tuple[str, ...] = ()


def loinc_is_valid(code: str) -> bool:
    """Whether the check digit (Luhn, modulus 10) of a LOINC code is right.

    Parameters
    ----------
    code : such as ``8480-6``.

    Examples
    --------
    >>> loinc_is_valid("8480-6"), loinc_is_valid("8480-5")
    (True, False)
    """
    number, _, check = code.partition("-")
    if not (number.isdecimal() and check.isdecimal() and len(check) == 1):
        return False
    total = 0
    for position, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return (10 - total % 10) % 10 == int(check)


_VERHOEFF_MULTIPLY = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_VERHOEFF_PERMUTE = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


def snomed_is_valid(code: str) -> bool:
    """Whether the check digit (Verhoeff) of a SNOMED CT identifier is right.

    Parameters
    ----------
    code : digits only, such as ``271649006``.

    Examples
    --------
    >>> snomed_is_valid("271649006"), snomed_is_valid("67096006")
    (True, False)
    """
    if not code.isdecimal() or not 6 <= len(code) <= 18:
        return False
    check = 0
    for position, digit in enumerate(reversed(code)):
        check = _VERHOEFF_MULTIPLY[check][_VERHOEFF_PERMUTE[position % 8][int(digit)]]
    return check == 0
