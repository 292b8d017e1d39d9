"""Units and exact conversions between them, for the variables that have a unit."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from perinatal.errors import UnitError
from perinatal.frames import gestation
from perinatal.frames.notation import clean_text
from perinatal.vocabulary import Variable, variable


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: a reading ``x`` is ``x * scale + zero`` in the base unit of its dimension.

    Parameters
    ----------
    name : UCUM-like name, the one shown.
    dimension : what it measures; only units of one dimension convert into each other.
    scale, zero : exact, from the definition of the unit.
    spellings : what else people write for it; letter case and spaces do not matter.
    """

    name: str
    dimension: str
    scale: Fraction
    zero: Fraction = Fraction(0)
    spellings: tuple[str, ...] = ()


def _build_units(dimension: str, *rows: tuple[str, str, tuple[str, ...]]) -> tuple[Unit, ...]:
    """Units of one dimension: (name, exact size in the base unit, other spellings) each."""
    return tuple(Unit(name, dimension, Fraction(size), spellings=spellings) for name, size, spellings in rows)


UNITS: tuple[Unit, ...] = (
    *_build_units(
        "mass",  # base g; pound and ounce: international avoirdupois, exact since 1959
        ("kg", "1000", ("kgs", "kgm", "kgms", "kilogram", "kilograms", "kilo", "kilos", "quilos")),
        ("g", "1", ("gr", "grs", "gm", "gms", "gram", "grams", "gramme", "grammes", "gramas", "gramos")),
        ("lb", "453.59237", ("[lb_av]", "lbs", "pound", "pounds")),
        ("oz", "28.349523125", ("[oz_av]", "ounce", "ounces")),
        ("st", "6350.29318", ("[stone_av]", "stone")),
    ),
    *_build_units(
        "length",  # base cm; inch: international, exact
        ("cm", "1", ("centimetre", "centimeter", "centimetres", "centimeters")),
        ("m", "100", ("metre", "meter", "metres", "meters")),
        ("in", "2.54", ("[in_i]", "inch", "inches")),
        ("ft", "30.48", ("[ft_i]", "foot", "feet")),
        ("mm", "0.1", ("millimetre", "millimeter", "millimetres", "millimeters")),
    ),
    *_build_units(
        "pressure",  # base Pa; conventional millimetre of mercury, 13 595.1 kg/m3 x 9.806 65 m/s2
        ("mmHg", "133.322387415", ("mm[Hg]",)),
        ("kPa", "1000", ("kilopascal",)),
        ("cmHg", "1333.22387415", ("cm[Hg]",)),
    ),
    *_build_units(
        "time",  # base day; UCUM: a month is a twelfth of the Julian year of 365.25 days
        ("days", "1", ("d", "day")),
        ("weeks", "7", ("wk", "wks", "week")),
        ("months", "30.4375", ("mo", "month")),
        ("years", "365.25", ("a", "y", "yr", "yrs", "year", "ans", "anos", "años", "saal", "سال")),
        ("hours", "1/24", ("h", "hr", "hrs", "hour")),
    ),
    Unit("Cel", "temperature", Fraction(1), spellings=("C", "degC", "°C", "celsius")),
    Unit("degF", "temperature", Fraction(5, 9), Fraction(-160, 9), ("F", "[degF]", "°F", "fahrenheit")),
    Unit("K", "temperature", Fraction(1), Fraction("-273.15"), ("kelvin",)),
    *_build_units(
        "mass concentration",  # base g/L
        ("g/dL", "10", ("g/100mL", "g%", "gm%", "gm/dL", "g/100 mL")),
        ("g/L", "1", ("gm/L",)),
        ("mg/dL", "0.01", ("mg%", "mg/100mL")),
        ("mg/L", "0.001", ("ug/mL",)),
    ),
    *_build_units(
        "substance concentration",  # base mol/L
        ("mmol/L", "1/1000", ("mM", "mmol")),
        ("umol/L", "1/1000000", ("micromol/L", "uM", "umol")),
    ),
    *_build_units(
        "number concentration",  # base 10*9/L
        ("10*9/L", "1", ("10^9/L", "10e9/L", "x10^9/L", "x10*9/L", "10⁹/L", "×10⁹/L")),
        ("10*3/uL", "1", ("10^3/uL", "x10^3/uL", "10³/uL", "K/uL", "10*3/mm3", "10^3/mm3", "thousand/uL")),
        ("/uL", "1/1000", ("/mm3", "/cumm", "1/uL", "cells/uL", "cells/mm3")),
        ("lakh/uL", "100", ("lakhs/uL", "lakh/mm3", "lakhs/mm3", "lakh/cumm", "lakhs/cumm")),
    ),
    *_build_units(
        "volume",  # base mL
        ("mL", "1", ("ml", "cc", "millilitre", "milliliter")),
        ("L", "1000", ("litre", "liter")),
        ("dL", "100", ("decilitre", "deciliter")),
    ),
    *_build_units("ratio", ("%", "0.01", ("percent", "per cent")), ("fraction", "1", ("1", "ratio"))),
    *_build_units(
        "rate",
        ("/min", "1", ("bpm", "1/min", "min-1", "beats/min", "breaths/min", "per minute")),
        ("/s", "60", ("Hz", "1/s")),
    ),
    *_build_units("mass per area", ("kg/m2", "1", ("kg/m^2", "kg/m²"))),
    *_build_units("charge concentration", ("meq/L", "1", ("mmol/L",))),  # of a base excess, where one is the other
    *_build_units("enzyme activity", ("U/L", "1", ("IU/L", "units/L")), ("ukat/L", "60", ("microkat/L",))),
    *_build_units(
        "mass a day", ("mg/24h", "1", ("mg/d", "mg/day", "mg/24 hours")), ("g/24h", "1000", ("g/d", "g/day"))
    ),
    *_build_units(
        "protein for creatinine",  # a gram of creatinine is 8.842 mmol
        ("mg/mmol", "1", ("mg/mmol creatinine",)),
        ("mg/mg", "1000000/8842", ("mg/mg creatinine", "g/g")),
        ("mg/g", "1000/8842", ("mg/g creatinine",)),
    ),
    *_build_units("volume an hour", ("mL/h", "1", ("mL/hr", "mL/hour")), ("mL/24h", "1/24", ("mL/d", "mL/day"))),
    *_build_units("volume an hour for weight", ("mL/kg/h", "1", ("mL/(kg.h)", "mL/kg/hr", "mL/kg/hour"))),
    *_build_units("acidity", ("[pH]", "1", ("pH",))),
    *_build_units("number", ("count", "1", ("1", "number"))),
    *_build_units("number a day", ("count/day", "1", ("/d", "/day", "1/d", "per day", "a day"))),
)
"""Every unit that can be stated, by dimension; the order within a dimension is the order of suggestions."""

