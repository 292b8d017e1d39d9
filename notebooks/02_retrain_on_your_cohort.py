# %% [markdown]
# # Train a model on your own cohort
#
# From a table of births to a model that carries its own evidence, can be saved and shared, and is refused if somebody
# has altered it. The births here are made up, so that everything can be tried before a patient's record is touched.
# Numbers computed from them mean nothing about real births.
#
# The question: **low birth weight** (under 2,500 g; among live births with a recorded weight; until birth), estimated
# at **booking**, the first antenatal visit.

# %%
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score

import perinatal as pn
from perinatal import errors, plots
from perinatal.evaluate import calibration_slope, calibration_table, observed_over_expected
from perinatal.models.scorers import fit_recalibration
from perinatal.validation import build_cohort_test
from perinatal.vocabulary import observe

pd.options.display.max_colwidth = 90

# %% [markdown]
# ## The cohort
#
# Put your own table here. `conform` converts it to canonical names and units; a `ColumnMap` declares what your headings
# mean (see notebook 1). Here, 12,000 births from the generator of the sample tables. Women without an antenatal visit
# are excluded: at booking, no risk could have been estimated for them.

# %%
sys.path.insert(0, str(Path("..", "scripts").resolve()))
from made_up.births import births

table = pd.DataFrame(births(seed=7, rows=12_000))
canonical_map = pn.ColumnMap({}, ignore=["record"])  # canonical headings already; `record` only numbers the rows
frame = pn.conform(table, columns=canonical_map).frame
frame = frame[~frame["no_antenatal_care"].fillna(False)]
low_weight = observe("low_birth_weight", frame)
print(f"{len(frame):,} newborns of {frame['delivery_id'].nunique():,} deliveries")
print(f"low birth weight: {int(low_weight.sum())} of {int(low_weight.notna().sum()):,} with a recorded weight")

# %% [markdown]
# The outcome needs no column of its own: it follows from `birth_weight_g`, and is missing where the weight is.
#
# ## Which features may be used
#
# Only what is known at the first visit. The library refuses anything from the future. The number of antenatal contacts
# looks harmless, but women who give birth early have had fewer of them: a model that used it would look far better than
# it can be.

# %%
for late in ("antenatal_contacts", "gestational_age_at_birth_days"):
    try:
        pn.fit(frame, outcome="low_birth_weight", moment="booking", features=["plurality", late])
    except errors.LeakError as refusal:
        print(f"{type(refusal).__name__}: {refusal}\n")

# %% [markdown]
# A model is also refused when the outcome is already decided at its moment:

# %%
try:
    pn.fit(frame, outcome="low_birth_weight", moment="birth", features=["plurality"])
except errors.LeakError as refusal:
    print(f"{type(refusal).__name__}: {refusal}")

# %% [markdown]
# A model with ten inputs is easier to use than one with fifty. Without `features`, every variable of the table that is
# known at the moment is used.

# %%
features = [
    "maternal_age_years",
    "body_mass_index_kg_m2",
    "parity",
    "previous_preterm_birth",
    "chronic_hypertension",
    "pre_gestational_diabetes",
    "cigarettes_per_day_first_trimester",
    "systolic_bp_mmhg",
    "plurality",
]

# %% [markdown]
# ## Bring your own estimator
#
# `make_pipeline` gives a scikit-learn `Pipeline` for `cross_val_score` or `GridSearchCV`. Twins are in the same group,
# so that one of them is never used to predict the other.

# %%
pipeline = pn.make_pipeline("low_birth_weight", "booking", LogisticRegression(max_iter=2000), features=features)
known = low_weight.notna()
scores = cross_val_score(
    pipeline,
    frame[known],
    low_weight[known].astype(int),
    groups=frame.loc[known, "delivery_id"],
    cv=GroupKFold(5),
    scoring="roc_auc",
)
print(f"AUROC in five folds: {', '.join(f'{score:.3f}' for score in scores)}")

# %% [markdown]
# ## Train
#
# A quarter of the deliveries is held out for the test. `fit` then compares scorers by cross-validation on the rest,
# chooses the simplest that is about as good as the best, and recalibrates it. By default boosted trees of three depths
# are compared with a logistic model with splines; that takes minutes, so this notebook uses the logistic model only. On
# a table of this size it is rarely beaten.

