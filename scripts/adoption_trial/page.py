"""The page of the experiment in Markdown: what was done, what came of it, good or bad."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adoption_trial.summary import FEWEST_PLACES, REFERENCE
from perinatal.sites.choosing import GAIN
from perinatal.sites.rungs import Prior, Rung
from perinatal.sites.sample_size import FEWEST_EVENTS

ORDER = (
    "frozen",
    "intercept",
    REFERENCE,
    "closed testing",
    "refit, logistic",
    "refit, boosted",
    "boosted further",
    "intercept, learnt prior",
    "slope, learnt prior",
    "rescaled, fixed prior",
    "rescaled, learnt prior",
    "averaged, fixed prior",
    "averaged, learnt prior",
    "adopt, fixed prior",
    "adopt, learnt prior",
)
AIMED_AT = (500, 2000)
HOSPITALS = {
    "low_birth_weight": "low birth weight",
    "apgar_labour": "Apgar in labour",
    "apgar_case_mix": "Apgar given the newborn's facts",
}
DETAILED = (
    "frozen",
    REFERENCE,
    "rescaled, fixed prior",
    "rescaled, learnt prior",
    "averaged, learnt prior",
    "adopt, fixed prior",
    "adopt, learnt prior",
)


def written(found: Sequence[Mapping]) -> str:
    """The page, from the numbers of every question."""
    return (
        "\n\n".join([_opening(), _short(found), _aims(found), *(_question(each) for each in found), _closing()]) + "\n"
    )


def _opening() -> str:
    fixed = Prior()
    ways = "\n".join(f"| {name} | {what} |" for name, what in _WAYS)
    spreads = f"{fixed.intercept:g} (intercept), {fixed.slope:g} (slope), {fixed.factor:g} (factors)"
    return f"""# What adopting a model is worth on real hospitals

Written by `python scripts/adoption_experiment.py DIR`; all numbers are in
[adoption_experiment.json](adoption_experiment.json). 95 % intervals in brackets: places drawn anew, from five on.

**Santa Catarina** (Brazil): all births 2012–2023 with their hospital. Hospitals are parted by chance into two halves; a
model is trained on the births before 2019 of one half and adopted by each hospital of the other, and the other way
round. A hospital adopts at the start of 2019, 2020 and 2021 with its latest 200 to 5,000 births, or as many as hold 10
to 100 events, and is tested on all its births of the three years that follow. Hospitals with at least 200 births before
and 500 after count, each the same. **SARI** (Brazil): half of the states develop, the others adopt with admissions
before 2021-04, drawn by chance five times, and are tested on those after. **Shipped US models** are adopted by the US
territories (births of January to June 2013; test: July to December) and the states of Brazil (births to 2014; test:
from 2015).

| way | what is done with the births of the place |
|---|---|
{ways}

The fixed prior is the library's default, with standard deviations {spreads}; a learnt one
comes from the places that developed the model (empirical Bayes). `adopt` asks for a gain of {GAIN:g} standard errors
and at least {FEWEST_EVENTS[Rung.RESCALED]} events.

