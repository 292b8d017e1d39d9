"""Safety checks before a model is adopted on the rows of a site; every check is reported, passed or not."""

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
from perinatal.sites.signatures import SIGNATURES, find_signatures
from perinatal.training.auditing import PREVALENCE, Severity, audit
from perinatal.training.auditing.findings import describe_row_count, format_headings, format_row_count
from perinatal.training.auditing.prevalence import SARI_PREVALENCE
from perinatal.vocabulary import VARIABLES, Identifier, Moment

MOST_COPIES = 0.05  # share of rows that may equal another of their delivery; twins in bands of weight do
COLUMNS_OF_A_COPY = 10  # rows that agree in fewer, and in no identifier, may be different births
_UNUSABLE = frozenset(
    (
        ProblemRule.NOT_A_NUMBER,
        ProblemRule.NOT_FINITE,
        ProblemRule.NOT_WHOLE,
        ProblemRule.IMPOSSIBLE,
        ProblemRule.IMPLAUSIBLE,
    )
)
_EVENTS_FOR_AUROC = 50  # from this many events, an AUROC near 0.5 is not due to few rows


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the safety checks.

    Parameters
    ----------
    ratio : largest observed over expected of the frozen model, and its inverse the smallest; refused where the whole
        interval lies beyond. For a new hospital of one state the 95 % prediction interval is 0.31 to 2.58, so a
        smaller limit would refuse real differences.
    odd : largest share of an input's known values that are impossible, implausible, unreadable or contradictory.
    unknown_outcome : largest share of rows whose outcome is missing.
    fewest_inputs : smallest number of the model's inputs that have a value in some row.
    accepted : names of signatures of a wrong column that were looked into and are right here, such as
        ``("weight for gestation",)`` in a unit for the large for dates: one of
        :data:`perinatal.sites.signatures.SIGNATURES`.

    Raises
    ------
    InputError
        a limit out of range.

    Examples
    --------
    >>> Limits(ratio=10).odd
    0.05
    """

    ratio: float = 5.0
    odd: float = 0.05
    unknown_outcome: float = 0.2
    fewest_inputs: int = 4
    accepted: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.ratio > 1 and all(0 < share <= 1 for share in (self.odd, self.unknown_outcome))):
            raise InputError(
                f"Limits: ratio must be above 1, and odd and unknown_outcome above 0 and at most 1; got "
                f"{self.ratio:g}, {self.odd:g} and {self.unknown_outcome:g}."
            )
        if self.fewest_inputs < 1:
            raise InputError(f"Limits: fewest_inputs must be 1 or more, and is {self.fewest_inputs}.")
        if isinstance(self.accepted, str) or not set(self.accepted) <= set(SIGNATURES):
            raise InputError(f"Limits: accepted is a sequence of names among {', '.join(SIGNATURES)}.")


USUAL = Limits()


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its name, whether it passed, and a sentence.

    Parameters
    ----------
    name : one word for programs. passed : whether the adoption may go on. message : what was checked, and the result.
    """

    name: str
    passed: bool
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class AdoptionRows:
    """The rows that a model is adopted on, as the checks see them.

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
            *check_signatures(model, rows.frame, limits),
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
        + ("" if passed else " Collect more; perinatal.sample_size estimates how many."),
    )


def _check_outcome_known(rows: AdoptionRows, limits: Limits) -> Check:
    total = len(rows.observed) + rows.unknown_outcomes
    share = rows.unknown_outcomes / total if total else 1.0
    return Check(
        "outcome known",
        share <= limits.unknown_outcome,
        f"The outcome is missing in {describe_row_count(rows.unknown_outcomes, total)}, which are excluded. At most "
        f"{limits.unknown_outcome:.0%} may be missing, as such rows rarely resemble the others.",
    )


def check_units(model: RiskModel, problems: Sequence[Problem], limits: Limits = USUAL) -> Check:
    """Whether an input seems to be in another unit: the whole column, or more than a few rows."""
    odd = {
        name
        for problem in problems
        if problem.rule is ProblemRule.SUSPICIOUS_UNIT and not 0 < len(problem.positions) <= limits.odd * problem.total
        for name in _count_problems(model, (problem,), frozenset((ProblemRule.SUSPICIOUS_UNIT,)))
    }
    message = "No input seems to be in another unit."
    if odd:
        message = (
            f"{', '.join(sorted(odd))}: seems to be in another unit. State the units (units=, or --units NAME=UNIT)."
        )
    return Check("units", not odd, message)


def check_values(model: RiskModel, problems: Sequence[Problem], limits: Limits = USUAL) -> Check:
    """Whether too many values of an input are unusable."""
    odd = {}
    for name, count in _count_problems(model, problems, _UNUSABLE | {ProblemRule.CONTRADICTION}).items():
        known = max((p.total for p in problems if name in p.variable.split(", ")), default=0)
        if count > limits.odd * known:
            odd[name] = count
    message = f"No input has more than {limits.odd:.0%} of values that are impossible, implausible or contradicted."
    if odd:
        counts = "; ".join(f"{name} in {format_row_count(count)} rows" for name, count in sorted(odd.items()))
        message = f"More than {limits.odd:.0%} of values are impossible, implausible or contradicted: {counts}."
    return Check("values", not odd, message)


def _check_inputs(model: RiskModel, rows: AdoptionRows, limits: Limits) -> Check:
    frame = rows.frame
    absent = [name for name in model.inputs if name not in frame.columns or frame[name].isna().all()]
    known = [name for name in model.inputs if name not in absent]
    fewest = min(limits.fewest_inputs, len(model.inputs))
    message = "Every input has a value in some row."
    if absent:
        message = (
            f"{len(known)} of {len(model.inputs)} inputs have a value in some row; the others are missing throughout: "
            f"{format_headings(absent)}."
        )
    if len(known) < fewest:
        message += f" At least {fewest} are needed: add columns, or map your headings with a ColumnMap (--columns)."
    return Check("inputs", len(known) >= fewest, message)


def check_signatures(model: RiskModel, frame: pd.DataFrame, limits: Limits = USUAL) -> Iterator[Check]:
    """What shows a wrong column, each as a check; or one check that has passed."""
    signs = list(find_signatures(frame, tuple(model.inputs)))
    for name, message in signs:
        if name in limits.accepted:
            yield Check(name, True, f"{message} Accepted as it is.")
        else:
            yield Check(
                name,
                False,
                f"{message} If it is right, accept it (Limits(accepted=({name!r},)), or --accept {name!r}).",
            )
    if not signs:
        yield Check("signatures", True, "No column looks shuffled, shifted, swapped or filled with one value.")


def _check_leaks(model: RiskModel, rows: AdoptionRows, seed: int) -> Check:
    inputs = [name for name in model.inputs if name in rows.frame.columns]
    outcome = pd.Series(rows.observed.astype(bool), index=rows.frame.index, name=model.outcome.name)
    findings = audit(
        Conformed(rows.frame, ()), outcome, model.moment, features=inputs, groups=rows.groups, seed=seed
    ).findings
    certain_findings = [finding for finding in findings if finding.severity is Severity.CERTAIN]
    message = "The leak audit has no certain finding."
    if _count_telling_columns(rows.frame) < COLUMNS_OF_A_COPY:
        copies = [finding for finding in certain_findings if finding.rule == "duplicates"]
        certain_findings = [finding for finding in certain_findings if finding.rule != "duplicates"]
        message += "".join(
            f" {f.message} They may be different births: fewer than {COLUMNS_OF_A_COPY} columns are compared."
            for f in copies
        )
    if certain_findings:
        message = "The leak audit is certain: " + " ".join(f"({f.rule}) {f.message}" for f in certain_findings)
    return Check("leak audit", not certain_findings, message)


def _check_copies(rows: AdoptionRows) -> Check:
    """Copies within one delivery do not leak across a split, but inflate the number of births."""
    n = len(rows.frame)
    copies = int(rows.frame.duplicated().sum())
    identified = (
        rows.groups is not None and rows.groups in VARIABLES and isinstance(VARIABLES[rows.groups].kind, Identifier)
    )
    certain = identified or _count_telling_columns(rows.frame) >= COLUMNS_OF_A_COPY
    return Check(
        "rows once",
        not certain or copies <= MOST_COPIES * n,
        f"{format_row_count(copies)} of {n:,} rows equal an earlier row of the same {rows.groups} in every column; at "
        f"most {MOST_COPIES:.0%} may, as twins do. Drop the copies.",
    )


def _count_telling_columns(frame: pd.DataFrame) -> int:
    """The columns in which rows can differ, without identifiers."""
    return sum(
        not (name in VARIABLES and isinstance(VARIABLES[name].kind, Identifier)) and frame[name].nunique() > 1
        for name in frame.columns
    )


def check_discrimination(area: Estimate, rarer: int, recorded: float | None) -> Check:
    """Whether the frozen model's AUROC is above 0.5, given enough of the rarer outcome."""
    message = f"AUROC of the frozen model here {area}."
    if area.high < 0.5:
        return Check(
            "order of risks", False, f"{message} Below 0.5: the outcome seems to be coded the other way round."
        )
    uninformative = (
        rarer >= _EVENTS_FOR_AUROC and recorded is not None and area.low <= 0.5 and area.high < (0.5 + recorded) / 2
    )
    if uninformative:
        message += (
            f" On record it is {recorded:.3f}: here the risks do not discriminate. Check that rows and outcomes are "
            "matched, and that the outcome is the same."
        )
    elif rarer >= _EVENTS_FOR_AUROC and recorded is not None and area.low > (1 + recorded) / 2:
        message += (
            f" On record it is {recorded:.3f}: this is far better than expected. Check that the outcome was not "
            "derived from these inputs or from the model's own risks."
        )
    return Check("order of risks", not uninformative, message)


