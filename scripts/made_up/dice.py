"""Random numbers that are the same on every machine and with every Python."""

from __future__ import annotations

import math
import random
from statistics import NormalDist

Facts = dict[str, object]
"""One made-up row: heading to value, None where it is unknown."""


class Dice:
    """Draws from ``random()`` alone, the one stream that Python promises never to change."""

    def __init__(self, seed: str) -> None:
        self.uniform = random.Random(seed).random

    def happens(self, chance: float) -> bool:
        return self.uniform() < chance

    def normal(self, mean: float, sd: float, low: float, high: float) -> float:
        """A normal value cut off at ``low`` and ``high``, by inversion."""
        law = NormalDist(mean, sd)
        least, most = law.cdf(low), law.cdf(high)
        share = min(max(least + (most - least) * self.uniform(), 1e-12), 1 - 1e-12)
        return min(max(law.inv_cdf(share), low), high)

    def count(self, mean: float, most: int) -> int:
        """A Poisson count of at most ``most``, by inversion."""
        left, number, share = self.uniform(), 0, math.exp(-mean)
        while left > share and number < most:
            left -= share
            number += 1
            share *= mean / number
        return number

    def pick(self, weights: dict):
        left = self.uniform() * sum(weights.values())
        for word, weight in weights.items():
            left -= weight
            if left < 0:
                return word
        return word