**Excess** is the log-loss on later births, times 1,000, above the place's *oracle*: the best, on those later births, of
all local models trained on everything the place had before, or on the latest half of it (recalibration, rescaled,
refit, boosted further). As the oracle is chosen with the test in hand, excess is a little too large for every way, and
ratios a little too near to 1. **Ratio** is a way's mean excess over that of logistic recalibration. **Worse** is the
share of tests in which a way is worse than frozen by more than 1.96 standard deviations of chance: chance alone would
give 2.5 %. Part of it is time: births adopted on tell of the past, and a place can change."""


_WAYS = (
    ("frozen", "nothing"),
    ("intercept; logistic recalibration", "a new intercept; intercept and slope, by likelihood: what is done today"),
    (
        "closed testing",
        "the least update that a test at 5 % does not reject, where the most is a factor for every part (Vergouwe et "
        "al. 2017, [10.1002/sim.7179](https://doi.org/10.1002/sim.7179))",
    ),
    ("refit, logistic; refit, boosted", "a new model from the place alone"),
    ("boosted further", "30 further trees from where the frozen model stands"),
    ("intercept, slope; fixed or learnt prior", "the same as today's, shrunk towards the frozen model"),
    (
        "rescaled",
        "intercept, slope and a factor for each of the model's additive parts, shrunk; its trees stay as they are",
    ),
    ("averaged", "between frozen and rescaled, by how probable it is that the place differs at all"),
    (
        "adopt",
        "what `perinatal.adopt` does: the highest of rescaled, slope and intercept, averaged, that beats frozen out of "
        "fold; else frozen",
    ),
)


def _short(found: Sequence[Mapping]) -> str:
    """What the hospitals showed, in sentences that are made from the numbers."""
    of = {each["id"]: {(a["by"], a["amount"]): a["ways"] for a in each["amounts"]} for each in found}
    hospitals = {id: name for id, name in HOSPITALS.items() if ("births", 2000) in of.get(id, {})}
    if not hospitals:
        return ""
    lines = ["## In short, of the hospitals\n"]
    for births in AIMED_AT:
        ratios = "; ".join(
            f"{name} {_triple(of[id]['births', births]['rescaled, learnt prior']['ratio'])}"
            for id, name in hospitals.items()
        )
        lines.append(f"- Rescaled, with {births:,} births, has this part of logistic recalibration's excess: {ratios}.")
    for way in ("logistic recalibration", "rescaled, learnt prior", "adopt, learnt prior"):
        harm = [of[id]["births", n][way]["worse"][0] for id in hospitals for n in (200, 500, 1000, 2000)]
        lines.append(
            f"- {way}: worse than frozen beyond noise in {min(harm):.1%} to {max(harm):.1%} (200 to 2,000 births)."
        )
    both = [
        [
            of[id]["births", n][f"rescaled, {prior} prior"]["excess"][0]
            for id in hospitals
            for n in (200, 500, 1000, 2000)
        ]
        for prior in ("fixed", "learnt")
    ]
    apart = max(abs(one - other) for one, other in zip(*both, strict=True))
    lines.append(f"- The fixed prior and the learnt one are never further apart than {apart:.2f} in mean excess.")
    return "\n".join(lines)


def _aims(found: Sequence[Mapping]) -> str:
    head = [
        "| question | births | rescaled | averaged | adopt | rescaled, same oracle | adopt, same oracle "
        "| rescaled, worse | averaged, worse | adopt, worse |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    rows = [
        _aim_row(each["label"], amount)
        for each in found
        for amount in each["amounts"]
        if amount["by"] == "births" and amount["amount"] in AIMED_AT
    ]
    return (
        "## The aims, and what was reached\n\nSet beforehand: at 500 births at most 75 % of logistic recalibration's "
        "excess, at 2,000 at most 55 %; worse than frozen beyond noise in at most 3 %. Ratios, with the learnt prior "
        "where there is one, else the fixed. *Same oracle*: in every place the same kind of local model, the one that "
        "is best on average, so without the luck of the best of many.\n\n" + "\n".join(head + rows)
    )


def _aim_row(label: str, amount: Mapping) -> str:
    prior = "learnt" if "adopt, learnt prior" in amount["ways"] else "fixed"
    rescaled, averaged, adopted = (
        amount["ways"][f"{name}, {prior} prior"] for name in ("rescaled", "averaged", "adopt")
    )
    cells = [
        *(_triple(way["ratio"]) for way in (rescaled, averaged, adopted)),
        *(_triple(way["ratio_alike"]) for way in (rescaled, adopted)),
        *(_share(way["worse"]) for way in (rescaled, averaged, adopted)),
    ]
    return f"| {label} | {amount['amount']:,} | " + " | ".join(cells) + " |"


def _question(each: Mapping) -> str:
    said = [
        f"## {each['label']}",
        f"{each['places']} places, {each['tests']} tests with {each['later_events']:,} events in "
        f"{each['later_births']:,} later births.",
    ]
    for number, made in enumerate(each["developed"], 1):
        prior = made["prior"]
        trees = f"boosted, depth {made['depth']}, {made['rounds']} rounds" if made["depth"] else "logistic"
        said.append(
            f"- Half {number}: trained on {made['births']:,} births with {made['events']:,} events ({trees}, chosen "
            f"in places left out); prior learnt from {made['places_for_the_prior']} places: intercept "
            f"{prior['intercept']:g}, slope {prior['slope']:g}, factors {prior['factor']:g}."
        )
    oracle = ", ".join(f"{name} {count}" for name, count in each["oracle"].items())
    said.append(f"Oracles: {oracle}. Best on average: {each['oracle_alike']}.")
    few = each["places"] < FEWEST_PLACES
    for by in ("births",) if few else ("births", "events"):
        amounts = [amount for amount in each["amounts"] if amount["by"] == by]
        if amounts:
            said.append(_grid(f"Excess log-loss × 1,000, by {by} adopted on", amounts, "excess", _triple))
            if by == "births" and not few:
                said.append(_grid("Ratio to logistic recalibration", amounts, "ratio", _triple))
            said.append(_grid("Worse than frozen beyond noise", amounts, "worse", _share))
    said.append(_detail(each))
    if not few:
        said.append(_best(each))
    return "\n\n".join(said)


def _grid(title: str, amounts: Sequence[Mapping], measure: str, shown: Callable) -> str:
    head = " | ".join(f"{amount['amount']:,}" for amount in amounts)
    places = " | ".join(str(amount["places"]) for amount in amounts)
    rows = [f"**{title}**\n", f"| way | {head} |", "|---|" + "---:|" * len(amounts), f"| *places* | {places} |"]
    for name in ORDER:
        if name in amounts[0]["ways"]:
            cells = [shown(amount["ways"][name][measure]) for amount in amounts]
            rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _detail(each: Mapping) -> str:
    rows = [
        "**Discrimination and calibration on later births** (slope: median and quartiles of places with at least 30 "
        "later events)\n",
        "| births | way | O/E | slope | AUROC behind the oracle | better than frozen beyond noise |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    for amount in each["amounts"]:
        if amount["by"] == "births":
            for name in DETAILED:
                if name in amount["ways"]:
                    way = amount["ways"][name]
                    rows.append(
                        f"| {amount['amount']:,} | {name} | {_triple(way['observed_over_expected'])} "
                        f"| {_triple(way['slope'])} | {_triple(way['auroc_loss'], 3)} | {_share(way['better'])} |"
                    )
    return "\n".join(rows)


def _best(each: Mapping) -> str:
    amounts = [amount for amount in each["amounts"] if amount["by"] == "births"]
    names = [name for name in ORDER if name in amounts[0]["ways"] and amounts[0]["ways"][name]["best"] is not None]
    rows = [
        "**Share of places where each rung has the least log-loss**\n",
        "| births | " + " | ".join(names) + " |",
        "|---:|" + "---:|" * len(names),
    ]
    for amount in amounts:
        cells = " | ".join(f"{amount['ways'][name]['best']:.0%}" for name in names)
        rows.append(f"| {amount['amount']:,} | {cells} |")
    return "\n".join(rows)


def _closing() -> str:
    return """## What it does not tell

Territories and states are few: their intervals are wide, or none worth the name. An Apgar score is not asked at
birth, as it is known when the weight is: given the newborn's facts it is a comparison of hospitals, which differ there
most."""


def _triple(triple: Sequence[float | None], digits: int = 2) -> str:
    """A value with its interval; alone where there is no interval, nothing where there is no value."""
    shown = [f"{number:.{digits}f}".replace("-", "−") for number in triple if number is not None]
    return f"{shown[0]} ({shown[1]} to {shown[2]})" if len(shown) == 3 else "".join(shown)


def _share(triple: Sequence[float | None]) -> str:
    shown = [f"{number:.1%}" for number in triple if number is not None]
    return f"{shown[0]} ({shown[1]} to {shown[2]})" if len(shown) == 3 else "".join(shown)
