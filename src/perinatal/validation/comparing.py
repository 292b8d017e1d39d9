"""Asks everything that ranks an outcome about the same rows, and puts the answers side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from perinatal import evaluate
from perinatal.errors import InputError, NotEnoughData
from perinatal.evaluate import Estimate
from perinatal.evaluate.curves import quick_ici
from perinatal.evaluate.inputs import as_thresholds
from perinatal.evaluate.proportions import wilson_interval
from perinatal.frames import CohortInput, Column, ColumnMap, Conformed, Table, as_cohort
from perinatal.models import RiskModel
from perinatal.training.auditing.findings import format_row_count
from perinatal.training.eligibility import eligible_rows
from perinatal.training.folds import encode_groups
from perinatal.training.progress import Steps
from perinatal.validation.comparison import ComparisonResult, describe_neighbours
from perinatal.validation.contestants import (
    Comparator,
    Contestant,
    ExcludedComparator,
    collect_answers,
    find_comparators,
    find_neighbours,
    parse_comparators,
)
from perinatal.vocabulary import Moment, Outcome, observe
from perinatal.vocabulary import outcome as outcome_of
from perinatal.vocabulary.disclosure import SMALLEST_CELL

_NICE = np.array([m * 10.0**-e for e in range(5, 0, -1) for m in (1, 2, 5)])
_TIMES_PREVALENCE = (0.5, 1, 2, 5)
_NO_VALUE = Estimate(np.nan, np.nan, np.nan)
_MOST_LACKING = 3
MOST_ROWS_LOST = 0.01
MOST_EVENTS_LOST = 0.05
"""The largest shares of rows, and of those with the outcome, that one may cost the others without being named."""
_SHARES = ("sensitivity", "specificity", "ppv")


def compare(
    table: Table,
    outcome: str | Outcome,
    models: Sequence[object] | None = None,
    *,
    columns: ColumnMap | Mapping[object, str | Column] | None = None,
    units: Mapping[str, str] | None = None,
    thresholds: Sequence[float] | None = None,
    min_share_answered: float = 0.5,
    progress: bool = False,
) -> ComparisonResult:
    """Every model, published score and single measurement that ranks this outcome, evaluated on the same rows.

    The rows are those inside the outcome's denominator whose outcome is known, and to whom all that are compared have
    an answer; a trained model has none where its moment never came. Without ``models``, what would cost more than 1 %
    of the rows or 5 % of those with the outcome is not compared: ``left_out`` says what it cannot answer. Calibration
    and net benefit are given for probabilities of this outcome only; points, categories, indices and measurements
    rank, and are evaluated at their published cuts.

    Parameters
    ----------
    table : as for :func:`perinatal.validate`.
    outcome : canonical name.
    models : ids, models, directories, or names of variables and derived features, to compare these and nothing else,
        whatever they were made for; ``lowest:`` or ``highest:`` before a name says which answer is the worst. By
        default all that are for this outcome, with gestation, birth weight, its centile and Apgar beside a newborn's.
    columns, units : what the table's headings mean, as for :func:`perinatal.conform`.
    thresholds : risks at which one would act, strictly between 0 and 1; round ones around the share with the outcome
        by default.
    min_share_answered : the share of rows that a candidate must answer to be compared where ``models`` is not given,
        also where no other answers more.
    progress : whether to show a bar.

    Raises
    ------
    UnknownName : no such outcome or model.
    MissingVariables : the outcome is not there and cannot be derived.
    NotEnoughData : nothing can be compared, or fewer than ten rows with, or without, the outcome.

    Examples
    --------
    >>> import perinatal as pn
    >>> result = pn.compare(pn.load_sample("births"), "low_apgar_5min")
    >>> result.n, result.ranking.index.tolist()
    (233, ['low_apgar_5min-labour', 'gestational_age_at_birth_days'])
    """
    target = outcome_of(outcome)
    if not 0 <= min_share_answered <= 1:
        raise InputError(f"min_share_answered is a share of the rows, from 0 to 1; here it is {min_share_answered}.")
    comparators, left_out = find_comparators(target) if models is None else (parse_comparators(models), [])
    cohort_input = as_cohort(table, columns=columns, units=units)
    levels = None if thresholds is None else np.unique(as_thresholds(thresholds))
    conformed, observed, flow = _eligible_for_any(cohort_input, target, comparators)
    _require_events(observed, target)
    steps = Steps(2 * len(comparators), "comparing", visible=progress)
    with steps:
        contestants: list[Contestant] = []
        for entry in comparators:
            answers = collect_answers(entry, target, conformed, cohort_input.name)
            if isinstance(answers, Contestant):
                answers = _check_answers(answers, observed, min_share_answered if models is None else 0.0)
            if isinstance(answers, Contestant):
                contestants.append(answers)
            else:
                left_out.append(answers)
            steps.done()
        neighbours = find_neighbours(target, conformed.frame.columns) if models is None else ()
        if not contestants:
            raise NotEnoughData(_describe_no_comparison(target, left_out, neighbours))
        if models is None:
            contestants, apart = _set_apart(contestants, observed)
            left_out += apart
        shared = np.logical_and.reduce([entry.answered for entry in contestants])
        flow.append(("excluded: no answer from at least one of those compared", int((~shared).sum())))
        flow.append(("compared", int(shared.sum())))
        _require_events(observed[shared], target, _describe_lacking(contestants))
        event = observed[shared]
        groups, grouped_by = encode_groups(conformed.frame.loc[shared])
        clusters = groups if len(np.unique(groups)) < len(groups) else None
        lines = []
        for contestant in contestants:
            lines.append(_build_line(contestant, event, shared, clusters))
            steps.done()
        for _ in range(len(comparators) - len(contestants)):
            steps.done()
    contestants, ranking = _rank(contestants, lines, event, shared, clusters)
    levels = _round_thresholds(event.mean()) if levels is None else levels
    return ComparisonResult(
        outcome=target,
        cohort=cohort_input.name,
        flow=tuple(flow),
        n=len(event),
        events=int(event.sum()),
        grouped_by=grouped_by if clusters is not None else None,
        ranking=ranking,
        benefit=_build_benefits(contestants, event, shared, levels, clusters),
        cuts=_build_cuts(contestants, event, shared),
        left_out=pd.DataFrame(left_out, columns=list(ExcludedComparator._fields)).set_index("id"),
        problems=cohort_input.problems,
        notes=_describe_excluded(contestants, observed, shared),
        neighbours=neighbours,
    )


def _rank(
    contestants: Sequence[Contestant],
    lines: Sequence[dict[str, Any]],
    event: np.ndarray,
    shared: np.ndarray,
    clusters: np.ndarray | None,
) -> tuple[list[Contestant], pd.DataFrame]:
    """The contestants and the table of their lines, by AUROC; each is compared with the first."""
    order = sorted(range(len(contestants)), key=[-line["auroc"] for line in lines].__getitem__)
    ranked = [contestants[position] for position in order]
    compared = [
        lines[position] | _compare_with_first(ranked[0], contestants[position], event, shared, clusters)
        for position in order
    ]
    return ranked, pd.DataFrame(compared).set_index("id")


def _eligible_for_any(
    cohort_input: CohortInput, target: Outcome, comparators: Sequence[Comparator]
) -> tuple[Conformed, np.ndarray, list[tuple[str, int]]]:
    """The rows of which the outcome is known and that some trained model is about; their outcome; the flow."""
    frame, flow = cohort_input.frame, list(cohort_input.flow)
    moments = [entry.predictor.moment for entry in comparators if isinstance(entry.predictor, RiskModel)]
    widest = np.zeros(len(frame), dtype=bool)
    reasons: list[str] = []
    for moment in dict.fromkeys(moments or [Moment.DISCHARGE]):
        inside, excluded = eligible_rows(target, moment, frame)
        widest |= inside
        reasons += [reason for reason, rows in excluded if rows]
    eligible = widest
    if not eligible.all():
        flow.append((f"excluded: {'; '.join(dict.fromkeys(reasons))}", int((~eligible).sum())))
    observed = observe(target, frame)
    known = observed.notna().to_numpy()
    flow.append(("excluded: outcome unknown", int((eligible & ~known).sum())))
    eligible = eligible & known
    return cohort_input.conformed.select_rows(eligible), observed[eligible].to_numpy(dtype=bool), flow


def _set_apart(
    contestants: Sequence[Contestant], observed: np.ndarray
) -> tuple[list[Contestant], list[ExcludedComparator]]:
    """Those that can be compared without losing rows, and those that would cost too many, with what they lack.

    Each is measured against the rows of the one that answers the most rows with the outcome, then the most rows.
    """
    widest = max(contestants, key=lambda one: (observed[one.answered].sum(), one.answered.sum())).answered
    most_rows, most_events = MOST_ROWS_LOST * widest.sum(), MOST_EVENTS_LOST * observed[widest].sum()
    compared, apart = [], []
    for entry in contestants:
        lost = widest & ~entry.answered
        if lost.sum() <= most_rows and observed[lost].sum() <= most_events:
            compared.append(entry)
        else:
            apart.append(ExcludedComparator(entry.id, entry.name, entry.kind, _describe_gaps(entry, observed)))
    return compared, apart


def _describe_gaps(entry: Contestant, observed: np.ndarray) -> str:
    """What it cannot answer: how many rows, how many of them with the outcome, and why."""
    unanswered = ~entry.answered
    events = int(observed[unanswered].sum())
    text = (
        f"no answer to {format_row_count(int(unanswered.sum()))} rows of {len(observed):,} ({unanswered.mean():.1%}), "
        f"{format_row_count(events)} of the {int(observed.sum()):,} with the outcome ({events / observed.sum():.1%})"
    )
    reasons = sorted(((int(gap.rows.sum()), gap.words) for gap in entry.gaps), reverse=True)
    words = [f"{words} ({format_row_count(rows)})" for rows, words in reasons[:_MOST_LACKING]]
    because = f" [{'; '.join(words)}]" if words else ""
    return f"{text}{because}: name it in models to compare all on the rows that it answers"


def _describe_lacking(contestants: Sequence[Contestant]) -> str:
    """Who has no answer to the most rows; nothing where all have one."""
    lacking = sorted(((int((~entry.answered).sum()), entry.id) for entry in contestants), reverse=True)
    texts = [f"{name} to {rows:,} rows" for rows, name in lacking[:_MOST_LACKING] if rows >= SMALLEST_CELL]
    return f"No answer: {', '.join(texts)}." if texts else ""


def _describe_excluded(contestants: Sequence[Contestant], observed: np.ndarray, shared: np.ndarray) -> tuple[str, ...]:
    """How the rows compared differ from those to which not all have an answer, where these are ten or more."""
    n_others = int((~shared).sum())
    if n_others < SMALLEST_CELL:
        return ()
    text = f"{shared.mean():.1%} of the rows are compared; for the others, not all have an answer."
    total, events = int(observed.sum()), int(observed[~shared].sum())
    if min(events, n_others - events) >= SMALLEST_CELL:
        text += (
            f" Of the {total:,} with the outcome {events:,} ({events / total:.1%}) are among the others. Of those "
            f"compared {observed[shared].mean():.2%} have the outcome, of the rest {events / n_others:.2%}. The "
            "results apply to those compared."
        )
    elif events >= SMALLEST_CELL:
        text += f" At least {SMALLEST_CELL} with the outcome are among the others. The results apply to those compared."
    return (f"{text} {_describe_lacking(contestants)}".rstrip(),)


def _require_events(observed: np.ndarray, target: Outcome, lacking: str = "") -> None:
    events = int(observed.sum())
    if min(events, len(observed) - events) < SMALLEST_CELL:
        raise NotEnoughData(
            f"{target.name}: a comparison needs at least {SMALLEST_CELL} rows with the outcome and {SMALLEST_CELL} "
            f"without, among the {len(observed):,} rows that can be compared; here there are fewer."
            + (f" {lacking} Leave some out with models=." if lacking else "")
        )


def _check_answers(
    entry: Contestant, observed: np.ndarray, min_share_answered: float
) -> Contestant | ExcludedComparator:
    """The contestant, or why its answers are too few to compare."""
    answered = entry.answered
    events, share = int(observed[answered].sum()), answered.mean()
    if min(events, int(answered.sum()) - events) < SMALLEST_CELL:
        reason = f"answers for fewer than {SMALLEST_CELL} rows with, or without, the outcome"
    elif share < min_share_answered:
        reason = f"answers for {share:.0%} of the rows only: name it in models to compare it there"
    else:
        return entry
    absent = f"; columns absent: {', '.join(entry.absent)}" if entry.absent else ""
    return ExcludedComparator(entry.id, entry.name, entry.kind, reason + absent)


def _describe_no_comparison(target: Outcome, left_out: Sequence[ExcludedComparator], neighbours: Sequence[str]) -> str:
    near = f" {describe_neighbours(target, neighbours)}" if neighbours else ""
    relevant = [entry for entry in left_out if not entry.reason.startswith("is about ")]
    if not relevant:
        return (
            f"Nothing here is for the outcome '{target.name}'. Name what should rank it in models, such as a variable."
            + near
        )
    reasons = " ".join(f"{entry.id}: {entry.reason}." for entry in relevant)
    return f"Nothing can be compared for '{target.name}'. {reasons}{near}"


def _build_line(
    entry: Contestant, event: np.ndarray, shared: np.ndarray, clusters: np.ndarray | None
) -> dict[str, Any]:
    """One line of the ranking: discrimination for all, calibration for a probability."""
    notes = list(entry.notes)
    if np.ptp(entry.rank[shared]) == 0:
        notes.append("It gives the same answer to every row that is compared.")
    unanswered = int((~entry.answered).sum())
    line: dict[str, object] = {
        "id": entry.id,
        "name": entry.name,
        "kind": entry.kind,
        "answers": entry.answers,
        "timing": entry.timing,
        "answered": np.nan if 0 < unanswered < SMALLEST_CELL else len(entry.rank) - unanswered,
        "absent": ", ".join(entry.absent),
    }
    estimates = {"auroc": evaluate.auroc(event, entry.rank[shared], clusters=clusters)}
    measures: dict[str, Callable[..., Estimate]] = {
        "observed_over_expected": evaluate.observed_over_expected,
        "calibration_slope": evaluate.calibration_slope,
        "ici": quick_ici,
    }
    for name, measure in measures.items():
        estimates[name] = _NO_VALUE
        if entry.risk is not None:
            try:
                estimates[name] = measure(event, entry.risk[shared], clusters=clusters)
            except InputError as reason:
                notes.append(f"{name.replace('_', ' ')}: {reason}")
    for name, estimate in estimates.items():
        line |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return line | {"note": " ".join(notes)}


def _compare_with_first(
    first: Contestant, entry: Contestant, event: np.ndarray, shared: np.ndarray, clusters: np.ndarray | None
) -> dict[str, float]:
    """AUROC less that of the first, paired on the same rows."""
    if entry is first:
        return {"difference": 0.0, "difference_low": np.nan, "difference_high": np.nan, "p_value": np.nan}
    comparison = evaluate.compare_auroc(event, entry.rank[shared], first.rank[shared], clusters=clusters)
    value, low, high = comparison.difference
    return {"difference": value, "difference_low": low, "difference_high": high, "p_value": comparison.p_value}


def _round_thresholds(prevalence: float) -> np.ndarray:
    """Round risks around the share with the outcome.

    >>> _round_thresholds(0.006).tolist()
    [0.002, 0.005, 0.01, 0.02]
    """
    nearest = [_NICE[np.argmin(np.abs(np.log(_NICE / (times * prevalence))))] for times in _TIMES_PREVALENCE]
    return np.unique(np.round(nearest, 10))


def _build_benefits(
    contestants: Sequence[Contestant],
    event: np.ndarray,
    shared: np.ndarray,
    levels: np.ndarray,
    clusters: np.ndarray | None,
) -> pd.DataFrame:
    """Net benefit of each probability, and of calling everybody, at each threshold; a mean, so in closed form."""
    lines = []
    for level in levels:
        exchange = level / (1 - level)
        everybody = event - exchange * ~event
        lines.append(
            {"threshold": level, "id": "alert for everybody", **_estimate_mean(everybody, clusters), "note": ""}
        )
        for entry in contestants:
            if entry.risk is None:
                continue
            alert = entry.risk[shared] >= level
            cells = [(alert & event).sum(), (alert & ~event).sum(), (~alert & event).sum(), (~alert & ~event).sum()]
            few = min(cells) < SMALLEST_CELL
            gain = (
                dict.fromkeys(("net_benefit", "low", "high"), np.nan)
                if few
                else _estimate_mean(alert * everybody, clusters)
            )
            note = f"fewer than {SMALLEST_CELL} people in a cell" if few else ""
            lines.append({"threshold": level, "id": entry.id, **gain, "note": note})
    return pd.DataFrame(lines, columns=["threshold", "id", "net_benefit", "low", "high", "note"])


def _estimate_mean(values: np.ndarray, clusters: np.ndarray | None) -> dict[str, float]:
    value = float(values.mean())
    residual = values - value
    if clusters is not None:
        residual = np.bincount(clusters, residual).astype(np.float64)
    units = len(residual)
    half = norm.ppf(0.975) * np.sqrt(units / (units - 1) * np.sum((residual - residual.mean()) ** 2)) / len(values)
    return {"net_benefit": value, "low": value - float(half), "high": value + float(half)}


def _build_cuts(contestants: Sequence[Contestant], event: np.ndarray, shared: np.ndarray) -> pd.DataFrame:
    """Sensitivity, specificity and PPV at the published cuts, with Wilson intervals; small cells suppressed."""
    lines = []
    for entry in contestants:
        displayed_cells: list[np.ndarray] = []
        for cut in entry.cuts:
            alert = cut.alert[shared]
            right, wrong = int((alert & event).sum()), int((alert & ~event).sum())
            missed, spared = int(event.sum()) - right, int((~event).sum()) - wrong
            cells = np.array([right, wrong])
            apart = [np.abs(cells - other) for other in displayed_cells]
            few = min(right, wrong, missed, spared) < SMALLEST_CELL
            few = few or any(((gap > 0) & (gap < SMALLEST_CELL)).any() for gap in apart)
            line: dict[str, object] = {"id": entry.id, "cut": cut.words, "alerts_per_1000": np.nan}
            shares = {"sensitivity": (right, missed), "specificity": (spared, wrong), "ppv": (right, wrong)}
            for name in _SHARES:
                some, rest = shares[name]
                value, low, high = np.nan, np.nan, np.nan
                if not few:
                    value = some / (some + rest)
                    ends = wilson_interval(np.array([some]), np.array([some + rest]))
                    low, high = (float(end[0]) for end in ends)
                line |= {name: value, f"{name}_low": low, f"{name}_high": high}
            if not few:
                displayed_cells.append(cells)
                line["alerts_per_1000"] = 1000 * (right + wrong) / len(event)
            lines.append({**line, "note": f"fewer than {SMALLEST_CELL} people in a cell" if few else ""})
    columns = ["id", "cut", "alerts_per_1000", *(f"{name}{end}" for name in _SHARES for end in ("", "_low", "_high"))]
    return pd.DataFrame(lines, columns=[*columns, "note"])
