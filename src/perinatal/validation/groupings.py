"""The subgroups a model is evaluated in: of the mother's age, of earlier births, of plurality, of origin, of place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd

from perinatal.errors import InputError, MissingVariables
from perinatal.models import RiskModel
from perinatal.vocabulary import VARIABLES, Moment, observe
from perinatal.vocabulary.disclosure import SMALLEST_CELL

ADOLESCENT_BELOW, OLDER_FROM = 20, 35  # years; WHO (adolescent pregnancy), ACOG Obstetric Care Consensus 11 (2022)
MOST_GROUPS = 100
REST = f"other (each fewer than {SMALLEST_CELL} rows)"


def band_ages(years: pd.Series) -> pd.Series:
    """Under 20, 20 to 34, 35 and over.

    >>> band_ages(pd.Series([19.0, 20.0, 34.0, 35.0])).tolist()
    ['under 20', '20 to 34', '20 to 34', '35 and over']
    """
    return pd.cut(
        years,
        [-np.inf, ADOLESCENT_BELOW, OLDER_FROM, np.inf],
        right=False,
        labels=[f"under {ADOLESCENT_BELOW}", f"{ADOLESCENT_BELOW} to {OLDER_FROM - 1}", f"{OLDER_FROM} and over"],
    )


def label_birth_order(earlier_births: pd.Series) -> pd.Series:
    """Whether it is the first birth.

    >>> label_birth_order(pd.Series([0.0, 3.0])).tolist()
    ['first', 'second or later']
    """
    return pd.cut(earlier_births, [-np.inf, 0, np.inf], labels=["first", "second or later"])


def label_plurality(plurality: pd.Series) -> pd.Series:
    """One fetus, or several.

    >>> label_plurality(pd.Series([1.0, 2.0, 3.0])).tolist()
    ['single', 'plural', 'plural']
    """
    return pd.cut(plurality, [-np.inf, 1, np.inf], labels=["single", "plural"])


def label_term(preterm: pd.Series) -> pd.Series:
    """Preterm, or at term and later."""
    return _label_flag(preterm, "preterm (before 37+0 weeks)", "term or later")


BANDS: Mapping[str, tuple[str, Callable[[pd.Series], pd.Series]]] = MappingProxyType(
    {
        "maternal_age_years": ("mother's age (years)", band_ages),
        "parity": ("birth", label_birth_order),
        "previous_live_births": ("live birth", label_birth_order),
        "plurality": ("plurality", label_plurality),
        "preterm_birth": ("gestation at birth", label_term),
    }
)
"""Variables that are grouped in bands, with the words for the grouping."""

DEFAULT_GROUPINGS = (
    "maternal_age_years",
    "parity",
    "previous_live_births",
    "plurality",
    "preterm_birth",
    "maternal_race_us",
    "maternal_hispanic_origin_us",
    "race_colour_brazil",
    "state",
)


def build_group_labels(
    model: RiskModel, frame: pd.DataFrame, by: str | Sequence[str] | None, table: pd.DataFrame | None = None
) -> pd.DataFrame:
    """One column of labels for each grouping, on the frame's index.

    ``by`` names columns of the frame or, failing that, of the ``table`` it was made from. By default, those of
    :data:`DEFAULT_GROUPINGS` that are there, are known in some row, do not determine the model's outcome and, for the
    gestation at birth, are known at its moment: a risk at booking cannot be calibrated among the preterm.
    """
    if by is None:
        chosen = [name for name in DEFAULT_GROUPINGS if _is_applicable(name, model, frame)]
        if "parity" in chosen and "previous_live_births" in chosen:
            chosen.remove("previous_live_births")
    else:
        chosen = list(dict.fromkeys([by] if isinstance(by, str) else by))
    labels = {}
    for name in chosen:
        heading, column = _label_column(name, frame, table)
        labels[heading] = column.set_axis(frame.index)
    return pd.DataFrame(labels, index=frame.index)


def _is_applicable(name: str, model: RiskModel, frame: pd.DataFrame) -> bool:
    if name in model.outcome.settled_by:
        return False
    if name != "preterm_birth":
        return name in frame.columns and bool(frame[name].notna().any())
    if model.outcome.settled_by & {"gestational_age_at_birth_days", "very_preterm_birth"}:
        return False
    if not model.moment.sees(Moment.LABOUR):
        return False
    try:
        return bool(observe(name, frame).notna().any())
    except MissingVariables:
        return False


def _label_column(name: str, frame: pd.DataFrame, table: pd.DataFrame | None) -> tuple[str, pd.Series]:
    """The words for a grouping, and its labels."""
    if name == "preterm_birth":
        return BANDS[name][0], label_term(observe(name, frame))
    if name in frame.columns:
        column = frame[name]
    elif table is not None and name in table.columns:
        column = table[name]
    else:
        raise InputError(
            f"by: the cohort has no column '{name}'. Name a column of the frame, or leave by out for the usual groups."
        )
    if name in BANDS:
        heading, banded = BANDS[name]
        return heading, banded(column)
    heading = VARIABLES[name].label if name in VARIABLES else str(name)
    if pd.api.types.is_bool_dtype(column.dtype):
        return heading, _label_flag(column, "yes", "no")
    if isinstance(column.dtype, pd.CategoricalDtype):
        return heading, column.cat.rename_categories([_format_level(level) for level in column.cat.categories])
    return heading, _merge_rare_labels(column, name)


def _merge_rare_labels(column: pd.Series, name: str) -> pd.Series:
    """Labels as text, those of few rows together: a rare label may point to a person."""
    counts = column.value_counts()
    if len(counts) > MOST_GROUPS:
        raise InputError(
            f"by: the column '{name}' has {len(counts):,} different values; at most {MOST_GROUPS} groups are "
            "evaluated. Put it into bands first (pandas.cut), and name that column."
        )
    whole = pd.api.types.is_numeric_dtype(column.dtype)
    words = {label: f"{label:g}" if whole else _format_level(label) for label in counts.index[counts >= SMALLEST_CELL]}
    return column.map(words).astype(object).where(column.isin(list(words)) | column.isna(), REST)


def _format_level(level: object) -> str:
    return str(level).replace("_", " ")


def _label_flag(flag: pd.Series, yes: str, no: str) -> pd.Series:
    codes = flag.astype("boolean").map({True: 0.0, False: 1.0}).astype("float64")
    return pd.cut(codes, [-0.5, 0.5, 1.5], labels=[yes, no])
