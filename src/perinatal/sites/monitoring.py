"""Monitoring of a model at a site: inputs, risks and calibration by period, with a stated rate of false alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import expit

from perinatal._html import html, join_html, table_html
from perinatal._json import jsonable
from perinatal.catalogue import require_trained
from perinatal.errors import InputError, MissingVariables, NotEnoughData
from perinatal.frames import Column, ColumnMap, Problem, Table, as_cohort
from perinatal.models import RiskModel
from perinatal.models.evidence import ReferenceRecord, SiteAdoption
from perinatal.models.explanation import Explanation
from perinatal.sites.charts import Drift, cusum, cusum_limits, measure_drift
from perinatal.sites.guard import check_units as units_usable
from perinatal.sites.guard import check_values as values_usable
from perinatal.sites.periods import PERIODS, read_row_dates
from perinatal.sites.reference import RISK, build_reference, count_in_bins
from perinatal.sites.signatures import find_signatures
from perinatal.training.eligibility import eligible_rows
from perinatal.training.progress import Steps
from perinatal.validation.validating import NOTHING_KNOWN, find_nothing_known
from perinatal.vocabulary import observe
from perinatal.vocabulary.disclosure import SMALLEST_CELL, suppress_small

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FALSE_ALARMS = 0.05
LEAST_PSI = 0.1  # an alarm about a distribution must also be large; below 0.1 is by convention no shift
FEWEST_REFERENCE = 100  # rows
_ALARM_SOURCES = 3  # inputs, risks, calibration: each has a third of the false alarms
_DIRECTIONS = ("up", "down")


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm: the period, what it is about (an input's name, ``risk`` or ``calibration``), and a sentence.

    Parameters
    ----------
    period : when it was raised. about : the input it is about, ``risk`` or ``calibration``.
    message : what changed, in a sentence.
    """

    period: str
    about: str
    message: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Monitoring:
    """The performance of a model over periods; made by :func:`perinatal.monitor`.

    Parameters
    ----------
    model, period : id of the model, and how long a period is.
    periods : one row each: ``rows, known, events, expected, observed_over_expected, low, high, mean_risk, risk_psi,
        too_low, too_high``; the last two are the charts of calibration relative to their limits (alarm above 1). Counts
        of one to nine, and what reveals them, are ``NaN``.
    inputs : by period and input: PSI against the reference.
    unknown : by period and input: share of missing values, ``NaN`` where that is one to nine rows.
    alarms : in order of time. notes : what could not be monitored, and why.
    false_alarms, horizon_periods : the largest share of runs of that many periods in which any alarm is raised although
        nothing changes.
    reference : what inputs and risks are compared with, in words.
    caution : what a reader of the model's risks must know.
    problems : what was found wrong, odd or missing in the table.
    """

    model: str
    caution: str
    period: str
    periods: pd.DataFrame
    inputs: pd.DataFrame
    unknown: pd.DataFrame
    alarms: tuple[Alarm, ...]
    notes: tuple[str, ...]
    false_alarms: float
    horizon_periods: int
    reference: str
    problems: tuple[Problem, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """A copy of :attr:`periods`: one line for each period."""
        return self.periods.copy()

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Observed over expected by period, with matplotlib: see :func:`perinatal.plots.monitoring`.

        Parameters
        ----------
        ax : where to draw; a new figure otherwise.
        """
        from perinatal.plots import monitoring

        return monitoring(self, ax=ax)

    def to_dict(self) -> dict[str, object]:
        """Every number, ready for JSON; what is unknown or hidden is ``None``."""
        return {
            "model": self.model,
            "caution": self.caution,
            "period": self.period,
            "reference": self.reference,
            "false_alarms": self.false_alarms,
            "horizon_periods": self.horizon_periods,
            "alarms": [{"period": a.period, "about": a.about, "message": a.message} for a in self.alarms],
            "notes": list(self.notes),
            "problems": [str(problem) for problem in self.problems],
            "periods": jsonable(self.periods.reset_index()),
            "inputs": jsonable(self.inputs.reset_index()),
            "unknown": jsonable(self.unknown.reset_index()),
        }

    def _repr_html_(self) -> str:
        return join_html(html("pre", repr(self)), table_html(self.periods.round(3)))

    def __repr__(self) -> str:
        alarms = [f"  {a.period} {a.about}: {a.message}" for a in self.alarms] or ["  no alarm"]
        runs = f"runs of {self.horizon_periods} periods"
        rate = f"If nothing changes, at most {self.false_alarms:.0%} of {runs} raise an alarm."
        head = f"Monitoring({self.model}: {len(self.periods)} periods ({self.period}), {len(self.alarms)} alarms)"
        return "\n".join([head, *alarms, *(f"  {note}" for note in self.notes), rate, self.caution])


def monitor(
    model: RiskModel,
    table: Table,
    *,
    columns: ColumnMap | Mapping[object, str | Column] | None = None,
    units: Mapping[str, str] | None = None,
    period: str = "month",
    dates: str | pd.Series | None = None,
    false_alarms: float = FALSE_ALARMS,
    horizon_periods: int | None = None,
    seed: int = 0,
    progress: bool = False,
) -> Monitoring:
    """Compare each period with the rows the model was adopted on: inputs, risks and, where known, outcomes.

    Inputs and risks: the distribution over bins (missing is one) is compared with that of the adoption by a
    likelihood-ratio test; an alarm also needs a PSI of 0.1. Calibration: risk-adjusted cumulative sums
    (10.1093/biostatistics/1.4.441) whose limits are simulated for these risks, and allow for the standard error of the
    adopted intercept. Of runs in which nothing changes, at most ``false_alarms`` raise any alarm. For a model that was
    not adopted, inputs and risks are compared with the first period.

    Parameters
    ----------
    model : best one adopted at the site. table : as for :func:`perinatal.validate`; the outcome may be unknown.
    period : ``week``, ``month``, ``quarter`` or ``year``.
    dates : heading, or Series on the table's index, with the year, month or date of each row; by default
        ``year_of_birth`` with ``month_of_birth``.
    false_alarms : largest probability of any alarm when nothing changes, over all periods.
    horizon_periods : number of periods for which the rate of false alarms is stated, where more are to come; by default
        the periods in the table.
    columns, units : what the table's headings mean, as for :func:`perinatal.conform`.
    seed : of the simulation.
    progress : whether to show a progress bar.

    Raises
    ------
    InputError
        no dates, no such period, a rate that is not between 0 and 1, fewer ``horizon_periods`` than there are.
    NotEnoughData
        no row with a date; or, without an adoption, fewer than 100 rows in the first period.

    Examples
    --------
    >>> import perinatal as pn
    >>> births = pn.load_sample("hospital_births")
    >>> watched = monitor(pn.load_model("nicu_admission-birth"), births, period="quarter")
    >>> len(watched.periods), watched.alarms[0].about
    (8, 'calibration')
    """
    model = require_trained(model)
    if period not in PERIODS:
        raise InputError(f"period must be one of {', '.join(PERIODS)}.")
    if not 0 < false_alarms < 1:
        raise InputError(f"false_alarms must lie strictly between 0 and 1, and is {false_alarms}.")
    cohort_input = as_cohort(table, columns=columns, units=units)
    when = read_row_dates(dates, cohort_input)
    if isinstance(dates, str):
        cohort_input = cohort_input.without_unused(dates)
    if when is None:
        raise InputError(
            "Monitoring needs the date of each row. Name the column (dates=, or --dates), with dates such as "
            "2023-04-19, months or years."
        )
    eligible, _ = eligible_rows(model.outcome, model.moment, cohort_input.frame)
    dated = when.notna().to_numpy()
    notes = (
        [f"{suppress_small(n) or 'Fewer than 10'} rows without a date are excluded."]
        if (n := int((~dated).sum()))
        else []
    )
    used = np.asarray(eligible, dtype=bool) & dated
    nothing_known = used & find_nothing_known(model, cohort_input)
    if n := int(nothing_known.sum()):
        notes.append(f"{suppress_small(n) or 'Fewer than 10'} rows are excluded: {NOTHING_KNOWN}.")
        used &= ~nothing_known
    if not used.any():
        raise NotEnoughData("No row of the table is eligible and has a date.")
    conformed = cohort_input.conformed.select_rows(used)
    labels = when[used].dt.to_period(PERIODS[period]).astype("str").to_numpy()
    names = sorted(set(labels.tolist()))
    run = len(names) if horizon_periods is None else horizon_periods
    if run < len(names):
        raise InputError(f"horizon_periods is {horizon_periods}, and the table already has {len(names)} periods.")
    steps = Steps(3, "monitoring", visible=progress)
    with steps:
        explanation = model.explain(conformed)
        usable = (units_usable(model, explanation.problems), values_usable(model, explanation.problems))
        notes += [f"{check.message} Alarms may be due to that." for check in usable if not check.passed]
        notes += [f"{text} Alarms may be due to that." for _, text in find_signatures(conformed.frame, model.inputs)]
        observed = _observe_outcome(model, conformed.frame, notes)
        steps.done()
        rows = [np.flatnonzero(labels == name) for name in names]
        reference, reference_text, first = _find_reference(model, explanation, rows, names)
        streams, unknown, alarms = _monitor_spread(explanation, rows, names, reference, first, run, false_alarms)
        steps.done()
        periods, calibration_alarms = _monitor_calibration(
            model, explanation, observed, rows, names, run, false_alarms, seed, notes
        )
        periods["risk_psi"] = streams.pop(RISK)
        steps.done()
    positions = {name: i for i, name in enumerate(names)}
    return Monitoring(
        model.id,
        model.caution,
        period,
        periods,
        streams,
        unknown,
        tuple(sorted((*alarms, *calibration_alarms), key=lambda alarm: positions[alarm.period])),
        tuple(notes),
        false_alarms,
        run,
        reference_text,
        explanation.problems,
    )


def _observe_outcome(model: RiskModel, frame: pd.DataFrame, notes: list[str]) -> np.ndarray:
    try:
        observed = observe(model.outcome, frame)
    except MissingVariables:
        notes.append("The table has no outcome: calibration is not monitored.")
        return np.full(len(frame), np.nan)
    return observed.to_numpy(dtype=np.float64, na_value=np.nan)


def _find_reference(
    model: RiskModel, explanation: Explanation, rows: Sequence[np.ndarray], names: Sequence[str]
) -> tuple[ReferenceRecord, str, int]:
    """The reference, its description, and the first period that is compared with it."""
    recorded = model.evidence.adoption
    if model.adoption is not None and isinstance(recorded, SiteAdoption):
        return recorded.reference, f"the rows it was adopted on at {model.adoption.site}", 0
    if len(rows[0]) < FEWEST_REFERENCE:
        raise NotEnoughData(
            f"The model was not adopted here, so later periods are compared with the first, which has fewer than "
            f"{FEWEST_REFERENCE} rows. Adopt the model, or choose longer periods."
        )
    return build_reference(_select_rows(explanation, rows[0]), model.features), f"the first period, {names[0]}", 1


def _select_rows(explanation: Explanation, chosen: np.ndarray) -> Explanation:
    return replace(
        explanation,
        index=explanation.index[chosen],
        matrix=explanation.matrix[chosen],
        total=explanation.total[chosen],
        encoded=explanation.encoded[chosen],
        status=explanation.status.iloc[chosen],
    )


def _monitor_spread(
    explanation: Explanation,
    rows: Sequence[np.ndarray],
    names: Sequence[str],
    reference: ReferenceRecord,
    first: int,
    run: int,
    false_alarms: float,
) -> tuple[pd.DataFrame, pd.DataFrame, list[Alarm]]:
    """PSI by period of every input and the risk, share missing by period, and alarms."""
    columns = {f.name: explanation.encoded[:, j].astype(np.float64) for j, f in enumerate(explanation.features)}
    unknown = {name: [_share_unknown(column[part]) for part in rows] for name, column in columns.items()}
    labels = {f.name: f.label for f in explanation.features}
    level = {name: false_alarms / _ALARM_SOURCES / (len(columns) * run) for name in columns}
    columns[RISK], level[RISK], labels[RISK] = explanation.log_odds, false_alarms / _ALARM_SOURCES / run, "the risk"
    psi, alarms = {}, []
    for name, column in columns.items():
        bins = reference.columns[name]
        drifts = [
            measure_drift(bins.counts, np.bincount(bins.groups, count_in_bins(column[part], bins.edges)))
            if i >= first
            else Drift(0.0, 1.0)
            for i, part in enumerate(rows)
        ]
        psi[name] = [change.psi for change in drifts]
        for i, change in enumerate(drifts):
            if change.p_value < level[name] and change.psi >= LEAST_PSI:
                absent = np.nan if name == RISK else unknown[name][i]
                more = "" if np.isnan(absent) else f"; missing in {absent:.0%} of rows"
                message = (
                    f"{labels[name]} is distributed differently than in the reference (PSI {change.psi:.2f}{more})."
                )
                alarms.append(Alarm(names[i], name, message))
    index = pd.Index(names, name="period")
    return pd.DataFrame(psi, index=index), pd.DataFrame(unknown, index=index), alarms


def _share_unknown(values: np.ndarray) -> float:
    """The share that is missing; ``NaN`` where it, or the rest, is one to nine rows."""
    count = int(np.isnan(values).sum())
    few = 0 < count < SMALLEST_CELL or 0 < len(values) - count < SMALLEST_CELL
    return np.nan if few else count / len(values)


def _monitor_calibration(
    model: RiskModel,
    explanation: Explanation,
    observed: np.ndarray,
    rows: Sequence[np.ndarray],
    names: Sequence[str],
    run: int,
    false_alarms: float,
    seed: int,
    notes: list[str],
) -> tuple[pd.DataFrame, list[Alarm]]:
    """Rows, events, expected and observed over expected by period, the charts relative to their limits, and alarms."""
    risk = expit(explanation.log_odds)
    known = [part[~np.isnan(observed[part])] for part in rows]
    events = np.array([observed[part].sum() for part in known])
    expected = np.array([risk[part].sum() for part in known])
    table = pd.DataFrame(
        {
            "rows": [len(part) for part in rows],
            "known": [len(part) for part in known],
            "events": events,
            "expected": expected,
            "mean_risk": [float(risk[part].mean()) for part in rows],
        },
        index=pd.Index(names, name="period"),
        dtype=np.float64,
    )
    alarms = []
    table["too_low"] = table["too_high"] = np.nan
    if sum(map(len, known)):
        risks = [risk[part] for part in known]
        ahead = [*risks, *(risks[i % len(risks)] for i in range(run - len(risks)))]
        limits = cusum_limits(ahead, false_alarms / _ALARM_SOURCES, shift=_intercept_error(model, notes), seed=seed)
        charts = cusum(events, risks)
        for name, chart, limit, word in zip(("too_low", "too_high"), charts, limits, _DIRECTIONS, strict=True):
            crossed = np.flatnonzero(chart > limit)
            # Where the outcome is almost certain the limit is 0, and any value above it is an alarm.
            way = 10 * chart / limit if limit > 0 else np.where(chart > 0, 10.0, 0.0)
            table[name] = np.where(chart > limit, np.ceil(way), np.floor(way)) / 10  # never rounded over the limit
            if len(crossed):
                more, which = ("more", "low") if word == "up" else ("fewer", "high")
                message = f"{more} events than predicted: the risks are now too {which} here. Adopt the model again."
                alarms.append(Alarm(names[int(crossed[0])], "calibration", message))
    return _suppress_periods(table), alarms


def _intercept_error(model: RiskModel, notes: list[str]) -> float:
    """Standard error of an adopted model's intercept; 0 for one that was not adopted."""
    record = model.evidence.adoption
    if model.adoption is None or not isinstance(record, SiteAdoption):
        notes.append("The model was not adopted here: calibration is compared with its risks as they are.")
        return 0.0
    return float(record.reference.information**-0.5)


def _suppress_periods(table: pd.DataFrame) -> pd.DataFrame:
    """Observed over expected with Byar's interval; counts of one to nine, and what reveals them, as ``NaN``."""
    events, expected = table["events"], table["expected"]
    displayed = ((events >= SMALLEST_CELL) | (events == 0)) & (table["known"] >= SMALLEST_CELL)
    ratio = (events / expected).where(displayed & (expected > 0))
    low = events * (1 - 1 / (9 * events.clip(lower=1)) - 1.96 / (3 * np.sqrt(events.clip(lower=1)))) ** 3 / expected
    high = (events + 1) * (1 - 1 / (9 * (events + 1)) + 1.96 / (3 * np.sqrt(events + 1))) ** 3 / expected
    counts = {
        name: table[name].where((table[name] >= SMALLEST_CELL) | (table[name] == 0)) for name in ("rows", "known")
    }
    return pd.DataFrame(
        {
            **counts,
            "events": events.where(displayed),
            "expected": expected.where(displayed),
            "observed_over_expected": ratio,
            "low": low.where(ratio.notna()),
            "high": high.where(ratio.notna()),
            "mean_risk": table["mean_risk"].where(table["rows"] >= SMALLEST_CELL),
            "too_low": table["too_low"],
            "too_high": table["too_high"],
        },
        index=table.index,
    )
