"""Rules about the outcome: columns, missing cells and weights that reveal it, and labels that are computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from perinatal.evaluate import Estimate, auroc
from perinatal.training.auditing.columns import AuditTable, EncodedColumn
from perinatal.training.auditing.findings import RuleHit, Severity, describe_row_count, format_headings
from perinatal.vocabulary import VARIABLES

if TYPE_CHECKING:
    from sklearn.tree import DecisionTreeClassifier

NEAR_AUROC = 0.95  # AUROC from which one column is nearly the outcome
NEAR_AUROC_IF_DECLARED = 0.99  # and from which that is certain of a variable declared to be known at the moment
CERTAIN_AUROC = 0.999  # AUROC from which it is certain, however few the events (never under FEWEST_EVENTS)
FEWEST_EVENTS = 20
ROWS_PER_LEVEL = 5
PURE_SHARE = 0.98  # share of events at one level from which the level counts as the outcome
PURE_SHARE_OF_EVENTS = 0.25  # and the level must have this share of all events
MISSING_LIKELY_AUROC = 0.7  # AUROC of "is unknown"
MISSING_LOOK_AUROC = 0.52
MISSING_ODDS = 1.5  # the whole interval of the odds ratio must lie beyond this, or its inverse
TREE_DEPTH = 4
TREE_ROWS = 20_000
TREE_COLUMNS = 40
COMPUTED_CERTAIN, COMPUTED_LIKELY = 0.99, 0.95  # sensitivity and predictive value in the other half
WEIGHT_HEADINGS = frozenset(
    ("recwt", "v005", "d005", "pweight", "sample_weight", "sampling_weight", "survey_weight", "record_weight")
)


def _has_enough_events(table: AuditTable, known: np.ndarray | None = None) -> bool:
    events, others = table.events, table.others
    if known is not None:
        events, others = events & known, others & known
    return min(int(events.sum()), int(others.sum())) >= FEWEST_EVENTS


def _measure_level_auroc(values: np.ndarray, events: np.ndarray, others: np.ndarray) -> float:
    """AUROC of levels with these values, from the rows with and without the outcome at each."""
    position = np.unique(values, return_inverse=True)[1]
    with_event, without = np.bincount(position, weights=events), np.bincount(position, weights=others)
    cumulative_others = np.cumsum(without) - without
    return float(np.sum(with_event * (cumulative_others + without / 2)) / (with_event.sum() * without.sum()))


def measure_separation(table: AuditTable, column: EncodedColumn) -> tuple[float, np.ndarray] | None:
    """The best AUROC of one column alone, and the rank of each level for it; ``None`` where there is none.

    Numbers are used in rising or falling order; columns of few levels also by level, ordered by their share of events.
    """
    events, others = table.count_by_level(column)
    fewest = min(int(events.sum()), int(others.sum()))
    if column.levels < 2 or fewest < FEWEST_EVENTS:
        return None
    candidates = []
    if column.numbers is not None:
        area = _measure_level_auroc(column.numbers, events, others)
        candidates.append((area, column.numbers) if area >= 0.5 else (1 - area, -column.numbers))
    if column.is_category() and column.levels <= max(2, fewest // ROWS_PER_LEVEL):
        share = events / np.maximum(events + others, 1)
        candidates.append((_measure_level_auroc(share, events, others), share))
    return max(candidates, key=_first_item) if candidates else None


def _first_item(pair: tuple[float, Any]) -> float:
    return pair[0]


def find_near_outcome_columns(table: AuditTable) -> Iterator[RuleHit]:
    """A single column that almost equals the outcome, or a level that only rows with the outcome have."""
    if not _has_enough_events(table):
        return
    prevalence = table.events.sum() / (table.events | table.others).sum()
    for heading, column in table.columns.items():
        best = measure_separation(table, column)
        if best is None or heading in table.settling_names:
            continue
        known = (column.codes >= 0) & ~np.isnan(table.observed)
        if best[0] >= NEAR_AUROC:
            estimate = auroc(table.observed[known], best[1][column.codes[known]])
            enough = NEAR_AUROC_IF_DECLARED if _is_declared_known(table, heading) else NEAR_AUROC
            severity = _grade_severity(estimate, enough)
            text = f"'{heading}' alone separates {table.outcome} with an AUROC of {estimate}."
            yield RuleHit(severity, (heading,), int(known.sum()), text)
        elif column.is_category() and prevalence <= 0.5:
            events, others = table.count_by_level(column)
            pure = (
                (events >= PURE_SHARE * (events + others))
                & (events >= FEWEST_EVENTS)
                & (events >= PURE_SHARE_OF_EVENTS * table.events.sum())
            )
            if pure.any():
                count = int((events + others)[pure].sum())
                text = (
                    f"'{heading}' has a value in {describe_row_count(count, table.rows)} that almost only rows with "
                    f"{table.outcome} have."
                )
                yield RuleHit(Severity.LIKELY, (heading,), count, text)


def _grade_severity(estimate: Estimate, enough: float) -> Severity:
    return Severity.CERTAIN if estimate.low >= enough or estimate.value >= CERTAIN_AUROC else Severity.LIKELY


def _is_declared_known(table: AuditTable, heading: str) -> bool:
    """Whether the vocabulary says that a column is known at the moment: gestation predicts very low birth weight."""
    return heading in VARIABLES and table.moment.sees(VARIABLES[heading].known_at)


def find_predictive_missing_cells(table: AuditTable) -> Iterator[RuleHit]:
    """Columns whose missing cells predict the outcome."""
    if not _has_enough_events(table):
        return
    known = ~np.isnan(table.observed)
    columns_by_severity: dict[Severity, list[tuple[float, str, str, int]]] = {severity: [] for severity in Severity}
    for heading, column in table.columns.items():
        missing = column.missing & known
        count = int(missing.sum())
        if min(count, int(known.sum()) - count) < FEWEST_EVENTS or heading in table.settling_names:
            continue
        area, ratio, low, high = _measure_missing(missing, table)
        if area < MISSING_LOOK_AUROC:
            continue
        estimate = auroc(table.observed[known], _orient_missing(missing, ratio)[known])
        if area >= NEAR_AUROC:
            severity = _grade_severity(estimate, NEAR_AUROC)
        elif area >= MISSING_LIKELY_AUROC:
            severity = Severity.LIKELY
        elif low > MISSING_ODDS or high < 1 / MISSING_ODDS:
            severity = Severity.NOTE
        else:
            continue
        statistics = f"AUROC {estimate}, odds ratio {ratio:.2g} ({low:.2g} to {high:.2g})"
        columns_by_severity[severity].append((area, heading, statistics, count))
    for severity, predictive_columns in columns_by_severity.items():
        if not predictive_columns:
            continue
        predictive_columns.sort(reverse=True)
        _, heading, statistics, count = predictive_columns[0]
        columns = tuple(name for _, name, _, _ in predictive_columns)
        text = f"Missing cells predict {table.outcome}: most strongly in '{heading}', {statistics}"
        text += f"; also in {format_headings(columns[1:])}." if len(columns) > 1 else "."
        yield RuleHit(severity, columns, count, text)


def _orient_missing(missing: np.ndarray, ratio: float) -> np.ndarray:
    return (missing if ratio >= 1 else ~missing).astype(np.float64)


def _measure_missing(missing: np.ndarray, table: AuditTable) -> tuple[float, float, float, float]:
    """AUROC, odds ratio and its 95 % interval (Woolf, half a row added to each cell) of being unknown."""
    a, b = float((missing & table.events).sum()), float((~missing & table.events).sum())
    c, d = float((missing & table.others).sum()), float((~missing & table.others).sum())
    area = 0.5 + abs(a / (a + b) - c / (c + d)) / 2
    a, b, c, d = a + 0.5, b + 0.5, c + 0.5, d + 0.5
    ratio, error = a * d / (b * c), np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return area, ratio, ratio * np.exp(-1.96 * error), ratio * np.exp(1.96 * error)


def find_computed_label(table: AuditTable) -> Iterator[RuleHit]:
    """Features that determine the outcome, by its declaration or by a rule that a small tree finds."""
    declared = tuple(heading for heading in table.columns if heading in table.settling_names)
    if declared:
        verb = "determines" if len(declared) == 1 else "determine"
        text = f"{format_headings(declared)} {verb} {table.outcome} by definition."
        yield RuleHit(Severity.CERTAIN, declared, table.rows, text)
    if not _has_enough_events(table):
        return
    chosen, matrix = _build_matrix(table, declared)
    if len(chosen) < 2:
        return
    halves = _draw_halves(table)
    train, test = halves
    tree = _fit_tree(matrix[train], table.observed[train], table.seed)
    predicted, truth = tree.predict(matrix[test]) == 1, table.events[test]
    hits, missed = int((predicted & truth).sum()), int((~predicted & truth).sum())
    sampled = np.concatenate(halves)
    scale = table.others.sum() / max(int(table.others[sampled].sum()), 1)
    false_positives = float((predicted & ~truth).sum()) * scale
    sensitivity, predictive_value = hits / max(hits + missed, 1), hits / max(hits + false_positives, 1)
    if min(sensitivity, predictive_value) < COMPUTED_LIKELY:
        return
    order = np.argsort(tree.feature_importances_)[::-1]
    columns = tuple(chosen[i] for i in order if tree.feature_importances_[i] > 0.01)
    text = (
        f"A tree of depth {tree.get_depth()} on {format_headings(columns)} reproduces {table.outcome} on held-out "
        f"rows: sensitivity {sensitivity:.1%}, positive predictive value {predictive_value:.1%}."
    )
    severity = Severity.CERTAIN if min(sensitivity, predictive_value) >= COMPUTED_CERTAIN else Severity.LIKELY
    yield RuleHit(severity, columns, table.rows, text)


def _build_matrix(table: AuditTable, excluded: tuple[str, ...]) -> tuple[list[str], np.ndarray]:
    """The columns that separate best, without those that another rule reports, as numbers."""
    ranked = []
    for heading, column in table.columns.items():
        best = measure_separation(table, column) if heading not in excluded else None
        if best is not None and best[0] < NEAR_AUROC:
            ranked.append((best[0], heading))
    ranked.sort(key=_first_item, reverse=True)
    chosen = [heading for _, heading in ranked[:TREE_COLUMNS]]
    columns = []
    for heading in chosen:
        column = table.columns[heading]
        if column.numbers is not None:
            level_values = np.unique(column.numbers, return_inverse=True)[1]  # ranks: never infinite
        else:
            events, others = table.count_by_level(column)
            level_values = events / np.maximum(events + others, 1)
        columns.append(np.where(column.missing, np.nan, level_values[column.codes]))
    return chosen, np.column_stack(columns).astype(np.float32) if columns else np.empty((table.rows, 0))


def _draw_halves(table: AuditTable) -> tuple[np.ndarray, np.ndarray]:
    """Two random halves: rows with the outcome and, to limit their size, some of the rows without."""
    random = np.random.default_rng(table.seed)
    first, second = [], []
    for chosen in (table.events, table.others):
        rows = random.permutation(np.flatnonzero(chosen))[: 2 * TREE_ROWS]
        first.append(rows[: len(rows) // 2])
        second.append(rows[len(rows) // 2 :])
    return np.concatenate(first), np.concatenate(second)


def _fit_tree(matrix: np.ndarray, observed: np.ndarray, seed: int) -> DecisionTreeClassifier:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(max_depth=TREE_DEPTH, min_samples_leaf=5, random_state=seed).fit(matrix, observed)


def find_informative_weights(table: AuditTable) -> Iterator[RuleHit]:
    """A weight of records, above all one that differs from 1 only for rows with the outcome."""
    for heading, column in table.columns.items():
        count = _count_weighted_events(table, column)
        if count:
            text = (
                f"'{heading}' is 1 in most rows and a fraction in {describe_row_count(count, table.rows)}, almost all "
                f"of them with {table.outcome}."
            )
            yield RuleHit(Severity.CERTAIN, (heading,), count, text)
        elif heading.lower() in WEIGHT_HEADINGS and column.levels > 1:
            text = f"'{heading}' is a weight of the record, not a measurement."
            yield RuleHit(Severity.LIKELY, (heading,), table.rows, text)


def _count_weighted_events(table: AuditTable, column: EncodedColumn) -> int:
    """Rows whose weight is not 1, where almost all of them have the outcome; 0 where the column is no such weight."""
    if column.numbers is None or column.levels < 3 or not _has_enough_events(table):
        return 0
    one = np.flatnonzero(column.numbers == 1)
    rest = column.numbers != 1
    fractional_share = np.mean(column.numbers[rest] != np.rint(column.numbers[rest]))
    if len(one) != 1 or fractional_share < 0.5 or column.counts[one[0]] < table.rows / 2:
        return 0
    events, others = table.count_by_level(column)
    with_event, without = int(events[rest].sum()), int(others[rest].sum())
    rare = table.events.sum() <= table.others.sum()
    pure = with_event >= max(FEWEST_EVENTS, PURE_SHARE * (with_event + without))
    return with_event + without if rare and pure else 0
