"""A made-up clinic's register as a person would type it: local headings, mixed units, 99s, mistakes."""

from __future__ import annotations

from made_up.births import newborns
from made_up.dice import Dice, Facts

LB_PER_KG = 2.20462
MG_DL_PER_MMOL_L = 18.0156  # glucose: molar mass / 10

STORIES: dict[int, Facts] = {  # number of the delivery -> what is told
    7: {"gestational_age_at_birth_days": 206, "birth_weight_g": 1180, "apgar_5min": 5,
        "antenatal_steroids": True, "hypertensive_disorder_of_pregnancy": True, "systolic_bp_mmhg": 162,
        "diastolic_bp_mmhg": 108},
    18: {"plurality": 2, "gestational_age_at_birth_days": 241},
    29: {"maternal_age_years": 17, "parity": 0, "haemoglobin_g_dl": 6.9,
         "gestational_age_at_birth_days": 252},
    40: {"gestational_age_at_birth_days": 284, "meconium_stained_fluid": True, "apgar_5min": 3,
         "mode_of_birth": "vacuum"},
}  # fmt: skip

SCHOOL = {"none": "Nil", "primary": "Pri", "lower_secondary": "Sec", "upper_secondary": "Sec",
          "some_tertiary": "College", "tertiary": "College", "postgraduate": "College"}  # fmt: skip
MODES = {"spontaneous": "SVD", "caesarean": "LSCS", "vacuum": "Vacuum", "forceps": "Forceps"}
LIES = {"cephalic": "Vx", "breech": "Br", "other": "Other"}
REMARKS = ("bring card", "referred from outpost", "husband informed", "see A. N. Other", "")

# (row, heading, what is written there, what it teaches)
MISTAKES: tuple[tuple[int, str, str, str], ...] = (
    (
        4,
        "BP sys",
        "70",
        "The two readings of one blood pressure changed places: each is possible, together they contradict.",
    ),
    (4, "BP dia", "110", "See the line above."),
    (
        9,
        "Hb (g/L)",
        "10.8",
        "Written in g/dL in a column of g/L: impossible as it stands, and reported as looking like g/dL.",
    ),
    (12, "Age (yrs)", "99", "Nobody gives birth at 99: a code for unknown."),
    (14, "Hb (g/L)", "99", "The same digits are a value here: 99 g/L is 9.9 g/dL."),
    (16, "Baby wt (kg)", "312", "The decimal point was left out: no newborn weighs 312 kg."),
    (21, "Baby wt (kg)", "2,95", "A decimal comma: not guessed at, and the whole column becomes text."),
    (23, "GA at birth", "38+9", "A week has no ninth day."),
    (
        25,
        "RBS mg/dl",
        "999",
        "A code for unknown that could be a value: 999 mg/dL happens, so the ColumnMap has to say so.",
    ),
    (27, "Temp F", "37.1", "Celsius in a column of Fahrenheit."),
    (30, "Ht (cm)", "1.58", "Metres in a column of centimetres."),
    (33, "P", "99", "A code for unknown."),
    (35, "Apgar 5", "8/10", "A score written as a fraction: read as 8, and counted."),
    (36, "Apgar 5", "99", "A code for unknown: the score ends at 10."),
    (38, "Wt before preg (lbs)", "999", "A code for unknown, in pounds."),
    (41, "G", "2", "This birth was counted as an earlier one: para 2 in the second pregnancy."),
    (41, "P", "2", "See the line above."),
    (44, "Booked month", "99", "A code for unknown."),
    (47, "ANC visits", "99", "A code for unknown; 98 would be a value."),
    (50, "GA at birth", "NR", "Not recorded."),
    (52, "Hb (g/L)", "NR", "Not recorded."),
    (54, "Mode", "svd", "The ColumnMap's words are matched without regard to case."),
    (57, "BP sys", "999", "A code for unknown."),
    (57, "BP dia", "999", "A code for unknown."),
)

