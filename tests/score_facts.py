"""The facts of published scores in their own names and units, and what they are in ours; for the tests.

``published_scores.json`` was transcribed by scripts/transcribe_scores.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import perinatal as pn
from perinatal.scores.listing import list_score_ids, load_published_score
from perinatal.vocabulary.rules.expressions import FLAG, NUMBER
from perinatal.vocabulary.rules.parsing import parse_rule

FACTS = json.loads((Path(__file__).parent / "fixtures" / "published_scores.json").read_text(encoding="utf-8"))
SCORES = {name: load_published_score(name) for name in list_score_ids()}
ROWS = 3000
NO = False
Row = dict[str, object]


@dataclass(frozen=True)
class Twin:
    """The inputs of a score in the facts' names: what each may hold, and what they are in ours."""

    drawn: dict[str, tuple[object, ...]]
    ours: Callable[[Row], Row]
    options: tuple[str, ...] = ()  # names that are options here


def minipiers(row: Row) -> Row:
    symptoms = bool(row["chest_pain_or_dyspnoea"])
    return {
        "parity": int(row["multiparous"]),
        "gestational_age_at_measurement_days": row["ga_weeks"] * 7,
        "systolic_bp_mmhg": row["sbp"],
        "proteinuria": "trace" if row["dipstick"] == "neg_to_1+" else row["dipstick"],
        "vaginal_bleeding": bool(row["bleeding_with_abdominal_pain"]),
        "abdominal_pain": True,
        "headache": NO,
        "blurred_vision": bool(row["headache_or_visual"]),
        "chest_pain": symptoms,
        "difficulty_breathing": NO,
    }


def fullpiers(row: Row) -> Row:
    return {
        "gestational_age_at_measurement_days": row["ga_weeks"] * 7,
        "chest_pain": NO,
        "difficulty_breathing": bool(row["chest_pain_or_dyspnoea"]),
        "serum_creatinine_umol_l": row["creatinine"],
        "platelet_count_10e9_l": row["platelets"],
        "aspartate_aminotransferase_u_l": row["ast"],
        "oxygen_saturation_percent": row["spo2"],
    }


def grobman(row: Row) -> Row:
    history = {"none": "never", "before": "before_caesarean_only", "vbac": "after_caesarean"}
    return {
        "maternal_age_years": row["age"],
        "pre_pregnancy_weight_kg": row["weight"],
        "maternal_height_cm": row["height"],
        "previous_caesarean_for_arrest": bool(row["arrest"]),
        "vaginal_birth_history": history[row["vaginal"]],
        "treated_chronic_hypertension": bool(row["chronic_htn_treated"]),
    }


def kaiser(row: Row) -> Row:
    antibiotics = {"none": "none", "tx1": "narrow_2h_or_broad_under_4h", "tx2": "broad_4h_or_more"}
    return {
        "gestational_age_at_birth_days": round(row["ga"] * 7),
        "highest_temperature_in_labour_c": (row["temp_f"] - 32) / 1.8,
        "rupture_of_membranes_hours": row["rom_h"],
        "group_b_streptococcus": {"unknown": "not_tested"}.get(row["gbs"], row["gbs"]),
        "antibiotics_before_birth": antibiotics[row["abx"]],
        "newborn_examination": {"illness": "ill"}.get(row["exam"], row["exam"]),
    }


def fmf(row: Row) -> Row:
    parity = row.get("parity", "nulliparous")
    canonical = {
        "maternal_age_years": row["age"],
        "maternal_height_cm": row["height"],
        "maternal_weight_kg": row["weight"],
        "chronic_hypertension": bool(row.get("cht", 0)),
        "lupus_or_antiphospholipid": bool(row.get("sle_aps", 0)),
        "in_vitro_fertilisation": bool(row.get("ivf", 0)),
        "mother_had_pre_eclampsia": bool(row.get("fh", 0)),
        "pre_gestational_diabetes": bool(row.get("dm", 0)),
        "parity": 0 if parity == "nulliparous" else 1,
        "previous_pre_eclampsia": parity == "parous_prev_pe",
    }
    if "prev_ga" in row:
        canonical["gestational_age_at_previous_birth_days"] = row["prev_ga"] * 7
    if "interval" in row:
        canonical["interpregnancy_interval_days"] = row["interval"] * 365.25
    return canonical


def bishop(row: Row) -> Row:
    return {
        "cervical_dilatation_cm": row["dilation_cm"],
        "cervical_effacement_percent": row["effacement_pct"],
        "fetal_station": row["station"],
        "cervical_consistency": row["consistency"],
        "cervical_position": row["position"],
    }


