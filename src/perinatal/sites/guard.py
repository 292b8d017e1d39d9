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
from perinatal.evaluate.proportions import wilson
from perinatal.frames import Problem, Rule
from perinatal.models import RiskModel
from perinatal.models.adopted import Rung
from perinatal.sites.sample_size import FEWEST_EVENTS, FEWEST_ROWS, recorded_auroc
from perinatal.training.auditing import PREVALENCE, Severity, audit
from perinatal.training.auditing.findings import counted, listed, of_rows
from perinatal.training.auditing.prevalence import SARI_PREVALENCE
from perinatal.vocabulary import Moment

MOST_COPIES = 0.05  # share of rows that may equal another of their delivery; twins in bands of weight do
_LOST = frozenset((Rule.NOT_A_NUMBER, Rule.NOT_FINITE, Rule.NOT_WHOLE, Rule.IMPOSSIBLE, Rule.IMPLAUSIBLE))
_FEW_TELL = 50  # events from which an AUROC near a half is not for want of rows


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
    said: str


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """The rows a model is to be adopted on, as the guard sees them.

    Parameters
    ----------
    frame : canonical rows that are used. observed : their outcome, 0 or 1. log_odds : of the frozen model.
    clusters : codes of rows that belong together, or ``None``. groups : the identifier they are named by.
    set_aside : rows whose outcome is unknown. problems : what was found in the table.
    """

    frame: pd.DataFrame
    observed: np.ndarray
    risk: np.ndarray
    clusters: np.ndarray | None
    groups: str | None
    set_aside: int
    problems: tuple[Problem, ...]


def checks(model: RiskModel, material: Material, limits: Limits, seed: int = 0) -> tuple[Check, ...]:
    """Every check, in order; those that need both outcomes only where there are enough of them."""
    observed, risk, clusters = material.observed, material.risk, material.clusters
    n, events = len(observed), int(observed.sum())
    found = [_enough(material), _outcome_known(material, limits)]
    if found[0].passed:
        found += [
            units(model, material.problems, limits),
            values(model, material.problems, limits),
            _inputs(model, material, limits),
            _leaks(model, material, seed),
            *([_copies(material)] if material.groups is not None else []),
            order_of_risks(auroc(observed, risk, clusters=clusters), min(events, n - events), recorded_auroc(model)),
            frequency(observed_over_expected(observed, risk, clusters=clusters), limits),
            *usual_frequency(model, events, n),
        ]
    else:
        found += _far_fewer(material, limits)
    return tuple(found)


def _enough(material: Material) -> Check:
    n, events = len(material.observed), int(material.observed.sum())
    fewest = FEWEST_EVENTS[Rung.KEEP]
    passed = n >= FEWEST_ROWS and min(events, n - events) >= fewest
    return Check(
        "enough rows",
        passed,
        f"At least {FEWEST_ROWS} rows, {fewest} with the outcome and {fewest} without, are needed before any step is "
        f"allowed; you have {counted(n)} rows, {counted(events)} with it and {counted(n - events)} without."
        + ("" if passed else " Collect more (perinatal.how_many_births says how many)."),
    )


def _outcome_known(material: Material, limits: Limits) -> Check:
    total = len(material.observed) + material.set_aside
    share = material.set_aside / total if total else 1.0
    return Check(
        "outcome known",
        share <= limits.unknown_outcome,
        f"The outcome is unknown in {of_rows(material.set_aside, total)}; they are left out. At "
        f"most {limits.unknown_outcome:.0%} may be: those whose outcome nobody wrote down are seldom like the others.",
    )


def units(model: RiskModel, problems: Sequence[Problem], limits: Limits = USUAL) -> Check:
    """Whether an input looks as if it were in another unit: as a column, or in more than a few rows."""
    odd = {
        name
        for problem in problems
        if problem.rule is Rule.SUSPICIOUS_UNIT and not 0 < len(problem.positions) <= limits.odd * problem.total
        for name in _names(model, (problem,), frozenset((Rule.SUSPICIOUS_UNIT,)))
    }
    said = "No input looks as if it were in another unit."
    if odd:
        said = f"{', '.join(sorted(odd))}: looks like another unit. State the units (units=, or --units NAME=UNIT)."
    return Check("units", not odd, said)


def values(model: RiskModel, problems: Sequence[Problem], limits: Limits = USUAL) -> Check:
    """Whether too many values of an input cannot be used."""
    odd = {}
    for name, count in _names(model, problems, _LOST | {Rule.CONTRADICTION}).items():
        known = max((p.total for p in problems if name in p.variable.split(", ")), default=0)
        if count > limits.odd * known:
            odd[name] = count
    said = f"No input has more than {limits.odd:.0%} of values that are impossible, implausible or contradicted."
    if odd:
        told = "; ".join(f"{name} in {counted(count)} rows" for name, count in sorted(odd.items()))
        said = f"Too many values are impossible, implausible or contradicted ({limits.odd:.0%} may be): {told}."
    return Check("values", not odd, said)