COLUMNS = {
    "Age (yrs)": "maternal_age_years",
    "School": {
        "variable": "maternal_education",
        "words": {"Nil": "none", "Pri": "primary", "Sec": "upper_secondary", "College": "some_tertiary"},
    },
    "Married": "married",
    "G": "gravidity",
    "P": {"variable": "parity", "unknown": [99]},
    "Prev CS": "previous_caesarean_sections",
    "Ht (cm)": "maternal_height_cm",
    "Wt before preg (lbs)": {"variable": "pre_pregnancy_weight_kg", "unit": "lb"},
    "Booked month": "first_antenatal_visit_month",
    "ANC visits": "antenatal_contacts",
    "BP sys": "systolic_bp_mmhg",
    "BP dia": "diastolic_bp_mmhg",
    "Hb (g/L)": {"variable": "haemoglobin_g_dl", "unit": "g/L"},
    "RBS mg/dl": {"variable": "blood_glucose_mmol_l", "unit": "mg/dL", "unknown": [999]},
    "Temp F": {"variable": "body_temperature_c", "unit": "degF"},
    "Urine alb": {
        "variable": "proteinuria",
        "words": {"Nil": "negative", "+": "1+", "++": "2+", "+++": "3+"},
    },
    "PIH": "hypertensive_disorder_of_pregnancy",
    "Babies": "plurality",
    "Dexa given": "antenatal_steroids",
    "Meconium": "meconium_stained_fluid",
    "Pres": {"variable": "fetal_presentation", "words": {"Vx": "cephalic", "Br": "breech"}},
    "GA at birth": {"variable": "gestational_age_at_birth_days", "unit": "weeks+days"},
    "Mode": {"variable": "mode_of_birth", "words": {"SVD": "spontaneous", "LSCS": "caesarean"}},
    "Sex": {"variable": "newborn_sex", "words": {"M": "male", "F": "female"}},
    "Baby wt (kg)": {"variable": "birth_weight_g", "unit": "kg"},
    "Apgar 5": "apgar_5min",
}
IGNORED = ("Remarks", "Reg no")


def clinic(seed: int, rows: int) -> list[Facts]:
    """``messy_clinic.csv``: one row for each newborn, as it was written, with its mistakes."""
    dice = Dice(f"{seed} town clinic")
    records = [
        format_row(dice, f"{2100 + number}/24", facts) for number, facts in enumerate(newborns(dice, rows, STORIES), 1)
    ]
    for row, heading, wrong, _ in MISTAKES:
        records[row - 1][heading] = wrong
    return records


def column_map() -> dict:
    """``messy_clinic.columns.json``: what each heading means."""
    return {"columns": COLUMNS, "ignore": list(IGNORED)}


def format_row(dice: Dice, number: str, facts: Facts) -> Facts:
    """One newborn in the clinic's own words and units."""
    pressed = facts["hypertensive_disorder_of_pregnancy"]
    glucose = dice.normal(7.9 if facts["gestational_diabetes"] else 5.2, 0.9, 3.4, 13)
    fever = facts["chorioamnionitis"]
    albumin = dice.pick({"+": 2, "++": 5, "+++": 2} if pressed else {"Nil": 80, "Trace": 14, "+": 3})
    weeks, rest = divmod(facts["gestational_age_at_birth_days"], 7)
    sex = "M" if facts["newborn_sex"] == "male" else "F"
    return {
        "Reg no": number,
        "Age (yrs)": facts["maternal_age_years"],
        "School": None if facts["maternal_education"] is None else SCHOOL[facts["maternal_education"]],
        "Married": yes_no(facts["married"]),
        "G": facts["gravidity"],
        "P": facts["parity"],
        "Prev CS": facts["previous_caesarean_sections"],
        "Ht (cm)": facts["maternal_height_cm"],
        "Wt before preg (lbs)": times(facts["pre_pregnancy_weight_kg"], LB_PER_KG, 0),
        "Booked month": facts["first_antenatal_visit_month"],
        "ANC visits": facts["antenatal_contacts"],
        "BP sys": facts["systolic_bp_mmhg"],
        "BP dia": facts["diastolic_bp_mmhg"],
        "Hb (g/L)": times(facts["haemoglobin_g_dl"], 10, 0),
        "RBS mg/dl": None if dice.happens(0.12) else times(glucose, MG_DL_PER_MMOL_L, 0),
        "Temp F": round(dice.normal(101.3 if fever else 98.2, 0.5, 96.4, 103), 1),
        "Urine alb": "NR" if dice.happens(0.07) else albumin,
        "PIH": yes_no(pressed),
        "Babies": facts["plurality"],
        "Dexa given": yes_no(facts["antenatal_steroids"]),
        "Meconium": yes_no(facts["meconium_stained_fluid"]),
        "Pres": None if facts["fetal_presentation"] is None else LIES[facts["fetal_presentation"]],
        "GA at birth": f"{weeks}+{rest}",
        "Mode": MODES[facts["mode_of_birth"]],
        "Sex": sex.lower() if dice.happens(0.25) else sex,
        "Baby wt (kg)": times(facts["birth_weight_g"], 0.001, 2),
        "Apgar 5": facts["apgar_5min"],
        "Remarks": dice.pick(dict.fromkeys(REMARKS, 1)),
    }


def yes_no(fact: bool | None) -> str | None:
    return None if fact is None else "Y" if fact else "N"


def times(value: float | None, factor: float, decimals: int) -> float | int | None:
    """A value in another unit, as it would be written."""
    if value is None:
        return None
    return round(value * factor, decimals) if decimals else round(value * factor)
