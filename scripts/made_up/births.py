"""Made-up births: a few simple conditional distributions, and twenty written cases."""

from __future__ import annotations

import math

from made_up.dice import Dice, Facts

TERM = 37 * 7  # days
EDUCATION = {"none": 1, "primary": 6, "lower_secondary": 12, "upper_secondary": 30, "some_tertiary": 25,
             "tertiary": 18, "postgraduate": 8}  # fmt: skip
FIRST_VISIT_MONTH = {1: 8, 2: 28, 3: 30, 4: 14, 5: 8, 6: 5, 7: 4, 8: 3}
PRETERM_DAYS = {(238, 258): 74, (224, 237): 13, (196, 223): 9, (161, 195): 4}  # in hundred preterm births
ANOMALIES_PER_100_000 = {  # about what birth certificates report; anencephaly only where it is told
    "anencephaly": 0, "spina_bifida": 15, "cyanotic_heart_disease": 60, "diaphragmatic_hernia": 12,
    "omphalocele": 9, "gastroschisis": 22, "limb_reduction_defect": 13, "cleft_lip": 49, "cleft_palate": 24,
    "down_syndrome": 51, "chromosomal_disorder": 40, "hypospadias": 60,
}  # fmt: skip
DANGEROUS_ANOMALIES = (
    "anencephaly",
    "cyanotic_heart_disease",
    "diaphragmatic_hernia",
    "chromosomal_disorder",
)
UNKNOWN_SHARES = {  # columns that are lost together, and how often
    ("paternal_age_years",): 0.09,
    ("maternal_education",): 0.02,
    (
        "cigarettes_per_day_before_pregnancy",
        "cigarettes_per_day_first_trimester",
        "cigarettes_per_day_second_trimester",
        "cigarettes_per_day_third_trimester",
    ): 0.03,
    ("maternal_height_cm", "body_mass_index_kg_m2"): 0.03,
    ("pre_pregnancy_weight_kg", "body_mass_index_kg_m2", "gestational_weight_gain_kg"): 0.03,
    ("first_antenatal_visit_month",): 0.03,
    ("antenatal_contacts",): 0.03,
    ("gestational_weight_gain_kg",): 0.04,
    ("previous_poor_outcome",): 0.05,
    ("systolic_bp_mmhg", "diastolic_bp_mmhg"): 0.06,
    ("haemoglobin_g_dl",): 0.15,
    ("antenatal_steroids",): 0.02,
    ("meconium_stained_fluid", "fetal_intolerance_of_labour"): 0.02,
    ("fetal_presentation",): 0.02,
    ("apgar_5min",): 0.01,
}

