"""How risks, values and contributions are worded: the same in pictures, on pages and in the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from perinatal.clinical.dating import gestation_to_text
from perinatal.frames import Problem, ProblemRule
from perinatal.models.derived_features import Feature
from perinatal.models.explanation import LOG_ODDS, Explanation, format_cell
from perinatal.models.reasons import Reasons
from perinatal.vocabulary import Category, Flag, Moment
from perinatal.vocabulary.kinds import UNIT_LABELS

NOT_RECORDED = "not recorded"
NO_ANSWER = "no answer"
NOTHING_KNOWN = "nothing known"
NO_ITEM = "no item counts"
INSUFFICIENT = "needed"
ANSWER_COLUMNS = {"risk": "Risk", "points": "Points", "category": "Category", "index": "Value"}
ANSWER_KINDS = {
    "risk": "a risk, by the published equation",
    "points": "points, which are not a probability",
    "category": "a category, which is not a probability",
    "index": "a number that is not a probability",
}
NEGLIGIBLE = 1.05  # odds multiplied by less than this, either way, are not worth a line
RAISED, LOWERED = "▲", "▼"
RESEARCH_ONLY = "For research, not for clinical use as it stands."
TRAINED_CAUTION = (
    "Each number is an estimate of a stated outcome, at a stated time, by a model that was developed elsewhere; it "
    "needs local adoption first."
)
PUBLISHED_CAUTION = "A published score is computed as its authors wrote it down, for the people it was developed for."
DANGER_FIRST = (
    "No number overrides a danger sign: a woman who bleeds or convulses, or a newborn that does not feed, needs care "
    "now, whatever the number."
)
MULTIPLIERS = (
    f"{RAISED} raised and {LOWERED} lowered the odds of the outcome, relative to the model's starting point, before "
    "anything is known about a person. ×1.8 means that the odds were multiplied by 1.8, ×0.45 that they were cut to "
    "45 %. From that starting point, all the multipliers of a person together give the risk shown."
)
NOT_CAUSES = "They describe associations in the data, not causes: changing one value need not change the outcome."
READING_GUIDE = (
    (
        "Risk.",
        "2.3 %, or 1 in 43, means: of 1,000 people with the same risk, about 23 have the outcome and 977 do not. It "
        "does not say which of them. It refers to the stated people, from the stated time until the stated end.",
    ),
    (
        "What contributed.",
        f"{MULTIPLIERS} Only the strongest are listed, and none that changes the odds by less than 5 %.",
    ),
    (
        "Odds and risk.",
        "For a small risk, ×2 on the odds is close to twice the risk: 1 % becomes 2 %. For a large risk it is less: "
        "50 % becomes 67 %.",
    ),
    (
        "Not causes.",
        f"{NOT_CAUSES} A caesarean section performed because a baby is in distress can raise the estimate without "
        "having done harm.",
    ),
    (
        "Not recorded.",
        "A missing value is treated as missing and never filled in. That it is missing can itself change the estimate.",
    ),
)
_MOST_NAMES = 6
_SUMMARY_SENTENCES = {
    ProblemRule.CONVERTED: "Converted from the form or unit that was stated, {columns}: {names}.",
    ProblemRule.SPELLING: "Words in another spelling were understood, {columns}: {names}.",
    ProblemRule.ABSENT_COLUMN: "Not in this table, so unknown in every row, {columns}: {names}.",
}


@dataclass(frozen=True, slots=True)
class Influence:
    """One contribution to a risk in words: the feature, its value, and by how much it multiplied the odds."""

    label: str
    value: str
    odds_ratio: float

    @property
    def raised(self) -> bool:
        """Whether it raised the odds."""
        return self.odds_ratio > 1

    @property
    def times(self) -> str:
        """The multiplier, as printed: ``×1.8``."""
        return format_odds_ratio(self.odds_ratio)

    def __str__(self) -> str:
        return f"{self.label}: {self.value} {self.times}"


def format_percent(risk: float) -> str:
    """A risk as a percentage with as many digits as it deserves.

    >>> [format_percent(risk) for risk in (0.00004, 0.00042, 0.0034, 0.0234, 0.4249, 0.9962)]
    ['under 0.01 %', '0.04 %', '0.34 %', '2.3 %', '42 %', 'over 99 %']
    """
    if risk < 0.0001:
        return "under 0.01 %"
    if risk > 0.99:
        return "over 99 %"
    if risk < 0.00995:
        return f"{100 * risk:.2f} %"
    if risk < 0.0995:
        return f"{100 * risk:.1f} %"
    return f"{100 * risk:.0f} %"


def format_frequency(risk: float) -> str:
    """A risk as people count: ``1 in N`` with two digits at most, in tenths from 15 %.

    >>> [format_frequency(risk) for risk in (0.00001, 0.0034, 0.0234, 0.12, 0.42, 0.97)]
    ['fewer than 1 in 10,000', '1 in 290', '1 in 43', '1 in 8', '4 in 10', 'over 9 in 10']
    """
    if risk < 0.0001:
        return "fewer than 1 in 10,000"
    if risk >= 0.95:
        return "over 9 in 10"
    if risk >= 0.15:
        return f"{round(10 * risk)} in 10"
    number = 1 / risk
    step = 10 ** max(0, math.floor(math.log10(number)) - 1)
    return f"1 in {round(number / step) * step:,}"


def format_per_thousand(risk: float) -> str:
    """A risk as a number among 1,000, no finer than its percentage.

    >>> [format_per_thousand(risk) for risk in (0.00004, 0.0034, 0.0234, 0.4249, 0.997)]
    ['fewer than 1', 'about 3', 'about 23', 'about 420', 'more than 990']
    """
    if risk < 0.0005:
        return "fewer than 1"
    if risk > 0.99:
        return "more than 990"
    return f"about {10 * round(100 * risk)}" if risk >= 0.0995 else f"about {1000 * risk:.0f}"


def format_odds_ratio(odds_ratio: float) -> str:
    """A multiplier of the odds with two digits.

    >>> [format_odds_ratio(ratio) for ratio in (230.0, 14.2, 1.84, 0.451, 0.0312, 0.0004)]
    ['over ×100', '×14', '×1.8', '×0.45', '×0.03', 'under ×0.01']
    """
    if odds_ratio > 100:
        return "over ×100"
    if odds_ratio < 0.01:
        return "under ×0.01"
    if odds_ratio >= 9.95:
        return f"×{odds_ratio:.0f}"
    return f"×{odds_ratio:.1f}" if odds_ratio >= 1 else f"×{odds_ratio:.2f}"


def format_value(feature: Feature, encoded: float) -> str:
    """A feature's encoded value with its unit; gestation in weeks and days.

    >>> from perinatal.models.derived_features import feature
    >>> format_value(feature("gestational_age_at_birth_days"), 221.0)
    '31+4 weeks'
    >>> format_value(feature("birth_weight_g"), 1450.0), format_value(feature("eclampsia"), float("nan"))
    ('1,450 g', 'not recorded')
    >>> format_value(feature("maternal_education"), 3.0), format_value(feature("eclampsia"), 0.0)
    ('upper secondary', 'no')
    """
    if np.isnan(encoded):
        return NOT_RECORDED
    if isinstance(feature.kind, Flag):
        return format_cell(bool(encoded))
    if isinstance(feature.kind, Category):
        return format_cell(feature.kind.levels[int(encoded)])
    if feature.name.startswith("gestational_age_at_") and feature.name.endswith("_days"):
        return f"{gestation_to_text(round(encoded))} weeks"
    unit = UNIT_LABELS.get(feature.unit or "", feature.unit or "")
    if encoded == 1 and unit in ("years", "months", "days"):
        unit = unit[:-1]
    return f"{encoded:,.6g} {unit}".rstrip()


def describe_moment(moment: Moment) -> str:
    """When a model is used, in a few words.

    >>> describe_moment(Moment.BOOKING), describe_moment(Moment.SARI_ADMISSION)
    ('at the first antenatal visit', 'on admission to hospital with severe acute respiratory infection')
    """
    return moment.timing.split(",")[0]


def describe_risk(risk: float, people: str) -> str:
    """What the highest risk of a table means, in numbers of people."""
    return (
        f"A risk of {format_percent(risk)} (the highest here) means: of 1,000 {people} with this risk, "
        f"{format_per_thousand(risk)} are expected to have the outcome and the others not. This holds only where the "
        "model has been validated against local outcomes."
    )


def describe_reasons(explanation: Explanation | Reasons) -> str:
    """How to read what the answers of a published score are made of."""
    if isinstance(explanation, Reasons):
        return "The sentences are those of the publication that apply to the row."
    if explanation.scale == LOG_ODDS:
        return (
            "The number after each line is that term of the published equation in log-odds, counted from zero and not "
            "from an average person: a large number does not mean an unusual value. Together with the intercept "
            f"({explanation.base:+.4g}), all terms add up to the log-odds of the risk shown."
        )
    return f"The number after each line is its contribution to the total, in {explanation.scale}."


def strongest_influences(explanation: Explanation, row: int, count: int = 3) -> tuple[list[Influence], list[Influence]]:
    """What raised and what lowered the risk of the row at this position: at most ``count`` each, strongest first.

    Parts that multiply the odds by less than 1.05 either way are left out.
    """
    parts = explanation.matrix[row]
    order: Iterable[Any] = [] if np.isnan(explanation.total[row]) else np.argsort(-np.abs(parts), kind="stable")
    raised: list[Influence] = []
    lowered: list[Influence] = []
    for position in order:
        if abs(parts[position]) < math.log(NEGLIGIBLE):
            break
        side = raised if parts[position] > 0 else lowered
        if len(side) < count:
            feature = explanation.features[position]
            value = format_value(feature, explanation.encoded[row, position])
            side.append(Influence(feature.label, value, float(np.exp(parts[position]))))
    return raised, lowered


def format_list(words: Iterable[str], limit: int = _MOST_NAMES) -> str:
    """Words in a row, the rest counted.

    >>> format_list(["parity", "married", "mode of birth"], limit=2)
    'parity, married and 1 more'
    """
    words = list(words)
    rest = len(words) - limit
    return ", ".join(words[:limit]) + (f" and {rest:,} more" if rest > 0 else "")


def describe_problems(problems: Iterable[Problem]) -> list[str]:
    """Problems as counted sentences: what was lost or is doubtful one by one, what was understood in short."""
    problems = list(problems)
    sentences = [f"{p.message.removesuffix('.')}." for p in problems if p.rule not in _SUMMARY_SENTENCES]
    for rule, words in _SUMMARY_SENTENCES.items():
        names = list(dict.fromkeys(p.variable for p in problems if p.rule is rule))
        if names:
            columns = "1 column" if len(names) == 1 else f"{len(names)} columns"
            sentences.append(words.format(columns=columns, names=format_list(names, limit=8)))
    return sentences
