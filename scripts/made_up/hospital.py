"""A made-up district hospital that is not like the registers: it has admission habits of its own."""

from __future__ import annotations

import math

from made_up.births import TERM, newborns
from made_up.dice import Dice, Facts

FIRST_YEAR = 2024
RECORDED = (  # what the hospital writes down; the rest of a made-up birth is not kept
    "delivery_id",
    "maternal_age_years",
    "parity",
    "plurality",
    "previous_caesarean_sections",
    "hypertensive_disorder_of_pregnancy",
    "antenatal_contacts",
    "haemoglobin_g_dl",
    "prolonged_rupture_of_membranes",
    "chorioamnionitis",
    "meconium_stained_fluid",
    "mode_of_birth",
    "gestational_age_at_birth_days",
    "birth_weight_g",
    "newborn_sex",
    "apgar_5min",
)


def log_odds_of_admission(child: Facts) -> float:
    """Who is admitted: more newborns are admitted than in the US, for infection and after caesareans too."""
    days, weight, apgar = child["gestational_age_at_birth_days"], child["birth_weight_g"], child["apgar_5min"]
    total = -2.75
    total += 0.9 * (days < TERM) + 1.1 * (days < 238) + 0.8 * (weight < 2500) + 1.2 * (weight < 2000)
    total += 1.6 * (apgar is not None and apgar < 7) + 0.7 * (child["mode_of_birth"] == "caesarean")
    return total + 1.1 * bool(child["chorioamnionitis"]) + 0.6 * bool(child["meconium_stained_fluid"])


def hospital_births(seed: int, rows: int) -> list[Facts]:
    """``hospital_births.csv``: two years of births in the order of birth, with who was admitted."""
    dice = Dice(f"{seed} hospital births")
    records = []
    for number, child in enumerate(newborns(dice, rows, {})):
        month = 24 * number // rows
        admitted = dice.happens(1 / (1 + math.exp(-log_odds_of_admission(child))))
        records.append(
            {
                "record": f"H{number + 1:04d}",
                "year_of_birth": FIRST_YEAR + month // 12,
                "month_of_birth": month % 12 + 1,
            }
            | {name: child[name] for name in RECORDED}
            | {"nicu_admission": admitted}
        )
    return records