def nsofa(row: Row) -> Row:
    return {
        "newborn_intubated": bool(row["intubated"]),
        "newborn_oxygen_saturation_percent": row["spo2"],
        "newborn_inspired_oxygen_percent": row["fio2"] * 100,
        "newborn_vasoactive_drugs": row["inotropes"],
        "newborn_systemic_steroids": bool(row["steroid"]),
        "newborn_platelet_count_10e9_l": row["platelets"],
    }


def snappe(row: Row) -> Row:
    return {
        "newborn_lowest_mean_bp_12h_mmhg": row["mbp"],
        "newborn_lowest_temperature_12h_c": row["temp"],
        "newborn_pao2_mmhg": row["pao2"],
        "newborn_inspired_oxygen_percent": row["fio2pct"],
        "newborn_lowest_ph_12h": row["ph"],
        "newborn_multiple_seizures": bool(row["seizures"]),
        "newborn_urine_output_12h_ml_kg_h": row["urine"],
        "birth_weight_g": row["bw"],
        "birth_weight_below_3rd_centile": bool(row["sga3"]),
        "apgar_5min": row["apgar5"],
    }


def cradle(row: Row) -> Row:
    return {"systolic_bp_mmhg": row["sbp"], "diastolic_bp_mmhg": row["dbp"], "heart_rate_bpm": row["hr"]}


def robson(row: Row) -> Row:
    presentation = {"transverse_oblique": "other"}.get(row["lie"], row["lie"])
    return {
        "plurality": 2 if row["fetuses"] == "multiple" else 1,
        "fetal_presentation": presentation,
        "fetal_lie": "oblique" if row["lie"] == "transverse_oblique" else "longitudinal",
        "gestational_age_at_birth_days": row["ga_weeks"] * 7,
        "previous_caesarean_sections": int(row["previous_cs"]),
        "parity": int(row["parous"]),
        "onset_of_labour": {"prelabour_cs": "prelabour_caesarean"}.get(row["onset"], row["onset"]),
    }


def psbi(row: Row) -> Row:
    return {
        "newborn_age_days": row["age_days"],
        "newborn_unable_to_feed": bool(row["unable_to_feed"]),
        "newborn_no_movement": bool(row["no_movement"]),
        "newborn_convulsions": bool(row["convulsions"]),
        "not_feeding_well": bool(row["not_feeding_well"]),
        "newborn_moves_only_if_stimulated": bool(row["moves_only_if_stimulated"]),
        "newborn_temperature_c": row["temp"],
        "severe_chest_indrawing": bool(row["severe_chest_indrawing"]),
        "newborn_respiratory_rate_per_min": row["rr"],
    }


def gdm(row: Row) -> Row:
    """In mg/dL; a random glucose of 0 was not taken."""
    names = {"fpg": "fasting_glucose_mmol_l", "h1": "glucose_load_1h_mmol_l", "h2": "glucose_load_2h_mmol_l"}
    canonical = {ours: row[theirs] / 18.0156 for theirs, ours in names.items()}
    if row["random"]:
        canonical |= {"blood_glucose_mmol_l": row["random"] / 18.0156, "hyperglycaemia_symptoms": True}
    return canonical


def meows(row: Row) -> Row:
    alertness = {"A": "alert", "V": "responds_to_voice", "P": "responds_to_pain", "U": "unresponsive"}
    return cradle(row) | {
        "respiratory_rate_per_min": row["rr"],
        "oxygen_saturation_percent": row["spo2"],
        "body_temperature_c": row["temp"],
        "alertness": alertness[row["avpu"]],
        "pain_level": row["pain"],
    }


def anaemia(row: Row) -> Row:
    days = {"trimester1": 90, "trimester2": 195, "trimester3": 196}
    return {"haemoglobin_g_dl": row["hb_g_l"] / 10, "gestational_age_at_measurement_days": days[row["state"]]}


def crib(row: Row) -> Row:
    return {
        "newborn_sex": row["sex"],
        "gestational_age_at_birth_days": row["ga_weeks"] * 7 + 6,
        "birth_weight_g": row["bw"],
        "newborn_admission_temperature_c": row["temp"],
        "newborn_base_excess_meq_l": row["base_excess"],
    }


def iom(row: Row) -> Row:
    return {"body_mass_index_kg_m2": row["bmi"]}


