"""Danger signs of mother and newborn, declared once: what is seen or measured, from where on, for whom, by whose rule.

Every criterion reads plain numbers or arrays of them: flags as 1 and 0, a word as the place of its level, unknown as
``NaN``. A comparison with ``NaN`` is false: an unknown value never shows a sign, and never says that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

import numpy as np

from perinatal.clinical.vitals import shock_index

Numbers = np.ndarray | float
Truths = np.ndarray | bool

_ROUNDING = 1e-9  # 100.4 °F is 38.0 °C, whatever the last bit says

# Where the signs stand.
ANC = "WHO Digital Adaptation Kit for Antenatal Care (2021), danger signs at a contact"
PNC = "WHO Digital Adaptation Kit for Postnatal Care, danger signs of the mother"
ANC_AND_PNC = "WHO Digital Adaptation Kits for Antenatal Care (2021) and Postnatal Care, danger signs"
PCPNC = "WHO Pregnancy, Childbirth, Postpartum and Newborn Care, 3rd edition (2015)"
AT_ONCE = f"{PCPNC}: go to hospital immediately, day or night"
SEVERE_HYPERTENSION = (
    "WHO antenatal care; ACOG Practice Bulletin 222 (2020), 10.1097/AOG.0000000000003891; ISSHP (2018, 2021)"
)
SHOCK = "Nathan 2015, 10.1111/1471-0528.13206; red light of the CRADLE Vital Signs Alert, 10.1136/bmjinnov-2017-000240"
NEAR_MISS = "WHO near-miss approach (2011), 10.1016/j.bpobgyn.2009.01.007: organ dysfunction"
ANAEMIA = "WHO guideline on haemoglobin cutoffs (2024), severe anaemia in every trimester"
PSBI = "WHO possible serious bacterial infection, 0 to 59 days (2015, 2024), 10.1371/journal.pone.0229248"
PNC_NEWBORN = "WHO postnatal care of the newborn: its own limit, lower than that for serious infection"


class Person(Enum):
    """Whom a sign is about, and when."""

    ANTENATAL = "the mother, in pregnancy"
    POSTNATAL = "the mother, after birth"
    NEWBORN = "the newborn"


class ThresholdComparison(Enum):
    """How a number is held against a threshold."""

    SEEN = "recorded"
    AT_LEAST = "or more"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One way in which a sign shows.

    Parameters
    ----------
    variables : canonical names that are read.
    rule : the rule in words, as shown to a person.
    source : where it stands.
    compared, threshold : how the number is judged, in the variable's unit; a flag is :attr:`Compared.SEEN`.
    number : what is compared, of the variables; the variable itself where it is one.
    """

    variables: tuple[str, ...]
    rule: str
    source: str
    comparison: ThresholdComparison = ThresholdComparison.SEEN
    threshold: float = 1.0
    number: Callable[..., Numbers] | None = None

    def holds(self, *values: Numbers) -> Truths:
        """Where the sign shows, given the values of ``variables`` in order; false where one is unknown.

        >>> [DANGER_SIGNS["severe_hypertension"].criteria[0].holds(mmhg) for mmhg in (160.0, 159.0, np.nan)]
        [True, False, False]
        """
        number = values[0] if self.number is None else self.number(*values)
        if self.comparison is ThresholdComparison.ABOVE:
            return number > self.threshold + _ROUNDING
        if self.comparison is ThresholdComparison.BELOW:
            return number < self.threshold - _ROUNDING
        return number >= self.threshold - _ROUNDING


