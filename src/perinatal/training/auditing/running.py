"""The audit itself: every rule is run on a table, for an outcome at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from perinatal.errors import InputError, MissingVariables
from perinatal.frames import Column, ColumnMap, Conformed, Table, as_cohort
from perinatal.frames.conformed import CohortLike
from perinatal.frames.conforming import refuse_other_numbers
from perinatal.frames.headings import as_column_map
from perinatal.frames.tables import as_dataframe
from perinatal.training.auditing.columns import AuditTable, EncodedColumn, encode_column
from perinatal.training.auditing.findings import Audit, Severity
from perinatal.training.auditing.rules import RULES
from perinatal.vocabulary import OUTCOMES, VARIABLES, Identifier, Moment, Outcome, observe

GROUPED_BY = ("mother_id", "delivery_id")
"""Identifiers whose rows belong together, in canonical frames."""

GROUP_HEADINGS = frozenset(
    (
        *("filename", "recording", "recordid", "patient", "patientid", "subject", "subjectid", "case", "caseid"),
        *("mother", "motherid", "woman", "womanid", "pregnancyid", "delivery", "deliveryid"),
        *("pair", "pairid", "twinpair", "household", "householdid"),
    )
)
"""Headings, letters and digits only, that often identify what rows have in common."""

_YES = frozenset({"y", "yes", "true", "sim", "si", "oui"})
_NO = frozenset({"n", "no", "false", "não", "nao", "non"})


def audit(
    table: Table,
    outcome: str | Outcome | pd.Series,
    moment: str | Moment,
    *,
    columns: ColumnMap | Mapping[object, str | Column] | None = None,
    units: Mapping[str, str] | None = None,
    features: Iterable[str] | None = None,
    groups: str | Sequence[str] | None = None,
    split: str | pd.Series | None = None,
    seed: int = 0,
) -> Audit:
    """Search a table for what would make a model of ``outcome`` at ``moment`` look better than it is.

    Parameters
    ----------
    table : a :class:`~perinatal.Cohort`, a :class:`~perinatal.Conformed`, or any table that :func:`perinatal.conform`
        takes; columns need not be in the vocabulary.
    outcome : a canonical name, the heading of a column of yes and no, or a boolean Series on the table's index (a
        Series named like a column replaces that column, one named like a declared outcome is that outcome).
    moment : when the risk is estimated.
    features : headings that will be features; by default every column but labels of rows, groups and the split.
        Other columns are still compared when copies of rows are sought.
    columns, units : what the table's headings mean, as for :func:`perinatal.conform`; headings that they do not name
        are audited as they stand. By default the whole table is audited as it stands.
    groups : heading(s) of what rows share (recording, mother, delivery); by default ``mother_id`` and
        ``delivery_id``.
    split : heading, or Series on the table's index, with the part (train, test ...) of each row.
    seed : of the hashes and of the random halves for the search for computed labels.

    Returns
    -------
    Audit
        findings, the certain ones first; ``.refuse()`` raises on those.

    Raises
    ------
    InputError
        the table has no rows, a repeated heading, or no such column; or the outcome is not yes and no.

    Examples
    --------
    >>> table = pd.DataFrame({"died": [0, 1] * 100, "matchs": [2, 1] * 100, "age": range(200)})
    >>> audit(table, "died", "booking", features=["matchs"]).certain_findings[0].rule
    'near_outcome_column'
    """
    frame = _read_table(table, columns, units)
    moment = Moment.parse(moment)
    outcome_column = _read_outcome(outcome, frame)
    parts, split_heading = _read_split(split, frame)
    audit_table = _build_table(
        frame,
        outcome_column,
        moment,
        features=None if features is None else _require_headings(list(features), frame, "features"),
        groups=_require_headings(groups, frame, "groups"),
        split=parts,
        split_heading=split_heading,
        seed=seed,
    )
    findings = [finding for rule in RULES for finding in rule.findings(audit_table)]
    return Audit(
        tuple(finding for severity in Severity for finding in findings if finding.severity is severity),
        outcome_column.name,
        moment,
        len(frame),
        int(audit_table.events.sum()),
        int(np.isnan(audit_table.observed).sum()),
    )


class _OutcomeColumn(NamedTuple):
    """The outcome as 1, 0 and ``NaN``; its name; its declaration; the heading of its own column, where it has one."""

    observed: np.ndarray
    name: str
    target: Outcome | None
    heading: str | None


def _build_table(
    frame: pd.DataFrame,
    outcome: _OutcomeColumn,
    moment: Moment,
    *,
    features: Sequence[str] | None,
    groups: Sequence[str],
    split: np.ndarray | None,
    split_heading: str | None,
    seed: int,
) -> AuditTable:
    """The table as the rules see it: possible features, columns that distinguish records, groups and split."""
    columns = {str(heading): encode_column(frame[heading]) for heading in frame.columns}
    group_headings, guessed_headings = _choose_groups(columns, groups)
    excluded = {heading for heading, column in columns.items() if _is_label(heading, column)}
    excluded |= {*group_headings, *guessed_headings, split_heading or ""}
    facts = {heading: column for heading, column in columns.items() if heading not in excluded}
    if outcome.heading is None:
        codes = np.where(np.isnan(outcome.observed), -1, outcome.observed).astype(np.intp)
        facts[f"the outcome {outcome.name}"] = EncodedColumn(codes, 2)
    if features is None:
        features = list(facts)
    feature_headings = [h for h in features if h in columns and h not in (outcome.heading, split_heading)]
    return AuditTable(
        columns={heading: columns[heading] for heading in feature_headings},
        facts=facts,
        headings=tuple(columns),
        observed=outcome.observed,
        outcome=outcome.name,
        target=outcome.target,
        moment=moment,
        groups={heading: _encode_group(columns[heading]) for heading in group_headings},
        guessed_groups={heading: _encode_group(columns[heading]) for heading in guessed_headings},
        split=split,
        seed=seed,
    )


def _is_label(heading: str, column: EncodedColumn) -> bool:
    """Whether a column only labels rows."""
    return column.is_row_label() or (heading in VARIABLES and isinstance(VARIABLES[heading].kind, Identifier))


def _choose_groups(columns: Mapping[str, EncodedColumn], requested: Sequence[str]) -> tuple[list[str], list[str]]:
    """Headings of groups: those requested, else the library's own; where there is neither, likely headings."""
    groups = list(requested) or [h for h in GROUPED_BY if h in columns and _has_repeats(columns[h])]
    if groups:
        return groups, []
    return [], [h for h in columns if _normalise_heading(h) in GROUP_HEADINGS and _has_repeats(columns[h])]


