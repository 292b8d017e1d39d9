"""How risks, values and what moved a risk are said to people: the same words in pictures, pages and the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from perinatal.clinical.dating import gestation_to_text
from perinatal.frames import Problem, Rule
from perinatal.models.derived_features import Feature
from perinatal.models.explanation import Explanation, shown_value
from perinatal.vocabulary import Category, Flag

NOT_RECORDED = "not recorded"
NEGLIGIBLE = 1.05  # odds multiplied by less than this, either way, are not worth a line
RAISED, LOWERED = "▲", "▼"
SPOKEN_UNITS = {
    "Cel": "°C",
    "/min": "a minute",
    "kg/m2": "kg/m²",
    "umol/L": "µmol/L",
    "10*9/L": "×10⁹/L",
    "count": "",
    "count/day": "",
    "1/(min.mmHg)": "",
    "{Zscore}": "",
    "{centile}": "",
}
_NAMES_SHOWN = 6
_TOLD_TOGETHER = {
    Rule.CONVERTED: "Converted from the form or unit that was stated, {columns}: {names}.",
    Rule.SPELLING: "Words in another spelling were understood, {columns}: {names}.",
    Rule.ABSENT_COLUMN: "Not in this table, so unknown in every row, {columns}: {names}.",
}


@dataclass(frozen=True, slots=True)
class Influence:
    """One part of a risk, said: what, its value, and by how much it multiplied the odds."""

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
        return said_times(self.odds_ratio)

    def __str__(self) -> str:
        return f"{self.label}: {self.value} {self.times}"


def said_percent(risk: float) -> str:
    """A risk as a percentage with as many digits as it deserves.

    >>> [said_percent(risk) for risk in (0.00004, 0.00042, 0.0034, 0.0234, 0.4249, 0.9962)]
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


def said_frequency(risk: float) -> str:
    """A risk as people count: ``1 in N`` with two digits at most, in tenths from 15 %.

    >>> [said_frequency(risk) for risk in (0.00001, 0.0034, 0.0234, 0.12, 0.42, 0.97)]
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


def said_per_thousand(risk: float) -> str:
    """A risk as a number among 1,000, no finer than its percentage.

    >>> [said_per_thousand(risk) for risk in (0.00004, 0.0034, 0.0234, 0.4249, 0.997)]
    ['fewer than 1', 'about 3', 'about 23', 'about 420', 'more than 990']
    """
    if risk < 0.0005:
        return "fewer than 1"
    if risk > 0.99:
        return "more than 990"
    return f"about {10 * round(100 * risk)}" if risk >= 0.0995 else f"about {1000 * risk:.0f}"


def said_times(odds_ratio: float) -> str:
    """A multiplier of the odds with two digits.

    >>> [said_times(ratio) for ratio in (230.0, 14.2, 1.84, 0.451, 0.0312, 0.0004)]
    ['over ×100', '×14', '×1.8', '×0.45', '×0.03', 'under ×0.01']
    """
    if odds_ratio > 100:
        return "over ×100"
    if odds_ratio < 0.01:
        return "under ×0.01"
    if odds_ratio >= 9.95:
        return f"×{odds_ratio:.0f}"
    return f"×{odds_ratio:.1f}" if odds_ratio >= 1 else f"×{odds_ratio:.2f}"


def said_value(feature: Feature, encoded: float) -> str:
    """A feature's encoded value with its unit; gestation in weeks and days.

    >>> from perinatal.models.derived_features import feature
    >>> said_value(feature("gestational_age_at_birth_days"), 221.0)
    '31+4 weeks'
    >>> said_value(feature("birth_weight_g"), 1450.0), said_value(feature("eclampsia"), float("nan"))
    ('1,450 g', 'not recorded')
    >>> said_value(feature("maternal_education"), 3.0), said_value(feature("eclampsia"), 0.0)
    ('upper secondary', 'no')
    """
    if np.isnan(encoded):
        return NOT_RECORDED
    if isinstance(feature.kind, Flag):
        return shown_value(bool(encoded))
    if isinstance(feature.kind, Category):
        return shown_value(feature.kind.levels[int(encoded)])
    if feature.name.startswith("gestational_age_at_") and feature.name.endswith("_days"):
        return f"{gestation_to_text(round(encoded))} weeks"
    unit = SPOKEN_UNITS.get(feature.unit or "", feature.unit or "")
    if encoded == 1 and unit in ("years", "months", "days"):
        unit = unit[:-1]
    return f"{encoded:,.6g} {unit}".rstrip()


def said_parts(explanation: Explanation, row: int, count: int = 3) -> tuple[list[Influence], list[Influence]]:
    """What raised and what lowered the risk of the row at this position: at most ``count`` each, strongest first.

    Parts that multiply the odds by less than 1.05 either way are left out.
    """
    parts = explanation.matrix[row]
    order = np.argsort(-np.abs(parts), kind="stable")
    raised: list[Influence] = []
    lowered: list[Influence] = []
    for place in order:
        if abs(parts[place]) < math.log(NEGLIGIBLE):
            break
        side = raised if parts[place] > 0 else lowered
        if len(side) < count:
            declared = explanation.features[place]
            value = said_value(declared, explanation.encoded[row, place])
            side.append(Influence(declared.label, value, float(np.exp(parts[place]))))
    return raised, lowered


def said_list(words: Iterable[str], shown: int = _NAMES_SHOWN) -> str:
    """Words in a row, the rest counted.

    >>> said_list(["parity", "married", "mode of birth"], shown=2)
    'parity, married and 1 more'
    """
    words = list(words)
    rest = len(words) - shown
    return ", ".join(words[:shown]) + (f" and {rest:,} more" if rest > 0 else "")


def said_problems(problems: Iterable[Problem]) -> list[str]:
    """Problems as counted sentences: what was lost or is doubtful one by one, what was understood in short."""
    problems = list(problems)
    sentences = [f"{p.message.removesuffix('.')}." for p in problems if p.rule not in _TOLD_TOGETHER]
    for rule, words in _TOLD_TOGETHER.items():
        names = list(dict.fromkeys(p.variable for p in problems if p.rule is rule))
        if names:
            columns = "1 column" if len(names) == 1 else f"{len(names)} columns"
            sentences.append(words.format(columns=columns, names=said_list(names, shown=8)))
    return sentences
