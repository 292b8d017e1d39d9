"""The page of the experiment in Markdown: methods and results."""

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
    "apgar_case_mix": "Apgar given the newborn's characteristics",
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
    methods = "\n".join(f"| {name} | {what} |" for name, what in _WAYS)
    spreads = f"{fixed.intercept:g} (intercept), {fixed.slope:g} (slope), {fixed.factor:g} (factors)"
    return f"""# The value of adoption at real hospitals

Written by `python scripts/adoption_experiment.py DIR`; all numbers are in
[adoption_experiment.json](adoption_experiment.json). 95 % intervals in brackets, from resampling places, where
there are five or more.

**Santa Catarina** (Brazil): all births 2012–2023 with their hospital. Hospitals are divided at random into two
halves. A model is trained on the births before 2019 of one half and adopted by each hospital of the other half, and
vice versa. A hospital adopts at the start of 2019, 2020 and 2021, with its latest 200 to 5,000 births or with as
many as contain 10 to 100 events, and is tested on all its births of the following three years. Hospitals with at
least 200 births before and 500 after are included, with equal weight. **SARI** (Brazil): half of the states are
development sites, the others adopt with admissions before 2021-04 (five random divisions), and are tested on those
after. **Shipped US models** are adopted by the US territories (births of January to June 2013; tested on July to
December) and the states of Brazil (births to 2014; tested from 2015).

| method | what is fitted on the births of the place |
|---|---|
{methods}

The fixed prior is the default of the library, with standard deviations {spreads}; a learnt prior comes from the
development sites of the model (empirical Bayes). `adopt` requires a gain of {GAIN:g} standard errors and at least
{FEWEST_EVENTS[Rung.RESCALED]} events.

**Excess** is the log-loss on later births, times 1,000, above that of the place's *oracle*: the best, on those
later births, of all local models trained on everything the place had before, or on the latest half of it
(recalibration, rescaled, refit, boosted further). As the oracle is chosen on the test data, excess is slightly too
large for every method, and ratios are slightly too close to 1. **Ratio** is the mean excess of a method over that
of logistic recalibration. **Worse** is the proportion of tests in which a method is worse than the frozen model by
more than 1.96 standard deviations of chance; chance alone would give 2.5 %. Some of it is time: a model is adopted
on past births, and a place can change."""


_WAYS = (
    ("frozen", "nothing"),
    (
        "intercept; logistic recalibration",
        "a new intercept; intercept and slope, by maximum likelihood: the usual practice",
    ),
    (
        "closed testing",
        "the smallest update that a test at 5 % does not reject, where the largest is a factor for every part "
        "(Vergouwe et al. 2017, [10.1002/sim.7179](https://doi.org/10.1002/sim.7179))",
    ),
    ("refit, logistic; refit, boosted", "a new model from the place alone"),
    ("boosted further", "30 further trees on top of the frozen model"),
    ("intercept, slope; fixed or learnt prior", "the same as above, shrunk towards the frozen model"),
    (
        "rescaled",
        "intercept, slope and a factor for each of the model's additive parts, shrunk; its trees stay as they are",
    ),
    ("averaged", "an average of frozen and rescaled, weighted by the probability that the place differs at all"),
    (
        "adopt",
        "`perinatal.adopt`: the highest of rescaled, slope and intercept, averaged, that beats frozen out of fold; "
        "otherwise frozen",
    ),
)


