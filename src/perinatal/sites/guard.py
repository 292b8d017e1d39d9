"""What must hold before a model is adopted on somebody's rows: each check told, passed or not, none in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtri

from perinatal.errors import InputError
from perinatal.evaluate import Estimate, auroc, observed_over_expected
from perinatal.evaluate.proportions import wilson_interval
from perinatal.frames import Conformed, Problem, ProblemRule
from perinatal.models import RiskModel
from perinatal.models.adopted import Rung
from perinatal.sites.sample_sizes import FEWEST_EVENTS, FEWEST_ROWS, recorded_auroc
from perinatal.training.auditing import PREVALENCE, Severity, audit
from perinatal.training.auditing.findings import describe_row_count, format_headings, format_row_count
from perinatal.training.auditing.prevalence import SARI_PREVALENCE
from perinatal.vocabulary import Moment

MOST_COPIES = 0.05  # share of rows that may equal another of their delivery; twins in bands of weight do
_UNUSABLE = frozenset(
    (
        ProblemRule.NOT_A_NUMBER,
        ProblemRule.NOT_FINITE,
        ProblemRule.NOT_WHOLE,
        ProblemRule.IMPOSSIBLE,
        ProblemRule.IMPLAUSIBLE,
    )
)
_EVENTS_FOR_AUROC = 50  # events from which an AUROC near a half is not for want of rows


@dataclass(frozen=True, slots=True)
class Limits:
    """Where the guard says no.

    Parameters
    ----------
    ratio : observed over expected of the frozen model, either way; refused where its whole interval lies beyond. A new
        hospital of one state may expect 0.31 to 2.58, so a smaller limit would refuse what is there.
    odd : share of an input's known values that are impossible, implausible, unreadable or contradict another.
    unknown_outcome : share of rows whose outcome is unknown.
    fewest_inputs : of the model's inputs, that are known in some row.
    """

    ratio: float = 5.0
    odd: float = 0.05
    unknown_outcome: float = 0.2
    fewest_inputs: int = 4

    def __post_init__(self) -> None:
        if not (self.ratio > 1 and all(0 < share <= 1 for share in (self.odd, self.unknown_outcome))):
            raise InputError("Limits: ratio must be above 1, and the shares above 0 and at most 1.")
        if self.fewest_inputs < 1:
            raise InputError("Limits: fewest_inputs must be 1 or more.")


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what, whether it passed, and what was found."""

    name: str
    passed: bool
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class AdoptionRows:
    """The rows a model is to be adopted on, as the guard sees them.

    Parameters
    ----------
    frame : canonical rows that are used. observed : their outcome, 0 or 1. log_odds : of the frozen model.
    clusters : codes of rows that belong together, or ``None``. groups : the identifier they are named by.
    unknown_outcomes : how many rows have an unknown outcome. problems : what was found in the table.
    """

    frame: pd.DataFrame
    observed: np.ndarray
    risk: np.ndarray
    clusters: np.ndarray | None
    groups: str | None
    unknown_outcomes: int
    problems: tuple[Problem, ...]


def run_checks(model: RiskModel, rows: AdoptionRows, limits: Limits, seed: int = 0) -> tuple[Check, ...]:
    """Every check, in order; those that need both outcomes only where there are enough of them."""
    observed, risk, clusters = rows.observed, rows.risk, rows.clusters
    n, events = len(observed), int(observed.sum())
    results = [_check_enough_rows(rows), _check_outcome_known(rows, limits)]
    if results[0].passed:
        results += [
            check_units(model, rows.problems, limits),
            check_values(model, rows.problems, limits),
            _check_inputs(model, rows, limits),
            _check_leaks(model, rows, seed),
            *([_check_copies(rows)] if rows.groups is not None else []),
            check_discrimination(
                auroc(observed, risk, clusters=clusters), min(events, n - events), recorded_auroc(model)
            ),
            frequency(observed_over_expected(observed, risk, clusters=clusters), limits),
            *check_usual_frequency(model, events, n),
        ]
    else:
        results += _check_far_fewer(rows, limits)
    return tuple(results)


