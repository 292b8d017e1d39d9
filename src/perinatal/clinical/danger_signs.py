"""Danger signs of mother and newborn, declared once: what is seen or measured, from which limit on, for whom, and why.

An unknown value never shows a sign, and never says that there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from perinatal.errors import DeclarationError
from perinatal.vocabulary import VARIABLES, parse_condition
from perinatal.vocabulary.rules.expressions import Expression

_ROUNDING = 1e-9  # so that 100.4 °F is 38.0 °C, whatever the last bit

# The sources.
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


@dataclass(frozen=True, slots=True)
class Criterion:
    """One way in which a sign shows.

    Parameters
    ----------
    when : a rule, in the language of :mod:`perinatal.vocabulary.rules`; the sign is present where it is true.
    source : the source of the rule.
    message : the rule in words. Those of a flag or of a limit follow from ``when``; others are needed here.

    Examples
    --------
    >>> criterion = Criterion("haemoglobin_g_dl < 7.0", ANAEMIA)
    >>> criterion.message, criterion.variables
    ('haemoglobin below 7.0 g/dL', ('haemoglobin_g_dl',))
    """

    when: str
    source: str
    message: str = ""

    def __post_init__(self) -> None:
        variables = self.variables  # a slip in the rule is named where it is declared
        if not self.message:
            object.__setattr__(self, "message", _describe_rule(self.when, variables[0]))

    @property
    def rule(self) -> Expression:
        """The condition, compiled."""
        return parse_condition(self.when, _ROUNDING)

    @property
    def variables(self) -> tuple[str, ...]:
        """The canonical names that it reads."""
        return self.rule.names


def _describe_rule(when: str, name: str) -> str:
    """The words of a flag, or of a number and its limit."""
    declared = VARIABLES[name]
    match when.split():
        case [_]:
            return declared.label
        case [_, ">=", limit]:
            return f"{declared.label} of {limit} {declared.unit_label}".rstrip() + " or more"
        case [_, ">", limit]:
            return f"{declared.label} above {limit} {declared.unit_label}".rstrip()
        case [_, "<", limit]:
            return f"{declared.label} below {limit} {declared.unit_label}".rstrip()
    raise DeclarationError(f"The rule '{when}' has no words of its own; give it a message.")


@dataclass(frozen=True, slots=True)
class DangerSign:
    """Something that calls for care now, whatever any model estimates.

    Parameters
    ----------
    name : one word, for programs.
    label : the name for people.
    people : for whom the sources give it. A table does not always say who a row is about, so that the sign is reported
        for every row.
    criteria : the ways in which it shows. One is enough; the first that is true is reported.
    """

    name: str
    label: str
    people: tuple[Person, ...]
    criteria: tuple[Criterion, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """Canonical names that any of its criteria reads."""
        return tuple(dict.fromkeys(name for criterion in self.criteria for name in criterion.variables))


_MOTHER = (Person.ANTENATAL, Person.POSTNATAL)
_PREGNANT = (Person.ANTENATAL,)
_NEWBORN = (Person.NEWBORN,)


_DECLARED = (
    DangerSign(
        "unconscious",
        "unconscious",
        _MOTHER,
        (
            Criterion("unconscious", ANC_AND_PNC, "she does not respond"),
            Criterion("alertness == 'unresponsive'", ANC_AND_PNC, "alertness: unresponsive"),
        ),
    ),
    DangerSign(
        "convulsions",
        "convulsions",
        _MOTHER,
        (
            Criterion("convulsions", ANC_AND_PNC, "she convulses, or has since the last contact"),
            Criterion("status_epilepticus", NEAR_MISS),
            Criterion("eclampsia", ANC_AND_PNC, "eclampsia is recorded: convulsions with hypertension of pregnancy"),
        ),
    ),
    DangerSign(
        "vaginal_bleeding",
        "vaginal bleeding",
        _MOTHER,
        (
            Criterion("vaginal_bleeding", ANC, "any vaginal bleeding in pregnancy"),
            Criterion("abnormal_bleeding_after_birth", PNC, "abnormal vaginal bleeding after birth"),
        ),
    ),
    DangerSign(
        "shock",
        "signs of shock",
        _MOTHER,
        (
            Criterion("shock", NEAR_MISS, "shock is recorded"),
            Criterion(
                "heart_rate_bpm / systolic_bp_mmhg >= 1.7",
                SHOCK,
                "heart rate at least 1.7 times the systolic pressure (shock index 1.7 or more)",
            ),
        ),
    ),
    DangerSign(
        "central_cyanosis",
        "central cyanosis",
        _MOTHER,
        (
            Criterion("central_cyanosis", ANC_AND_PNC, "blue tongue or lips"),
            Criterion("acute_cyanosis", NEAR_MISS),
        ),
    ),
    DangerSign(
        "severe_hypertension",
        "severe hypertension",
        _MOTHER,
        (
            Criterion("systolic_bp_mmhg >= 160", SEVERE_HYPERTENSION),
            Criterion("diastolic_bp_mmhg >= 110", SEVERE_HYPERTENSION),
        ),
    ),
    DangerSign("severe_headache", "severe headache", _MOTHER, (Criterion("severe_headache", ANC_AND_PNC),)),
    DangerSign(
        "visual_disturbance",
        "visual disturbance",
        _MOTHER,
        (Criterion("blurred_vision", ANC_AND_PNC, "blurred vision, or another disturbance of sight"),),
    ),
    DangerSign(
        "looks_very_ill", "looks very ill", _MOTHER, (Criterion("looks_very_ill", ANC_AND_PNC, "she looks very ill"),)
    ),
    DangerSign(
        "difficult_breathing",
        "fast or difficult breathing",
        _MOTHER,
        (
            Criterion("difficulty_breathing", AT_ONCE),
            Criterion("respiratory_distress", AT_ONCE, "respiratory distress on admission"),
            Criterion("dyspnoea", AT_ONCE, "shortness of breath on admission"),
        ),
    ),
    DangerSign("chest_pain", "chest pain", (Person.POSTNATAL,), (Criterion("chest_pain", AT_ONCE),)),
    DangerSign(
        "severe_abdominal_pain",
        "severe abdominal pain",
        _MOTHER,
        (Criterion("severe_abdominal_pain", ANC_AND_PNC),),
    ),
    DangerSign("severe_pain", "severe pain", _MOTHER, (Criterion("severe_pain", ANC_AND_PNC),)),
    DangerSign("severe_vomiting", "severe vomiting", _MOTHER, (Criterion("severe_vomiting", ANC_AND_PNC),)),
    DangerSign(
        "fever",
        "fever",
        _MOTHER,
        (
            Criterion("fever", ANC_AND_PNC, "fever, reported or measured"),
            Criterion(
                "body_temperature_c >= 38.0",
                f"{ANC_AND_PNC}: fever. Programmes set their own limit; here it is 38.0 °C",
            ),
        ),
    ),
    DangerSign(
        "too_weak_to_get_up",
        "too weak to get out of bed",
        _MOTHER,
        (Criterion("too_weak_to_get_up", AT_ONCE),),
    ),
    DangerSign(
        "severe_anaemia",
        "severe anaemia",
        _PREGNANT,
        (Criterion("haemoglobin_g_dl < 7.0", ANAEMIA),),
    ),
    DangerSign(
        "reduced_fetal_movement",
        "fewer fetal movements, or none",
        _PREGNANT,
        (Criterion("reduced_fetal_movement", PCPNC, "fewer fetal movements, or none"),),
    ),
    DangerSign(
        "birth_imminent",
        "birth imminent",
        _PREGNANT,
        (Criterion("birth_imminent", ANC, "birth is about to happen, at an antenatal contact"),),
    ),
    DangerSign(
        "in_labour",
        "in labour",
        _PREGNANT,
        (Criterion("in_labour", ANC, "labour has begun, at an antenatal contact"),),
    ),
    DangerSign(
        "newborn_convulsions",
        "newborn convulsions",
        _NEWBORN,
        (
            Criterion("newborn_convulsions", PSBI, "the newborn convulses, or has"),
            Criterion("newborn_multiple_seizures", PSBI, "more than one seizure"),
        ),
    ),
    DangerSign(
        "newborn_unable_to_feed",
        "newborn cannot feed",
        _NEWBORN,
        (Criterion("newborn_unable_to_feed", PSBI, "not able to feed at all"),),
    ),
    DangerSign(
        "newborn_no_movement",
        "newborn does not move by itself",
        _NEWBORN,
        (
            Criterion("newborn_no_movement", PSBI, "no movement at all"),
            Criterion("newborn_moves_only_if_stimulated", PSBI, "moves only when stimulated"),
            Criterion("no_spontaneous_movement", PSBI),
        ),
    ),
    DangerSign(
        "not_feeding_well",
        "newborn not feeding well",
        _NEWBORN,
        (Criterion("not_feeding_well", PSBI),),
    ),
    DangerSign(
        "severe_chest_indrawing",
        "severe chest in-drawing of the newborn",
        _NEWBORN,
        (Criterion("severe_chest_indrawing", PSBI),),
    ),
    DangerSign(
        "newborn_fast_breathing",
        "fast breathing of the newborn",
        _NEWBORN,
        (
            Criterion("fast_breathing_newborn", PSBI, "60 breaths a minute or more; to be counted twice"),
            Criterion(
                "newborn_respiratory_rate_per_min >= 60", PSBI, "60 breaths a minute or more; to be counted twice"
            ),
        ),
    ),
    DangerSign(
        "newborn_fever",
        "fever of the newborn",
        _NEWBORN,
        (
            Criterion("newborn_temperature_c >= 38.0", PSBI),
            Criterion("newborn_admission_temperature_c >= 38.0", PSBI),
            Criterion("newborn_temperature_c > 37.5", PNC_NEWBORN),
            Criterion("newborn_admission_temperature_c > 37.5", PNC_NEWBORN),
        ),
    ),
    DangerSign(
        "newborn_low_temperature",
        "low temperature of the newborn",
        _NEWBORN,
        (
            Criterion("newborn_temperature_c < 35.5", PSBI),
            Criterion("newborn_admission_temperature_c < 35.5", PSBI),
            Criterion("newborn_lowest_temperature_12h_c < 35.5", PSBI, "lowest temperature in 12 hours below 35.5 °C"),
        ),
    ),
)

DANGER_SIGNS: Mapping[str, DangerSign] = MappingProxyType({sign.name: sign for sign in _DECLARED})
"""Every danger sign by its name, the mother's first, the most urgent first."""