# %%
deliveries = frame["delivery_id"].unique()
for_test = np.random.default_rng(0).choice(deliveries, size=len(deliveries) // 4, replace=False)
in_test = frame["delivery_id"].isin(for_test)
development, test = frame[~in_test], frame[in_test & known]

model = pn.fit(
    development,
    outcome="low_birth_weight",
    moment="booking",
    features=features,
    seed=0,
    options=pn.FitOptions(
        scorers=["logistic"],
        trained_on="12,000 made-up births (three quarters of their deliveries)",
        terms="made up; no real person",
    ),
)
model

# %% [markdown]
# The model keeps the record of how it was trained.

# %%
training = model.evidence.training
print(f"{training.n:,} rows, {training.events} events, grouped by {training.grouped_by}")
print(f"selected: {training.scorer}; recalibration (intercept, slope): {training.recalibration}")
pd.DataFrame(training.candidates)

# %% [markdown]
# ## Test
#
# On the held-out deliveries. Calibration first: does a risk of 20 % mean 20 events in 100 people?

# %%
result = build_cohort_test(model, test, "held-out deliveries", "Made-up births.")
for name in ("observed_over_expected", "calibration_slope", "auroc"):
    value, low, high = getattr(result, name)
    print(f"{name:<24} {value:.2f} (95 % interval {low:.2f} to {high:.2f})")
print(f"{'tested on':<24} {result.n:,} newborns, {result.events} with low birth weight")

# %%
observed = low_weight[test.index].to_numpy(dtype=float)
plots.calibration(calibration_table(observed, model.predict(test).risk.to_numpy(), bins=5))
plt.title("Low birth weight, estimated at booking:\nheld-out made-up births", fontsize=11)
plt.show()

# %% [markdown]
# A group with fewer than ten events would be suppressed, because a small cell can identify a person. The figures belong
# to the model and are stored in its record; the card is written from that.

# %%
model = replace(
    model,
    evidence=replace(
        model.evidence, tests=(result,), limits=("Made-up births: the model knows nothing about real ones.",)
    ),
)
print(model.card()[:2100])

# %% [markdown]
# ## Save, load, and notice damage
#
# A model is a directory of text files. Nothing in it is executed when it is loaded. Each file's digest is compared with
# the manifest before it is parsed, and the model has to reproduce its known answers.

# %%
folder = Path(tempfile.mkdtemp())
directory = model.save(folder / "low_birth_weight-booking")
print(*sorted(file.name for file in directory.iterdir()), sep="\n")

again = pn.load_model(directory)
print("\nsame risks:", bool((again.predict(test).risk == model.predict(test).risk).all()))


# %%
def load_error(name: str, content: bytes) -> str:
    """The error message when a file in a copy of the model is replaced."""
    copy = folder / "copy"
    shutil.copytree(directory, copy)
    (copy / name).write_bytes(content)
    try:
        pn.load_model(copy)
    except errors.ModelError as refusal:
        return f"{type(refusal).__name__}: {refusal}"
    finally:
        shutil.rmtree(copy)
    return "loaded"


coefficients = (directory / "coefficients.json").read_bytes()
print("one digit altered: ", load_error("coefficients.json", coefficients.replace(b"1", b"2", 1)))
print("cut off half-way:  ", load_error("coefficients.json", coefficients[: len(coefficients) // 2]))
print("a file added:      ", load_error("notes.txt", b"seen by many eyes"))
print("nothing changed:   ", load_error("coefficients.json", coefficients))

# %% [markdown]
# The digests show that a model is complete and unaltered. They do not show who made it: whoever alters a model can
# write a new manifest too. Take models from people you trust.
#
# ## Adopt a model somewhere else
#
# Elsewhere the outcome may be rarer or more frequent than the model expects. Here, half of the women whose newborn will
# weigh under 2,500 g never reach the hospital, because they are referred elsewhere. First evaluate, then recalibrate on
# local rows: two numbers are fitted, and everything else stays the same. Half of the deliveries are held out to see
# whether it helped.

# %%
elsewhere = pn.conform(pd.DataFrame(births(seed=8, rows=12_000)), columns=canonical_map).frame
weight_known = elsewhere["birth_weight_g"].notna()
small = observe("low_birth_weight", elsewhere).fillna(False).to_numpy(dtype=bool)
referred = small & (np.random.default_rng(1).random(len(elsewhere)) < 0.5)
elsewhere = elsewhere[weight_known & ~referred]

half = pd.factorize(elsewhere["delivery_id"])[0] % 2 == 0
local, later = elsewhere[half], elsewhere[~half]
adopted = model.recalibrated(
    fit_recalibration(observe(model.outcome, local).to_numpy(dtype=float), model.predict(local).log_odds)
)
later_observed = observe(model.outcome, later).to_numpy(dtype=float)
for name, candidate in (("as it came", model), ("adopted", adopted)):
    there = candidate.predict(later).risk.to_numpy()
    print(
        f"{name:<11} observed/expected {observed_over_expected(later_observed, there)}, slope "
        f"{calibration_slope(later_observed, there)}"
    )

# %% [markdown]
# ## One woman's risk
#
# The adopted model explains its own risks: the parts still add up to the risk shown.

# %%
woman = {
    "maternal_age_years": 34,
    "parity": 1,
    "previous_preterm_birth": True,
    "plurality": 1,
    "systolic_bp_mmhg": 138,
    "cigarettes_per_day_first_trimester": 10,
}
explanation = adopted.explain(woman)
plots.parts(explanation, 0, count=6)
plt.show()
print(f"Not known about her: {', '.join(adopted.predict(woman).missing.iloc[0])}")

# %%
shutil.rmtree(folder)
