"""Rules about the outcome: columns, gaps and weights that give it away, and labels that are computed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from perinatal.evaluate import Estimate, auroc
from perinatal.training.auditing.findings import Found, Severity, listed, of_rows
from perinatal.training.auditing.material import Coded, Material
from perinatal.vocabulary import VARIABLES

NEARLY = 0.95  # AUROC from which one column is nearly the outcome
NEARLY_IF_DECLARED = 0.99  # and from which that is certain of a variable declared to be known at the moment
COMPLETE = 0.999  # AUROC from which it is certain, however few the events (never under FEWEST_EVENTS)
FEWEST_EVENTS = 20
ROWS_PER_LEVEL = 5
PURE = 0.98  # share of events at one level from which the level means the outcome
PURE_COVERS = 0.25  # and it must hold this share of all events
MISSING_LIKELY = 0.7  # AUROC of "is unknown"
MISSING_LOOK = 0.52
MISSING_ODDS = 1.5  # the whole interval of the odds ratio must lie beyond this, or its inverse
TREE_DEPTH = 4
TREE_ROWS = 20_000
TREE_COLUMNS = 40
COMPUTED_CERTAIN, COMPUTED_LIKELY = 0.99, 0.95  # sensitivity and predictive value in the other half
WEIGHT_HEADINGS = frozenset(
    ("recwt", "v005", "d005", "pweight", "sample_weight", "sampling_weight", "survey_weight", "record_weight")
)


def _enough(material: Material, known: np.ndarray | None = None) -> bool:
    events, others = material.events, material.others
    if known is not None:
        events, others = events & known, others & known
    return min(int(events.sum()), int(others.sum())) >= FEWEST_EVENTS


def _area(values: np.ndarray, events: np.ndarray, others: np.ndarray) -> float:
    """AUROC of levels with these values, from the rows with and without the outcome at each."""
    place = np.unique(values, return_inverse=True)[1]
    with_event, without = np.bincount(place, weights=events), np.bincount(place, weights=others)
    below = np.cumsum(without) - without
    return float(np.sum(with_event * (below + without / 2)) / (with_event.sum() * without.sum()))


def separation(material: Material, column: Coded) -> tuple[float, np.ndarray] | None:
    """The best AUROC of one column alone, and the rank of each level that gives it; ``None`` where it has none.

    Numbers are taken as they rise or fall; columns of few levels also level by level, ordered by their share of
    events.
    """
    events, others = material.by_level(column)
    least = min(int(events.sum()), int(others.sum()))
    if column.levels < 2 or least < FEWEST_EVENTS:
        return None
    tried = []
    if column.numbers is not None:
        area = _area(column.numbers, events, others)
        tried.append((area, column.numbers) if area >= 0.5 else (1 - area, -column.numbers))
    if column.is_category() and column.levels <= max(2, least // ROWS_PER_LEVEL):
        share = events / np.maximum(events + others, 1)
        tried.append((_area(share, events, others), share))
    return max(tried, key=_first) if tried else None


def _first(pair: tuple[float, np.ndarray]) -> float:
    return pair[0]


def near_outcome_column(material: Material) -> Iterator[Found]:
    """A single column that nearly is the outcome, or a level that only rows with the outcome have."""
    if not _enough(material):
        return
    prevalence = material.events.sum() / (material.events | material.others).sum()
    for heading, column in material.columns.items():
        best = separation(material, column)
        if best is None or heading in material.settled:
            continue
        known = (column.codes >= 0) & ~np.isnan(material.observed)
        if best[0] >= NEARLY:
            estimate = auroc(material.observed[known], best[1][column.codes[known]])
            enough = NEARLY_IF_DECLARED if _declared_known(material, heading) else NEARLY
            severity = _how_sure(estimate, enough)
            text = f"'{heading}' alone separates {material.outcome} with an AUROC of {estimate}."
            yield Found(severity, (heading,), int(known.sum()), text)
        elif column.is_category() and prevalence <= 0.5:
            events, others = material.by_level(column)
            pure = (
                (events >= PURE * (events + others))
                & (events >= FEWEST_EVENTS)
                & (events >= PURE_COVERS * material.events.sum())
            )
            if pure.any():
                count = int((events + others)[pure].sum())
                text = (
                    f"'{heading}' has a value in {of_rows(count, material.rows)} that next to nobody without "
                    f"{material.outcome} has."
                )
                yield Found(Severity.LIKELY, (heading,), count, text)


def _how_sure(estimate: Estimate, enough: float) -> Severity:
    return Severity.CERTAIN if estimate.low >= enough or estimate.value >= COMPLETE else Severity.LIKELY


def _declared_known(material: Material, heading: str) -> bool:
    """Whether the vocabulary says that a column is known at the moment: gestation tells very low birth weight."""
    return heading in VARIABLES and material.moment.sees(VARIABLES[heading].known_at)


def missing_tells(material: Material) -> Iterator[Found]:
    """Whether a cell is unknown predicts the outcome."""
    if not _enough(material):
        return
    known = ~np.isnan(material.observed)
    told: dict[Severity, list[tuple[float, str, str, int]]] = {severity: [] for severity in Severity}
    for heading, column in material.columns.items():
        missing = column.missing & known
        count = int(missing.sum())
        if min(count, int(known.sum()) - count) < FEWEST_EVENTS or heading in material.settled:
            continue
        area, ratio, low, high = _missing(missing, material)
        estimate = auroc(material.observed[known], _towards(missing, ratio)[known]) if area >= MISSING_LOOK else None
        if area >= NEARLY:
            severity = _how_sure(estimate, NEARLY)
        elif area >= MISSING_LIKELY:
            severity = Severity.LIKELY
        elif area >= MISSING_LOOK and (low > MISSING_ODDS or high < 1 / MISSING_ODDS):
            severity = Severity.LOOK
        else:
            continue
        words = f"AUROC {estimate}, odds ratio {ratio:.2g} ({low:.2g} to {high:.2g})"
        told[severity].append((area, heading, words, count))
    for severity, found in told.items():
        if not found:
            continue
        found.sort(reverse=True)
        _, heading, words, count = found[0]
        columns = tuple(name for _, name, _, _ in found)
        text = f"Whether a cell is unknown tells {material.outcome}: most of all in '{heading}', {words}"
        text += f"; also in {listed(columns[1:])}." if len(columns) > 1 else "."
        yield Found(severity, columns, count, text)


def _towards(missing: np.ndarray, ratio: float) -> np.ndarray:
    return (missing if ratio >= 1 else ~missing).astype(np.float64)


def _missing(missing: np.ndarray, material: Material) -> tuple[float, float, float, float]:
    """AUROC, odds ratio and its 95 % interval (Woolf, half a row added to each cell) of being unknown."""
    a, b = int((missing & material.events).sum()), int((~missing & material.events).sum())
    c, d = int((missing & material.others).sum()), int((~missing & material.others).sum())
    area = 0.5 + abs(a / (a + b) - c / (c + d)) / 2
    a, b, c, d = a + 0.5, b + 0.5, c + 0.5, d + 0.5
    ratio, error = a * d / (b * c), np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return area, ratio, ratio * np.exp(-1.96 * error), ratio * np.exp(1.96 * error)


def computed_label(material: Material) -> Iterator[Found]:
    """The outcome follows from the features, by its declaration or by a rule that a small tree finds."""
    declared = tuple(heading for heading in material.columns if heading in material.settled)
    if declared:
        text = f"{listed(declared)} settles {material.outcome} by its definition."
        yield Found(Severity.CERTAIN, declared, material.rows, text)
    if not _enough(material):
        return
    chosen, matrix = _matrix(material, declared)
    if len(chosen) < 2:
        return
    halves = _halves(material)
    train, test = halves
    tree = _tree(matrix[train], material.observed[train], material.seed)
    said, truth = tree.predict(matrix[test]) == 1, material.events[test]
    hits, missed = int((said & truth).sum()), int((~said & truth).sum())
    sampled = np.concatenate(halves)
    scale = material.others.sum() / max(int(material.others[sampled].sum()), 1)
    false = float((said & ~truth).sum()) * scale
    found, right = hits / max(hits + missed, 1), hits / max(hits + false, 1)
    if min(found, right) < COMPUTED_LIKELY:
        return
    uses = np.argsort(tree.feature_importances_)[::-1]
    columns = tuple(chosen[i] for i in uses if tree.feature_importances_[i] > 0.01)
    text = (
        f"A tree of depth {tree.get_depth()} on {listed(columns)} reproduces {material.outcome} on rows it has not "
        f"seen: it finds {found:.1%} of those with it, and {right:.1%} of those it names have it."
    )
    severity = Severity.CERTAIN if min(found, right) >= COMPUTED_CERTAIN else Severity.LIKELY
    yield Found(severity, columns, material.rows, text)


def _matrix(material: Material, apart: tuple[str, ...]) -> tuple[list[str], np.ndarray]:
    """The columns that separate best, without those another rule reports, as numbers."""
    ranked = []
    for heading, column in material.columns.items():
        best = separation(material, column) if heading not in apart else None
        if best is not None and best[0] < NEARLY:
            ranked.append((best[0], heading))
    ranked.sort(key=_first, reverse=True)
    chosen = [heading for _, heading in ranked[:TREE_COLUMNS]]
    columns = []
    for heading in chosen:
        column = material.columns[heading]
        if column.numbers is not None:
            place = np.unique(column.numbers, return_inverse=True)[1]  # as a tree sees them, and never infinite
        else:
            events, others = material.by_level(column)
            place = events / np.maximum(events + others, 1)
        columns.append(np.where(column.missing, np.nan, place[column.codes]))
    return chosen, np.column_stack(columns).astype(np.float32) if columns else np.empty((material.rows, 0))


def _halves(material: Material) -> tuple[np.ndarray, np.ndarray]:
    """Two random halves: rows with the outcome and, of those without, as many as keep the halves small."""
    random = np.random.default_rng(material.seed)
    picked = []
    for chosen in (material.events, material.others):
        rows = random.permutation(np.flatnonzero(chosen))[: 2 * TREE_ROWS]
        picked.append((rows[: len(rows) // 2], rows[len(rows) // 2 :]))
    return tuple(np.concatenate(half) for half in zip(*picked, strict=True))


def _tree(matrix: np.ndarray, observed: np.ndarray, seed: int):
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(max_depth=TREE_DEPTH, min_samples_leaf=5, random_state=seed).fit(matrix, observed)


def telling_weights(material: Material) -> Iterator[Found]:
    """A weight of records, above all one that departs from 1 only for rows with the outcome."""
    for heading, column in material.columns.items():
        count = _weighted_events(material, column)
        if count:
            text = (
                f"'{heading}' is 1 for most, and a fraction more or less for {of_rows(count, material.rows)}, next "
                f"to all of them with {material.outcome}."
            )
            yield Found(Severity.CERTAIN, (heading,), count, text)
        elif heading.lower() in WEIGHT_HEADINGS and column.levels > 1:
            text = f"'{heading}' is a weight of the record, not a fact about anyone."
            yield Found(Severity.LIKELY, (heading,), material.rows, text)


def _weighted_events(material: Material, column: Coded) -> int:
    """Rows that do not weigh 1, where next to all of them have the outcome; 0 where the column is no such weight."""
    if column.numbers is None or column.levels < 3 or not _enough(material):
        return 0
    one = np.flatnonzero(column.numbers == 1)
    rest = column.numbers != 1
    broken = np.mean(column.numbers[rest] != np.rint(column.numbers[rest]))
    if len(one) != 1 or broken < 0.5 or column.counts[one[0]] < material.rows / 2:
        return 0
    events, others = material.by_level(column)
    with_event, without = int(events[rest].sum()), int(others[rest].sum())
    rare = material.events.sum() <= material.others.sum()
    pure = with_event >= max(FEWEST_EVENTS, PURE * (with_event + without))
    return with_event + without if rare and pure else 0