_GESTATION = tuple(
    Unit(form, "gestational age", Fraction(1), spellings=spellings)
    for form, spellings in zip(
        gestation.FORMS,
        (
            ("d", "day", "dias", "días", "jours"),
            ("w", "wk", "wks", "week", "semaines", "semanas", "SA"),
            ("week+day", "w+d", "wk+d"),
            ("week.day", "w.d", "wk.d"),
        ),
        strict=True,
    )
)

# Grams in a mole: the only bridge between a mass and an amount of substance, and only for these variables.
_GLUCOSE = Fraction("180.156")  # 1 mmol/L = 18.0156 mg/dL
_HAEMOGLOBIN_MONOMER = Fraction("16114")  # 1 mmol/L = 1.6114 g/dL (IFCC, per haem)
_CREATININE = Fraction(10_000) / Fraction("88.42")  # 1 mg/dL = 88.42 umol/L
_BILIRUBIN = Fraction(10_000) / Fraction("17.1")  # 1 mg/dL = 17.1 umol/L (NICE CG98)
_LACTATE = Fraction("90.08")  # 1 mmol/L = 9.008 mg/dL
MOLAR_MASS = {
    "blood_glucose_mmol_l": _GLUCOSE,
    "fasting_glucose_mmol_l": _GLUCOSE,
    "haemoglobin_g_dl": _HAEMOGLOBIN_MONOMER,
    "serum_creatinine_umol_l": _CREATININE,
    "glucose_load_1h_mmol_l": _GLUCOSE,
    "glucose_load_2h_mmol_l": _GLUCOSE,
    "serum_bilirubin_umol_l": _BILIRUBIN,
    "newborn_bilirubin_umol_l": _BILIRUBIN,
    "blood_lactate_mmol_l": _LACTATE,
}
_BRIDGED = ("mass concentration", "substance concentration")
_EXACT_IN_A_FLOAT = 2**53


def _normalise_unit(unit: str) -> str:
    return "".join(clean_text(unit).split()).casefold().replace("μ", "u").replace("µ", "u")


@functools.cache
def accepted_units(name: str) -> tuple[Unit, ...]:
    """The units in which a variable can be stated, its own first.

    >>> [unit.name for unit in accepted_units("body_temperature_c")]
    ['Cel', 'degF', 'K']
    """
    own = variable(name).unit
    if own is None:
        return ()
    if gestation.is_gestation(name):
        return _GESTATION
    canonical = next(unit for unit in UNITS if unit.name == own)
    dimensions = _BRIDGED if name in MOLAR_MASS else (canonical.dimension,)
    others = (unit for unit in UNITS if unit.dimension in dimensions and unit is not canonical)
    return (canonical, *others)


@functools.cache
def _units_by_spelling(name: str) -> dict[str, Unit]:
    return {
        _normalise_unit(word): unit for unit in reversed(accepted_units(name)) for word in (*unit.spellings, unit.name)
    }


