"""Which features a model of an outcome at a moment may have, and which a frame offers."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from perinatal.errors import InputError, LeakError
from perinatal.models.derived_features import DERIVED_FEATURES, Feature
from perinatal.models.feature_builder import resolve_features
from perinatal.vocabulary import VARIABLES, Identifier, Moment, Outcome


def default_features(frame: pd.DataFrame, outcome: Outcome, moment: Moment) -> list[str]:
    """The variables and derived features of a canonical frame that a model has by default.

    Every declared variable that is known at ``moment``, has a value in some row, does not settle the outcome, and is
    neither an identifier nor reserved for evaluation by group; and what derives from those alone.

    Raises :class:`~perinatal.errors.InputError` where there is none.
    """
    names = [
        name
        for name in frame.columns
        if name in VARIABLES
        and not isinstance(VARIABLES[name].kind, Identifier)
        and not VARIABLES[name].for_groups_only
        and moment.sees(VARIABLES[name].known_at)
        and name not in outcome.settled_by
        and frame[name].notna().any()
    ]
    names += [d.name for d in DERIVED_FEATURES.values() if set(d.inputs) <= set(frame.columns) & set(names)]
    if not names:
        raise InputError(
            f"None of the {len(frame.columns)} columns is a declared variable that is known at {moment.value} and has "
            "a value. Name the features, or map the headings with a ColumnMap."
        )
    return names


def require_open_outcome(outcome: Outcome, moment: Moment) -> None:
    """Raise :class:`~perinatal.errors.LeakError` where the outcome is already settled at the moment."""
    if moment.sees(outcome.known_at):
        raise LeakError(
            f"'{outcome.name}' is settled by {outcome.known_at.value}: asking for its risk at {moment.value} is too "
            "late."
        )


def allowed_features(features: Sequence[str], outcome: Outcome, moment: Moment) -> tuple[Feature, ...]:
    """The declared features of these names.

    Raises :class:`~perinatal.errors.LeakError` where one is not yet known at ``moment``, settles the outcome or derives
    from what does.
    """
    chosen = resolve_features(features, moment)
    leaking = [f.name for f in chosen if outcome.settled_by & {f.name, *f.inputs}]
    if leaking:
        raise LeakError(
            f"{', '.join(map(repr, leaking))}: settles the outcome '{outcome.name}', or is derived from it."
        )
    return chosen
