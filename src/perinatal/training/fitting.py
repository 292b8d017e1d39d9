"""From a cohort to a model: two scorers, compared out of fold, the simpler kept unless the other earns its keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, log_expit

from perinatal.errors import InputError, LeakError, NotEnoughData
from perinatal.evaluate import auroc, calibration_slope
from perinatal.models.derived_features import DERIVED_FEATURES, Feature
from perinatal.models.feature_builder import FeatureBuilder, resolve_features
from perinatal.models.risk_model import RiskModel
from perinatal.models.scorers import Scorer, fit_recalibration
from perinatal.training.auditing import audit
from perinatal.training.eligibility import eligible_rows
from perinatal.training.folds import encode_groups, grouped_folds
from perinatal.training.progress import Steps
from perinatal.vocabulary import VARIABLES, Identifier, Moment, Outcome, observe
from perinatal.vocabulary import outcome as outcome_of
from perinatal.vocabulary.disclosure import suppress_small

FEWEST_EVENTS = 20
MASKED_WEIGHT = 1.0  # see fit()
HIDDEN_SHARES = ((0.0, 1.0), (0.8, 1.0))  # of the features, in each copy; the second is for records of a few inputs
FOLDS = 5
ROUNDS = 300
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
    masked_weight: float = MASKED_WEIGHT,
    further_cases: pd.DataFrame | None = None,
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
    cohort : a :class:`~perinatal.registers.Cohort` or a canonical frame (``conform(table).frame``) with the outcome's
        column, or what it derives from. Rows outside its denominator, or for whom the moment never came, are left
        out; so are those whose outcome is unknown, and counted.
    outcome, moment : what is estimated, and when it is asked.
    features : names; by default every declared variable of the frame that is known at ``moment``, is known in some
        row, does not settle the outcome, and is not kept for evaluation by group (race, origin).
    directions : ``{feature: +1 or -1}`` where the direction is certain, for the trees.
    groups : identifier of rows that must stay together; by default ``mother_id``, else ``delivery_id``.
    scorers : which to compare.
    masked_weight : weight of two further copies of every training row in which a random share of the features is
        hidden: any share in the first, nearly all in the second. In a register few cells are unknown, and those stand
        for something odd; in a clinic whole columns are, and a record may hold two numbers. Without the copies a model
        answers such tables as if every row were odd: admission to intensive care, US 2011 to 2014, came out three
        times too high. 0 leaves the copies out.
    further_cases : a canonical frame of people with the outcome from another cohort, such as a register of deaths.
        They train, and are never tested on: folds, choice and recalibration see the cohort alone. All cases are given
        less weight, so that their weighted share stays that of the cohort. They must be like its own cases in every
        feature, what is unknown among them too: else the trees learn which cohort a row is from.
    seed : of folds, hidden cells and row sampling.

    Raises
    ------
    LeakError
        a feature comes after the moment or settles the outcome, or the outcome is settled by then; or
        :func:`perinatal.audit` is certain of a leak (copies of rows, a column that is the outcome …).
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
    target, moment = outcome_of(outcome), Moment.parse(moment)
    chosen = _select_features(frame, target, moment, features)
    _check_directions(directions, chosen)
    frame = frame.loc[eligible_rows(target, moment, frame)[0]]
    observed = observe(target, frame)
    known = observed.notna().to_numpy()
    rows = frame.loc[known]
    y = observed[known].to_numpy(dtype=np.float64)
    if min(y.sum(), len(y) - y.sum()) < FEWEST_EVENTS:
        raise NotEnoughData(
            f"{target.name}: {int(y.sum())} events in {len(y)} rows with a known outcome; at least {FEWEST_EVENTS} "
            f"with and {FEWEST_EVENTS} without are needed, and far more for a model worth using."
        )
    builder = FeatureBuilder(tuple(f.name for f in chosen), moment)
    matrix = builder.encode(rows)
    cases = None if further_cases is None else builder.encode(_eligible_cases(further_cases, target, moment))
    inputs = list(dict.fromkeys(name for f in chosen for name in f.inputs))
    audit(rows, observed[known].rename(target.name), moment, features=inputs, groups=groups, seed=seed).refuse()
    row_groups, grouped_by = encode_groups(rows, groups)
    fold = grouped_folds(row_groups, y, FOLDS, seed)
    total = FOLDS * (2 * ("logistic" in scorers) + len(DEPTHS) * ("boosted" in scorers)) + 1
    steps = Steps(total, "training", visible=progress)
    training_rows = _TrainingRows(matrix, y, chosen, dict(directions or {}), masked_weight, seed, cases)
    with steps:
        candidates = _train_candidates(training_rows, fold, scorers, steps)
        selected = simplest_within_one_standard_error(candidates, row_groups)
        best = min(candidates, key=_mean_loss)
        recalibration = fit_recalibration(y, selected.log_odds)
        scorer, _ = _train(selected.kind, selected.setting, training_rows, np.ones(len(y), dtype=bool))
        steps.done()
    name = model_id or f"{target.name}-{moment.value}"
    record = {
        "training": {
            "rows": len(frame),
            "outcome_unknown": suppress_small(int((~known).sum())),
            "n": len(y),
            "events": int(y.sum()),
            "groups": len(np.unique(row_groups)),
            "grouped_by": grouped_by,
            "folds": FOLDS,
            "seed": seed,
            "masked_weight": masked_weight,
            **({} if cases is None else {"further_cases": len(cases)}),
            "features": [f.name for f in chosen],
            "unknown_share": {f.name: _unknown_share(matrix[:, j]) for j, f in enumerate(chosen)},
            "candidates": [
                _describe_candidate(
                    candidate, y, candidate is selected, paired_loss_difference(candidate, best, row_groups)
                )
                for candidate in candidates
            ],
            "kept": selected.kind,
            "recalibration": [round(recalibration.intercept, 6), round(recalibration.slope, 6)],
        }
    }
    return RiskModel(name, target, moment, chosen, scorer, recalibration, record, trained_on, terms)


def train_again(model: RiskModel, frame: pd.DataFrame, *, directions: Mapping[str, int] | None = None) -> Scorer:
    """The scorer that the model's record says was kept, trained on other rows and not yet recalibrated.

    For what leaving places out of the training would have shown. ``frame`` is canonical, with the outcome's column;
    rows whose outcome is unknown are left out.

    Raises :class:`~perinatal.errors.InputError` for a model without the record of its training.
    """
    training = model.evaluation.get("training")
    if not training:
        raise InputError(f"{model.id} has no record of its training, so it is not known how to train it again.")
    selected = next(candidate for candidate in training["candidates"] if candidate["kept"])
    setting = {key: selected[key] for key in ("penalty", "depth", "rounds") if key in selected}
    observed = observe(model.outcome, frame)
    known = observed.notna().to_numpy()
    training_rows = _TrainingRows(
        FeatureBuilder(model.feature_names, model.moment).encode(frame.loc[known]),
        observed[known].to_numpy(dtype=np.float64),
        model.features,
        dict(directions or {}),
        training["masked_weight"],
        training["seed"],
    )
    return _train(selected["scorer"], setting, training_rows, np.ones(int(known.sum()), dtype=bool))[0]


def simplest_within_one_standard_error(candidates: Sequence[Candidate], groups: np.ndarray) -> Candidate:
    """The first candidate (simplest first) whose log-loss is within one standard error of the best one's."""
    best = min(candidates, key=_mean_loss)
    for candidate in candidates:
        difference, error = paired_loss_difference(candidate, best, groups)
        if difference <= error:
            return candidate
    return best


