"""From a cohort to a model: two scorers, compared out of fold, the simpler kept unless the other earns its keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, log_expit

from perinatal.errors import InputError, LeakError, NotEnoughData
from perinatal.evaluate import auroc, calibration_slope
from perinatal.features import DERIVED, Feature, FeatureBuilder, resolve
from perinatal.models.folds import deal, group_codes
from perinatal.models.risk_model import RiskModel
from perinatal.scoring import Scorer, fit_recalibration
from perinatal.vocabulary import VARIABLES, Identifier, Moment, Outcome, observe
from perinatal.vocabulary import outcome as outcome_of

FEWEST_EVENTS = 20
FOLDS = 5
ROUNDS = 600
DEPTHS = (2, 3, 4)
SCORERS = ("logistic", "boosted")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to score, with what it gave out of fold."""

    kind: str
    setting: Mapping[str, float]
    log_odds: np.ndarray
    losses: np.ndarray

    @property
    def loss(self) -> float:
        """Mean log-loss out of fold."""
        return float(self.losses.mean())


def fit(
    cohort: object,
    *,
    outcome: str | Outcome,
    moment: str | Moment,
    features: Sequence[str] | None = None,
    directions: Mapping[str, int] | None = None,
    groups: str | None = None,
    scorers: Sequence[str] = SCORERS,
    seed: int = 0,
    model_id: str | None = None,
    trained_on: str = "a cohort of the user",
    terms: str = "as the cohort's owner sets them",
    progress: bool = False,
) -> RiskModel:
    """Train a model of ``outcome`` asked at ``moment``.

    A logistic model (splines, missing indicators) and boosted trees of depth 2, 3 and 4 are compared by log-loss in
    five folds of whole groups. The simplest within one standard error of the best is kept, recalibrated from its
    out-of-fold log-odds, and refitted on all rows. The same seed gives the same model for any number of threads.

    Parameters
    ----------
    cohort : a :class:`~perinatal.cohorts.Cohort` or a canonical frame (``conform(table).frame``) with the outcome's
        column, or what it derives from. Rows whose outcome is unknown are counted and left out.
    outcome, moment : what is estimated, and when it is asked.
    features : names; by default every declared variable of the frame that is known at ``moment``, is known in some
        row, does not settle the outcome, and is not kept for evaluation by group (race, origin).
    directions : ``{feature: +1 or -1}`` where the direction is certain, for the trees.
    groups : identifier of rows that must stay together; by default ``mother_id``, else ``delivery_id``.
    scorers : which to compare.
    seed : of folds and row sampling.

    Raises
    ------
    LeakError
        a feature comes after the moment or settles the outcome, or the outcome is settled by then.
    NotEnoughData
        fewer than 20 events or 20 rows without.

    Examples
    --------
    >>> import perinatal as pn
    >>> births = pn.conform(pn.load_sample("births")).frame
    >>> model = pn.fit(births, outcome="low_birth_weight", moment="labour", scorers=["logistic"],
    ...                features=["gestational_age_at_birth_days", "plurality"])
    >>> model.id, model.scorer.kind
    ('low_birth_weight-labour', 'logistic')
    """
    frame = getattr(cohort, "frame", cohort)
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"fit() expects a cohort or a canonical frame, and got {type(cohort).__name__}.")
    target, asked = outcome_of(outcome), Moment.of(moment)
    chosen = _features(frame, target, asked, features)
    _check_directions(directions, chosen)
    observed = observe(target, frame)
    known = observed.notna().to_numpy()
    rows = frame.loc[known]
    y = observed[known].to_numpy(dtype=np.float64)
    if min(y.sum(), len(y) - y.sum()) < FEWEST_EVENTS:
        raise NotEnoughData(
            f"{target.name}: {int(y.sum())} events in {len(y)} rows with a known outcome; at least {FEWEST_EVENTS} with "
            f"and {FEWEST_EVENTS} without are needed, and far more for a model worth using."
        )
    matrix = FeatureBuilder(tuple(f.name for f in chosen), asked).encode(rows)
    codes, grouped_by = group_codes(rows, groups)
    fold = deal(codes, y, FOLDS, seed)
    steps = _Steps(FOLDS * (3 * ("logistic" in scorers) + len(DEPTHS) * ("boosted" in scorers)) + 1, progress)
    with steps:
        candidates = _candidates(matrix, y, chosen, fold, scorers, directions, seed, steps)
        kept = simplest_within_one_standard_error(candidates, codes)
        recalibration = fit_recalibration(y, kept.log_odds)
        scorer = _train(kept, matrix, y, chosen, directions, seed)
        steps.done()
    name = model_id or f"{target.name}-{asked.value}"
    record = {
        "training": {
            "rows": len(frame),
            "outcome_unknown": int((~known).sum()),
            "n": len(y),
            "events": int(y.sum()),
            "groups": int(len(np.unique(codes))),
            "grouped_by": grouped_by,
            "folds": FOLDS,
            "seed": seed,
            "features": [f.name for f in chosen],
            "unknown_share": {
                f.name: round(float(np.isnan(matrix[:, j]).mean()), 4) for j, f in enumerate(chosen)
            },
            "candidates": [_row_of(candidate, y, candidate is kept) for candidate in candidates],
            "kept": kept.kind,
            "recalibration": [round(recalibration.intercept, 6), round(recalibration.slope, 6)],
        }
    }
    return RiskModel(name, target, asked, chosen, scorer, recalibration, record, trained_on, terms)


