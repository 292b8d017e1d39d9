"""Every variable of a canonical frame, declared once, a file for each stretch of care."""

from __future__ import annotations

from perinatal.vocabulary.variables.after_birth import AFTER_BIRTH
from perinatal.vocabulary.variables.antenatal import ANTENATAL
from perinatal.vocabulary.variables.history import HISTORY
from perinatal.vocabulary.variables.labour_and_birth import LABOUR_AND_BIRTH
from perinatal.vocabulary.variables.mother import MOTHER
from perinatal.vocabulary.variables.newborn import NEWBORN
from perinatal.vocabulary.variables.newborn_unit import NEWBORN_UNIT
from perinatal.vocabulary.variables.organ_dysfunction import ORGAN_DYSFUNCTION
from perinatal.vocabulary.variables.row_labels import ROW_LABELS
from perinatal.vocabulary.variables.sari_admissions import SARI_ADMISSIONS

DECLARED = (
    *ROW_LABELS,
    *MOTHER,
    *HISTORY,
    *ANTENATAL,
    *LABOUR_AND_BIRTH,
    *NEWBORN,
    *AFTER_BIRTH,
    *NEWBORN_UNIT,
    *ORGAN_DYSFUNCTION,
    *SARI_ADMISSIONS,
)
"""All of them, in the order of care."""
