"""Finds the files that travel with the library: in the installed wheel, else in the checkout it runs from."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from perinatal.errors import PerinatalError

_PACKAGE = Path(__file__).resolve().parent
_IN_CHECKOUT = {"models": Path("models"), "sample": Path("data", "sample")}


def shipped_directory(kind: Literal["models", "sample"]) -> Path:
    """The folder of the shipped models or of the sample tables.

    Raises :class:`~perinatal.errors.PerinatalError` when this installation has none.

    >>> sorted(file.name for file in shipped_directory("sample").glob("*.csv"))
    ['births.csv', 'hospital_births.csv', 'messy_clinic.csv', 'sari_admissions.csv']
    """
    in_wheel = _PACKAGE / "_shipped" / kind
    if in_wheel.is_dir():
        return in_wheel
    in_checkout = _PACKAGE.parent.parent / _IN_CHECKOUT[kind]
    if _PACKAGE.parent.name == "src" and in_checkout.is_dir():
        return in_checkout
    raise PerinatalError(
        f"The shipped {kind} folder is missing: expected {in_wheel}, or {_IN_CHECKOUT[kind].as_posix()} in a "
        "checkout. Install perinatal again."
    )
