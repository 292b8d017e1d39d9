"""Summary tables of a trial: excess loss over the oracle, ratios, harm and calibration, with intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from adoption_trial.methods import RUNGS

RESAMPLES = 2000
BEYOND_NOISE = 1.96
REFERENCE = "logistic recalibration"
FEWEST_PLACES = 5  # for an interval
UNSURE = 0.025  # share of draws of places without an excess to compare with, from which on there is no interval
FEWEST_FOR_SLOPE = 30  # later events of a place whose slope is counted
SMALLEST_CELL = 10
PER_THOUSAND = 1000


def summarise(lines: pd.DataFrame, seed: int = 0) -> dict:
    """All results of a question that are printed: none of a single place, no count of one to nine people.

    The oracle of a place and period is the local model of least log-loss on its later births, among those trained on
    all births it had before and on the latest half of them. Intervals are those of places drawn anew, 95 %; there are
    none where fewer than five places are left. ``ratio_alike`` is the ratio with another oracle: in every place the
    same kind of local model, the one that is best on average, so without the luck of the best of many.
    """
    oracles = lines[lines["by"] == "all"]
    where = ["place", "period"]
    best = oracles.loc[oracles.groupby(where)["loss"].idxmin()].set_index(where)
    kinds = oracles.groupby(["way", "amount", "place"])["loss"].mean().groupby(["way", "amount"]).mean()
    alike = oracles[(oracles["way"] == kinds.idxmin()[0]) & (oracles["amount"] == kinds.idxmin()[1])].set_index(where)
    trials = lines[lines["by"] != "all"].join(best[["loss", "auroc"]].add_prefix("oracle_"), on=where)
    trials = trials.join(alike["loss"].rename("alike_loss"), on=where)
    trials = trials.assign(
        excess=PER_THOUSAND * (trials["loss"] - trials["oracle_loss"]),
        excess_alike=PER_THOUSAND * (trials["loss"] - trials["alike_loss"]),
        auroc_loss=trials["oracle_auroc"] - trials["auroc"],
        worse=_is_beyond_noise(trials["from_frozen"], trials["chance"]),
        better=_is_beyond_noise(-trials["from_frozen"], trials["chance"]),
        slope=trials["slope"].where(trials["later_events"] >= FEWEST_FOR_SLOPE),
    )
    random = np.random.default_rng(seed)
    amounts = []
    for (by, amount), some in trials.groupby(["by", "amount"], sort=True):
        amounts.append({"by": by, "amount": int(amount), **_summarise_amount(some, random)})
    return {
        "places": int(best.index.get_level_values("place").nunique()),
        "tests": len(best),
        "later_births": int(best["later_births"].sum()),
        "later_events": int(best["later_events"].sum()),
        "oracle_alike": f"{kinds.idxmin()[0]}, {'all births' if kinds.idxmin()[1] == 1 else 'the latest half'}",
        "oracle": {name: int(count) for name, count in best["way"].value_counts().items()},
        "amounts": amounts,
    }


def _is_beyond_noise(worse: pd.Series, chance: pd.Series) -> pd.Series:
    """Whether a difference is beyond chance; without a change there is none."""
    return ((chance > 0) & (worse > BEYOND_NOISE * chance)).astype(float)


def _summarise_amount(some: pd.DataFrame, random: np.random.Generator) -> dict:
    columns = ["excess", "excess_alike", "auroc_loss", "worse", "better", "loss"]
    by_place = some.groupby(["way", "place"])[columns].mean().unstack("place")
    ways = [name for name in by_place.index if name != REFERENCE]
    excess = by_place["excess"]
    count = excess.shape[1]
    resamples = RESAMPLES if count >= FEWEST_PLACES else 0
    drawn = random.multinomial(count, np.full(count, 1 / count), resamples) / count
    totals = some.groupby(["way", "place"])[["later_events", "expected"]].sum().unstack("place")
    slopes = some.groupby(["way", "place"])["slope"].mean().unstack("place")
    rung_losses = by_place["loss"].loc[[name for name in RUNGS if name in by_place.index]]
    shares = rung_losses.idxmin().value_counts(normalize=True)
    events = float(some.drop_duplicates(["place", "period", "draw"])["events"].median())
    estimates = {}
    for name in [REFERENCE, *ways]:
        own, against = (excess.loc[way].to_numpy() for way in (name, REFERENCE))
        alike = [by_place["excess_alike"].loc[way].to_numpy() for way in (name, REFERENCE)]
        over = totals["later_events"].loc[name].to_numpy(), totals["expected"].loc[name].to_numpy()
        estimates[name] = {
            "excess": _estimate(own.mean(), drawn @ own),
            "ratio": _ratio_estimate(own, against, drawn),
            "ratio_alike": _ratio_estimate(*alike, drawn),
            "auroc_loss": _mean_estimate(by_place["auroc_loss"].loc[name].to_numpy(), drawn),
            "worse": _estimate(by_place["worse"].loc[name].mean(), drawn @ by_place["worse"].loc[name].to_numpy()),
            "better": _estimate(by_place["better"].loc[name].mean(), drawn @ by_place["better"].loc[name].to_numpy()),
            "observed_over_expected": _estimate(over[0].sum() / over[1].sum(), (drawn @ over[0]) / (drawn @ over[1])),
            "slope": _quartiles(slopes.loc[name].to_numpy() if name in slopes.index else np.empty(0)),
            "best": round(float(shares.get(name, 0.0)), 3) if name in RUNGS else None,
        }
    return {"places": count, "events": round(events) if events >= SMALLEST_CELL else None, "ways": estimates}


def _ratio_estimate(own: np.ndarray, against: np.ndarray, drawn: np.ndarray) -> list[float | None]:
    """Ratio of two mean excesses and its interval; none where the excess in the denominator may be 0 or less."""
    if against.mean() <= 0:
        return [None, None, None]
    denominators = drawn @ against
    sure = denominators.size and (denominators <= 0).mean() < UNSURE
    return _estimate(
        own.mean() / against.mean(),
        (drawn @ own)[denominators > 0] / denominators[denominators > 0] if sure else denominators[:0],
    )


def _estimate(value: float, resampled: np.ndarray) -> list[float | None]:
    low, high = np.nanquantile(resampled, [0.025, 0.975]) if len(resampled) else (np.nan, np.nan)
    return [round(float(number), 4) if np.isfinite(number) else None for number in (value, low, high)]


def _mean_estimate(values: np.ndarray, drawn: np.ndarray) -> list[float | None]:
    """Mean over the places that have one, and its interval."""
    known = np.isfinite(values)
    if not known.any():
        return [None, None, None]
    weights = drawn[:, known]
    total = weights.sum(axis=1)
    usable = total > 0
    return _estimate(values[known].mean(), (weights[usable] @ values[known]) / total[usable])


def _quartiles(values: np.ndarray) -> list[float | None]:
    """Median and quartiles over places."""
    known = values[np.isfinite(values)]
    if not len(known):
        return [None, None, None]
    return [round(float(number), 3) for number in np.quantile(known, [0.5, 0.25, 0.75])]
