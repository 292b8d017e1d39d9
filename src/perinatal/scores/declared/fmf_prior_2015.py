"""FMF competing-risks prior: delivery with pre-eclampsia before a gestation, from maternal factors alone."""

from __future__ import annotations

from collections.abc import Mapping

from perinatal.scores.kinds import (
    Clip,
    Confirmation,
    EquationTerm,
    GaussianSurvival,
    Option,
    Origin,
    PublishedScore,
    Vector,
)

_NULLIPAROUS = {"parity": 0}


def _after_pre_eclampsia(weeks: int) -> dict[str, object]:
    return {"parity": 1, "previous_pre_eclampsia": True, "gestational_age_at_previous_birth_days": weeks * 7}


def _after_no_pre_eclampsia(weeks: int, years: float) -> dict[str, object]:
    return {
        "parity": 1,
        "previous_pre_eclampsia": False,
        "gestational_age_at_previous_birth_days": weeks * 7,
        "interpregnancy_interval_days": years * 365.25,
    }


def _examples(
    age: int,
    height: int,
    weight: int,
    history: Mapping[str, object],
    mean: float,
    before_37: float,
    before_37_from_12: float,
    before_42: float,
    *,
    facts: tuple[str, ...] = (),
    ethnicity: str = "other",
) -> tuple[Vector, ...]:
    """The mean of one woman, printed with four decimals, and her risks from 24 weeks and from 12.3, with six."""
    flags = (
        "chronic_hypertension",
        "lupus_or_antiphospholipid",
        "in_vitro_fertilisation",
        "mother_had_pre_eclampsia",
        "pre_gestational_diabetes",
    )
    woman = {"maternal_age_years": age, "maternal_height_cm": height, "maternal_weight_kg": weight, **history}
    woman |= {flag: flag in facts for flag in flags}
    term = {"ethnicity": ethnicity}
    return (
        Vector(woman, {"mean": mean}, Origin.COMPUTED, term, tolerance=6e-5),
        Vector(woman, {"risk": before_37}, Origin.COMPUTED, term),
        Vector(woman, {"risk": before_37_from_12}, Origin.COMPUTED, {**term, "counted_from": "12_3_weeks"}),
        Vector(woman, {"risk": before_42}, Origin.COMPUTED, {**term, "horizon": "42_weeks"}),
    )


