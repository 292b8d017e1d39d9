"""The one door: every verb takes its table through here, so that it is conformed once, with its danger signs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from perinatal.errors import InputError
from perinatal.frames.column_map import ColumnMap
from perinatal.frames.conformed import CohortLike, Conformed, Table, as_conformed
from perinatal.frames.conforming import conform
from perinatal.frames.danger import (
    WATCHED,
    WATCHED_SPELLINGS,
    DangerSigns,
    find_danger_signs,
    normalise_heading,
)
from perinatal.frames.headings import (
    as_column_map,
    format_headings,
    map_headings,
    refuse_unread_core,
    unused_headings,
)
from perinatal.frames.problems import Problem, ProblemRule
from perinatal.frames.tables import as_dataframe

Columns = ColumnMap | Mapping
Units = Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class CohortInput:
    """The rows that a verb evaluates, from any table.

    Parameters
    ----------
    conformed : the canonical frame and its problems.
    table : the DataFrame it was made from, on the same index; ``None`` where it came canonical.
    name : the register, or ``a table``.
    flow : step and rows, from what was read to the rows of the frame.
    """

    conformed: Conformed
    table: pd.DataFrame | None
    name: str
    flow: tuple[tuple[str, int], ...]

    @property
    def frame(self) -> pd.DataFrame:
        """The canonical frame."""
        return self.conformed.frame

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was found wrong or odd in the table."""
        return self.conformed.problems

    def with_column(self, heading: str | None, argument: str) -> CohortInput:
        """The same, with a column of the table added to the frame as it stands; unchanged for ``None``.

        Raises as :meth:`read_column`.
        """
        if heading is None or heading in self.frame.columns:
            return self
        frame = self.frame.assign(**{heading: self.read_column(heading, argument)})
        return replace(self, conformed=replace(self.conformed, frame=frame)).without_unused(heading)

    def without_unused(self, *headings: str) -> CohortInput:
        """The same, with no problem for headings that are used by name, such as the dates of a monitoring."""
        problems = tuple(
            problem
            for problem in self.problems
            if not (problem.rule is ProblemRule.UNMAPPED_COLUMN and problem.variable in headings)
        )
        return replace(self, conformed=replace(self.conformed, problems=problems))

    def read_column(self, heading: str, argument: str) -> pd.Series:
        """A column of the frame or, failing that, of the table it was made from.

        Raises :class:`~perinatal.errors.InputError`, which names the ``argument``, where there is none.
        """
        if heading in self.frame.columns:
            return self.frame[heading]
        if self.table is not None and heading in self.table.columns:
            return self.table[heading]
        raise InputError(f"{argument}: the table has no column '{heading}'. Name a column of the table.")


def conform_for(
    table: Table, needed: Sequence[str], *, columns: Columns | None = None, units: Units | None = None
) -> tuple[Conformed, DangerSigns]:
    """A table conformed to what a model needs, and the danger signs in it, also in columns that the model ignores.

    The frame holds the ``needed`` variables first. A :class:`~perinatal.Conformed` and a :class:`~perinatal.Cohort`
    are not conformed again. Takes and raises what :func:`perinatal.conform` takes and raises.
    """
    conformed = as_conformed(table, columns, units)
    if conformed is not None:
        watched = _watched_in_canonical(conformed)
        conformed = conformed.select(_add_watched(needed, watched, conformed.frame.columns))
    else:
        frame, column_map = as_dataframe(table), as_column_map(columns)
        headings = map_headings(frame, column_map, {*needed, *WATCHED})
        watched = [name for name in headings if name in WATCHED]
        wanted = _add_watched(needed, watched, headings)
        conformed = conform(frame, columns=column_map, units=units, needed=wanted)
        problems = _add_unmapped_signs(conformed.problems, frame, column_map, wanted)
        conformed = replace(conformed, problems=problems)
    refuse_unread_core(conformed, needed)
    return conformed, find_danger_signs(conformed.frame, watched, conformed.problems)


