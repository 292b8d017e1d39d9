"""Growth standards: z-scores and centiles of measurements, and back; size for gestation; fetal weight; weight gain."""

from __future__ import annotations

from perinatal.clinical.growth.charts import (
    STANDARDS,
    Coverage,
    centile,
    coverage,
    value_at_centile,
    value_at_z,
    z_score,
)
from perinatal.clinical.growth.fetal_size import (
    DatedPregnancy,
    fetal_weight_hadlock,
    fetal_weight_hadlock_with_biparietal,
    fetal_weight_stirnemann,
    gestational_age_from_crown_rump_length,
)
from perinatal.clinical.growth.newborn import birth_weight_centile, birth_weight_z_score
from perinatal.clinical.growth.size import size_for_gestation, vulnerable_newborns
from perinatal.clinical.growth.standard import Standard
from perinatal.clinical.growth.weight_gain import RecommendedGain, recommended_weight_gain

__all__ = [
    "STANDARDS",
    "Coverage",
    "DatedPregnancy",
    "RecommendedGain",
    "Standard",
    "birth_weight_centile",
    "birth_weight_z_score",
    "centile",
    "coverage",
    "fetal_weight_hadlock",
    "fetal_weight_hadlock_with_biparietal",
    "fetal_weight_stirnemann",
    "gestational_age_from_crown_rump_length",
    "recommended_weight_gain",
    "size_for_gestation",
    "value_at_centile",
    "value_at_z",
    "vulnerable_newborns",
    "z_score",
]