STORIES: dict[int, Facts] = {  # number of the delivery -> what is told; the rest is drawn to follow from it
    3: {"gestational_age_at_birth_days": 170, "birth_weight_g": 615, "apgar_5min": 4,
        "antenatal_steroids": True, "chorioamnionitis": True, "antibiotics_in_labour": True,
        "previous_preterm_birth": True, "parity": 1},
    8: {"maternal_age_years": 19, "parity": 0, "gastroschisis": True, "gestational_age_at_birth_days": 254},
    15: {"plurality": 2, "gestational_age_at_birth_days": 219, "antenatal_steroids": True, "tocolysis": True},
    22: {"hypertensive_disorder_of_pregnancy": True, "eclampsia": True, "systolic_bp_mmhg": 148,
         "diastolic_bp_mmhg": 96, "gestational_age_at_birth_days": 217, "birth_weight_g": 1090, "parity": 0,
         "mode_of_birth": "caesarean", "antenatal_steroids": True, "apgar_5min": 7},
    31: {"gestational_age_at_birth_days": 286, "meconium_stained_fluid": True,
         "fetal_intolerance_of_labour": True, "apgar_5min": 2, "mode_of_birth": "vacuum",
         "prolonged_labour": True, "parity": 0},
    44: {"body_mass_index_kg_m2": 41.5, "gestational_diabetes": True, "birth_weight_g": 4480,
         "maternal_age_years": 36, "gestational_age_at_birth_days": 271, "mode_of_birth": "caesarean"},
    57: {"maternal_age_years": 42, "down_syndrome": True, "gestational_age_at_birth_days": 263, "parity": 3},
    63: {"no_antenatal_care": True, "maternal_age_years": 16, "parity": 0, "married": False,
         "gestational_age_at_birth_days": 203, "birth_weight_g": 905, "place_of_birth": "home",
         "fetal_presentation": "breech", "mode_of_birth": "spontaneous", "birth_attendant": "other",
         "apgar_5min": 5, "precipitous_labour": True, "antenatal_steroids": False},
    78: {"diaphragmatic_hernia": True, "gestational_age_at_birth_days": 268, "apgar_5min": 4},
    90: {"plurality": 3, "gestational_age_at_birth_days": 222, "mode_of_birth": "caesarean",
         "antenatal_steroids": True, "maternal_age_years": 37, "parity": 0},
    101: {"gestational_age_at_birth_days": 196, "birth_weight_g": 1040, "previous_preterm_birth": True,
          "cervical_cerclage": True, "parity": 2, "antenatal_steroids": True, "apgar_5min": 8},
    118: {"cyanotic_heart_disease": True, "pre_gestational_diabetes": True,
          "gestational_age_at_birth_days": 266},
    127: {"fetal_presentation": "cephalic", "external_version_succeeded": True,
          "external_version_failed": False, "gestational_age_at_birth_days": 279,
          "mode_of_birth": "spontaneous"},
    140: {"gestational_age_at_birth_days": 161, "birth_weight_g": 520, "apgar_5min": 1,
          "antenatal_steroids": False, "mode_of_birth": "spontaneous"},
    152: {"maternal_age_years": 46, "chronic_hypertension": True, "previous_caesarean_sections": 2,
          "parity": 4, "gestational_age_at_birth_days": 245},
    167: {"cigarettes_per_day_before_pregnancy": 20, "birth_weight_g": 2140,
          "gestational_age_at_birth_days": 274, "haemoglobin_g_dl": 7.4},
    181: {"anencephaly": True, "gestational_age_at_birth_days": 243, "apgar_5min": 1},
    200: {"place_of_birth": "home", "birth_attendant": "midwife", "gestational_age_at_birth_days": 281,
          "parity": 2, "mode_of_birth": "spontaneous", "anaesthesia_in_labour": False, "apgar_5min": 10},
    209: {"cleft_lip": True, "gestational_age_at_birth_days": 275},
    216: {"omphalocele": True, "chromosomal_disorder": True, "maternal_age_years": 40, "birth_weight_g": 1870,
          "gestational_age_at_birth_days": 261},
}  # fmt: skip
LOST_RECORD = 110  # of this delivery only what was seen at the birth is known
SEEN_AT_ANY_BIRTH = (
    "delivery_id",
    "plurality",
    "birth_weight_g",
    "newborn_sex",
    "mode_of_birth",
    "place_of_birth",
)