def frequency(ratio: Estimate, limits: Limits) -> Check:
    """Whether observed over expected of the frozen model is a plausible difference between places."""
    passed = ratio.high >= 1 / limits.ratio and ratio.low <= limits.ratio
    message = (
        f"Observed over expected of the frozen model {ratio}; {1 / limits.ratio:.2g} to {limits.ratio:g} is "
        "accepted as a difference between places."
    )
    if not passed:
        message += (
            " Beyond that, the outcome is probably defined or coded differently, or the population is another. If you "
            "are sure that it is right, raise the limit (Limits(ratio=...), or --largest-ratio)."
        )
    return Check("frequency", passed, message)


def _check_far_fewer(rows: AdoptionRows, limits: Limits) -> Iterator[Check]:
    """Too few events although the model expects many: more rows would not help. Exact Poisson limit."""
    expected, events = float(rows.risk.sum()), int(rows.observed.sum())
    at_most = float(chdtri(2 * (events + 1), 0.025)) / 2
    if at_most * limits.ratio < expected:
        yield Check(
            "frequency",
            False,
            f"The frozen model expects {expected:.0f} events, and there are {format_row_count(events)}: beyond a "
            f"factor of {limits.ratio:g}. More rows will not help: the model does not fit here, or the outcome is "
            "defined or coded differently.",
        )


def check_usual_frequency(model: RiskModel, events: int, n: int) -> Iterator[Check]:
    """Whether the outcome is about as frequent as published."""
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
        + (
            "" if passed else f" That is more than twofold outside. Check the definition: '{model.outcome.definition}'."
        ),
    )


def _count_problems(model: RiskModel, problems: Sequence[Problem], rules: frozenset[ProblemRule]) -> Counter[str]:
    """Rows with a problem of these rules, by input; a problem that is reported twice counts once."""
    counts: Counter[str] = Counter()
    for problem in {(p.variable, p.rule): p for p in problems if p.rule in rules}.values():
        for name in problem.variable.split(", "):
            if name in model.inputs:
                counts[name] += problem.count
    return counts
