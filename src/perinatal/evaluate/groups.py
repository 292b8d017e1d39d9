"""Any measure by group or over time, with rows, events and interval; small cells are suppressed."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from perinatal.errors import InputError
from perinatal.evaluate.estimates import build_line, check_measurable
from perinatal.evaluate.inputs import check_arrays, check_level, check_same_index, check_same_length
from perinatal.evaluate.measures import takes_any_scale
from perinatal.evaluate.resampling import Measure
from perinatal.vocabulary.disclosure import SMALLEST_CELL

UNKNOWN = "unknown"  # the label of rows whose group or date is missing


class _LineOptions(NamedTuple):
    smallest: int
    level: float
    times: int
    seed: int
    jobs: int


def by_group(
    observed: ArrayLike,
    risk: ArrayLike,
    groups: ArrayLike | pd.DataFrame,
    measure: Measure = "auroc",
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    smallest: int = SMALLEST_CELL,
    level: float = 0.95,
    times: int = 1000,
    seed: int = 0,
    jobs: int = 1,
) -> pd.DataFrame:
    """A measure in each group, with rows, events and interval.

    A group with fewer than ``smallest`` rows, events or non-events has ``NaN`` and a note; a group in which the measure
    is undefined has the reason. Rows whose group is missing are the last line, ``"unknown"``. A single suppressed line
    can be worked out from an overall number: suppress a second one where that matters.

    Parameters
    ----------
    observed : shape (n,), 0 or 1.
    risk : shape (n,), 0 to 1 (any increasing scale for AUROC and average precision).
    groups : shape (n,), the group of each row, or a DataFrame of groupings. Each level of a category has a line.
    measure : a name in :data:`MEASURES`, or a function of (observed, risk, weights).
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    smallest : the fewest rows, events and non-events of a group that is evaluated.
    level : of the confidence intervals.
    times : number of bootstrap draws, for measures without a closed form. seed : of the draws. jobs : threads.

    Returns
    -------
    ``n, events, value, low, high, note``, one row per group; for a DataFrame, indexed by ``(grouping, group)``.

    Raises
    ------
    InputError : as :func:`~perinatal.evaluate.auroc`. UnknownName : for a measure of another name.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> risk = rng.random(405)
    >>> by_group(rng.random(405) < risk, risk, np.repeat(["one", "two", "three"], [200, 200, 5]))["n"].tolist()
    [200.0, nan, 200.0]
    """
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters, any_scale=takes_any_scale(measure))
    check_same_index(observed, risk, groups)
    check_measurable(measure, rows)
    options = _LineOptions(_check_smallest(smallest), check_level(level), times, seed, jobs)
    columns: list[tuple[Hashable, ArrayLike]] = [("", groups)]
    if isinstance(groups, pd.DataFrame):
        if not (len(groups.columns) and groups.columns.is_unique):
            raise InputError("groups must have at least one column, and no two of the same name.")
        columns = list(groups.items())
    tables = {}
    for name, column in columns:
        labels, parts = _split_groups(column, len(rows.observed))
        lines = [build_line(rows, part, measure, **options._asdict()) for part in parts]
        tables[name] = pd.DataFrame(lines, index=pd.Index(labels, name="group"))
    return pd.concat(tables, names=["grouping", "group"]) if isinstance(groups, pd.DataFrame) else tables[""]


def rolling(
    observed: ArrayLike,
    risk: ArrayLike,
    when: ArrayLike,
    measure: Measure = "auroc",
    *,
    width: float | str | pd.Timedelta,
    step: float | str | pd.Timedelta | None = None,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    smallest: int = SMALLEST_CELL,
    level: float = 0.95,
    times: int = 1000,
    seed: int = 0,
    jobs: int = 1,
) -> pd.DataFrame:
    """A measure in windows that move through time; for calendar years or months use :func:`by_group` of periods.

    Windows start at the earliest time, every ``step``, as long as a whole window fits; the last one ends at or before
    the latest time. Rows after it are in no window. Rows whose time is missing, if any, are the last line.

    Parameters
    ----------
    observed : shape (n,), 0 or 1.
    risk : shape (n,), 0 to 1 (any increasing scale for AUROC and average precision).
    when : shape (n,), dates or numbers.
    measure : a name in :data:`MEASURES`, or a function of (observed, risk, weights).
    width : of a window, in the unit of ``when``; for dates a length such as ``"90D"``.
    step : from the start of a window to that of the next; ``width`` by default.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    smallest : the fewest rows, events and non-events of a window that is evaluated.
    level : of the confidence intervals.
    times : number of bootstrap draws, for measures without a closed form. seed : of the draws. jobs : threads.

    Returns
    -------
    ``start`` (inclusive), ``end`` (exclusive, but for the latest time), ``n, events, value, low, high, note``.

    Raises
    ------
    InputError : for a width longer than the whole time, a step that is not above 0, and as :func:`by_group`.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> risk, year = rng.random(900), np.repeat([2019.0, 2020.0, 2021.0], 300)
    >>> rolling(rng.random(900) < risk, risk, year, width=1)[["start", "end", "n"]]
        start     end      n
    0  2019.0  2020.0  300.0
    1  2020.0  2021.0  600.0
    """
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters, any_scale=takes_any_scale(measure))
    check_same_index(observed, risk, when)
    check_measurable(measure, rows)
    options = _LineOptions(_check_smallest(smallest), check_level(level), times, seed, jobs)
    time, length, stride = _parse_times(when, len(rows.observed), width, step)
    known = ~np.isnan(time)
    if not known.any() or time[known].max() - time[known].min() < length:
        raise InputError("width is longer than the time from the earliest to the latest row; no window fits.")
    first, latest = time[known].min(), time[known].max()
    lines = []
    for number in range(int((latest - first - length) / stride * (1 + 1e-12)) + 1):
        start, end = first + number * stride, first + number * stride + length
        part = (time >= start) & ((time < end) | ((time == end) & (end >= latest)))
        lines.append({"start": start, "end": end, **build_line(rows, part, measure, **options._asdict())})
    if not known.all():
        lines.append({"start": np.nan, "end": np.nan, **build_line(rows, ~known, measure, **options._asdict())})
        lines[-1]["note"] = f"time {UNKNOWN}; {lines[-1]['note']}".rstrip("; ")
    table = pd.DataFrame(lines)
    if _is_dates(when):
        table[["start", "end"]] = table[["start", "end"]].apply(pd.to_datetime, unit="s")
    return table


def _split_groups(column: ArrayLike, n: int) -> tuple[list, list[np.ndarray]]:
    """Labels in their own order, unknown last, and the rows of each."""
    labels = column if isinstance(column, pd.Series) else pd.Series(_require_one_dimension(column))
    check_same_length(np.empty(n), labels.to_numpy(), "groups")
    if isinstance(labels.dtype, pd.CategoricalDtype):
        groups, levels = labels.cat.codes.to_numpy(), list(labels.cat.categories)
    else:
        groups, uniques = pd.factorize(labels)
        try:
            order = np.argsort(uniques)
        except TypeError:  # words and numbers in one column have no order of their own
            order = np.arange(len(uniques))
        levels = [uniques[i] for i in order]
        groups = np.where(groups < 0, -1, np.argsort(order)[groups])
    parts = [groups == group for group in range(len(levels))]
    if (groups < 0).any():
        levels, parts = [*levels, UNKNOWN], [*parts, groups < 0]
    return levels, parts


def _require_one_dimension(column: ArrayLike) -> np.ndarray | pd.api.extensions.ExtensionArray:
    values = column if isinstance(column, pd.api.extensions.ExtensionArray) else np.asarray(column, dtype=object)
    if values.ndim != 1:
        raise InputError(f"groups must have one dimension, or be a DataFrame; got {values.ndim} dimensions.")
    return values


def _parse_times(
    when: ArrayLike, n: int, width: float | str | pd.Timedelta, step: float | str | pd.Timedelta | None
) -> tuple[np.ndarray, float, float]:
    """Times, width and step as floats: seconds for dates, the caller's unit for numbers."""
    lengths = (width, width if step is None else step)
    time: np.ndarray
    if _is_dates(when):
        dates = pd.DatetimeIndex(when if isinstance(when, pd.Series) else np.asarray(when))
        time = (dates - pd.Timestamp(0, tz=dates.tz)).total_seconds().to_numpy(dtype=np.float64)
        length, stride = map(_to_seconds, lengths)
    else:
        try:
            time = pd.Series(when).reset_index(drop=True).to_numpy(dtype=np.float64, na_value=np.nan)
            length, stride = np.array(lengths, dtype=np.float64).tolist()
        except (TypeError, ValueError):
            raise InputError("when must be dates or numbers, and width and step lengths of the same.") from None
    check_same_length(np.empty(n), time, "when")
    if not min(length, stride) > 0:
        raise InputError("width and step must be above 0.")
    return time, length, stride


def _to_seconds(length: float | str | pd.Timedelta) -> float:
    if not isinstance(length, (str, pd.Timedelta)):
        raise InputError("For dates, width and step must be lengths of time such as '90D' or a Timedelta.")
    try:
        return pd.Timedelta(length).total_seconds()
    except ValueError:
        raise InputError("For dates, width and step must be lengths of time such as '90D'.") from None


def _is_dates(when: ArrayLike) -> bool:
    return pd.api.types.is_datetime64_any_dtype(getattr(when, "dtype", np.asarray(when).dtype))


def _check_smallest(smallest: int) -> int:
    if smallest < 1:
        raise InputError(f"smallest must be at least 1, and is {smallest}.")
    return int(smallest)