def mother(dice: Dice, story: Facts) -> Facts:
    """What is known at booking; values of a written case replace those that are drawn."""
    age = story.get("maternal_age_years", round(dice.normal(28, 5.6, 15, 46)))
    grown_up = {level: weight for level, weight in EDUCATION.items() if age >= 22 or level not in list(EDUCATION)[5:]}
    education = dice.pick(grown_up if age >= 18 else {"primary": 1, "lower_secondary": 4})
    married = story.get("married", dice.happens(0.15 if age < 21 else 0.65))
    parity = story.get("parity", dice.count(max(0.0, (age - 18) * 0.11), 1 if age < 19 else 8))
    losses = dice.count(0.25, 4)
    caesareans = story.get("previous_caesarean_sections", sum([dice.happens(0.2) for _ in range(8)][:parity]))
    usual = story.get(
        "cigarettes_per_day_before_pregnancy",
        dice.pick({5: 3, 10: 5, 20: 2}) * dice.happens(0.06 + 0.1 * (age < 25)),
    )
    height = round(dice.normal(162, 6.5, 143, 184))
    wanted = story.get("body_mass_index_kg_m2", math.exp(dice.normal(math.log(25.2), 0.2, math.log(17), math.log(46))))
    weight = round(wanted * (height / 100) ** 2, 1)
    bmi = round(weight / (height / 100) ** 2, 1)
    hypertension = story.get("chronic_hypertension", dice.happens(0.01 + 0.03 * (bmi > 30) + 0.02 * (age > 35)))
    systolic = round(dice.normal(110 + 0.6 * (bmi - 25) + 26 * hypertension, 10, 84, 176) / 2) * 2
    facts: Facts = {
        "maternal_age_years": age,
        "paternal_age_years": round(dice.normal(age + 2.5, 4.5, max(15, age - 6), age + 16))
        if dice.happens(0.98 if married else 0.65)
        else None,
        "maternal_education": education,
        "married": married,
        "cigarettes_per_day_before_pregnancy": usual,
        "cigarettes_per_day_first_trimester": round(usual * 0.6),
        "cigarettes_per_day_second_trimester": round(usual * 0.4),
        "cigarettes_per_day_third_trimester": round(usual * 0.3),
        "body_mass_index_kg_m2": bmi,
        "maternal_height_cm": height,
        "pre_pregnancy_weight_kg": weight,
        "parity": parity,
        "gravidity": parity + losses + 1,
        "previous_caesarean_sections": min(caesareans, 4),
        "previous_preterm_birth": parity > 0 and dice.happens(0.08),
        "previous_poor_outcome": parity > 0 and dice.happens(0.04),
        "chronic_hypertension": hypertension,
        "pre_gestational_diabetes": dice.happens(0.006 + 0.02 * (bmi > 35)),
        "plurality": dice.pick({1: 983, 2: 17}),
        "no_antenatal_care": dice.happens(0.012),
        "first_antenatal_visit_month": dice.pick(FIRST_VISIT_MONTH),
        "systolic_bp_mmhg": systolic,
        "diastolic_bp_mmhg": round(min(dice.normal(0.63 * systolic, 5, 46, 112), systolic - 18) / 2) * 2,
        "haemoglobin_g_dl": round(dice.normal(11.8, 1.2, 7.5, 15.2), 1),
    }
    return facts | {name: value for name, value in story.items() if name in facts and name != "body_mass_index_kg_m2"}