SCORE = PublishedScore(
    id="fmf_prior_2015",
    name="FMF competing-risks prior for pre-eclampsia (maternal factors only)",
    domain="maternal",
    method=GaussianSurvival(
        (
            EquationTerm(54.3637, "1", "intercept"),
            EquationTerm(-0.206886, "max(maternal_age_years - 35, 0)", "years of age above 35"),
            EquationTerm(0.11711, "maternal_height_cm - 164", "height (cm from 164)"),
            EquationTerm(-2.6786, "ethnicity == 'afro_caribbean'", "race term: Afro-Caribbean"),
            EquationTerm(-1.129, "ethnicity == 'south_asian'", "race term: South Asian"),
            EquationTerm(-7.2897, "chronic_hypertension", "chronic hypertension"),
            EquationTerm(-3.0519, "lupus_or_antiphospholipid", "lupus or antiphospholipid syndrome"),
            EquationTerm(-1.6327, "in_vitro_fertilisation", "in-vitro fertilisation"),
            EquationTerm(-0.0694096, "0 if chronic_hypertension else maternal_weight_kg - 69", "weight (kg from 69)"),
            EquationTerm(
                -1.7154, "mother_had_pre_eclampsia and not chronic_hypertension", "her mother had pre-eclampsia"
            ),
            EquationTerm(-3.3899, "pre_gestational_diabetes and not chronic_hypertension", "diabetes, type 1 or 2"),
            EquationTerm(-8.1667, "parous_prev_pe", "earlier pre-eclampsia"),
            EquationTerm(
                0.0271988,
                "(previous_ga_weeks - 24)**2 if parous_prev_pe else 0",
                "gestation of the previous birth, with pre-eclampsia",
            ),
            EquationTerm(-4.335, "parous_no_pe", "has given birth, without pre-eclampsia"),
            EquationTerm(
                -4.15137651, "1 / interval_years if parous_no_pe else 0", "interval since the last birth (1/years)"
            ),
            EquationTerm(
                9.21473572,
                "interval_years**-0.5 if parous_no_pe else 0",
                "interval since the last birth (1/root of years)",
            ),
            EquationTerm(
                0.01549673,
                "(previous_ga_weeks - 24)**2 if parous_no_pe else 0",
                "gestation of the previous birth, without pre-eclampsia",
            ),
        ),
        sd=6.8833,
        before="37 if horizon == '37_weeks' else 42",
        after="24 if counted_from == '24_weeks' else 12.3",
        unit="weeks",
    ),
    outcome="preterm_pre_eclampsia",
    timing="at 11 to 13+6 weeks of a singleton pregnancy",
    population="Singleton, 11-13+6 wk; derivation 120,492 UK pregnancies",
    citation="Wright 2015 AJOG 213:62.e1",
    doi="10.1016/j.ajog.2015.02.018",
    sources=(
        "OptHoldoutSize R package (Univ. Edinburgh) coefs vector: identical",
        "2 C#, 1 R6, 1 Swift, 2 JS implementations: identical",
        "BMC Med 2020 Snell (IPPIC) table 1: identical EXCEPT age printed -0.0206886 and the parous-no-PE previous-GA "
        "term omitted",
    ),
    confirmation=Confirmation.WITH_DISSENT,
    quantities=(
        ("previous_ga_weeks", "gestational_age_at_previous_birth_days / 7"),
        ("interval_years", "interpregnancy_interval_days / 365.25"),
        ("parous_prev_pe", "parity >= 1 and previous_pre_eclampsia"),
        ("parous_no_pe", "parity >= 1 and not previous_pre_eclampsia"),
    ),
    clips=(
        Clip("maternal_age_years", 12, 55),
        Clip("maternal_height_cm", 127, 198),
        Clip("maternal_weight_kg", 34, 190),
        Clip("previous_ga_weeks", 24, 42),
        Clip("interval_years", 0.25, 15),
    ),
    options=(
        Option(
            "ethnicity",
            ("other", "afro_caribbean", "south_asian"),
            "other",
            "The publication's race term, off by default. The choice applies to every row; no column of a woman's race "
            "is read. Document the decision to switch it on.",
        ),
        Option(
            "horizon",
            ("37_weeks", "42_weeks"),
            "37_weeks",
            "Delivery with pre-eclampsia before 37 weeks, or before 42 (any), which is not the outcome named here.",
        ),
        Option(
            "counted_from",
            ("24_weeks", "12_3_weeks"),
            "24_weeks",
            "As published, among women who reach 24 weeks without it; or from the visit at 12.3 weeks on, as some "
            "calculators count.",
        ),
    ),
    performance="From the abstract: at 11 % screen-positive, maternal factors alone find about 40 % of term and 50 % "
    "of preterm pre-eclampsia. CMH Lahore 2022 (n=100, with MAP and UtA-PI): 38 % at 20 % false positives, "
    "10.29271/jcpsp.2023.09.995",
    caveats=(
        "Seven of eight sources agree; one prints -0.0206886 for age and leaves out a term, judged a slip.",
        "The risk is conditional on reaching 24 weeks without pre-eclampsia, as published: max(24, current gestation).",
        "Holds a race term: optional, other by default.",
        "For one fetus at 11 to 13+6 weeks: the table is not checked for this.",
        "Blood pressure, uterine artery and placental growth factor are left out: their spreads and equations differ "
        "between implementations and need local calibration.",
        "For women with chronic hypertension clinical software takes the lower of the means with and without it; the "
        "published equation is used here.",
        "A common slip is to code interval**-1 as interval-1.",
    ),
    vectors=(
        *_examples(30, 164, 69, _NULLIPAROUS, 54.3637, 0.00582, 0.005825, 0.036227),
        *_examples(40, 160, 80, _NULLIPAROUS, 50.9683, 0.02117, 0.021214, 0.096262, ethnicity="south_asian"),
        *_examples(30, 164, 69, _NULLIPAROUS, 47.074, 0.071287, 0.071659, 0.230208, facts=("chronic_hypertension",)),
        *_examples(32, 165, 70, _after_pre_eclampsia(34), 48.9646, 0.04095, 0.041087, 0.155694),
        *_examples(32, 165, 70, _after_no_pre_eclampsia(39, 2.5), 57.7305, 0.001298, 0.001299, 0.011147),
        *_examples(
            30,
            164,
            69,
            _NULLIPAROUS,
            49.2584,
            0.037348,
            0.037465,
            0.145725,
            facts=("pre_gestational_diabetes", "mother_had_pre_eclampsia"),
        ),
    ),
)
