"""The text of a cell without what nobody sees, in ASCII digits; and the other ways in which people write a number."""

from __future__ import annotations

import re
import unicodedata

_PLAIN = str.maketrans({"٫": ".", "٬": ",", "−": "-", "’": "'", "‘": "'", "′": "'", "″": '"', "”": '"', "“": '"'})
_FORMULA = re.compile(r'=\s*"(.*)"')
_GROUPS = re.compile(r"[+-]?\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?", re.ASCII)
_SPACED_GROUPS = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:\.\d+)?", re.ASCII)
_POINTED_GROUPS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d+(?:,\d+)?", re.ASCII)
_WITH_LETTERS = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))\s*([^\W\d_].*|[°%/].*)")
_FEET_AND_INCHES = re.compile(
    r"""(\d)\s*(?:'|f(?:oo|ee)?t\.?)\s*(?:(\d{1,2}(?:\.\d+)?)\s*(?:"|''|in(?:ch(?:es)?)?\.?)?)?""",
    re.ASCII | re.IGNORECASE,
)
_OUT_OF_TEN = re.compile(r"(\d{1,2})\s*/\s*10", re.ASCII)
_BOUND = re.compile(r"[<>≤≥]=?\s*\d.*", re.ASCII)


def clean_text(text: str) -> str:
    """A text without blanks around it, invisible characters and Excel's marks of a text, in ASCII digits.

    Digits of any script become ASCII digits. Right-to-left marks, byte order marks, zero-width characters and other
    characters of the Unicode category ``Cf`` are left out.

    >>> clean_text("٣٢٠٠"), clean_text(" \\u200fYes\\ufeff"), clean_text('="25"'), clean_text("'25")
    ('3200', 'Yes', '25', '25')
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", "".join(map(_clean_character, text))).translate(_PLAIN)
    text = text.strip()
    if text.startswith("="):
        formula = _FORMULA.fullmatch(text)
        return formula[1].strip() if formula else text
    if text.startswith("'"):
        return text[1:].strip()
    return text


def _clean_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return " " if category == "Zs" else character


def with_decimal_point(text: str, decimal: str | None) -> str | None:
    """A number as Python writes it, from one with marks of thousands or another decimal mark; ``None`` for others.

    ``decimal`` is the declared mark. Where none is declared, only thousands apart by blanks are certain.

    >>> with_decimal_point("3.200,5", ","), with_decimal_point("3,200", "."), with_decimal_point("3 200", None)
    ('3200.5', '3200', '3200')
    >>> with_decimal_point("3,200", None) is None
    True
    """
    if _SPACED_GROUPS.fullmatch(text):
        return text.replace(" ", "")
    if decimal == "," and _POINTED_GROUPS.fullmatch(text):
        return text.replace(".", "").replace(",", ".")
    if decimal == "," and _COMMA.fullmatch(text):
        return text.replace(",", ".")
    if decimal == "." and _GROUPS.fullmatch(text):
        return text.replace(",", "")
    return None


def has_thousands(text: str) -> bool:
    """Whether every comma of a number stands where a mark of thousands would.

    >>> has_thousands("3,200"), has_thousands("1,50,000"), has_thousands("3,2")
    (True, True, False)
    """
    return _GROUPS.fullmatch(text) is not None


def split_unit(text: str) -> tuple[float, str] | None:
    """A number and what is written after it, which may be its unit.

    >>> split_unit("3200g"), split_unit("25 yrs"), split_unit("3200")
    ((3200.0, 'g'), (25.0, 'yrs'), None)
    """
    match = _WITH_LETTERS.fullmatch(text)
    return (float(match[1]), match[2]) if match else None


def inches_from_text(text: str) -> float | None:
    """Inches from feet and inches; ``None`` where the text is not of that form.

    >>> inches_from_text("5'11\\""), inches_from_text("5 ft 4 in"), inches_from_text("5ft"), inches_from_text("5'12")
    (71.0, 64.0, 60.0, None)
    """
    match = _FEET_AND_INCHES.fullmatch(text)
    if match is None:
        return None
    inches = float(match[2] or 0)
    return 12 * int(match[1]) + inches if inches < 12 else None


def score_out_of_ten(text: str) -> float | None:
    """The score in a text such as ``8/10``; ``None`` for others.

    >>> score_out_of_ten("8/10"), score_out_of_ten("8/9")
    (8.0, None)
    """
    match = _OUT_OF_TEN.fullmatch(text)
    return float(match[1]) if match and int(match[1]) <= 10 else None


def is_bound(text: str) -> bool:
    """Whether a text is a bound such as ``<1500``.

    >>> is_bound("<1500"), is_bound("1500")
    (True, False)
    """
    return _BOUND.fullmatch(text) is not None