def paired_loss_difference(candidate: Candidate, best: Candidate, groups: np.ndarray) -> tuple[float, float]:
    """How much worse a candidate's log-loss is than the best one's, and the standard error of that paired difference.

    Differences are summed by group (``codes``) before their spread is taken.
    """
    by_group = np.bincount(np.unique(groups, return_inverse=True)[1], weights=candidate.losses - best.losses)
    error = float(np.sqrt(np.sum((by_group - by_group.mean()) ** 2))) / len(groups)
    return candidate.loss - best.loss, error


def _mean_loss(candidate: Candidate) -> float:
    return candidate.loss


def _select_features(
    frame: pd.DataFrame, target: Outcome, moment: Moment, features: Sequence[str] | None
) -> tuple[Feature, ...]:
    if moment.sees(target.known_at):
        raise LeakError(
            f"'{target.name}' is settled by {target.known_at.value}: asking for its risk at {moment.value} is too late."
        )
    if features is None:
        features = [
            name
            for name in frame.columns
            if name in VARIABLES
            and not isinstance(VARIABLES[name].kind, Identifier)
            and not VARIABLES[name].for_groups_only
            and moment.sees(VARIABLES[name].known_at)
            and name not in target.settled_by
            and frame[name].notna().any()
        ]
        features += [
            d.name
            for d in DERIVED_FEATURES.values()
            if set(d.inputs) <= set(frame.columns) and set(d.inputs) <= set(features)
        ]
        if not features:
            raise InputError(f"The frame has no variable that is known at {moment.value}.")
    chosen = resolve_features(features, moment)
    leaking = [f.name for f in chosen if target.settled_by & {f.name, *f.inputs}]
    if leaking:
        raise LeakError(f"{', '.join(map(repr, leaking))}: settles the outcome '{target.name}', or is derived from it.")
    return chosen


