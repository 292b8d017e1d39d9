# %% [markdown]
# # Predict a risk and take it apart
#
# This notebook estimates risks of made-up newborns and women with three of the shipped models, and shows what raised
# and lowered each risk and what was missing. No real person is in these tables.
#
# Every risk comes with an **outcome** (what may happen), a **denominator** (among whom it is counted), a **horizon**
# (until when) and a **moment** (when it is estimated, and so what can be known by then). The models were trained on
# registers of the United States (2011) and of Brazil (2019 to 2021). They are for research, not for clinical use as
# they stand; anywhere else they need local adoption first.

# %%
import warnings

import matplotlib.pyplot as plt
import pandas as pd

import perinatal as pn
from perinatal import plots

pd.options.display.max_colwidth = 90

births = pn.load_sample("births")
births[["maternal_age_years", "plurality", "gestational_age_at_birth_days", "birth_weight_g", "apgar_5min"]].head(4)

# %% [markdown]
# Names carry their unit: `birth_weight_g` is in grams, `gestational_age_at_birth_days` in completed days since the last
# menstrual period. `pn.dictionary()` describes every variable, `model.describe()` the inputs of a model.
#
# ## Which models there are
#
# Read calibration before discrimination. *Observed over expected* (O/E) is the number of observed events over the
# number that the model expected: 1 is ideal, 0.5 means that risks are twice as high as observed. A *slope* of 1 means
# that high and low risks are as far apart as they should be. *AUROC* is the proportion of pairs (one person with the
# outcome, one without) that the model ranks correctly: 0.5 is chance, 1 is perfect.

# %%
models = pn.available_models()
models[["outcome", "moment", "n", "events", "observed_over_expected", "slope", "auroc", "tested_on"]].round(3)

# %% [markdown]
# ## A risk for every newborn
#
# Infant death, estimated five minutes after birth: weight, sex and the five-minute Apgar score are known, and nothing
# that follows is.

# %%
model = pn.load_model("infant_death-birth")
target = model.outcome
print(model)
print(f"\nOutcome:     {target.definition}")
print(f"Denominator: {target.denominator}")
print(f"Horizon:     {target.horizon}")
print(f"Moment:      {model.moment.description}")

# %%
prediction = model.predict(births)
highest = prediction.to_frame().sort_values("risk", ascending=False).head(5)
highest.assign(risk=highest["risk"].map("{:.1%}".format))

# %% [markdown]
# The index is that of the table. `missing` lists what was not recorded in that row: it stays missing and is never
# imputed. Problems with the table as a whole are in `prediction.problems`.

# %%
print(f"Problems found in the table: {len(prediction.problems)}")
print(f"Half of these newborns have an estimated risk under {prediction.risk.median():.2%}.")

# %% [markdown]
# ## What raised it, what lowered it
#
# `explain` takes what `predict` takes. Newborn `B003` was born at 24+2 weeks with 615 g, after antenatal steroids.

# %%
explanation = model.explain(births)
explanation.strongest(4).loc[["B003"]].round(2)

# %%
plots.parts(explanation, "B003")
plt.show()

# %% [markdown]
# Each bar multiplies the odds. The parts add up exactly on the log-odds scale, also after recalibration: the starting
# point plus all parts is the risk shown.
#
# A part describes how the model arrived at its number. It is not a cause: giving another mother the value that "lowers"
# a risk need not change what happens to her child.

# %%
log_odds = explanation.base + explanation.parts.loc["B003"].sum()
total_risk = 1 / (1 + 2.718281828459045**-log_odds)
print(f"starting point and parts add up to {total_risk:.6f}; the risk shown is {explanation.risk['B003']:.6f}")

# %% [markdown]
# ## The same with the plots of `shap`
#
# `to_shap()` gives a `shap.Explanation`. A waterfall shows one newborn, from the starting point (below) to the log-odds
# of the risk shown (above).

# %%
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # a progress bar would like widgets that nothing here needs
    import shap

as_shap = explanation.to_shap()
position = births.index.get_loc("B003")
shap.plots.waterfall(as_shap[position], max_display=9, show=False)
plt.title("Newborn B003: infant death, estimated five minutes after birth (log-odds)", fontsize=11, pad=28)
plt.show()

# %% [markdown]
# A beeswarm plot shows all newborns: one dot each, to the right where the input raised the risk. Red is a high value,
# blue a low one; categories and yes/no are grey.

# %%
shap.plots.beeswarm(as_shap, max_display=9, show=False)
plt.title("240 made-up newborns: infant death, estimated five minutes after birth", fontsize=11)
plt.xlabel("part of the log-odds (right of 0 raises the risk)")
plt.show()