def _read_table(
    table: Table, columns: ColumnMap | Mapping[object, str | Column] | None, units: Mapping[str, str] | None
) -> pd.DataFrame:
    """The table with headings of text: as it stands or, with ``columns`` or ``units``, conformed as far as they go."""
    if columns is None and units is None and not isinstance(table, (Conformed, CohortLike)):
        frame = as_dataframe(table)
        refuse_other_numbers(frame)
    else:
        cohort = as_cohort(table, columns=columns, units=units)
        frame = cohort.frame
        if cohort.table is not None:
            column_map = as_column_map(columns)
            named = {*column_map.columns, *column_map.ignore, *frame.columns}
            frame = pd.concat([frame, cohort.table[[h for h in cohort.table.columns if h not in named]]], axis=1)
    if not len(frame):
        raise InputError("audit() expects a table with rows, and the table is empty.")
    frame = frame.set_axis([str(heading) for heading in frame.columns], axis=1)
    if not frame.columns.is_unique:
        repeated = frame.columns[frame.columns.duplicated()][0]
        raise InputError(f"The table has the column '{repeated}' more than once. Keep one, or rename them.")
    return frame


def _read_outcome(outcome: str | Outcome | pd.Series, frame: pd.DataFrame) -> _OutcomeColumn:
    if isinstance(outcome, pd.Series):
        if not outcome.index.equals(frame.index):
            raise InputError("The outcome Series must have the index of the table, in the same order.")
        name = "outcome" if outcome.name is None else str(outcome.name)
        values = outcome
    elif isinstance(outcome, Outcome) or outcome in OUTCOMES:
        target = outcome if isinstance(outcome, Outcome) else OUTCOMES[outcome]
        name = target.name
        values = frame[name] if name in frame.columns else observe(target, frame)
    elif outcome in frame.columns:
        name, values = outcome, frame[outcome]
    else:
        raise MissingVariables(
            f"The table has no column '{outcome}', and no outcome of that name is declared. Name a column, one of "
            f"perinatal.OUTCOMES, or pass a boolean Series."
        )
    heading = name if name in frame.columns else None
    return _OutcomeColumn(_read_yes_no(values, name), name, OUTCOMES.get(name), heading)


def _read_yes_no(values: pd.Series, name: str) -> np.ndarray:
    column = encode_column(values)
    if column.numbers is not None and set(column.numbers.tolist()) <= {0.0, 1.0}:
        return column.values() if column.levels else np.full(len(values), np.nan)
    if column.texts is not None and {t.lower() for t in column.texts} <= _YES | _NO:
        level_values = np.array([float(t.lower() in _YES) for t in column.texts])
        return np.where(column.missing, np.nan, level_values[column.codes])
    raise InputError(
        f"The outcome '{name}' must be true and false, 1 and 0, or yes and no; here it has {column.levels} values of "
        f"another kind. Pass a boolean Series that says which rows have it, such as table['{name}'].eq(1)."
    )


def _require_headings(headings: str | Sequence[str] | None, frame: pd.DataFrame, argument: str) -> list[str]:
    names = [] if headings is None else [headings] if isinstance(headings, str) else list(headings)
    absent = [heading for heading in names if heading not in frame.columns]
    if absent:
        raise InputError(f"{argument}: the table has no column '{absent[0]}'. Name headings of the table.")
    return names


def _read_split(split: str | pd.Series | None, frame: pd.DataFrame) -> tuple[np.ndarray | None, str | None]:
    if split is None:
        return None, None
    if isinstance(split, str):
        column, heading = frame[_require_headings(split, frame, "split")[0]], split
    elif isinstance(split, pd.Series) and split.index.equals(frame.index):
        column, heading = split, None
    else:
        raise InputError("split: expected a heading, or a Series with the index of the table, in the same order.")
    codes = encode_column(column).codes
    if codes.max(initial=-1) < 1:
        raise InputError("split: expected at least two parts, such as train and test; all rows are in one.")
    return codes, heading


def _normalise_heading(heading: str) -> str:
    return "".join(c for c in heading.lower() if c.isalnum())


def _has_repeats(column: EncodedColumn) -> bool:
    return 1 < column.levels < int((~column.missing).sum())


def _encode_group(column: EncodedColumn) -> np.ndarray:
    """The codes of a group column; a row whose group is missing is a group of its own."""
    codes = column.codes.astype(np.int64)
    unknown = codes < 0
    codes[unknown] = column.levels + np.arange(unknown.sum())
    return codes