def simplest_within_one_standard_error(candidates: Sequence[Candidate], codes: np.ndarray) -> Candidate:
    """The first candidate (simplest first) whose log-loss is within one standard error of the best one's.

    The standard error is that of the paired difference in log-loss, summed by group.
    """
    best = min(candidates, key=_loss_of)
    place = np.unique(codes, return_inverse=True)[1]
    for candidate in candidates:
        by_group = np.bincount(place, weights=candidate.losses - best.losses)
        error = float(np.sqrt(np.sum((by_group - by_group.mean()) ** 2))) / len(codes)
        if candidate.loss - best.loss <= error:
            return candidate
    return best


def _loss_of(candidate: Candidate) -> float:
    return candidate.loss


def _features(
    frame: pd.DataFrame, target: Outcome, asked: Moment, features: Sequence[str] | None
) -> tuple[Feature, ...]:
    if asked.sees(target.known_at):
        raise LeakError(
            f"'{target.name}' is settled by {target.known_at.value}: asking for its risk at {asked.value} is too late."
        )
    if features is None:
        features = [
            name
            for name in frame.columns
            if name in VARIABLES
            and not isinstance(VARIABLES[name].kind, Identifier)
            and not VARIABLES[name].for_groups_only
            and asked.sees(VARIABLES[name].known_at)
            and name not in target.settled_by
            and frame[name].notna().any()
        ]
        features += [
            d.name for d in DERIVED.values() if set(d.inputs) <= set(frame.columns) and set(d.inputs) <= set(features)
        ]
        if not features:
            raise InputError(f"The frame has no variable that is known at {asked.value}.")
    chosen = resolve(features, asked)
    telling = [f.name for f in chosen if target.settled_by & {f.name, *f.inputs}]
    if telling:
        raise LeakError(f"{', '.join(map(repr, telling))}: settles the outcome '{target.name}', or is derived from it.")
    return chosen


def _check_directions(directions: Mapping[str, int] | None, chosen: Sequence[Feature]) -> None:
    for name, direction in (directions or {}).items():
        if name not in {f.name for f in chosen}:
            raise InputError(f"directions names '{name}', which is not among the features.")
        if direction not in (-1, 1):
            raise InputError(f"directions['{name}'] must be 1 (raises the risk) or -1 (lowers it).")