def _check_enough_rows(rows: AdoptionRows) -> Check:
    n, events = len(rows.observed), int(rows.observed.sum())
    fewest = FEWEST_EVENTS[Rung.KEEP]
    passed = n >= FEWEST_ROWS and min(events, n - events) >= fewest
    return Check(
        "enough rows",
        passed,
        f"At least {FEWEST_ROWS} rows, {fewest} with the outcome and {fewest} without, are needed before any step is "
        f"allowed; you have {format_row_count(n)} rows, {format_row_count(events)} with it and "
        f"{format_row_count(n - events)} without."
        + ("" if passed else " Collect more (perinatal.sample_size says how many)."),
    )


def _check_outcome_known(rows: AdoptionRows, limits: Limits) -> Check:
    total = len(rows.observed) + rows.unknown_outcomes
    share = rows.unknown_outcomes / total if total else 1.0
    return Check(
        "outcome known",
        share <= limits.unknown_outcome,
        f"The outcome is unknown in {describe_row_count(rows.unknown_outcomes, total)}; they are left out. At "
        f"most {limits.unknown_outcome:.0%} may be: those whose outcome nobody wrote down are seldom like the others.",
    )


def check_units(model: RiskModel, problems: Sequence[Problem], limits: Limits = USUAL) -> Check:
    """Whether an input looks as if it were in another unit: as a column, or in more than a few rows."""
    odd = {
        name
        for problem in problems
        if problem.rule is ProblemRule.SUSPICIOUS_UNIT and not 0 < len(problem.positions) <= limits.odd * problem.total
        for name in _count_problems(model, (problem,), frozenset((ProblemRule.SUSPICIOUS_UNIT,)))
    }
    message = "No input looks as if it were in another unit."
    if odd:
        message = f"{', '.join(sorted(odd))}: looks like another unit. State the units (units=, or --units NAME=UNIT)."
    return Check("units", not odd, message)


def check_values(model: RiskModel, problems: Sequence[Problem], limits: Limits = USUAL) -> Check:
    """Whether too many values of an input cannot be used."""
    odd = {}
    for name, count in _count_problems(model, problems, _UNUSABLE | {ProblemRule.CONTRADICTION}).items():
        known = max((p.total for p in problems if name in p.variable.split(", ")), default=0)
        if count > limits.odd * known:
            odd[name] = count
    message = f"No input has more than {limits.odd:.0%} of values that are impossible, implausible or contradicted."
    if odd:
        counts = "; ".join(f"{name} in {format_row_count(count)} rows" for name, count in sorted(odd.items()))
        message = f"Too many values are impossible, implausible or contradicted ({limits.odd:.0%} may be): {counts}."
    return Check("values", not odd, message)


def _check_inputs(model: RiskModel, rows: AdoptionRows, limits: Limits) -> Check:
    frame = rows.frame
    absent = [name for name in model.inputs if name not in frame.columns or frame[name].isna().all()]
    known = [name for name in model.inputs if name not in absent]
    fewest = min(limits.fewest_inputs, len(model.inputs))
    message = "Every input is known in some row."
    if absent:
        message = (
            f"{len(known)} of {len(model.inputs)} inputs are known in some row; the model answers for the others as "
            f"unknown: {format_headings(absent)}."
        )
    if len(known) < fewest:
        message += f" At least {fewest} are needed: add columns, or say what yours mean with a ColumnMap (--columns)."
    return Check("inputs", len(known) >= fewest, message)


def _check_leaks(model: RiskModel, rows: AdoptionRows, seed: int) -> Check:
    inputs = [name for name in model.inputs if name in rows.frame.columns]
    outcome = pd.Series(rows.observed.astype(bool), index=rows.frame.index, name=model.outcome.name)
    findings = audit(
        Conformed(rows.frame, ()), outcome, model.moment, features=inputs, groups=rows.groups, seed=seed
    ).findings
    certain_findings = [finding for finding in findings if finding.severity is Severity.CERTAIN]
    message = "The leak audit has no certain finding."
    if certain_findings:
        message = "The leak audit is certain: " + " ".join(f"({f.rule}) {f.message}" for f in certain_findings)
    return Check("leak audit", not certain_findings, message)