BOOL = (0, 1)
TWINS = {
    "minipiers": Twin(
        {
            "multiparous": BOOL,
            "ga_weeks": (20, 28.5, 34, 43),
            "sbp": (60, 119, 140, 200, 300),
            "dipstick": ("neg_to_1+", "2+", "3+", "4+"),
            "bleeding_with_abdominal_pain": BOOL,
            "headache_or_visual": BOOL,
            "chest_pain_or_dyspnoea": BOOL,
        },
        minipiers,
    ),
    "fullpiers": Twin(
        {
            "ga_weeks": (22, 30, 41),
            "chest_pain_or_dyspnoea": BOOL,
            "creatinine": (30, 90, 400),
            "platelets": (20, 108, 250),
            "ast": (10, 60, 2000),
            "spo2": (85, 96, 100),
        },
        fullpiers,
    ),
    "grobman_vbac_2021": Twin(
        {
            "age": (16, 30, 45),
            "weight": (45, 80, 130),
            "height": (145, 165, 185),
            "arrest": BOOL,
            "vaginal": ("none", "before", "vbac"),
            "chronic_htn_treated": BOOL,
        },
        grobman,
    ),
    "kaiser_eos_2017": Twin(
        {
            "incidence": ("0.3", "0.4", "0.5", "0.6"),
            "ga": tuple(days / 7 for days in (238, 251, 273, 295)),
            "temp_f": (97.0, 100.4, 103.1),
            "rom_h": (0, 4, 18, 72),
            "gbs": ("negative", "positive", "unknown"),
            "abx": ("none", "tx1", "tx2"),
            "exam": ("well", "equivocal", "illness"),
        },
        kaiser,
        ("incidence",),
    ),
    "fmf_prior_2015": Twin(
        {
            "age": (11, 20, 35, 42, 58),
            "height": (120, 150, 164, 205),
            "weight": (33, 69, 120, 195),
            "ethnicity": ("other", "afro_caribbean", "south_asian"),
            "cht": BOOL,
            "sle_aps": BOOL,
            "ivf": BOOL,
            "fh": BOOL,
            "dm": BOOL,
            "parity": ("nulliparous", "parous_no_pe", "parous_prev_pe"),
            "prev_ga": (22, 24, 34, 40, 43),
            "interval": (0.1, 0.25, 2.5, 15, 18),
        },
        fmf,
        ("ethnicity",),
    ),
    "bishop": Twin(
        {
            "dilation_cm": (0, 0.9, 1, 2.9, 3, 4.9, 5, 10),
            "effacement_pct": (0, 39, 40, 59, 60, 79, 80, 100),
            "station": (-3, -2, -1, 0, 1, 2, 3),
            "consistency": ("firm", "medium", "soft"),
            "position": ("posterior", "mid", "anterior"),
        },
        bishop,
    ),
    "nsofa": Twin(
        {
            "intubated": BOOL,
            "spo2": (60, 90, 99, 99.5, 100),
            "fio2": (0.21, 0.3, 0.5, 2 / 3, 1.0),
            "inotropes": (0, 1, 2, 3),
            "steroid": BOOL,
            "platelets": (49, 50, 99, 100, 149, 150),
        },
        nsofa,
    ),
    "snappe_ii": Twin(
        {
            "mbp": (19, 20, 29, 30),
            "temp": (34.9, 35.0, 35.6, 35.7),
            "pao2": (20, 29.9, 30, 99.9, 100, 249, 250),
            "fio2pct": (21, 50, 100),
            "ph": (7.09, 7.10, 7.19, 7.20),
            "seizures": BOOL,
            "urine": (0.09, 0.1, 0.9, 1.0),
            "bw": (749, 750, 999, 1000),
            "sga3": BOOL,
            "apgar5": (6, 7),
        },
        snappe,
    ),
    "cradle_vsa": Twin(
        {
            "sbp": (80, 100, 120, 139, 140, 159, 160),
            "dbp": (50, 60, 75),
            "hr": (60, 72, 90, 108, 136, 170, 200),
        },
        cradle,
    ),
    "robson": Twin(
        {
            "fetuses": ("single", "multiple"),
            "lie": ("cephalic", "breech", "transverse_oblique"),
            "ga_weeks": (28, 36, 37, 41),
            "previous_cs": BOOL,
            "parous": BOOL,
            "onset": ("spontaneous", "induced", "prelabour_cs"),
        },
        robson,
    ),
    "who_psbi": Twin(
        {
            "age_days": (0, 6, 7, 59),
            "unable_to_feed": (0, 0, 0, 0, 1),
            "no_movement": (0, 0, 0, 0, 1),
            "convulsions": (0, 0, 0, 0, 1),
            "not_feeding_well": (0, 0, 0, 1),
            "moves_only_if_stimulated": (0, 0, 0, 1),
            "temp": (35.4, 35.5, 37, 37.9, 38.0),
            "severe_chest_indrawing": (0, 0, 0, 1),
            "rr": (45, 59, 60),
        },
        psbi,
    ),
    "gdm_who2013": Twin(
        {
            "fpg": (80, 91, 92, 125, 126),
            "h1": (120, 179, 180),
            "h2": (120, 152, 153, 199, 200),
            "random": (0, 199, 200),
        },
        gdm,
    ),
    "meows": Twin(
        {
            "rr": (9, 10, 20, 21, 30, 31),
            "spo2": (94, 95),
            "temp": (34.9, 35.0, 36.0, 36.1, 38.0, 38.1),
            "sbp": (89, 90, 100, 101, 149, 150, 160, 161),
            "dbp": (60, 80),
            "hr": (39, 40, 50, 51, 99, 100, 120, 121),
            "avpu": ("A", "A", "A", "V", "P", "U"),
            "pain": (0, 1, 2, 3),
        },
        meows,
    ),
    "iom_gwg_2009": Twin({"bmi": (15, 18.4, 18.5, 24.9, 25, 29.9, 30, 45)}, iom),
}
VECTORS_ONLY = {
    "who_anaemia_2024": anaemia,
    "crib_ii": crib,
    "shock_index_obstetric": lambda row: {"heart_rate_bpm": row["hr"], "systolic_bp_mmhg": row["sbp"]},
    "hdp_classification": lambda row: {"systolic_bp_mmhg": row["sbp"], "diastolic_bp_mmhg": row["dbp"]},
    "nice_cg98_38w": lambda row: {
        "newborn_age_hours": row["age_h"],
        "newborn_bilirubin_umol_l": 50,
        "gestational_age_at_birth_days": 266,
    },
}
OPTIONS = {
    "kaiser_eos_2017": lambda row: {"incidence_per_1000": row["incidence"]},
    "fmf_prior_2015": lambda row: {"ethnicity": row.get("ethnicity", "other")},
    "gdm_who2013": lambda row: {"cut_offs": "mg_dl"},
}