def _candidates(
    matrix: np.ndarray,
    y: np.ndarray,
    chosen: Sequence[Feature],
    fold: np.ndarray,
    scorers: Sequence[str],
    directions: Mapping[str, int] | None,
    seed: int,
    steps: _Steps,
) -> list[Candidate]:
    unknown = set(scorers) - set(SCORERS)
    if unknown or not scorers:
        raise InputError(f"scorers must be some of {', '.join(SCORERS)}.")
    candidates = []
    if "logistic" in scorers:
        from perinatal.scoring.logistic import PENALTIES, train_logistic

        tried = []
        for penalty in PENALTIES:
            log_odds = np.empty(len(y))
            for number in range(FOLDS):
                train, test = fold != number, fold == number
                log_odds[test] = train_logistic(matrix[train], y[train], chosen, penalty=penalty).log_odds(matrix[test])
                steps.done()
            tried.append(Candidate("logistic", {"penalty": penalty}, log_odds, log_loss(y, log_odds)))
        candidates.append(min(tried, key=_loss_of))
    if "boosted" in scorers:
        from perinatal.scoring.boosted import train_boosted

        for depth in DEPTHS:
            traces = np.empty((ROUNDS // 10, len(y)))
            for number in range(FOLDS):
                train, test = fold != number, fold == number
                _, traces[:, test] = train_boosted(
                    matrix[train],
                    y[train],
                    chosen,
                    rounds=ROUNDS,
                    depth=depth,
                    seed=seed,
                    directions=directions,
                    watch=matrix[test],
                )
                steps.done()
            best = int(np.argmin([log_loss(y, trace).mean() for trace in traces]))
            setting = {"depth": depth, "rounds": 10 * (best + 1)}
            candidates.append(Candidate("boosted", setting, traces[best], log_loss(y, traces[best])))
    return candidates


def _train(
    kept: Candidate,
    matrix: np.ndarray,
    y: np.ndarray,
    chosen: Sequence[Feature],
    directions: Mapping[str, int] | None,
    seed: int,
) -> Scorer:
    if kept.kind == "logistic":
        from perinatal.scoring.logistic import train_logistic

        return train_logistic(matrix, y, chosen, penalty=kept.setting["penalty"])
    from perinatal.scoring.boosted import train_boosted

    scorer, _ = train_boosted(
        matrix,
        y,
        chosen,
        rounds=int(kept.setting["rounds"]),
        depth=int(kept.setting["depth"]),
        seed=seed,
        directions=directions,
    )
    return scorer


def log_loss(observed: np.ndarray, log_odds: np.ndarray) -> np.ndarray:
    """Minus the log-likelihood of each row.

    >>> log_loss(np.array([1.0]), np.array([0.0])).round(4)
    array([0.6931])
    """
    return -np.where(observed == 1, log_expit(log_odds), log_expit(-log_odds))


def _row_of(candidate: Candidate, y: np.ndarray, kept: bool) -> dict:
    risk = np.clip(expit(candidate.log_odds), 1e-12, 1 - 1e-12)
    return {
        "scorer": candidate.kind,
        **{key: float(value) for key, value in candidate.setting.items()},
        "log_loss": round(candidate.loss, 6),
        "auroc": [round(float(v), 4) for v in auroc(y, risk)],
        "calibration_slope": [round(float(v), 3) for v in calibration_slope(y, risk)],
        "kept": kept,
    }


class _Steps:
    """A progress bar when asked for, nothing otherwise."""

    def __init__(self, total: int, shown: bool) -> None:
        self._context = nullcontext()
        if shown:
            from tqdm.auto import tqdm

            self._context = tqdm(total=total, desc="training", unit="fit")

    def __enter__(self) -> _Steps:
        self._bar = self._context.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._context.__exit__(*error)

    def done(self) -> None:
        """One fit is done."""
        if self._bar is not None:
            self._bar.update()


__all__ = ["Candidate", "fit", "log_loss", "simplest_within_one_standard_error"]