def _inputs(model: RiskModel, material: Material, limits: Limits) -> Check:
    frame = material.frame
    absent = [name for name in model.inputs if name not in frame.columns or frame[name].isna().all()]
    known = [name for name in model.inputs if name not in absent]
    fewest = min(limits.fewest_inputs, len(model.inputs))
    said = "Every input is known in some row."
    if absent:
        said = (
            f"{len(known)} of {len(model.inputs)} inputs are known in some row; the model answers for the others as "
            f"unknown: {listed(absent)}."
        )
    if len(known) < fewest:
        said += f" At least {fewest} are needed: add columns, or say what yours mean with a ColumnMap (--columns)."
    return Check("inputs", len(known) >= fewest, said)


def _leaks(model: RiskModel, material: Material, seed: int) -> Check:
    inputs = [name for name in model.inputs if name in material.frame.columns]
    outcome = pd.Series(material.observed.astype(bool), index=material.frame.index, name=model.outcome.name)
    findings = audit(material.frame, outcome, model.moment, features=inputs, groups=material.groups, seed=seed).findings
    certain = [finding for finding in findings if finding.severity is Severity.CERTAIN]
    said = "The leak audit has no certain finding."
    if certain:
        said = "The leak audit is certain: " + " ".join(f"({f.rule}) {f.message}" for f in certain)
    return Check("leak audit", not certain, said)


def _copies(material: Material) -> Check:
    """Copies within one delivery leak nothing over a split, but make few births look like many."""
    n = len(material.frame)
    copies = int(material.frame.duplicated().sum())
    return Check(
        "rows once",
        copies <= MOST_COPIES * n,
        f"{counted(copies)} of {n:,} rows equal an earlier one of the same {material.groups} in everything; at "
        f"most {MOST_COPIES:.0%} may, as twins do. Drop the copies.",
    )


def order_of_risks(area: Estimate, rarer: int, recorded: float | None) -> Check:
    """Whether the frozen model's AUROC is not below a half, nor at chance among enough of the rarer outcome."""
    said = f"AUROC of the frozen model here {area}."
    if area.high < 0.5:
        return Check(
            "order of risks", False, f"{said} Below a half: the outcome seems to be coded the other way round."
        )
    lost = rarer >= _FEW_TELL and recorded is not None and area.low <= 0.5 and area.high < (0.5 + recorded) / 2
    if lost:
        said += (
            f" On record it is {recorded:.3f}: the risks tell nothing about these outcomes. Do rows and outcomes "
            "belong together, and is it the same outcome?"
        )
    elif rarer >= _FEW_TELL and recorded is not None and area.low > (1 + recorded) / 2:
        said += (
            f" On record it is {recorded:.3f}: this is far better than it is known for. Was the outcome written down "
            "from these inputs, or from the model's own risks?"
        )
    return Check("order of risks", not lost, said)


def frequency(ratio: Estimate, limits: Limits) -> Check:
    """Whether observed over expected of the frozen model may be a difference between places."""
    passed = ratio.high >= 1 / limits.ratio and ratio.low <= limits.ratio
    said = (
        f"Observed over expected of the frozen model {ratio}; from {1 / limits.ratio:.2g} to {limits.ratio:g} is taken "
        "as a difference between places."
    )
    if not passed:
        said += (
            " Beyond it, the outcome is likely to be defined, coded or counted otherwise, or these are other people. "
            "Where you are sure that it is right, raise the limit (Limits(ratio=...), or --largest-ratio)."
        )
    return Check("frequency", passed, said)


def _far_fewer(material: Material, limits: Limits) -> Iterator[Check]:
    """Too few events to judge, though the model expects many: that is no want of rows. Exact Poisson limit."""
    expected, events = float(material.risk.sum()), int(material.observed.sum())
    at_most = float(chdtri(2 * (events + 1), 0.025)) / 2
    if at_most * limits.ratio < expected:
        yield Check(
            "frequency",
            False,
            f"The frozen model expects {expected:.0f} with the outcome, and {counted(events)} have it: beyond a factor "
            f"of {limits.ratio:g}. More rows will not help: its risks do not hold here, or the outcome is defined, "
            "coded or counted otherwise.",
        )


def usual_frequency(model: RiskModel, events: int, n: int) -> Iterator[Check]:
    """Whether the outcome is as frequent as is published, where that is known."""
    ranges = SARI_PREVALENCE if model.moment is Moment.SARI_ADMISSION else PREVALENCE
    usual = ranges.get(model.outcome.name)
    if usual is None:
        return
    low, high = (float(end) for end in wilson(events, n))
    # A hospital is not a nation: referral doubles a share, and more.
    passed = high >= usual.low / 2 and low <= usual.high * 2
    yield Check(
        "definition",
        passed,
        f"{events / n:.2%} have the outcome ({low:.2%} to {high:.2%}); whole populations have {usual.low:.2%} to "
        f"{usual.high:.2%} ({usual.source})."
        + ("" if passed else f" More than twofold beyond: is it '{model.outcome.definition}' that was counted?"),
    )


def _names(model: RiskModel, problems: Sequence[Problem], rules: frozenset[Rule]) -> Counter:
    """Rows by input with a problem of these rules; a problem told twice counts once."""
    found: Counter = Counter()
    for problem in {(p.variable, p.rule): p for p in problems if p.rule in rules}.values():
        for name in problem.variable.split(", "):
            if name in model.inputs:
                found[name] += problem.count
    return found
