"""What a site may call itself: words that cannot be mistaken for a path, a command or another site."""

from __future__ import annotations

import unicodedata

from perinatal.errors import InputError

LONGEST = 60
_MARKS = frozenset(" -_.,()'&+")


def require_label(label: object) -> str:
    """The label, once it is plain words; raises :class:`~perinatal.errors.InputError` otherwise.

    >>> require_label("Hospital São José (maternity)")
    'Hospital São José (maternity)'
    """
    if not isinstance(label, str):
        raise InputError(f"A site's label must be text, and is {type(label).__name__}.")
    plain = unicodedata.normalize("NFC", label)
    fine = (
        plain == plain.strip()
        and 1 <= len(plain) <= LONGEST
        and any(letter.isalnum() for letter in plain)
        and not plain.startswith((".", "-"))
        and ".." not in plain
        and all(unicodedata.category(letter)[0] in "LM" or letter.isdecimal() or letter in _MARKS for letter in plain)
    )
    if not fine:
        raise InputError(
            f"A site's label must be 1 to {LONGEST} letters, digits, blanks and any of -_.,()'&+, beginning with a "
            "letter or a digit."
        )
    return plain


def normalise_label(label: str) -> str:
    """The label as it is compared: capitals, accents' spelling and runs of blanks do not make another site.

    >>> normalise_label("St.  Mary") == normalise_label("ST. MARY")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())