@dataclass(frozen=True, slots=True)
class DangerSign:
    """Something that calls for care now, whatever any model estimates.

    Parameters
    ----------
    name : one word for programs. label : the words for a person.
    people : for whom the sources give it; a table does not always say who is meant, so it is shown for every row.
    criteria : the ways in which it shows; one is enough, the first that holds is told.
    """

    name: str
    label: str
    people: tuple[Person, ...]
    criteria: tuple[Criterion, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """Canonical names that any of its criteria reads."""
        return tuple(dict.fromkeys(name for criterion in self.criteria for name in criterion.variables))


_UNRESPONSIVE = 3.0  # the place of "unresponsive" among the levels of alertness
_MOTHER = (Person.ANTENATAL, Person.POSTNATAL)
_PREGNANT = (Person.ANTENATAL,)
_NEWBORN = (Person.NEWBORN,)


def _when_flag(flag: str, rule: str, source: str) -> Criterion:
    return Criterion((flag,), rule, source)


def _when_at_least(variable: str, threshold: float, rule: str, source: str) -> Criterion:
    return Criterion((variable,), rule, source, ThresholdComparison.AT_LEAST, threshold)


def _when_above(variable: str, threshold: float, rule: str, source: str) -> Criterion:
    return Criterion((variable,), rule, source, ThresholdComparison.ABOVE, threshold)


def _when_below(variable: str, threshold: float, rule: str, source: str) -> Criterion:
    return Criterion((variable,), rule, source, ThresholdComparison.BELOW, threshold)


_DECLARED = (
    DangerSign(
        "unconscious",
        "unconscious",
        _MOTHER,
        (
            _when_flag("unconscious", "she does not respond", ANC_AND_PNC),
            _when_at_least("alertness", _UNRESPONSIVE, "alertness: unresponsive", ANC_AND_PNC),
        ),
    ),
    DangerSign(
        "convulsions",
        "convulsions",
        _MOTHER,
        (
            _when_flag("convulsions", "she convulses, or has since the last contact", ANC_AND_PNC),
            _when_flag("status_epilepticus", "uncontrollable fits", NEAR_MISS),
            _when_flag("eclampsia", "eclampsia is recorded: convulsions with hypertension of pregnancy", ANC_AND_PNC),
        ),
    ),
    DangerSign(
        "vaginal_bleeding",
        "vaginal bleeding",
        _MOTHER,
        (
            _when_flag("vaginal_bleeding", "any vaginal bleeding in pregnancy", ANC),
            _when_flag("abnormal_bleeding_after_birth", "abnormal vaginal bleeding after birth", PNC),
        ),
    ),
    DangerSign(
        "shock",
        "signs of shock",
        _MOTHER,
        (
            _when_flag("shock", "shock is recorded", NEAR_MISS),
            Criterion(
                ("heart_rate_bpm", "systolic_bp_mmhg"),
                "heart rate at least 1.7 times the systolic pressure (shock index 1.7 or more)",
                SHOCK,
                ThresholdComparison.AT_LEAST,
                1.7,
                shock_index,
            ),
        ),
    ),
    DangerSign(
        "central_cyanosis",
        "central cyanosis",
        _MOTHER,
        (
            _when_flag("central_cyanosis", "blue tongue or lips", ANC_AND_PNC),
            _when_flag("acute_cyanosis", "acute cyanosis", NEAR_MISS),
        ),
    ),
    DangerSign(
        "severe_hypertension",
        "severe hypertension",
        _MOTHER,
        (
            _when_at_least("systolic_bp_mmhg", 160, "systolic pressure of 160 mmHg or more", SEVERE_HYPERTENSION),
            _when_at_least("diastolic_bp_mmhg", 110, "diastolic pressure of 110 mmHg or more", SEVERE_HYPERTENSION),
        ),
    ),
    DangerSign(
        "severe_headache", "severe headache", _MOTHER, (_when_flag("severe_headache", "severe headache", ANC_AND_PNC),)
    ),
    DangerSign(
        "visual_disturbance",
        "visual disturbance",
        _MOTHER,
        (_when_flag("blurred_vision", "blurred vision, or another disturbance of sight", ANC_AND_PNC),),
    ),
    DangerSign(
        "looks_very_ill", "looks very ill", _MOTHER, (_when_flag("looks_very_ill", "she looks very ill", ANC_AND_PNC),)
    ),
    DangerSign(
        "difficult_breathing",
        "fast or difficult breathing",
        _MOTHER,
        (
            _when_flag("difficulty_breathing", "fast or difficult breathing", AT_ONCE),
            _when_flag("respiratory_distress", "respiratory distress on admission", AT_ONCE),
            _when_flag("dyspnoea", "shortness of breath on admission", AT_ONCE),
        ),
    ),
    DangerSign("chest_pain", "chest pain", (Person.POSTNATAL,), (_when_flag("chest_pain", "chest pain", AT_ONCE),)),
    DangerSign(
        "severe_abdominal_pain",
        "severe abdominal pain",
        _MOTHER,
        (_when_flag("severe_abdominal_pain", "severe abdominal pain", ANC_AND_PNC),),
    ),
    DangerSign("severe_pain", "severe pain", _MOTHER, (_when_flag("severe_pain", "severe pain", ANC_AND_PNC),)),
    DangerSign(
        "severe_vomiting", "severe vomiting", _MOTHER, (_when_flag("severe_vomiting", "severe vomiting", ANC_AND_PNC),)
    ),
    DangerSign(
        "fever",
        "fever",
        _MOTHER,
        (
            _when_flag("fever", "fever, reported or measured", ANC_AND_PNC),
            _when_at_least(
                "body_temperature_c",
                38.0,
                "temperature of 38.0 °C or more",
                f"{ANC_AND_PNC}: fever. Programmes set their own limit; here it is 38.0 °C",
            ),
        ),
    ),
    DangerSign(
        "too_weak_to_get_up",
        "too weak to get out of bed",
        _MOTHER,
        (_when_flag("too_weak_to_get_up", "too weak to get out of bed", AT_ONCE),),
    ),
    DangerSign(
        "severe_anaemia",
        "severe anaemia",
        _PREGNANT,
        (_when_below("haemoglobin_g_dl", 7.0, "haemoglobin below 7.0 g/dL", ANAEMIA),),
    ),
    DangerSign(
        "reduced_fetal_movement",
        "fewer fetal movements, or none",
        _PREGNANT,
        (_when_flag("reduced_fetal_movement", "fewer fetal movements, or none", PCPNC),),
    ),
    DangerSign(
        "birth_imminent",
        "birth imminent",
        _PREGNANT,
        (_when_flag("birth_imminent", "birth is about to happen, at an antenatal contact", ANC),),
    ),
    DangerSign(
        "in_labour",
        "in labour",
        _PREGNANT,
        (_when_flag("in_labour", "labour has begun, at an antenatal contact", ANC),),
    ),
    DangerSign(
        "newborn_convulsions",
        "newborn convulsions",
        _NEWBORN,
        (
            _when_flag("newborn_convulsions", "the newborn convulses, or has", PSBI),
            _when_flag("newborn_multiple_seizures", "more than one seizure", PSBI),
        ),
    ),
    DangerSign(
        "newborn_unable_to_feed",
        "newborn cannot feed",
        _NEWBORN,
        (_when_flag("newborn_unable_to_feed", "not able to feed at all", PSBI),),
    ),
    DangerSign(
        "newborn_no_movement",
        "newborn does not move by itself",
        _NEWBORN,
        (
            _when_flag("newborn_no_movement", "no movement at all", PSBI),
            _when_flag("newborn_moves_only_if_stimulated", "moves only when stimulated", PSBI),
            _when_flag("no_spontaneous_movement", "moves only when stimulated, or not at all", PSBI),
        ),
    ),
    DangerSign(
        "not_feeding_well",
        "newborn not feeding well",
        _NEWBORN,
        (_when_flag("not_feeding_well", "not feeding well", PSBI),),
    ),
    DangerSign(
        "severe_chest_indrawing",
        "severe chest in-drawing of the newborn",
        _NEWBORN,
        (_when_flag("severe_chest_indrawing", "severe chest in-drawing", PSBI),),
    ),
    DangerSign(
        "newborn_fast_breathing",
        "fast breathing of the newborn",
        _NEWBORN,
        (
            _when_flag("fast_breathing_newborn", "60 breaths a minute or more; to be counted twice", PSBI),
            _when_at_least(
                "newborn_respiratory_rate_per_min", 60, "60 breaths a minute or more; to be counted twice", PSBI
            ),
        ),
    ),
    DangerSign(
        "newborn_fever",
        "fever of the newborn",
        _NEWBORN,
        (
            _when_at_least("newborn_temperature_c", 38.0, "temperature of 38.0 °C or more", PSBI),
            _when_at_least(
                "newborn_admission_temperature_c", 38.0, "temperature on admission of 38.0 °C or more", PSBI
            ),
            _when_above("newborn_temperature_c", 37.5, "temperature above 37.5 °C", PNC_NEWBORN),
            _when_above("newborn_admission_temperature_c", 37.5, "temperature on admission above 37.5 °C", PNC_NEWBORN),
        ),
    ),
    DangerSign(
        "newborn_low_temperature",
        "low temperature of the newborn",
        _NEWBORN,
        (
            _when_below("newborn_temperature_c", 35.5, "temperature below 35.5 °C", PSBI),
            _when_below("newborn_admission_temperature_c", 35.5, "temperature on admission below 35.5 °C", PSBI),
            _when_below("newborn_lowest_temperature_12h_c", 35.5, "lowest temperature in 12 hours below 35.5 °C", PSBI),
        ),
    ),
)

DANGER_SIGNS: Mapping[str, DangerSign] = MappingProxyType({sign.name: sign for sign in _DECLARED})
"""Every danger sign by its name, the mother's first, the most urgent first."""
