"""Features worked out from variables: declared once, known when the last of their inputs is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from perinatal.clinical.growth import birth_weight_centile, birth_weight_z_score
from perinatal.clinical.vitals import any_known, mean_arterial_pressure, shock_index
from perinatal.errors import UnknownName
from perinatal.vocabulary import (
    VARIABLES,
    Category,
    Count,
    Flag,
    Identifier,
    Kind,
    Moment,
    Quantity,
    Variable,
    variable,
)


@dataclass(frozen=True, slots=True)
class DerivedFeature:
    """A feature computed from variables by a named function of arrays, given in the order of ``inputs``.

    The arrays hold numbers as they are, flags as 0 or 1, unknown as NaN; so does what it returns.
    """

    name: str
    label: str
    kind: Kind
    inputs: tuple[str, ...]
    function: Callable[..., np.ndarray]
    definition: str
    source: str


_DECLARED = (
    DerivedFeature(
        "mean_arterial_pressure_mmhg",
        "mean arterial pressure",
        Quantity("mmHg", (25, 240), (50, 160)),
        ("systolic_bp_mmhg", "diastolic_bp_mmhg"),
        mean_arterial_pressure,
        "Diastolic pressure plus a third of the pulse pressure.",
        "FMF, 10.1002/uog.5227",
    ),
    DerivedFeature(
        "shock_index",
        "shock index",
        Quantity("1/(min.mmHg)", (0.1, 6), (0.3, 2.5)),
        ("heart_rate_bpm", "systolic_bp_mmhg"),
        shock_index,
        "Heart rate over systolic blood pressure.",
        "CRADLE, 10.1371/journal.pone.0168535",
    ),
    DerivedFeature(
        "birth_weight_z_score",
        "birth weight for gestation and sex (z-score)",
        Quantity("{Zscore}", (-20, 20), (-6, 6)),
        ("birth_weight_g", "gestational_age_at_birth_days", "newborn_sex"),
        birth_weight_z_score,
        "Standard deviations above the median of the INTERGROWTH-21st newborn standard; unknown where the sex "
        "is, and outside 24+0 to 42+6 weeks.",
        "Villar 2014, 10.1016/S0140-6736(14)60932-6; before 33+0 weeks 10.1016/S0140-6736(16)00384-6",
    ),
    DerivedFeature(
        "birth_weight_centile",
        "birth weight for gestation and sex (centile)",
        Quantity("{centile}", (0, 100), (0, 100)),
        ("birth_weight_g", "gestational_age_at_birth_days", "newborn_sex"),
        birth_weight_centile,
        "Centile of the INTERGROWTH-21st newborn standard, 0 to 100; unknown where the sex is, and outside "
        "24+0 to 42+6 weeks.",
        "Villar 2014, 10.1016/S0140-6736(14)60932-6; before 33+0 weeks 10.1016/S0140-6736(16)00384-6",
    ),
    DerivedFeature(
        "major_congenital_anomaly",
        "major congenital anomaly",
        Flag(),
        (
            "anencephaly",
            "spina_bifida",
            "cyanotic_heart_disease",
            "diaphragmatic_hernia",
            "omphalocele",
            "gastroschisis",
            "limb_reduction_defect",
            "down_syndrome",
        ),
        any_known,
        "At least one of eight anomalies that registers record at birth; clefts, hypospadias and a suspected "
        "chromosomal disorder are not counted.",
        "NCHS User Guide to the 2021 Natality Public Use File",
    ),
)

DERIVED_FEATURES: Mapping[str, DerivedFeature] = MappingProxyType({declared.name: declared for declared in _DECLARED})
"""Every derived feature by its name."""


@dataclass(frozen=True, slots=True)
class Feature:
    """What a scorer sees under one name: a variable as it is, or a derived feature."""

    name: str
    label: str
    kind: Kind
    inputs: tuple[str, ...]
    derived: DerivedFeature | None

    @property
    def unit(self) -> str | None:
        """The unit, where the feature is a number."""
        return self.kind.unit if isinstance(self.kind, (Quantity, Count)) else None

    @property
    def levels(self) -> tuple[str, ...]:
        """The declared words of a category, in their order; empty for any other kind."""
        return self.kind.levels if isinstance(self.kind, Category) else ()

    @property
    def moment(self) -> Moment:
        """The moment at which the last of its inputs becomes known."""
        order = tuple(Moment)
        return max((VARIABLES[name].known_at for name in self.inputs), key=order.index)

    def known_at(self, moment: Moment) -> bool:
        """Whether all it needs is known at ``moment``."""
        return all(moment.sees(VARIABLES[name].known_at) for name in self.inputs)


def feature(name: str) -> Feature:
    """The feature of this name, a variable's or a derived one's.

    >>> feature("mean_arterial_pressure_mmhg").inputs
    ('systolic_bp_mmhg', 'diastolic_bp_mmhg')
    """
    if name in DERIVED_FEATURES:
        derived = DERIVED_FEATURES[name]
        return Feature(name, derived.label, derived.kind, derived.inputs, derived)
    declared: Variable = variable(name)
    if isinstance(declared.kind, Identifier):
        raise UnknownName(f"'{name}' labels the row and cannot be a feature.")
    return Feature(name, declared.label, declared.kind, (name,), None)
