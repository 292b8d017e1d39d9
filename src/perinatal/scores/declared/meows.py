"""MEOWS: red and yellow observations of an obstetric in-patient that call for a clinical review."""

from __future__ import annotations

from perinatal.scores.kinds import Confirmation, Origin, PublishedScore, Sign, Trigger, Vector


def _woman(
    breaths: int = 16,
    saturation: int = 98,
    temperature: float = 37.0,
    systolic: int = 118,
    diastolic: int = 72,
    heart_rate: int = 82,
    pain: int = 0,
) -> dict[str, object]:
    return {
        "respiratory_rate_per_min": breaths,
        "oxygen_saturation_percent": saturation,
        "body_temperature_c": temperature,
        "systolic_bp_mmhg": systolic,
        "diastolic_bp_mmhg": diastolic,
        "heart_rate_bpm": heart_rate,
        "alertness": "alert",
        "pain_level": pain,
    }


SCORE = PublishedScore(
    id="meows",
    name="MEOWS (CEMACH / Singh 2012)",
    domain="maternal",
    method=Trigger(
        (
            (
                "rr",
                (
                    Sign(
                        "respiratory_rate_per_min < 10 or respiratory_rate_per_min > 30",
                        "Breathing rate below 10 or above 30.",
                        "red",
                    ),
                    Sign("respiratory_rate_per_min >= 21", "Breathing rate of 21 to 30.", "yellow"),
                ),
            ),
            ("spo2", (Sign("oxygen_saturation_percent < 95", "Oxygen saturation below 95 %.", "red"),)),
            (
                "temp",
                (
                    Sign(
                        "body_temperature_c < 35 or body_temperature_c > 38",
                        "Temperature below 35 °C or above 38 °C.",
                        "red",
                    ),
                    Sign("body_temperature_c <= 36", "Temperature of 35 to 36 °C.", "yellow"),
                ),
            ),
            (
                "sbp",
                (
                    Sign(
                        "systolic_bp_mmhg < 90 or systolic_bp_mmhg > 160",
                        "Systolic pressure below 90 or above 160 mmHg.",
                        "red",
                    ),
                    Sign(
                        "systolic_bp_mmhg <= 100 or systolic_bp_mmhg >= 150",
                        "Systolic pressure of 90 to 100 or of 150 to 160 mmHg.",
                        "yellow",
                    ),
                ),
            ),
            (
                "dbp",
                (
                    Sign("diastolic_bp_mmhg > 100", "Diastolic pressure above 100 mmHg.", "red"),
                    Sign("diastolic_bp_mmhg >= 90", "Diastolic pressure of 90 to 100 mmHg.", "yellow"),
                ),
            ),
            (
                "hr",
                (
                    Sign("heart_rate_bpm < 40 or heart_rate_bpm > 120", "Heart rate below 40 or above 120.", "red"),
                    Sign(
                        "heart_rate_bpm <= 50 or heart_rate_bpm >= 100",
                        "Heart rate of 40 to 50 or of 100 to 120.",
                        "yellow",
                    ),
                ),
            ),
            (
                "neuro",
                (
                    Sign(
                        "alertness in ('responds_to_pain', 'unresponsive')",
                        "Responds to pain only, or not at all.",
                        "red",
                    ),
                    Sign("alertness == 'responds_to_voice'", "Responds to voice.", "yellow"),
                ),
            ),
            ("pain", (Sign("pain_level >= 2", "Pain of 2 or 3.", "yellow"),)),
        ),
        fires="red >= 1 or yellow >= 2",
        positive="trigger",
        negative="no_trigger",
    ),
    outcome="severe_maternal_morbidity",
    timing="at any observation of an obstetric in-patient",
    population="Obstetric in-patients from 20 weeks to 6 weeks postpartum",
    citation="Singh 2012 Anaesthesia 67:12-18",
    doi="10.1111/j.1365-2044.2011.06896.x",
    sources=(
        "clay-good/sophiewell.com @010da28 (MIT JS; states >=2-source rule; its own tests reproduced)",
        "brownbarron page table",
        "Singh 2016 abstract (trigger rule)",
    ),
    confirmation=Confirmation.CONFIRMED,
    missing_counts_as={"pain_level": 0},
    performance="Sensitivity 0.89, specificity 0.79, positive predictive value 0.39, negative 0.98 for obstetric "
    "morbidity (Singh 2012)",
    caveats=(
        "Values on a boundary (100, 150, 160 mmHg, 38.0 °C) belong to the milder colour.",
        "The item of pain is optional: where it is unknown it counts as none, and is counted.",
        "The morbidity of the publication is its own; the outcome named here is the nearest that is declared.",
    ),
    vectors=(
        Vector(_woman(), {"red": 0, "yellow": 0, "category": "no_trigger"}, Origin.THIRD_PARTY_TEST),
        Vector(_woman(heart_rate=110), {"red": 0, "yellow": 1, "category": "no_trigger"}, Origin.THIRD_PARTY_TEST),
        Vector(
            _woman(systolic=95, heart_rate=110),
            {"red": 0, "yellow": 2, "category": "trigger"},
            Origin.THIRD_PARTY_TEST,
        ),
        Vector(_woman(systolic=80), {"red": 1, "yellow": 0, "category": "trigger"}, Origin.THIRD_PARTY_TEST),
        Vector(_woman(saturation=94), {"red": 1, "yellow": 0, "category": "trigger"}, Origin.THIRD_PARTY_TEST),
        Vector(
            _woman(24, 97, 38.4, 104, 60, 118, 1),
            {"red": 1, "yellow": 2, "category": "trigger"},
            Origin.COMPUTED,
        ),
    ),
)