def _check_copies(rows: AdoptionRows) -> Check:
    """Copies within one delivery leak nothing over a split, but make few births look like many."""
    n = len(rows.frame)
    copies = int(rows.frame.duplicated().sum())
    return Check(
        "rows once",
        copies <= MOST_COPIES * n,
        f"{format_row_count(copies)} of {n:,} rows equal an earlier one of the same {rows.groups} in everything; at "
        f"most {MOST_COPIES:.0%} may, as twins do. Drop the copies.",
    )


def check_discrimination(area: Estimate, rarer: int, recorded: float | None) -> Check:
    """Whether the frozen model's AUROC is not below a half, nor at chance among enough of the rarer outcome."""
    message = f"AUROC of the frozen model here {area}."
    if area.high < 0.5:
        return Check(
            "order of risks", False, f"{message} Below a half: the outcome seems to be coded the other way round."
        )
    uninformative = (
        rarer >= _EVENTS_FOR_AUROC and recorded is not None and area.low <= 0.5 and area.high < (0.5 + recorded) / 2
    )
    if uninformative:
        message += (
            f" On record it is {recorded:.3f}: the risks tell nothing about these outcomes. Do rows and outcomes "
            "belong together, and is it the same outcome?"
        )
    elif rarer >= _EVENTS_FOR_AUROC and recorded is not None and area.low > (1 + recorded) / 2:
        message += (
            f" On record it is {recorded:.3f}: this is far better than it is known for. Was the outcome written down "
            "from these inputs, or from the model's own risks?"
        )
    return Check("order of risks", not uninformative, message)


def frequency(ratio: Estimate, limits: Limits) -> Check:
    """Whether observed over expected of the frozen model may be a difference between places."""
    passed = ratio.high >= 1 / limits.ratio and ratio.low <= limits.ratio
    message = (
        f"Observed over expected of the frozen model {ratio}; from {1 / limits.ratio:.2g} to {limits.ratio:g} is taken "
        "as a difference between places."
    )
    if not passed:
        message += (
            " Beyond it, the outcome is likely to be defined, coded or counted otherwise, or these are other people. "
            "Where you are sure that it is right, raise the limit (Limits(ratio=...), or --largest-ratio)."
        )
    return Check("frequency", passed, message)


def _check_far_fewer(rows: AdoptionRows, limits: Limits) -> Iterator[Check]:
    """Too few events to judge, though the model expects many: that is no want of rows. Exact Poisson limit."""
    expected, events = float(rows.risk.sum()), int(rows.observed.sum())
    at_most = float(chdtri(2 * (events + 1), 0.025)) / 2
    if at_most * limits.ratio < expected:
        yield Check(
            "frequency",
            False,
            f"The frozen model expects {expected:.0f} with the outcome, and {format_row_count(events)} have it: "
            "beyond a factor "
            f"of {limits.ratio:g}. More rows will not help: its risks do not hold here, or the outcome is defined, "
            "coded or counted otherwise.",
        )


def check_usual_frequency(model: RiskModel, events: int, n: int) -> Iterator[Check]:
    """Whether the outcome is as frequent as is published, where that is known."""
    ranges = SARI_PREVALENCE if model.moment is Moment.SARI_ADMISSION else PREVALENCE
    usual = ranges.get(model.outcome.name)
    if usual is None:
        return
    low, high = (float(np.asarray(end)[0]) for end in wilson_interval(np.array([events]), np.array([n])))
    # A hospital is not a nation: referral doubles a share, and more.
    passed = high >= usual.low / 2 and low <= usual.high * 2
    yield Check(
        "definition",
        passed,
        f"{events / n:.2%} have the outcome ({low:.2%} to {high:.2%}); whole populations have {usual.low:.2%} to "
        f"{usual.high:.2%} ({usual.source})."
        + ("" if passed else f" More than twofold beyond: is it '{model.outcome.definition}' that was counted?"),
    )


def _count_problems(model: RiskModel, problems: Sequence[Problem], rules: frozenset[ProblemRule]) -> Counter:
    """Rows by input with a problem of these rules; a problem told twice counts once."""
    counts: Counter = Counter()
    for problem in {(p.variable, p.rule): p for p in problems if p.rule in rules}.values():
        for name in problem.variable.split(", "):
            if name in model.inputs:
                counts[name] += problem.count
    return counts
