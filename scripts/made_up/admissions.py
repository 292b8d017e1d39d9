"""Made-up admissions of pregnant and postpartum women for severe acute respiratory infection."""

from __future__ import annotations

import math

from made_up.dice import Dice, Facts

STAGES = {"first_trimester": 9, "second_trimester": 22, "third_trimester": 46, "postpartum": 23}
EDUCATION = {
    "none": 1,
    "primary": 12,
    "lower_secondary": 24,
    "upper_secondary": 48,
    "some_tertiary": 0,
    "tertiary": 15,
}
ZONES = {"urban": 90, "rural": 9, "periurban": 1}
SYMPTOMS = {  # log-odds at middling severity, and how much severity adds
    "fever": (0.7, 0.1),
    "cough": (1.3, 0.2),
    "sore_throat": (-0.9, -0.2),
    "dyspnoea": (0.7, 1.3),
    "respiratory_distress": (0.1, 1.2),
    "oxygen_saturation_below_95": (-0.3, 1.6),
    "diarrhoea": (-1.8, 0.0),
    "vomiting": (-1.8, 0.1),
    "abdominal_pain": (-2.2, 0.0),
    "fatigue": (-0.9, 0.4),
    "loss_of_smell": (-1.7, -0.3),
    "loss_of_taste": (-1.7, -0.3),
}
CIRCUMSTANCES = {  # share, share unknown
    "hospital_acquired_infection": (0.02, 0.1),
    "outbreak_case": (0.2, 0.2),
    "admitted_away_from_home": (0.25, 0.0),
    "contact_with_birds_or_pigs": (0.01, 0.25),
    "influenza_vaccinated": (0.35, 0.45),
}
DISEASES = {
    "heart_disease": 0.07,
    "haematological_disease": 0.015,
    "liver_disease": 0.008,
    "asthma": 0.06,
    "diabetes_mellitus": 0.11,
    "neurological_disease": 0.012,
    "lung_disease": 0.01,
    "immunosuppression": 0.02,
    "kidney_disease": 0.012,
    "obesity": 0.09,
}
DISEASES_LEFT_BLANK = 0.58  # of the forms: the section is filled in only where there is something to tick
SYMPTOM_LEFT_BLANK = 0.08
EDUCATION_LEFT_BLANK = 0.5
DISEASES_KNOWN = dict.fromkeys(DISEASES, False)

STORIES: dict[int, Facts] = {  # number of the admission -> what is told
    5: {"maternal_age_years": 38, "pregnancy_stage": "third_trimester", "symptoms_to_admission_days": 9,
        "fever": True, "cough": True, "dyspnoea": True, "respiratory_distress": True,
        "oxygen_saturation_below_95": True, **DISEASES_KNOWN, "obesity": True, "diabetes_mellitus": True},
    19: {"maternal_age_years": 24, "pregnancy_stage": "first_trimester", "symptoms_to_admission_days": 2,
         "fever": True, "cough": True, "dyspnoea": False, "respiratory_distress": False,
         "oxygen_saturation_below_95": False, **DISEASES_KNOWN},
    42: {"maternal_age_years": 33, "pregnancy_stage": "postpartum", "symptoms_to_admission_days": 0,
         "hospital_acquired_infection": True, "dyspnoea": True, "oxygen_saturation_below_95": True},
    77: {"maternal_age_years": 41, "pregnancy_stage": "second_trimester", **DISEASES_KNOWN,
         "kidney_disease": True, "heart_disease": True, "oxygen_saturation_below_95": True, "dyspnoea": True},
}  # fmt: skip
EMPTY_FORM = 96  # only her age and the stage were written down


def admissions(seed: int, rows: int) -> list[Facts]:
    """``sari_admissions.csv``: canonical names and units, one row for each admission."""
    dice = Dice(f"{seed} admissions")
    records = []
    for number in range(1, rows + 1):
        row = admission(dice) | STORIES.get(number, {})
        if number == EMPTY_FORM:
            row.update({name: None for name in row if name not in ("maternal_age_years", "pregnancy_stage")})
        records.append({"record": f"A{number:03d}"} | row)
    return records


def admission(dice: Dice) -> Facts:
    """One admission; an unrecorded severity correlates the symptoms."""
    age = round(dice.normal(29.5, 6.5, 15, 47))
    stage = dice.pick(STAGES)
    severity = dice.normal(0.04 * (age - 29) + 0.2 * (stage in ("third_trimester", "postpartum")), 1, -2.5, 2.5)
    education = dice.pick(EDUCATION)
    row: Facts = {
        "maternal_age_years": age,
        "pregnancy_stage": stage,
        "maternal_education": None if dice.happens(EDUCATION_LEFT_BLANK) else education,
        "residence_zone": None if dice.happens(0.1) else dice.pick(ZONES),
        "symptoms_to_admission_days": dice.count(6, 21),
    }
    for name, (usual, by_severity) in SYMPTOMS.items():
        present = dice.happens(1 / (1 + math.exp(-usual - by_severity * severity)))
        row[name] = None if dice.happens(SYMPTOM_LEFT_BLANK) else present
    for name, (share, unknown) in CIRCUMSTANCES.items():
        present = dice.happens(share)
        row[name] = None if dice.happens(unknown) else present
    ticked = {name: dice.happens(share) for name, share in DISEASES.items()}
    blank = dice.happens(DISEASES_LEFT_BLANK) and not any(ticked.values())
    return row | {name: None if blank else present for name, present in ticked.items()}
