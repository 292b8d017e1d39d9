# %% [markdown]
# # Validate a model on your own cohort, and compare models
#
# A risk is worth no more than its evidence **where it is used**. Here a shipped model is validated on births it was not
# trained on, by subgroup, and then compared with itself after local recalibration and with a model trained on local
# births. The births are made up, so that everything can be tried before a patient's record is touched. Numbers computed
# from them mean nothing about real births, and all of it is for research, not for clinical use as it stands.
#
# The question: **preterm birth** (before 37+0 weeks; among live births; until birth), estimated at **booking**, the
# first antenatal visit.

# %%
import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import perinatal as pn
from perinatal import errors, plots
from perinatal.evaluate import auroc, bootstrap_difference, compare_auroc
from perinatal.models.scorers import fit_recalibration
from perinatal.report import ladder, validation_page
from perinatal.vocabulary import observe

pd.options.display.max_columns = 30
pd.options.display.width = 160

# %% [markdown]
# ## The evidence that ships with the models
#
# Every model carries its evaluation. The same outcome at several moments: performance without a moment means nothing.

# %%
models = [pn.load_model(name) for name in pn.available_models().index]
steps = ladder(models)
for row in steps[steps["outcome"] == "admission to neonatal intensive care"].itertuples():
    value, low, high = row.auroc
    print(f"{row.moment:<16} AUROC {value:.2f} (95 % interval {low:.2f} to {high:.2f})")

# %% [markdown]
# ## The cohort
#
# Put your own table here. The outcome is a column of its own name, or follows from what defines it (here
# `gestational_age_at_birth_days`). The 12,000 births come from the generator of the sample tables.

# %%
sys.path.insert(0, str(Path("..", "scripts").resolve()))
from made_up.births import births

canonical_map = pn.ColumnMap({}, ignore=["record"])  # canonical headings already; `record` only numbers the rows
cohort = pn.conform(pd.DataFrame(births(seed=11, rows=12_000)), columns=canonical_map)
model = pn.load_model("preterm_birth-booking")
result = pn.validate(model, cohort, bootstraps=200, seed=0)
result

# %% [markdown]
# No row disappears silently: each is used, or excluded for a stated reason. At booking, no risk can be estimated for
# women who never came to an antenatal visit.

# %%
for step, rows in result.flow:
    print(f"{rows:>7,}  {step}")
print(f"\ngrouped in every interval: rows of one {result.grouped_by}")

# %% [markdown]
# ## Calibration first
#
# Does a risk of 20 % mean 20 events in 100 people? The curve is smooth, with a 95 % band; the dots are groups of
# people. Then: is acting on the risks better than treating everybody, or nobody?

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.8), layout="constrained")
plots.calibration_curve(result, ax=left)
plots.decision_curve(result, ax=right)
plt.show()

# %%
plots.risk_distribution(result)
plt.show()
result.thresholds[["threshold", "alerts_per_1000", "sensitivity", "specificity", "ppv"]].round(3)

# %% [markdown]
# Cells with fewer than ten people are suppressed, because a small cell can identify a person.
#
# ## By subgroup
#
# A model can be calibrated overall and wrong for the youngest mothers. Name your own subgroups with `by=`.

# %%
plots.forest(result, "observed_over_expected")
plt.show()
own = pn.validate(model, cohort, by=["married", "maternal_education"], bootstraps=50)
own.groups[["n", "events", "observed_over_expected", "calibration_slope", "auroc"]].round(2)

# %% [markdown]
# ## Compare: as shipped, recalibrated, and trained on local births
#
# Half of the deliveries are for updating, half for evaluation. Recalibration fits two numbers; a new model needs far
# more data.

# %%
frame = cohort.frame[~cohort.frame["no_antenatal_care"].fillna(False)]
frame = frame[observe(model.outcome, frame).notna()]
first = pd.factorize(frame["delivery_id"])[0] % 2 == 0
local, later = frame[first], frame[~first]

recalibrated = model.recalibrated(
    fit_recalibration(observe(model.outcome, local).to_numpy(dtype=float), model.predict(local).log_odds)
)
trained_here = pn.fit(
    local,
    outcome="preterm_birth",
    moment="booking",
    features=[name for name in model.inputs if name in local],
    options=pn.FitOptions(scorers=["logistic"], trained_on="6,000 made-up births", terms="made up; no real person"),
)
candidates = {"as it came": model, "recalibrated here": recalibrated, "trained here": trained_here}
validations = {
    name: pn.validate(candidate, pn.conform(later), bootstraps=50, by=[]) for name, candidate in candidates.items()
}
measures = ("observed_over_expected", "calibration_slope", "ici", "auroc", "brier")
pd.DataFrame({name: {m: str(r.performance[m]) for m in measures} for name, r in validations.items()})

# %% [markdown]
# Two models evaluated on the same people need a paired comparison: intervals that overlap say little about a
# difference. Recalibration does not change the order of the risks, so it cannot change the AUROC.

# %%
observed = observe(model.outcome, later).to_numpy(dtype=float)
risks = {name: candidate.predict(later).risk.to_numpy() for name, candidate in candidates.items()}
difference = compare_auroc(observed, risks["trained here"], risks["as it came"], clusters=later["delivery_id"])
print(f"AUROC, trained here less as it came: {difference.difference}, p = {difference.p_value:.3f}")
brier = bootstrap_difference(
    observed, risks["recalibrated here"], risks["as it came"], "brier", clusters=later["delivery_id"], times=200
)
print("Brier score, recalibrated less as it came:", f"{brier.value:+.5f} ({brier.low:+.5f} to {brier.high:+.5f})")

# %%
figure, axes = plt.subplots(1, 2, figsize=(10, 4.8), layout="constrained")
for ax, name in zip(axes, ("as it came", "recalibrated here"), strict=True):
    plots.calibration_curve(validations[name], ax=ax)
    ax.set_title(name, loc="left")
plt.show()

# %% [markdown]
# Two numbers shift and stretch a curve; they cannot bend it. A slope of 1 on the rows it was fitted to does not prove
# calibration: look at the curve, and where it bends, train or update the model on local rows.

# %% [markdown]
# ## Any risks, not only ours
#
# Every measure takes plain arrays: the risks of a colleague's model, or of a score on paper.

# %%
on_paper = np.where(later["previous_preterm_birth"].fillna(False), 0.25, 0.08) * np.where(later["plurality"] > 1, 3, 1)
print("AUROC of a score on paper with two questions:", auroc(observed, on_paper, clusters=later["delivery_id"]))

# %% [markdown]
# ## The report
#
# One page with everything above, the table of inputs by outcome and a TRIPOD+AI checklist, completed where there is
# evidence and blank where there is none. It needs no network. On the command line: `perinatal validate births.csv
# --model preterm_birth-booking --html report.html --json numbers.json`.

# %%
with tempfile.TemporaryDirectory() as folder:
    page = Path(folder, "report.html")
    page.write_text(validation_page(result), encoding="utf-8")
    print(f"{page.name}: self-contained: {'://' not in page.read_text(encoding='utf-8')}")

# %% [markdown]
# What cannot be evaluated is refused with an explanation:

# %%
try:
    pn.validate(model, pn.conform(later.head(30)))
except errors.NotEnoughData as refusal:
    print(f"{type(refusal).__name__}: {refusal}")