def pregnancy(dice: Dice, facts: Facts, story: Facts) -> Facts:
    """Events of the pregnancy, and its length."""
    bmi, age, plural = facts["body_mass_index_kg_m2"], facts["maternal_age_years"], facts["plurality"] > 1
    hypertensive = story.get(
        "hypertensive_disorder_of_pregnancy",
        dice.happens(
            0.025
            + 0.03 * (facts["parity"] == 0)
            + 0.03 * (bmi > 30)
            + 0.2 * facts["chronic_hypertension"]
            + 0.06 * plural
        ),
    )
    smokes = facts["cigarettes_per_day_first_trimester"] > 0
    early = dice.happens(
        0.07 + 0.12 * facts["previous_preterm_birth"] + 0.14 * hypertensive + 0.45 * plural + 0.04 * smokes
    )
    first, last = dice.pick(PRETERM_DAYS)
    drawn = dice.uniform()
    days = int(first + drawn * (last - first + 1)) if early else round(dice.normal(277, 8, TERM, 296))
    days = story.get("gestational_age_at_birth_days", days)
    booked = None if facts["no_antenatal_care"] else min(facts["first_antenatal_visit_month"], days // 31)
    gain = dice.normal(13 - 0.3 * (bmi - 25), 4.5, -4, 28) * days / 280 + 3 * plural
    visits = round(max(1.0, (days / 30.4 - (booked or 0)) * 1.6 + dice.normal(0, 2, -5, 6)))
    findings = {
        "first_antenatal_visit_month": booked,
        "antenatal_contacts": visits if booked else 0,
        "gestational_weight_gain_kg": round(gain, 1),
        "gestational_diabetes": not facts["pre_gestational_diabetes"]
        and dice.happens(0.03 + 0.05 * (bmi > 30) + 0.03 * (age > 35)),
        "hypertensive_disorder_of_pregnancy": hypertensive,
        "eclampsia": hypertensive and dice.happens(0.03),
        "cervical_cerclage": dice.happens(0.001 + 0.04 * facts["previous_preterm_birth"]),
        "gestational_age_at_birth_days": days,
    }
    if facts["no_antenatal_care"]:  # nobody measured her
        findings |= dict.fromkeys(("systolic_bp_mmhg", "diastolic_bp_mmhg", "haemoglobin_g_dl"))
        findings["gestational_weight_gain_kg"] = None
    return findings | {name: value for name, value in story.items() if name in findings}


def labour(dice: Dice, facts: Facts, story: Facts) -> Facts:
    """Labour and birth."""
    days, before = facts["gestational_age_at_birth_days"], facts["previous_caesarean_sections"] > 0
    preterm, plural = days < TERM, facts["plurality"] > 1
    breech = dice.happens(0.04 + max(0, TERM - days) / 400 + 0.1 * plural)
    version = breech and not preterm and not plural and dice.happens(0.3)
    turned = version and dice.happens(0.5)
    lie = dice.pick({"breech": 9, "other": 1}) if breech and not turned else "cephalic"
    lie = story.get("fetal_presentation", lie)
    waters = dice.happens(0.03 + 0.15 * preterm)
    infected = story.get("chorioamnionitis", dice.happens(0.008 + 0.08 * waters + 0.1 * (days < 196)))
    meconium = story.get("meconium_stained_fluid", dice.happens(0.01 + 0.05 * (not preterm) + 0.08 * (days >= 287)))
    distress = story.get("fetal_intolerance_of_labour", dice.happens(0.05 + 0.1 * meconium))
    surgical = 0.07 + 0.75 * before + 0.75 * (lie != "cephalic") + 0.3 * distress + 0.35 * plural
    surgical += 0.15 * facts["hypertensive_disorder_of_pregnancy"]
    helped = lie == "cephalic" and days >= 238  # no vacuum before 34 weeks
    vaginal = dice.pick({"spontaneous": 94, "vacuum": 5, "forceps": 1} if helped else {"spontaneous": 1})
    mode = story.get("mode_of_birth", "caesarean" if dice.happens(surgical) else vaginal)
    surgery = mode == "caesarean"
    laboured = not (surgery and (before or lie != "cephalic" or plural)) or dice.happens(0.2)
    needs_hospital = surgery or preterm or mode != "spontaneous"
    elsewhere = {"hospital": 950, "birth_centre": 18, "clinic": 8, "home": 20, "other": 4}
    place = story.get("place_of_birth", dice.pick({"hospital": 1} if needs_hospital else elsewhere))
    in_hospital = place == "hospital"
    induced = dice.happens(0.16 + 0.3 * facts["hypertensive_disorder_of_pregnancy"] + 0.4 * (days >= 289))
    quick = mode == "spontaneous" and dice.happens(0.02)
    staff = {"doctor": 84, "midwife": 13, "other_midwife": 1, "other": 2}
    staff = {"doctor": 1} if surgery or mode != "spontaneous" else staff
    went = {
        "prolonged_rupture_of_membranes": waters,
        "labour_induced": induced and laboured and in_hospital,
        "labour_augmented": dice.happens(0.2) and laboured and in_hospital,
        "tocolysis": dice.happens(0.12) and preterm,
        "antenatal_steroids": dice.happens(0.72 if days < 238 else 0.06 if preterm else 0.003),
        "antibiotics_in_labour": dice.happens(0.14 + 0.6 * (waters or infected)) and in_hospital,
        "chorioamnionitis": infected,
        "meconium_stained_fluid": meconium,
        "fetal_intolerance_of_labour": distress,
        "anaesthesia_in_labour": in_hospital and dice.happens(0.9 if surgery else 0.55),
        "external_version_succeeded": turned,
        "external_version_failed": version and not turned,
        "place_of_birth": place,
        "fetal_presentation": lie,
        "precipitous_labour": quick,
        "prolonged_labour": dice.happens(0.01 + 0.02 * (facts["parity"] == 0)) and laboured and not quick,
        "mode_of_birth": mode,
        "birth_attendant": dice.pick(staff if in_hospital else {"midwife": 6, "other_midwife": 3, "other": 1}),
    }
    return went | {name: value for name, value in story.items() if name in went}


def newborn(dice: Dice, facts: Facts, story: Facts) -> Facts:
    """The child; weight by weeks as ln(g) = 0.578 + 0.332 w − 0.00354 w² (Hadlock, Radiology 1991)."""
    days, male = facts["gestational_age_at_birth_days"], dice.happens(0.512)
    older = 6 if facts["maternal_age_years"] >= 40 else 1
    anomalies = {
        name: dice.happens(rate / 100_000 * (older if name == "down_syndrome" else 1))
        and (male or name != "hypospadias")
        for name, rate in ANOMALIES_PER_100_000.items()
    }
    anomalies |= {name: value for name, value in story.items() if name in anomalies}
    weeks = days / 7
    expected = math.exp(0.578 + 0.332 * weeks - 0.00354 * weeks**2) * (1.015 if male else 0.985)
    expected *= 1 - 0.06 * (facts["cigarettes_per_day_third_trimester"] > 0) - 0.1 * (facts["plurality"] > 1)
    expected *= 1 + 0.05 * facts["gestational_diabetes"] - 0.08 * facts["hypertensive_disorder_of_pregnancy"]
    weight = round(0.96 * expected * math.exp(dice.normal(0, 0.12, -0.3, 0.28)) / 5) * 5
    slow = (
        0.008
        + 0.02 * (days < TERM)
        + 0.1 * (days < 224)
        + 0.3 * (days < 196)
        + 0.06 * facts["fetal_intolerance_of_labour"]
    )
    slow += 0.4 * any(anomalies[name] for name in DANGEROUS_ANOMALIES)
    usual = dice.pick({10: 2, 9: 80, 8: 14, 7: 4} if days >= 238 else {9: 20, 8: 50, 7: 30})
    low = dice.pick({1: 1, 2: 1, 3: 2, 4: 3, 5: 5, 6: 8})
    child = {
        "birth_weight_g": weight,
        "gestational_age_at_birth_days": days,
        "newborn_sex": "male" if male else "female",
        "apgar_5min": low if dice.happens(slow) else usual,
    } | anomalies
    return child | {name: value for name, value in story.items() if name in child}


def newborns(dice: Dice, rows: int, stories: dict[int, Facts]) -> list[Facts]:
    """``rows`` newborns in the order of birth; those of one delivery share everything but the newborn's own values."""
    children: list[Facts] = []
    delivery = 0
    while len(children) < rows:
        delivery += 1
        story = stories.get(delivery, {})
        if story or rows - len(children) < 3:  # a story is of one child unless it says otherwise; and the last fits in
            story = {"plurality": 1} | story
        facts = {"delivery_id": f"D{delivery:03d}"} | mother(dice, story)
        facts |= pregnancy(dice, facts, story)
        facts |= labour(dice, facts, story)
        lost = [
            names for names, share in UNKNOWN_SHARES.items() if dice.happens(share) and not story.keys() & set(names)
        ]
        for _ in range(facts["plurality"]):
            child = facts | newborn(dice, facts, story)
            child |= {name: None for names in lost for name in names}
            children.append(child)
    return children


def births(seed: int, rows: int) -> list[Facts]:
    """``births.csv``: canonical names and units, one row for each newborn."""
    born = newborns(Dice(f"{seed} births"), rows, STORIES)
    for child in born:
        if child["delivery_id"] == f"D{LOST_RECORD:03d}":
            child.update({name: None for name in child if name not in SEEN_AT_ANY_BIRTH})
    return [{"record": f"B{number:03d}"} | child for number, child in enumerate(born, 1)]