# %% [markdown]
# ## Are the models calibrated?
#
# Every model carries the record of its tests. In each test, people were divided into ten groups by estimated risk; a
# dot compares the mean risk of a group with the observed proportion. On the dashed line, the model is calibrated.
# Groups with fewer than ten events are suppressed.

# %%
nicu = pn.load_model("nicu_admission-birth")
figure, axes = plt.subplots(1, 2, figsize=(10, 4.6), layout="constrained")
for test in nicu.evidence.tests:
    plots.calibration(test.calibration_table, ax=axes[0], label=test.name, scale="log")
axes[0].set_title("Admission to neonatal intensive care, estimated at birth", fontsize=11)
preterm = pn.load_model("preterm_birth-booking")
for test in preterm.evidence.tests:
    plots.calibration(test.calibration_table, ax=axes[1], label=test.name, scale="log")
axes[1].set_title("Preterm birth, estimated at booking", fontsize=11)
plt.show()

# %% [markdown]
# Where the dots of another place or year lie off the line, the model has to be adopted there before its risks can be
# used: see notebook 5. Admission to intensive care depends on beds and habits as much as on the newborn. Deaths are so
# few that only the group at highest risk is shown; the card of `infant_death-birth` has its figures.
#
# ## One record

# %%
newborn = {
    "gestational_age_at_birth_days": 31 * 7 + 4,
    "birth_weight_g": 1450,
    "plurality": 1,
    "mode_of_birth": "caesarean",
    "apgar_5min": 8,
}
short_prediction = model.predict(newborn)
print(f"With {len(newborn)} of {len(model.inputs)} inputs: {short_prediction.risk.iloc[0]:.2%}")
print(
    f"Unknown: {len(short_prediction.missing.iloc[0])} features, such as "
    f"{', '.join(short_prediction.missing.iloc[0][:3])}"
)

# %% [markdown]
# An input that is not given is missing. The estimate changes when something becomes known. The more inputs are missing,
# the closer the estimate stays to the average: with one or two inputs, it is far too low for those at the highest risk.
# At birth, give weight, gestation and Apgar score at least.

# %%
cases = {
    "as above": newborn,
    "Apgar score at five minutes not recorded": {k: v for k, v in newborn.items() if k != "apgar_5min"},
    "Apgar score at five minutes 3": {**newborn, "apgar_5min": 3},
    "only the gestation known": {"gestational_age_at_birth_days": 31 * 7 + 4},
}
for name, record in cases.items():
    print(f"{name:<42} {model.predict(record).risk.iloc[0]:.2%}")

# %% [markdown]
# What cannot be read is refused with an explanation, not guessed.

# %%
mistakes = {
    "a word that is not declared": {**newborn, "mode_of_birth": "operation"},
    "a heading under another name": {"Birth weight": 1450},
}
for name, record in mistakes.items():
    try:
        model.predict(record)
    except pn.errors.PerinatalError as refusal:
        print(f"{name}: {type(refusal).__name__}\n    {refusal}\n")

# %% [markdown]
# ## Your own table
#
# A clinic's register has its own headings, units and codes. A `ColumnMap` declares what they mean; all departures are
# counted and listed. Nothing is guessed: 10.8 in a column of haemoglobin in g/L is reported as looking like g/dL, and
# becomes missing.

# %%
clinic, columns = pn.load_sample("messy_clinic"), pn.load_sample_map("messy_clinic")
conformed = pn.conform(clinic, columns=columns)
report = conformed.report()
report[~report["rule"].isin(["converted", "spelling"])][["variable", "rule", "rows", "of"]]

# %%
at_clinic = nicu.predict(conformed)
table = at_clinic.to_frame().sort_values("risk", ascending=False).head(3)
table.assign(risk=table["risk"].map("{:.0%}".format))[["risk", "unknown_features"]]

# %% [markdown]
# ## A model on another clock
#
# An admission for illness in pregnancy has a moment of its own. Outcome: death during the admission; denominator:
# admissions of pregnant and postpartum women with severe acute respiratory infection; moment: on admission. A disease
# left blank on the form mostly means *no*, but it stays missing.

# %%
admissions = pn.load_sample("sari_admissions")
maternal = pn.load_model("maternal_death-sari_admission")
women = maternal.explain(admissions)
highest_risk = women.risk.idxmax()
plots.parts(women, highest_risk, count=7)
plt.show()
print(maternal.caution)

# %% [markdown]
# On the command line: `perinatal predict FILE --model infant_death-birth --html risks.html`.