def find_spelling(unit: str, name: str) -> Unit | None:
    """The unit of a variable that a text stands for, or ``None``.

    >>> find_spelling("Gms", "birth_weight_g").name, find_spelling("mg", "birth_weight_g")
    ('g', None)
    """
    return _units_by_spelling(name).get(_normalise_unit(unit))


def find_unit(unit: str, name: str) -> Unit:
    """The unit that a text stands for; :class:`~perinatal.errors.UnitError` where there is none for this variable.

    >>> find_unit("mg / dl", "blood_glucose_mmol_l").name
    'mg/dL'
    """
    accepted = accepted_units(name)
    if not accepted:
        raise UnitError(f"{name} has no unit: expected none, got {unit!r}. Leave the unit out.")
    match = find_spelling(unit, name) if isinstance(unit, str) else None
    if match is None:
        raise UnitError(f"{name} cannot be stated in {unit!r}: expected one of {', '.join(u.name for u in accepted)}.")
    return match


def _size_in_base(unit: Unit, molar_mass: Fraction | None) -> Fraction:
    """Size of a unit, where a substance's masses and amounts share the base g/L."""
    if molar_mass is not None and unit.dimension == "substance concentration":
        return unit.scale * molar_mass
    return unit.scale


@functools.cache
def _conversion_factors(stated: Unit, own: Unit, molar_mass: Fraction | None) -> tuple[float, float, float]:
    """``(shift, times, over)`` such that own = (stated + shift) * times / over."""
    size = _size_in_base(stated, molar_mass)
    ratio = size / _size_in_base(own, molar_mass)
    shift = float((stated.zero - own.zero) / size)
    if max(ratio.numerator, ratio.denominator) > _EXACT_IN_A_FLOAT:
        return shift, float(ratio), 1.0
    return shift, float(ratio.numerator), float(ratio.denominator)


def _convert_between(values: Any, stated: Unit, own: Unit, molar_mass: Fraction | None) -> Any:
    if isinstance(values, (list, tuple)):
        values = np.asarray(values, dtype=np.float64)
    shift, factor, divisor = _conversion_factors(stated, own, molar_mass)
    with np.errstate(over="ignore", invalid="ignore"):
        shifted = values + shift if shift else values
        scaled = shifted * factor if factor != 1 else shifted
        return scaled / divisor if divisor != 1 else scaled


def convert(values: Any, unit: str, variable_name: str) -> Any:
    """Numbers stated in ``unit``, in the unit of the variable.

    Parameters
    ----------
    values : number, array, Series or list of numbers; missing stays missing. For a gestational age in
        ``weeks+days``, texts such as ``32+4``.
    unit : what they are stated in, as in :data:`UNITS`; letter case and spaces do not matter.
    variable_name : canonical name; it settles the unit of the result, and the substance where that matters.

    Returns
    -------
    The same kind of container (an array for a list, and for texts). Gestational ages become *completed* days.

    Raises
    ------
    UnitError : the unit is not known, or not of this variable's dimension.

    Examples
    --------
    >>> convert([110, 95], "g/L", "haemoglobin_g_dl")
    array([11. ,  9.5])
    >>> round(convert(90.078, "mg/dL", "blood_glucose_mmol_l"), 6)
    5.0
    >>> float(convert(38.5, "weeks", "gestational_age_at_birth_days"))
    269.0
    """
    stated, own = find_unit(unit, variable_name), accepted_units(variable_name)[0]
    if stated.dimension != "gestational age":
        return _convert_between(values, stated, own, MOLAR_MASS.get(variable_name))
    if stated.name == "weeks+days":
        return gestation.days_from_text(values)
    numbers = np.asarray(values, dtype=np.float64) if isinstance(values, (list, tuple)) else values
    if stated.name == "weeks":
        return gestation.days_from_weeks(numbers)
    return gestation.days_from_weeks_dot_days(numbers) if stated.name == "weeks.days" else numbers


def convert_to_unit(values: Any, unit: str, variable_name: str) -> Any:
    """Canonical numbers, in ``unit``; the inverse of :func:`convert`, but not for gestational ages.

    >>> convert_to_unit(11.5, "g/L", "haemoglobin_g_dl")
    115.0
    """
    stated, own = find_unit(unit, variable_name), accepted_units(variable_name)[0]
    if stated.dimension == "gestational age" and stated is not own:
        raise UnitError(f"{variable_name} is stored in completed days: expected 'days', got {unit!r}.")
    return _convert_between(values, own, stated, MOLAR_MASS.get(variable_name))


def other_units(declared: Variable, stated: str | None) -> tuple[Unit, ...]:
    """The units in which numbers of a variable might be by mistake, other than the stated one."""
    accepted = accepted_units(declared.name)
    current = find_unit(stated, declared.name) if stated else accepted[0]
    numeric = [unit for unit in accepted if unit.name not in ("weeks+days", "weeks.days")]
    return tuple(unit for unit in numeric if unit is not current)
