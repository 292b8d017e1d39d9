"""Contradictions between columns, each declared once as a rule."""

from __future__ import annotations

from dataclasses import dataclass

from perinatal.vocabulary import parse_condition
from perinatal.vocabulary.rules.expressions import Expression


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """Values that contradict each other; an unknown value contradicts nothing.

    Parameters
    ----------
    when : where they do, in the language of :mod:`perinatal.vocabulary.rules`; the first name is the one reported.
    message : what the contradiction is, in words that follow ``3 of 600 rows:``.

    Examples
    --------
    >>> check = CrossCheck("parity >= gravidity", "as many earlier births as pregnancies")
    >>> check.variables
    ('parity', 'gravidity')
    >>> [check.rule.evaluate_record({"parity": 2.0, "gravidity": known}) for known in (2.0, 3.0, float("nan"))]
    [1.0, 0.0, nan]
    """

    when: str
    message: str

    def __post_init__(self) -> None:
        parse_condition(self.when)  # a slip is named where it is declared

    @property
    def rule(self) -> Expression:
        """The condition, compiled."""
        return parse_condition(self.when)

    @property
    def variables(self) -> tuple[str, ...]:
        """The canonical names that it reads, in the order of the rule."""
        return self.rule.names


# Fetal weight, ln(g) = 0.578 + 0.332 weeks - 0.00354 weeks2: Hadlock 1991, 10.1148/radiology.181.1.1887021.
_WEEKS = "(gestational_age_at_birth_days / 7)"
_USUAL_WEIGHT = f"exp(0.578 + 0.332 * {_WEEKS} - 0.00354 * {_WEEKS} * {_WEEKS})"
# Far beyond the +/- 5 SD (a factor of about 1.6) that Joseph 2001, 10.1093/aje/153.2.110, found to exclude
# 0.02 % of births, many of them truly ill: only what must be a slip of the pen or of the dates.
_LIGHTEST, _HEAVIEST = 0.25, 2.0
_BMI_TOLERANCE = 3.0  # kg/m2; weight and height are often rounded, or measured at another visit
_BMI = "pre_pregnancy_weight_kg * 10000 / (maternal_height_cm * maternal_height_cm)"

CROSS_CHECKS: tuple[CrossCheck, ...] = (
    CrossCheck("diastolic_bp_mmhg >= systolic_bp_mmhg", "the diastolic pressure is not below the systolic"),
    CrossCheck(
        "parity >= gravidity",
        "as many earlier births as pregnancies; gravidity counts this pregnancy, parity does not",
    ),
    CrossCheck("living_children > previous_live_births", "more living children than earlier live births"),
    CrossCheck("children_who_died > previous_live_births", "more children died than were born alive"),
    CrossCheck("living_children > 0 and parity == 0", "living children, but no earlier birth"),
    CrossCheck("previous_live_births > 0 and parity == 0", "earlier live births, but no earlier birth"),
    CrossCheck("previous_stillbirths > parity", "more earlier stillbirths than births (unless of twins)"),
    CrossCheck(
        "previous_caesarean_sections > parity",
        "more earlier caesarean sections than births; right only where one was before viability",
    ),
    CrossCheck("previous_preterm_birth and parity == 0", "an earlier preterm birth, but no birth"),
    CrossCheck(
        f"birth_weight_g < {_LIGHTEST} * {_USUAL_WEIGHT} or birth_weight_g > {_HEAVIEST} * {_USUAL_WEIGHT}",
        "the birth weight is less than a quarter, or more than twice, what is usual at this gestation",
    ),
    CrossCheck(
        "gestational_age_at_booking_days > gestational_age_at_birth_days",
        "the first visit is later in gestation than the birth",
    ),
    CrossCheck(
        "gestational_age_at_measurement_days > gestational_age_at_birth_days",
        "the measurements are later in gestation than the birth",
    ),
    CrossCheck(
        "gestational_age_at_booking_days > gestational_age_at_measurement_days",
        "the first visit is later in gestation than these measurements",
    ),
    CrossCheck(
        f"abs(body_mass_index_kg_m2 - {_BMI}) > {_BMI_TOLERANCE}",
        "the body mass index differs by more than 3 kg/m2 from weight and height",
    ),
    CrossCheck("no_antenatal_care and antenatal_contacts > 0", "no antenatal care, but visits are counted"),
    CrossCheck(
        "no_antenatal_care and first_antenatal_visit_month > 0", "no antenatal care, but a month of the first visit"
    ),
    CrossCheck("caesarean_birth != (mode_of_birth == 'caesarean')", "a caesarean in one column, not in the other"),
    CrossCheck("stillbirth and apgar_5min > 0", "a stillbirth with an Apgar score above 0"),
    CrossCheck("stillbirth and neonatal_death", "a stillbirth and a neonatal death; only one can be"),
    CrossCheck("early_neonatal_death and not neonatal_death", "dead by day 6, but not by day 27"),
    CrossCheck("neonatal_death and not infant_death", "dead by day 27, but not within the year"),
)
"""Every contradiction that is reported; no value is changed."""
