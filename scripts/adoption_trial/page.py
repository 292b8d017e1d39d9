"""The page of the experiment in Markdown: what was done, what came of it, good or bad."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from adoption_trial.summary import FEWEST_PLACES, REFERENCE
from perinatal.sites.choosing import GAIN
from perinatal.sites.rungs import Prior, Rung
from perinatal.sites.sample_sizes import FEWEST_EVENTS

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


def build_page(questions: Sequence[Mapping]) -> str:
    """The page, from the numbers of every question."""
    return (
        "\n\n".join(
            [
                _describe_methods(),
                _describe_hospitals(questions),
                _format_aims(questions),
                *(_format_question(question) for question in questions),
                _describe_limits(),
            ]
        )
        + "\n"
    )


def _describe_methods() -> str:
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


def _describe_hospitals(questions: Sequence[Mapping]) -> str:
    """What the hospitals showed, in sentences that are made from the numbers."""
    ways = {question["id"]: {(a["by"], a["amount"]): a["ways"] for a in question["amounts"]} for question in questions}
    hospitals = {id: name for id, name in HOSPITALS.items() if ("births", 2000) in ways.get(id, {})}
    if not hospitals:
        return ""
    lines = ["## In short, of the hospitals\n"]
    for births in AIMED_AT:
        ratios = "; ".join(
            f"{name} {_format_triple(ways[id]['births', births]['rescaled, learnt prior']['ratio'])}"
            for id, name in hospitals.items()
        )
        lines.append(f"- Rescaled, with {births:,} births, has this part of logistic recalibration's excess: {ratios}.")
    for way in ("logistic recalibration", "rescaled, learnt prior", "adopt, learnt prior"):
        harm = [ways[id]["births", n][way]["worse"][0] for id in hospitals for n in (200, 500, 1000, 2000)]
        lines.append(
            f"- {way}: worse than frozen beyond noise in {min(harm):.1%} to {max(harm):.1%} (200 to 2,000 births)."
        )
    both = [
        [
            ways[id]["births", n][f"rescaled, {prior} prior"]["excess"][0]
            for id in hospitals
            for n in (200, 500, 1000, 2000)
        ]
        for prior in ("fixed", "learnt")
    ]
    largest_difference = max(abs(one - other) for one, other in zip(*both, strict=True))
    lines.append(
        f"- The fixed prior and the learnt one are never further apart than {largest_difference:.2f} in mean excess."
    )
    return "\n".join(lines)


def _format_aims(questions: Sequence[Mapping]) -> str:
    head = [
        "| question | births | rescaled | averaged | adopt | rescaled, same oracle | adopt, same oracle "
        "| rescaled, worse | averaged, worse | adopt, worse |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    rows = [
        _format_aim_row(question["label"], amount)
        for question in questions
        for amount in question["amounts"]
        if amount["by"] == "births" and amount["amount"] in AIMED_AT
    ]
    return (
        "## The aims, and what was reached\n\nSet beforehand: at 500 births at most 75 % of logistic recalibration's "
        "excess, at 2,000 at most 55 %; worse than frozen beyond noise in at most 3 %. Ratios, with the learnt prior "
        "where there is one, else the fixed. *Same oracle*: in every place the same kind of local model, the one that "
        "is best on average, so without the luck of the best of many.\n\n" + "\n".join(head + rows)
    )


def _format_aim_row(label: str, amount: Mapping) -> str:
    prior = "learnt" if "adopt, learnt prior" in amount["ways"] else "fixed"
    rescaled, averaged, adopted = (
        amount["ways"][f"{name}, {prior} prior"] for name in ("rescaled", "averaged", "adopt")
    )
    cells = [
        *(_format_triple(way["ratio"]) for way in (rescaled, averaged, adopted)),
        *(_format_triple(way["ratio_alike"]) for way in (rescaled, adopted)),
        *(_format_share(way["worse"]) for way in (rescaled, averaged, adopted)),
    ]
    return f"| {label} | {amount['amount']:,} | " + " | ".join(cells) + " |"


def _format_question(question: Mapping) -> str:
    blocks = [
        f"## {question['label']}",
        f"{question['places']} places, {question['tests']} tests with {question['later_events']:,} events in "
        f"{question['later_births']:,} later births.",
    ]
    for number, made in enumerate(question["developed"], 1):
        prior = made["prior"]
        trees = f"boosted, depth {made['depth']}, {made['rounds']} rounds" if made["depth"] else "logistic"
        blocks.append(
            f"- Half {number}: trained on {made['births']:,} births with {made['events']:,} events ({trees}, chosen "
            f"in places left out); prior learnt from {made['places_for_the_prior']} places: intercept "
            f"{prior['intercept']:g}, slope {prior['slope']:g}, factors {prior['factor']:g}."
        )
    oracle = ", ".join(f"{name} {count}" for name, count in question["oracle"].items())
    blocks.append(f"Oracles: {oracle}. Best on average: {question['oracle_alike']}.")
    few = question["places"] < FEWEST_PLACES
    for by in ("births",) if few else ("births", "events"):
        amounts = [amount for amount in question["amounts"] if amount["by"] == by]
        if amounts:
            blocks.append(
                _format_grid(f"Excess log-loss × 1,000, by {by} adopted on", amounts, "excess", _format_triple)
            )
            if by == "births" and not few:
                blocks.append(_format_grid("Ratio to logistic recalibration", amounts, "ratio", _format_triple))
            blocks.append(_format_grid("Worse than frozen beyond noise", amounts, "worse", _format_share))
    blocks.append(_format_detail(question))
    if not few:
        blocks.append(_format_best(question))
    return "\n\n".join(blocks)


def _format_grid(title: str, amounts: Sequence[Mapping], measure: str, format_cell: Callable) -> str:
    head = " | ".join(f"{amount['amount']:,}" for amount in amounts)
    places = " | ".join(str(amount["places"]) for amount in amounts)
    rows = [f"**{title}**\n", f"| way | {head} |", "|---|" + "---:|" * len(amounts), f"| *places* | {places} |"]
    for name in ORDER:
        if name in amounts[0]["ways"]:
            cells = [format_cell(amount["ways"][name][measure]) for amount in amounts]
            rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _format_detail(question: Mapping) -> str:
    rows = [
        "**Discrimination and calibration on later births** (slope: median and quartiles of places with at least 30 "
        "later events)\n",
        "| births | way | O/E | slope | AUROC behind the oracle | better than frozen beyond noise |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    for amount in question["amounts"]:
        if amount["by"] == "births":
            for name in DETAILED:
                if name in amount["ways"]:
                    way = amount["ways"][name]
                    rows.append(
                        f"| {amount['amount']:,} | {name} | {_format_triple(way['observed_over_expected'])} "
                        f"| {_format_triple(way['slope'])} | {_format_triple(way['auroc_loss'], 3)} | "
                        f"{_format_share(way['better'])} |"
                    )
    return "\n".join(rows)


def _format_best(question: Mapping) -> str:
    amounts = [amount for amount in question["amounts"] if amount["by"] == "births"]
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


def _describe_limits() -> str:
    return """## What it does not tell

Territories and states are few: their intervals are wide, or none worth the name. An Apgar score is not asked at
birth, as it is known when the weight is: given the newborn's facts it is a comparison of hospitals, which differ there
most."""


def _format_triple(triple: Sequence[float | None], digits: int = 2) -> str:
    """A value with its interval; alone where there is no interval, nothing where there is no value."""
    texts = [f"{number:.{digits}f}".replace("-", "−") for number in triple if number is not None]
    return f"{texts[0]} ({texts[1]} to {texts[2]})" if len(texts) == 3 else "".join(texts)


def _format_share(triple: Sequence[float | None]) -> str:
    texts = [f"{number:.1%}" for number in triple if number is not None]
    return f"{texts[0]} ({texts[1]} to {texts[2]})" if len(texts) == 3 else "".join(texts)
