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


class Compared(Enum):
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
    compared: Compared = Compared.SEEN
    threshold: float = 1.0
    number: Callable[..., Numbers] | None = None

    def holds(self, *values: Numbers) -> Truths:
        """Where the sign shows, given the values of ``variables`` in order; false where one is unknown.

        >>> [DANGER_SIGNS["severe_hypertension"].criteria[0].holds(mmhg) for mmhg in (160.0, 159.0, np.nan)]
        [True, False, False]
        """
        number = values[0] if self.number is None else self.number(*values)
        if self.compared is Compared.ABOVE:
            return number > self.threshold + _ROUNDING
        if self.compared is Compared.BELOW:
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


def _seen(flag: str, rule: str, source: str) -> Criterion:
    return Criterion((flag,), rule, source)


def _from(variable: str, threshold: float, rule: str, source: str) -> Criterion:
    return Criterion((variable,), rule, source, Compared.AT_LEAST, threshold)


def _above(variable: str, threshold: float, rule: str, source: str) -> Criterion:
    return Criterion((variable,), rule, source, Compared.ABOVE, threshold)


def _below(variable: str, threshold: float, rule: str, source: str) -> Criterion:
    return Criterion((variable,), rule, source, Compared.BELOW, threshold)


_DECLARED = (
    DangerSign(
        "unconscious",
        "unconscious",
        _MOTHER,
        (
            _seen("unconscious", "she does not respond", ANC_AND_PNC),
            _from("alertness", _UNRESPONSIVE, "alertness: unresponsive", ANC_AND_PNC),
        ),
    ),
    DangerSign(
        "convulsions",
        "convulsions",
        _MOTHER,
        (
            _seen("convulsions", "she convulses, or has since the last contact", ANC_AND_PNC),
            _seen("status_epilepticus", "uncontrollable fits", NEAR_MISS),
            _seen("eclampsia", "eclampsia is recorded: convulsions with hypertension of pregnancy", ANC_AND_PNC),
        ),
    ),
    DangerSign(
        "vaginal_bleeding",
        "vaginal bleeding",
        _MOTHER,
        (
            _seen("vaginal_bleeding", "any vaginal bleeding in pregnancy", ANC),
            _seen("abnormal_bleeding_after_birth", "abnormal vaginal bleeding after birth", PNC),
        ),
    ),
    DangerSign(
        "shock",
        "signs of shock",
        _MOTHER,
        (
            _seen("shock", "shock is recorded", NEAR_MISS),
            Criterion(
                ("heart_rate_bpm", "systolic_bp_mmhg"),
                "heart rate at least 1.7 times the systolic pressure (shock index 1.7 or more)",
                SHOCK,
                Compared.AT_LEAST,
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
            _seen("central_cyanosis", "blue tongue or lips", ANC_AND_PNC),
            _seen("acute_cyanosis", "acute cyanosis", NEAR_MISS),
        ),
    ),
    DangerSign(
        "severe_hypertension",
        "severe hypertension",
        _MOTHER,
        (
            _from("systolic_bp_mmhg", 160, "systolic pressure of 160 mmHg or more", SEVERE_HYPERTENSION),
            _from("diastolic_bp_mmhg", 110, "diastolic pressure of 110 mmHg or more", SEVERE_HYPERTENSION),
        ),
    ),
    DangerSign(
        "severe_headache", "severe headache", _MOTHER, (_seen("severe_headache", "severe headache", ANC_AND_PNC),)
    ),
    DangerSign(
        "visual_disturbance",
        "visual disturbance",
        _MOTHER,
        (_seen("blurred_vision", "blurred vision, or another disturbance of sight", ANC_AND_PNC),),
    ),
    DangerSign(
        "looks_very_ill", "looks very ill", _MOTHER, (_seen("looks_very_ill", "she looks very ill", ANC_AND_PNC),)
    ),
    DangerSign(
        "difficult_breathing",
        "fast or difficult breathing",
        _MOTHER,
        (
            _seen("difficulty_breathing", "fast or difficult breathing", AT_ONCE),
            _seen("respiratory_distress", "respiratory distress on admission", AT_ONCE),
            _seen("dyspnoea", "shortness of breath on admission", AT_ONCE),
        ),
    ),
    DangerSign("chest_pain", "chest pain", (Person.POSTNATAL,), (_seen("chest_pain", "chest pain", AT_ONCE),)),
    DangerSign(
        "severe_abdominal_pain",
        "severe abdominal pain",
        _MOTHER,
        (_seen("severe_abdominal_pain", "severe abdominal pain", ANC_AND_PNC),),
    ),
    DangerSign("severe_pain", "severe pain", _MOTHER, (_seen("severe_pain", "severe pain", ANC_AND_PNC),)),
    DangerSign(
        "severe_vomiting", "severe vomiting", _MOTHER, (_seen("severe_vomiting", "severe vomiting", ANC_AND_PNC),)
    ),
    DangerSign(
        "fever",
        "fever",
        _MOTHER,
        (
            _seen("fever", "fever, reported or measured", ANC_AND_PNC),
            _from(
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
        (_seen("too_weak_to_get_up", "too weak to get out of bed", AT_ONCE),),
    ),
    DangerSign(
        "severe_anaemia",
        "severe anaemia",
        _PREGNANT,
        (_below("haemoglobin_g_dl", 7.0, "haemoglobin below 7.0 g/dL", ANAEMIA),),
    ),
    DangerSign(
        "reduced_fetal_movement",
        "fewer fetal movements, or none",
        _PREGNANT,
        (_seen("reduced_fetal_movement", "fewer fetal movements, or none", PCPNC),),
    ),
    DangerSign(
        "birth_imminent",
        "birth imminent",
        _PREGNANT,
        (_seen("birth_imminent", "birth is about to happen, at an antenatal contact", ANC),),
    ),
    DangerSign(
        "in_labour", "in labour", _PREGNANT, (_seen("in_labour", "labour has begun, at an antenatal contact", ANC),)
    ),
    DangerSign(
        "newborn_convulsions",
        "newborn convulsions",
        _NEWBORN,
        (
            _seen("newborn_convulsions", "the newborn convulses, or has", PSBI),
            _seen("newborn_multiple_seizures", "more than one seizure", PSBI),
        ),
    ),
    DangerSign(
        "newborn_unable_to_feed",
        "newborn cannot feed",
        _NEWBORN,
        (_seen("newborn_unable_to_feed", "not able to feed at all", PSBI),),
    ),
    DangerSign(
        "newborn_no_movement",
        "newborn does not move by itself",
        _NEWBORN,
        (
            _seen("newborn_no_movement", "no movement at all", PSBI),
            _seen("newborn_moves_only_if_stimulated", "moves only when stimulated", PSBI),
            _seen("no_spontaneous_movement", "moves only when stimulated, or not at all", PSBI),
        ),
    ),
    DangerSign(
        "not_feeding_well",
        "newborn not feeding well",
        _NEWBORN,
        (_seen("not_feeding_well", "not feeding well", PSBI),),
    ),
    DangerSign(
        "severe_chest_indrawing",
        "severe chest in-drawing of the newborn",
        _NEWBORN,
        (_seen("severe_chest_indrawing", "severe chest in-drawing", PSBI),),
    ),
    DangerSign(
        "newborn_fast_breathing",
        "fast breathing of the newborn",
        _NEWBORN,
        (
            _seen("fast_breathing_newborn", "60 breaths a minute or more; to be counted twice", PSBI),
            _from("newborn_respiratory_rate_per_min", 60, "60 breaths a minute or more; to be counted twice", PSBI),
        ),
    ),
    DangerSign(
        "newborn_fever",
        "fever of the newborn",
        _NEWBORN,
        (
            _from("newborn_temperature_c", 38.0, "temperature of 38.0 °C or more", PSBI),
            _from("newborn_admission_temperature_c", 38.0, "temperature on admission of 38.0 °C or more", PSBI),
            _above("newborn_temperature_c", 37.5, "temperature above 37.5 °C", PNC_NEWBORN),
            _above("newborn_admission_temperature_c", 37.5, "temperature on admission above 37.5 °C", PNC_NEWBORN),
        ),
    ),
    DangerSign(
        "newborn_low_temperature",
        "low temperature of the newborn",
        _NEWBORN,
        (
            _below("newborn_temperature_c", 35.5, "temperature below 35.5 °C", PSBI),
            _below("newborn_admission_temperature_c", 35.5, "temperature on admission below 35.5 °C", PSBI),
            _below("newborn_lowest_temperature_12h_c", 35.5, "lowest temperature in 12 hours below 35.5 °C", PSBI),
        ),
    ),
)

DANGER_SIGNS: Mapping[str, DangerSign] = MappingProxyType({sign.name: sign for sign in _DECLARED})
"""Every danger sign by its name, the mother's first, the most urgent first."""
