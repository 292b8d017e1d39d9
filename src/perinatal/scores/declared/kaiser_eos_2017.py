"""Kaiser 2017: culture-proven early-onset sepsis of a newborn at 34 weeks or more."""

from __future__ import annotations

from perinatal.scores.kinds import (
    Band,
    Confirmation,
    Equation,
    EquationTerm,
    Option,
    Origin,
    PublishedScore,
    Range,
    Vector,
)


def _examples(
    incidence: str,
    days: int,
    fahrenheit: float,
    ruptured_hours: int,
    streptococcus: str,
    antibiotics: str,
    examination: str,
    *,
    bx: float,
    prior_per_1000: float,
    posterior_per_1000: float,
    origin: Origin = Origin.COMPUTED,
    note: str = "",
) -> tuple[Vector, ...]:
    """One newborn: the linear predictor at birth, the risk at birth and the risk after examination, as printed.

    Printed in weeks and °F: days are exact where they are whole weeks, and 248 days for 35.428571 weeks; °C is exact.
    """
    newborn = {
        "gestational_age_at_birth_days": days,
        "highest_temperature_in_labour_c": (fahrenheit - 32) * 5 / 9,
        "rupture_of_membranes_hours": ruptured_hours,
        "group_b_streptococcus": streptococcus,
        "antibiotics_before_birth": antibiotics,
    }
    examined = {**newborn, "newborn_examination": examination}
    at_birth = {"incidence_per_1000": incidence, "examination": "not_counted"}
    return (
        Vector(newborn, {"log_odds": bx}, origin, at_birth, tolerance=2e-6, note=note),
        Vector(newborn, {"risk": prior_per_1000 / 1000}, origin, at_birth, tolerance=6e-8, note=note),
        Vector(
            examined,
            {"risk": posterior_per_1000 / 1000},
            origin,
            {"incidence_per_1000": incidence},
            tolerance=6e-8,
            note=note,
        ),
    )


