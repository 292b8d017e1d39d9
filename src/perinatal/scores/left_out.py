"""Published scores that are not included, and the reasons: a wrong number is worse than a missing score."""

from __future__ import annotations

NO_SECOND_SOURCE = "no second independent source of its numbers was found"

EXCLUDED_SCORES: tuple[tuple[str, str], ...] = (
    ("OB-CMI (obstetric comorbidity index)", NO_SECOND_SOURCE),
    ("Bateman maternal comorbidity index", NO_SECOND_SOURCE),
    ("NMR-2000", NO_SECOND_SOURCE),
    ("TRIPS-II", NO_SECOND_SOURCE),
    ("AAP 2022 and Bhutani bilirubin thresholds", "the published tables were not found; no copy could be checked"),
    ("NICE CG98 below 38 weeks", NO_SECOND_SOURCE),
    ("CRIB-II probability of death", "its equation has one source; the points are included"),
    ("SNAPPE-II mortality by points", "its table has one source; the points are included"),
    (
        "FMF pre-eclampsia with blood pressure, uterine artery and placental growth factor",
        "implementations differ, and it needs local calibration; the prior from maternal factors is included",
    ),
    ("USPSTF moderate risk factors for aspirin", "the list was not confirmed; the high-risk factors are included"),
    ("Kaiser early-onset sepsis, 2024 update", "not found; the version of 2017 is included, under that name"),
    ("SINGLE and other vaginal-birth models of 2022", "different from the model of Grobman 2021, and not confirmed"),
    ("Fenton 2025 (third generation)", "not found"),
)
"""The name of each score, and why it is not included."""