def _describe_hospitals(questions: Sequence[Mapping]) -> str:
    """A summary of the hospitals' results, written from the numbers."""
    ways = {question["id"]: {(a["by"], a["amount"]): a["ways"] for a in question["amounts"]} for question in questions}
    hospitals = {id: name for id, name in HOSPITALS.items() if ("births", 2000) in ways.get(id, {})}
    if not hospitals:
        return ""
    lines = ["## Summary for the hospitals\n"]
    for births in AIMED_AT:
        ratios = "; ".join(
            f"{name} {_format_triple(ways[id]['births', births]['rescaled, learnt prior']['ratio'])}"
            for id, name in hospitals.items()
        )
        lines.append(f"- Rescaled with {births:,} births, ratio to logistic recalibration: {ratios}.")
    for way in ("logistic recalibration", "rescaled, learnt prior", "adopt, learnt prior"):
        harm = [ways[id]["births", n][way]["worse"][0] for id in hospitals for n in (200, 500, 1000, 2000)]
        lines.append(
            f"- {way}: worse than frozen beyond chance in {min(harm):.1%} to {max(harm):.1%} (200 to 2,000 births)."
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
    lines.append(f"- The mean excess of the fixed and the learnt prior differ by at most {largest_difference:.2f}.")
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
        "## Aims and results\n\nAims set in advance: at 500 births at most 75 % of logistic recalibration's "
        "excess, at 2,000 at most 55 %; worse than frozen beyond chance in at most 3 %. Ratios with the learnt prior "
        "where there is one, otherwise with the fixed. *Same oracle*: the same kind of local model in every place, the "
        "one that is best on average, which removes the luck of choosing the best of many.\n\n" + "\n".join(head + rows)
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
            f"on held-out places); prior learnt from {made['places_for_the_prior']} places: intercept "
            f"{prior['intercept']:g}, slope {prior['slope']:g}, factors {prior['factor']:g}."
        )
    oracle = ", ".join(f"{name} {count}" for name, count in question["oracle"].items())
    blocks.append(f"Oracles: {oracle}. Best on average: {question['oracle_alike']}.")
    few = question["places"] < FEWEST_PLACES
    for by in ("births",) if few else ("births", "events"):
        amounts = [amount for amount in question["amounts"] if amount["by"] == by]
        if amounts:
            blocks.append(
                _format_grid(f"Excess log-loss × 1,000, by number of {by}", amounts, "excess", _format_triple)
            )
            if by == "births" and not few:
                blocks.append(_format_grid("Ratio to logistic recalibration", amounts, "ratio", _format_triple))
            blocks.append(_format_grid("Worse than frozen beyond chance", amounts, "worse", _format_share))
    blocks.append(_format_detail(question))
    if not few:
        blocks.append(_format_best(question))
    return "\n\n".join(blocks)


def _format_grid(title: str, amounts: Sequence[Mapping], measure: str, format_cell: Callable) -> str:
    head = " | ".join(f"{amount['amount']:,}" for amount in amounts)
    places = " | ".join(str(amount["places"]) for amount in amounts)
    rows = [f"**{title}**\n", f"| method | {head} |", "|---|" + "---:|" * len(amounts), f"| *places* | {places} |"]
    for name in ORDER:
        if name in amounts[0]["ways"]:
            cells = [format_cell(amount["ways"][name][measure]) for amount in amounts]
            rows.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _format_detail(question: Mapping) -> str:
    rows = [
        "**Discrimination and calibration on later births** (slope: median and quartiles of places with at least 30 "
        "later events)\n",
        "| births | method | O/E | slope | AUROC below the oracle's | better than frozen beyond chance |",
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
        "**Proportion of places where each method has the lowest log-loss**\n",
        "| births | " + " | ".join(names) + " |",
        "|---:|" + "---:|" * len(names),
    ]
    for amount in amounts:
        cells = " | ".join(f"{amount['ways'][name]['best']:.0%}" for name in names)
        rows.append(f"| {amount['amount']:,} | {cells} |")
    return "\n".join(rows)


def _describe_limits() -> str:
    return """## Limitations

Territories and states are few: their intervals are wide, or not given. An Apgar score is not a useful outcome at
birth, because it is known when the weight is: given the newborn's characteristics, it serves to compare hospitals,
which differ most there."""


def _format_triple(triple: Sequence[float | None], digits: int = 2) -> str:
    """A value with its interval; alone where there is no interval, nothing where there is no value."""
    texts = [f"{number:.{digits}f}".replace("-", "−") for number in triple if number is not None]
    return f"{texts[0]} ({texts[1]} to {texts[2]})" if len(texts) == 3 else "".join(texts)


def _format_share(triple: Sequence[float | None]) -> str:
    texts = [f"{number:.1%}" for number in triple if number is not None]
    return f"{texts[0]} ({texts[1]} to {texts[2]})" if len(texts) == 3 else "".join(texts)