SCORE = PublishedScore(
    id="kaiser_eos_2017",
    name="Kaiser neonatal early-onset sepsis calculator (2017 model)",
    domain="neonatal",
    method=Equation(
        (
            EquationTerm(40.0528, "incidence_per_1000 == '0.3'", "intercept for an incidence of 0.3 per 1000"),
            EquationTerm(40.3415, "incidence_per_1000 == '0.4'", "intercept for an incidence of 0.4 per 1000"),
            EquationTerm(40.5656, "incidence_per_1000 == '0.5'", "intercept for an incidence of 0.5 per 1000"),
            EquationTerm(40.7489, "incidence_per_1000 == '0.6'", "intercept for an incidence of 0.6 per 1000"),
            EquationTerm(0.868, "temperature_f", "highest temperature in labour (°F)"),
            EquationTerm(-6.9325, "ga_weeks", "gestation (weeks)"),
            EquationTerm(0.0877, "ga_weeks**2", "gestation (weeks), squared"),
            EquationTerm(1.2256, "(rupture_of_membranes_hours + 0.05)**0.2", "hours since the membranes ruptured"),
            EquationTerm(
                -1.0488,
                "antibiotics_before_birth == 'narrow_2h_or_broad_under_4h'",
                "antibiotics: GBS-specific 2 h or more, or broad-spectrum 2 to 3.9 h",
            ),
            EquationTerm(
                -1.1861, "antibiotics_before_birth == 'broad_4h_or_more'", "antibiotics: broad-spectrum 4 h or more"
            ),
            EquationTerm(0.5771, "group_b_streptococcus == 'positive'", "group B streptococcus: positive"),
            EquationTerm(0.0427, "group_b_streptococcus == 'not_tested'", "group B streptococcus: unknown"),
            EquationTerm(1.0, "log(likelihood_ratio)", "examination (log of its likelihood ratio)"),
        ),
        (
            # risk at birth of 1 in 1000 or more, computed from the risk shown and the likelihood ratio
            Band("enhanced observation", "risk < 0.001 and risk / (1 - risk) / likelihood_ratio >= 1 / 999"),
            Band("routine", "risk < 0.001"),
            Band("culture", "risk >= 0.001 and risk < 0.003"),
            Band("empiric antibiotics", "risk >= 0.003"),
        ),
    ),
    outcome="early_onset_sepsis",
    timing="in the first 12 to 24 hours of a newborn of 34 weeks or more",
    population="Newborns >=34 0/7 wk, first 12-24 h; US baseline incidence",
    citation="Puopolo 2011 Pediatrics; Escobar 2014; Kuzniewicz 2017 JAMA Pediatr 10.1001/jamapediatrics.2016.4678",
    doi="10.1542/peds.2010-3464",
    sources=(
        "Kaiser Division of Research EMR FAQ page (5/6/21)",
        "Israeli AngularJS calculator",
        "clay-good/sophiewell.com @010da28 (MIT JS; states >=2-source rule; its own tests reproduced)",
    ),
    confirmation=Confirmation.CONFIRMED,
    quantities=(
        ("ga_weeks", "gestational_age_at_birth_days / 7"),
        ("temperature_f", "highest_temperature_in_labour_c * 9 / 5 + 32"),
        (
            "likelihood_ratio",
            "1 if examination == 'not_counted' else (0.41 if newborn_examination == 'well'"
            " else (5.0 if newborn_examination == 'equivocal' else 21.2))",
        ),
    ),
    ranges=(Range("gestational_age_at_birth_days >= 34 * 7", "Gestation is below 34 weeks."),),
    options=(
        Option(
            "incidence_per_1000",
            ("0.3", "0.4", "0.5", "0.6"),
            "0.5",
            "Early-onset sepsis in 1000 live births where the newborn is born; the publication gives US values only.",
        ),
        Option(
            "examination",
            ("counted", "not_counted"),
            "counted",
            "The likelihood ratios of the examination (0.41, 5.0, 21.2) were seen in one source; not_counted gives the "
            "risk at birth, which is confirmed.",
        ),
    ),
    missing_counts_as={"group_b_streptococcus": "not_tested"},
    caveats=(
        "The 2017 version; an update of 2024 exists and was not found.",
        "US incidence only, not calibrated for low- and middle-income countries: a comparator there, never a prior.",
        "The likelihood ratios of the examination have one source; the equation at birth has several.",
        "The original supplement misprints the sign for an unknown group B streptococcus (-0.0427).",
        "An unknown group B streptococcus is a published answer: it counts as such, and is counted.",
    ),
    vectors=(
        *_examples(
            "0.5",
            39 * 7,
            100.4,
            18,
            "positive",
            "none",
            "well",
            bx=-6.49993,
            prior_per_1000=1.5013,
            posterior_per_1000=0.6161,
            origin=Origin.THIRD_PARTY_TEST,
            note="The third party asserts 1.50 and 0.62 per 1000; further digits are computed.",
        ),
        *_examples(
            "0.5",
            38 * 7,
            99,
            10,
            "not_tested",
            "none",
            "equivocal",
            bx=-8.311516,
            prior_per_1000=0.2456,
            posterior_per_1000=1.2268,
            origin=Origin.THIRD_PARTY_TEST,
            note="The third party asserts 1.23 per 1000; further digits are computed.",
        ),
        *_examples(
            "0.5",
            40 * 7,
            98.6,
            2,
            "negative",
            "broad_4h_or_more",
            "well",
            bx=-10.600885,
            prior_per_1000=0.0249,
            posterior_per_1000=0.0102,
        ),
        *_examples(
            "0.6",
            248,
            102.2,
            30,
            "not_tested",
            "narrow_2h_or_broad_under_4h",
            "ill",
            bx=-4.655993,
            prior_per_1000=9.415,
            posterior_per_1000=167.7034,
        ),
    ),
)