def _eligible_cases(frame: pd.DataFrame, target: Outcome, moment: Moment) -> pd.DataFrame:
    """The rows of further cases that the risk is asked about; refused where one of them is not known to be a case."""
    rows = frame.loc[eligible_rows(target, moment, frame)[0]]
    not_known_cases = len(rows) - int(observe(target, rows).fillna(False).sum())
    if not_known_cases or not len(rows):
        raise InputError(
            f"further_cases must hold rows with {target.label} and no other; {not_known_cases} of {len(rows)} are not "
            "known to."
        )
    return rows


def _check_directions(directions: Mapping[str, int] | None, chosen: Sequence[Feature]) -> None:
    for name, direction in (directions or {}).items():
        if name not in {f.name for f in chosen}:
            raise InputError(f"directions names '{name}', which is not among the features.")
        if direction not in (-1, 1):
            raise InputError(f"directions['{name}'] must be 1 (raises the risk) or -1 (lowers it).")


class _TrainingRows:
    """The encoded training rows with further cases, and copies of them in which some of the features are hidden."""

    def __init__(
        self,
        matrix: np.ndarray,
        observed: np.ndarray,
        features: Sequence[Feature],
        directions: Mapping[str, int],
        masked_weight: float,
        seed: int,
        cases: np.ndarray | None = None,
    ) -> None:
        if not 0 <= masked_weight <= 1:
            raise InputError(f"masked_weight must lie between 0 and 1, and is {masked_weight}.")
        self.matrix, self.observed = matrix, observed
        self.features, self.directions = features, directions
        self.masked_weight, self.seed = masked_weight, seed
        self._further = 0 if cases is None else len(cases)
        self._all = matrix if cases is None else np.vstack([matrix, cases])
        random = np.random.default_rng([seed, 1])
        self._masked = []
        for low, high in HIDDEN_SHARES:
            copy = self._all.copy()
            copy[random.random(copy.shape) < random.uniform(low, high, (len(copy), 1))] = np.nan
            self._masked.append(copy)

    def rows(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Matrix, outcome and weights of the chosen rows, of all further cases, and of their copies.

        Every case counts for less where there are further ones: together, as many as the cohort's own.
        """
        observed = np.concatenate([self.observed[chosen], np.ones(self._further)])
        included = np.concatenate([chosen, np.ones(self._further, dtype=bool)])
        own = self.observed[chosen].sum()
        row_weights = np.where(observed == 1, own / max(own + self._further, 1), 1.0)
        if self.masked_weight == 0:
            return self._all[included], observed, row_weights
        rows = [self._all[included], *(copy[included] for copy in self._masked)]
        weights = np.concatenate([row_weights, *(self.masked_weight * row_weights for _ in self._masked)])
        return np.vstack(rows), np.tile(observed, len(rows)), weights


def _train_candidates(
    training_rows: _TrainingRows, fold: np.ndarray, scorers: Sequence[str], steps: Steps
) -> list[Candidate]:
    if not scorers or set(scorers) - set(SCORERS):
        raise InputError(f"scorers must be some of {', '.join(SCORERS)}.")
    candidates = []
    if "logistic" in scorers:
        from perinatal.models.scorers.logistic import PENALTIES

        penalised = []
        for penalty in PENALTIES:
            log_odds = np.empty(len(fold))
            for number in range(FOLDS):
                scorer, _ = _train("logistic", {"penalty": penalty}, training_rows, fold != number)
                log_odds[fold == number] = scorer.log_odds(training_rows.matrix[fold == number])
                steps.done()
            penalised.append(
                Candidate("logistic", {"penalty": penalty}, log_odds, log_loss(training_rows.observed, log_odds))
            )
        candidates.append(min(penalised, key=_mean_loss))
    if "boosted" in scorers:
        from perinatal.models.scorers.boosted import ROUNDS_PER_EVALUATION

        for depth in DEPTHS:
            margins_by_fold = []
            for number in range(FOLDS):
                test = fold == number
                watch = training_rows.matrix[test], training_rows.observed[test]
                margins_by_fold.append(
                    _train("boosted", {"depth": depth, "rounds": ROUNDS}, training_rows, ~test, watch)[1]
                )
                steps.done()
            traces = np.empty((min(len(margins) for margins in margins_by_fold), len(fold)))
            for number, margins in enumerate(margins_by_fold):
                traces[:, fold == number] = margins[: len(traces)]
            best = int(np.argmin([log_loss(training_rows.observed, trace).mean() for trace in traces]))
            setting = {"depth": depth, "rounds": ROUNDS_PER_EVALUATION * (best + 1)}
            candidates.append(
                Candidate("boosted", setting, traces[best], log_loss(training_rows.observed, traces[best]))
            )
    return candidates


def _train(
    kind: str,
    setting: Mapping[str, float],
    training_rows: _TrainingRows,
    chosen: np.ndarray,
    watch: tuple | None = None,
) -> tuple[Scorer, np.ndarray | None]:
    """The scorer of this kind on the chosen rows; for trees also the margins on the watched rows."""
    matrix, observed, weights = training_rows.rows(chosen)
    if kind == "logistic":
        from perinatal.models.scorers.logistic import train_logistic

        return train_logistic(
            matrix, observed, training_rows.features, penalty=setting["penalty"], weights=weights
        ), None
    from perinatal.models.scorers.boosted import train_boosted

    return train_boosted(
        matrix,
        observed,
        training_rows.features,
        rounds=int(setting["rounds"]),
        depth=int(setting["depth"]),
        seed=training_rows.seed,
        directions=training_rows.directions,
        weights=weights,
        eval_set=watch,
    )


def log_loss(observed: np.ndarray, log_odds: np.ndarray) -> np.ndarray:
    """Minus the log-likelihood of each row.

    >>> log_loss(np.array([1.0]), np.array([0.0])).round(4)
    array([0.6931])
    """
    return -np.where(observed == 1, log_expit(log_odds), log_expit(-log_odds))


def _unknown_share(column: np.ndarray) -> float | None:
    count = suppress_small(int(np.isnan(column).sum()))
    return None if count is None else round(count / len(column), 4)


def _describe_candidate(
    candidate: Candidate, y: np.ndarray, is_selected: bool, difference: tuple[float, float]
) -> dict:
    risk = np.clip(expit(candidate.log_odds), 1e-12, 1 - 1e-12)
    return {
        "scorer": candidate.kind,
        **{key: float(value) for key, value in candidate.setting.items()},
        "log_loss": round(candidate.loss, 6),
        "behind_best": round(difference[0], 7),
        "standard_error": round(difference[1], 7),
        "auroc": [round(float(v), 4) for v in auroc(y, risk)],
        "calibration_slope": [round(float(v), 3) for v in calibration_slope(y, risk)],
        "kept": is_selected,
    }


__all__ = ["Candidate", "fit", "log_loss", "simplest_within_one_standard_error"]