def as_cohort(table: Table, *, columns: Columns | None = None, units: Units | None = None) -> CohortInput:
    """A cohort, a :class:`~perinatal.Conformed` or any table as one thing; a table is conformed first.

    Takes and raises what :func:`perinatal.conform` takes and raises.
    """
    conformed = as_conformed(table, columns, units)
    if conformed is None:
        source = as_dataframe(table)
        conformed = conform(source, columns=columns, units=units)
        return CohortInput(conformed, source, "a table", (("rows of the table", len(source)),))
    if not isinstance(table, CohortLike):
        return CohortInput(conformed, None, "a table", (("rows of the table", len(conformed.frame)),))
    flow = [(f"read from {table.register}", table.report.rows_read)]
    flow += [(f"excluded: {reason}", rows) for reason, rows in table.report.exclusions]
    if table.report.rows_included != len(conformed.frame):
        flow.append(("excluded after reading", table.report.rows_included - len(conformed.frame)))
    return CohortInput(conformed, None, str(table.register), tuple(flow))


def danger_signs(table: Table, *, columns: Columns | None = None, units: Units | None = None) -> DangerSigns:
    """The danger signs in each row: severe hypertension, convulsions, bleeding, a newborn that does not feed, ...

    Only the columns that a sign reads are used; see :data:`perinatal.clinical.danger_signs.DANGER_SIGNS`.

    Parameters
    ----------
    table : anything that :func:`perinatal.conform` takes.
    columns, units : what its headings mean, as for :func:`perinatal.conform`.

    Raises
    ------
    UnknownLevels : a column about a sign holds words that are neither yes nor no.
    InputError : as :func:`perinatal.conform`.

    Examples
    --------
    >>> clinic = pd.DataFrame({"systolic_bp_mmhg": [164, 118], "convulsions": [None, "no"]}, index=["a", "b"])
    >>> signs = danger_signs(clinic)
    >>> signs.present.tolist(), signs.describe().tolist()
    ([('severe_hypertension',), ()], ['severe hypertension', 'none of 2 looked for'])
    >>> signs.to_frame()["rule"].tolist()
    ['systolic blood pressure of 160 mmHg or more']
    """
    return conform_for(table, (), columns=columns, units=units)[1]


def _add_watched(needed: Sequence[str], watched: Sequence[str], present: Collection[object]) -> list[str]:
    """The needed variables and those that danger signs read; the former alone where none of them is present.

    Conforming then raises.
    """
    if needed and not any(name in present for name in needed):
        return list(needed)
    return list(dict.fromkeys((*needed, *watched)))


def _watched_in_canonical(conformed: Conformed) -> list[str]:
    """The watched columns of a canonical frame, without those that stand for a column its table did not have."""
    absent = {problem.variable for problem in conformed.problems if problem.rule is ProblemRule.ABSENT_COLUMN}
    return [name for name in conformed.frame.columns if name in WATCHED and name not in absent]


def _add_unmapped_signs(
    problems: Sequence[Problem], table: pd.DataFrame, column_map: ColumnMap, wanted: Sequence[str]
) -> tuple[Problem, ...]:
    """The problems; that of a heading which seems to mean a variable of a danger sign says that it was not checked."""
    total, printed = len(table), format_headings(table)
    unchecked: dict[str, Problem] = {}
    for heading in unused_headings(table, column_map):
        name = WATCHED_SPELLINGS.get(normalise_heading(heading))
        if name is None or name in wanted:
            continue
        message = (
            f"The column {printed[heading]} was not checked for danger signs. Is it '{name}'? Rename it, or pass a "
            "ColumnMap (with ignore= if it is not)."
        )
        key = printed[heading].strip("'\"")
        unchecked[key] = Problem(key, ProblemRule.UNMAPPED_COLUMN, total, total, message)
    return tuple(
        unchecked.get(problem.variable, problem) if problem.rule is ProblemRule.UNMAPPED_COLUMN else problem
        for problem in problems
    )
