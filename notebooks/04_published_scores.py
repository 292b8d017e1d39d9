# %% [markdown]
# # Published scores on your own table
#
# Most published perinatal models are never run again, because there is no code for them. Here they have the same
# methods as a trained model: `predict` and `explain`. A score that is not a probability is never shown as one, a
# missing input is never treated as normal, and all of it is for research, not for clinical use as it stands.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import perinatal as pn

pd.options.display.max_columns = 30
pd.options.display.width = 160
pd.options.display.max_colwidth = 60

scores = pn.available_models("published")
scores[["name", "answers", "inputs", "confirmation"]]

# %% [markdown]
# `docs/scores` has a page for each: population, inputs with units, every coefficient or point, how well it is
# confirmed, a worked example and known problems; and a list of the scores that are **not** included, with the reason.
#
# ## A probability: miniPIERS
#
# Six made-up women with a hypertensive disorder. The third has no recorded blood pressure.

# %%
women = pd.DataFrame(
    {
        "parity": [0, 2, 1, 0, 3, 0],
        "gestational_age_at_measurement_days": [230, 262, 240, 210, 255, 190],
        "systolic_bp_mmhg": [172, 142, None, 158, 150, 15],
        "diastolic_bp_mmhg": [112, 92, 95, 104, 88, 90],
        "heart_rate_bpm": [92, 84, 88, 118, 140, 96],
        "proteinuria": ["3+", "negative", "2+", "4+", "1+", "2+"],
        "headache": [True, False, False, True, False, False],
        "blurred_vision": [False, False, False, True, False, False],
        "chest_pain": False,
        "difficulty_breathing": [False, False, False, False, True, False],
        "vaginal_bleeding": [False, False, False, False, True, False],
        "abdominal_pain": [False, False, False, True, True, False],
    },
    index=pd.Index(list("ABCDEF"), name="woman"),
)
minipiers = pn.load_model("minipiers")
prediction = minipiers.predict(women)
prediction.to_frame()[["danger_signs", "risk", "band", "insufficient"]]

# %% [markdown]
# There is no answer, and the missing inputs are listed. The last woman's pressure of 15 is impossible: it became
# missing, and was counted. Danger signs come before any number.

# %%
for problem in prediction.problems:
    print(problem)

# %% [markdown]
# The parts are the terms of the published equation: they add up to the log-odds of the risk. They are counted from
# zero, not from an average woman; the intercept is the base.

# %%
explanation = minipiers.explain(women)
print("largest distance between base + parts and the log-odds:", end=" ")
print(
    bool(
        np.nanmax(np.abs(explanation.base + explanation.parts.sum(axis=1, skipna=False) - explanation.log_odds)) < 1e-9
    )
)
explanation.strongest(4).loc["A", ["label", "value", "part"]].round(3)

# %% [markdown]
# The effect of one input, with everything else as for woman A:

# %%
pressures = np.arange(100.0, 221.0)
figure, axes = plt.subplots(figsize=(7.5, 4), layout="constrained")
for dipstick, style in {"4+": "-", "3+": "--", "negative": "-.", "2+": ":"}.items():
    records = pd.DataFrame([women.loc["A"].to_dict()] * len(pressures)).assign(
        systolic_bp_mmhg=pressures, proteinuria=dipstick
    )
    axes.plot(pressures, 100 * minipiers.predict(records).risk, style, color="#33475b", label=f"dipstick {dipstick}")
axes.set_ylim(0, 28)
axes.axhline(25, color="0.5", lw=0.8, ls="--")
axes.annotate("published threshold, 25 %", (101, 25.4), fontsize=9, color="0.35")
axes.set(
    xlabel="systolic pressure (mmHg)",
    ylabel="estimated risk within 48 hours (%)",
    title="miniPIERS: the published term for 2+ lies below that for a negative dipstick",
)
axes.legend(frameon=False)
axes.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# ## Points, categories and an index
#
# The same two methods. Asking for a risk where there is none raises an error that names what there is.

# %%
light = pn.load_model("cradle_vsa")
reasons = light.explain(women)
pd.DataFrame(
    {"category": light.predict(women).category, "because": [" ".join(sentences) for sentences in reasons.sentences]}
)

# %%
from perinatal.errors import NotAProbability

try:
    light.predict(women).risk
except NotAProbability as error:
    print(error)

# %%
newborns = pd.DataFrame(
    {
        "newborn_sex": ["male", "female", "male", "female"],
        "gestational_age_at_birth_days": [28 * 7 + 2, 25 * 7, 25 * 7 + 3, 31 * 7],
        "birth_weight_g": [1100, 700, 900, 1500],
        "newborn_admission_temperature_c": [36.4, 34.0, 36.8, 36.6],
        "newborn_base_excess_meq_l": [-6, -14, -3, None],
    },
    index=["one", "two", "three", "four"],
)
crib = pn.load_model("crib_ii")
crib.predict(newborns).to_frame()[["points", "insufficient", "refused"]]

# %% [markdown]
# The third newborn falls on a cell of the printed table about which the sources disagree: it is refused, not guessed. A
# total is explained by its items:

# %%
parts = crib.explain(newborns).parts.loc[["one", "two"]]
figure, axes = plt.subplots(figsize=(7.5, 2.4), layout="constrained")
left = np.zeros(len(parts))
for item, label in zip(parts.columns, crib.explain(newborns).labels, strict=True):
    axes.barh(parts.index, parts[item], left=left, label=label, height=0.55)
    left += parts[item].to_numpy()
axes.invert_yaxis()
axes.set(xlabel="CRIB-II points (not a probability)", title="What the points are made of")
axes.legend(frameon=False, fontsize=9)
axes.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# ## Choices that are not facts about the patient
#
# A society's threshold, a baseline incidence, a version: options with a default, reported with every output.

# %%
glucose = pn.load_model("gdm_who2013")
glucose_record = {"fasting_glucose_mmol_l": 126 / 18.0156, "glucose_load_1h_mmol_l": 8.0, "glucose_load_2h_mmol_l": 7.0}
print(glucose.predict(glucose_record).category.iloc[0], "| with the limits in mmol/L")
print(glucose.with_options(cut_offs="mg_dl").predict(glucose_record).category.iloc[0], "| with the limits in mg/dL")

# %% [markdown]
# ## How reliable is a number?
#
# Every score carries worked examples with their origin: printed by the authors, asserted by another project, or
# computed from the numbers here. The last kind guards against typing errors; it does not prove a coefficient.

# %%
from collections import Counter

origins = Counter(vector.origin.name.lower() for name in scores.index for vector in pn.load_model(name).score.vectors)
pd.Series(origins, name="worked examples").sort_values(ascending=False)