OUR_WORDS = {"DIP": "diabetes_in_pregnancy", "GDM": "gestational_diabetes"}


def answer_row(name: str, row: Row, options: dict[str, str]) -> Row:
    """One row through the public verbs: every number and word of its answer."""
    model = pn.load_model(name).with_options(**options)
    prediction = model.predict(pd.DataFrame([row]))
    assert prediction.answered.all(), prediction.problems
    return prediction.to_frame().iloc[0].to_dict()


class Drawn:
    """Rows in the facts' names, drawn once for a score, with the facts' own expressions over them."""

    def __init__(self, score: str) -> None:
        twin = TWINS[score]
        rng = np.random.default_rng(20261122)
        self.rows = [
            {name: values[rng.integers(len(values))] for name, values in twin.drawn.items()} for _ in range(ROWS)
        ]
        self._meanings, self._values = {}, {}
        for name, allowed in twin.drawn.items():
            column = [row[name] for row in self.rows]
            if isinstance(allowed[0], str):
                words = tuple(dict.fromkeys(allowed))
                self._meanings[name] = words
                self._values[name] = np.array([words.index(word) for word in column], dtype=float)
            else:
                self._meanings[name] = FLAG if set(allowed) <= {0, 1} else NUMBER
                self._values[name] = np.array(column, dtype=float)
        for flag in (("parity", "parous_prev_pe"), ("parity", "parous_no_pe")):
            if score == "fmf_prior_2015":
                self._meanings[flag[1]] = FLAG
                self._values[flag[1]] = np.array([row[flag[0]] == flag[1] for row in self.rows], dtype=float)

    def clip(self, name: str, low: float, high: float) -> None:
        self._values[name] = np.clip(self._values[name], low, high)

    def evaluate(self, text: str) -> np.ndarray:
        """The facts' expression in each row; ``x if y`` without an else is 0 elsewhere."""
        whole = f"{text} else 0" if " if " in text and " else " not in text else text
        return parse_rule(whole, self._meanings, {}).evaluate(self._values, ROWS)

    def first(self, rules: list[dict], key: str) -> list:
        """What the first rule that holds gives."""
        conditions = [self.evaluate(rule["when"]) == 1 for rule in rules]
        return [rules[i][key] for i in np.argmax(conditions, axis=0)]

    def canonical(self, score: str) -> pd.DataFrame:
        return pd.DataFrame([TWINS[score].ours(row) for row in self.rows])
