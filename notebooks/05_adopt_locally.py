# %% [markdown]
# # Adopt a model: one hospital's day
#
# A model that was trained elsewhere is miscalibrated here in ways that can be measured, and mostly corrected, with the
# births that a hospital already has. This notebook shows how many births are needed, how the model performs as shipped,
# what adoption changes, what is refused, what is monitored afterwards, and how several hospitals pool their results
# without sharing a row.
#
# The hospital is made up (`scripts/made_up/hospital.py`): it admits more newborns to intensive care than the US
# hospitals of the training data, and for other reasons. Numbers computed here mean nothing about real births, and all
# of it is for research, not for clinical use as it stands.
#
# The question: **admission to neonatal intensive care** (among live births), estimated **five minutes after birth**.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

import perinatal as pn
from perinatal import errors, plots

pd.options.display.width = 160

births = pn.load_sample("hospital_births")
model = pn.load_model("nicu_admission-birth")
this_year = births[births["year_of_birth"] == 2024]
next_year = births[births["year_of_birth"] == 2025]
print(f"{len(this_year):,} births in 2024, {this_year['nicu_admission'].mean():.1%} of them admitted")

# %% [markdown]
# ## How many births does it take?
#
# Before collecting data: what each step needs, at the proportion of newborns that this hospital admits.

# %%
for step in ("intercept", "slope", "rescaled", "refit"):
    print(pn.sample_size(model, expected_prevalence=0.12, step=step))

# %% [markdown]
# ## As shipped
#
# Calibration first. Observed over expected (O/E) above 1: the model predicts too few admissions. A slope under 1: its
# risks are too extreme.

# %%
frozen = pn.validate(model, next_year, by=[], bootstraps=100)
frozen

# %% [markdown]
# ## Adopt
#
# The births of 2024 are used. The ladder has five steps: keep the model, change its intercept, change its slope too,
# rescale each of its parts, or train a new model. A step is chosen only where there are enough births for it and where
# it does better on held-out births. Each is shrunk towards the original model, so that few births change it little. The
# trees stay as they are, so the adopted model can be explained as exactly as before.

# %%
adopted = pn.adopt(model, this_year, site="Made-up district hospital")
print(adopted)
print(f"\nStep taken: {adopted.adoption.rung.value}. {adopted.adoption.why}")

# %% [markdown]
# Did it help? Neither model was trained on the births of 2025.

# %%
after = pn.validate(adopted, next_year, by=[], bootstraps=100)
measures = ("observed_over_expected", "calibration_slope", "ici", "brier", "auroc")
pd.DataFrame({"as it came": {m: str(frozen.performance[m]) for m in measures},
              "adopted here": {m: str(after.performance[m]) for m in measures}})  # fmt: skip

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.8), layout="constrained")
plots.calibration_curve(frozen, ax=left)
left.set_title("as it came")
plots.calibration_curve(after, ax=right)
right.set_title("adopted here")
plt.show()

# %% [markdown]
# ## Explanations still add up
#
# The same newborn, explained before and after: the parts still add up to the risk shown.

# %%
newborn = next_year[next_year["birth_weight_g"] < 2500].iloc[[0]]
for name, candidate in (("as it came", model), ("adopted here", adopted)):
    explanation = candidate.explain(newborn)
    print(f"{name}: {explanation.risk.iloc[0]:.1%}")
    print(explanation.strongest(3)[["label", "value", "odds_ratio"]].round(2).to_string(index=False), "\n")

# %% [markdown]
# ## What is refused
#
# Checks run before anything is fitted. Here the outcome was coded the wrong way round; then there are only thirty
# births; then an adopted model is adopted again.

# %%
attempts = {
    "outcome flipped": (model, this_year.assign(nicu_admission=~this_year["nicu_admission"])),
    "thirty births": (model, this_year.head(30)),
    "adopted twice": (adopted, next_year),
}
for name, (candidate, table) in attempts.items():
    try:
        pn.adopt(candidate, table, site="Made-up district hospital")
    except errors.PerinatalError as refusal:
        print(f"{name}: {refusal}\n")

# %% [markdown]
# ## Save it, and roll back if necessary
#
# An adopted model is a directory like every other. It contains its parent, so that it can be rolled back.

# %%
with tempfile.TemporaryDirectory() as folder:
    saved_path = adopted.save(Path(folder) / "nicu_here")
    again = pn.load_model(saved_path)
    same = (again.predict(next_year).risk == adopted.predict(next_year).risk).all()
    print(f"read again: {again.id}, the same risks: {same}")
print(pn.sites.restore_parent(again).id)

# %% [markdown]
# ## Monitor it
#
# Places change. Month by month: are the inputs, the risks and the calibration as they were? The false-alarm rate over
# the whole run is stated.

# %%
monitoring = pn.monitor(adopted, next_year, period="month")
monitoring

# %% [markdown]
# ## Pool several hospitals
#
# Each hospital writes one small file of counts: no row, no identifier, no small cell. Whoever collects the files sees
# how the model performs in all of them, and can adopt it for all. Here the births are divided into three made-up
# hospitals.

# %%
sites = []
for number in range(3):
    mine = births[pd.factorize(births["delivery_id"])[0] % 3 == number]
    sites.append(pn.summarise(model, mine, site=f"Hospital {'ABC'[number]}"))
pooled_sites = pn.pool(sites)
pooled_sites
