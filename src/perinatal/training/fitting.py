"""From a cohort to a model: scorers are compared out of fold, and the simplest that is about as good is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, log_expit

from perinatal.errors import InputError, NotEnoughData
from perinatal.evaluate import auroc, calibration_slope
from perinatal.frames import Column, ColumnMap, Table, as_cohort
from perinatal.models.derived_features import Feature
from perinatal.models.evidence import (
    CandidateRecord,
    Evidence,
    TrainingRecord,
    WeightsRecord,
    round_estimate,
)
from perinatal.models.feature_builder import FeatureBuilder
from perinatal.models.risk_model import RiskModel
from perinatal.models.scorers import Scorer, ScorerKind, Settings, TrainingRows, fit_recalibration, scorer_kinds
from perinatal.training.auditing import audit
from perinatal.training.eligibility import eligible_rows
from perinatal.training.feature_choice import allowed_features, default_features, require_open_outcome
from perinatal.training.folds import encode_groups, grouped_folds
from perinatal.training.options import FitOptions
from perinatal.training.progress import Steps
from perinatal.training.weights import effective_sample_size, normalise_weights, read_weights
from perinatal.vocabulary import Moment, Outcome, observe
from perinatal.vocabulary import outcome as outcome_of
from perinatal.vocabulary.disclosure import suppress_small

FEWEST_EVENTS = 20
HIDDEN_SHARES = ((0.0, 1.0), (0.8, 1.0))  # of the features, in each copy; the second is for records of a few inputs
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to score, with its out-of-fold log-odds and log-losses, each loss multiplied by its row's weight."""

    kind: str
    settings: Settings
    log_odds: np.ndarray
    losses: np.ndarray

    @property
    def loss(self) -> float:
        """Mean log-loss out of fold."""
        return float(self.losses.mean())


def fit(
    table: Table,
    outcome: str | Outcome,
    moment: str | Moment,
    *,
    features: Sequence[str] | None = None,
    columns: ColumnMap | Mapping[object, str | Column] | None = None,
    units: Mapping[str, str] | None = None,
    groups: str | None = None,
    weights: str | pd.Series | Sequence[float] | np.ndarray | None = None,
    seed: int = 0,
    options: FitOptions = FitOptions(),
) -> RiskModel:
    """Train a model of ``outcome`` at ``moment``.

    A logistic model (splines, missing indicators) and boosted trees of depth 2, 3 and 4 are compared by log-loss in
    five folds of whole groups. The simplest within one standard error of the best is chosen, recalibrated on its
    out-of-fold log-odds, and refitted on all rows. The same seed gives the same model for any number of threads.

    Parameters
    ----------
    table : a :class:`~perinatal.Cohort`, a :class:`~perinatal.Conformed`, or any table that :func:`perinatal.conform`
        takes, with the outcome's column or the variables that define it. Rows outside its denominator, rows for which
        the moment never came, and rows whose outcome is missing are excluded.
    outcome, moment : what is estimated, and when.
    features : names; by default every declared variable of the table that is known at ``moment``, has a value in some
        row, does not settle the outcome, and is not reserved for evaluation by group (race, origin).
    columns, units : what the table's headings mean, as for :func:`perinatal.conform`.
    groups : heading of the identifier of rows that must stay in one fold; by default ``mother_id``, else
        ``delivery_id``.
    weights : sampling or analysis weights, shape (n,): a heading of the table, a Series on its index, or an array.
        They are scaled to a mean of 1 and used in training, in the comparison of scorers and in the recalibration.
        Rows of weight 0 are excluded. Equal weights give the same model as none.
    seed : of folds, hidden cells and row sampling.
    options : further switches, see :class:`~perinatal.training.FitOptions`.

    Raises
    ------
    LeakError
        a feature comes after the moment or settles the outcome, or the outcome is settled by then; or
        :func:`perinatal.audit` has a certain finding (copies of rows, a column that is the outcome …).
    NotEnoughData
        fewer than 20 events or 20 rows without.
    InputError
        a table that cannot be conformed, no such column, or weights that are missing or negative.

    Examples
    --------
    >>> import perinatal as pn
    >>> births = pn.load_sample("births")
    >>> model = pn.fit(births, "low_birth_weight", "labour", features=["gestational_age_at_birth_days", "plurality"],
    ...                options=pn.FitOptions(scorers=["logistic"]))
    >>> model.id, model.scorer.kind
    ('low_birth_weight-labour', 'logistic')
    """
    cohort = as_cohort(table, columns=columns, units=units).with_column(groups, "groups")
    frame = cohort.frame
    target, moment = outcome_of(outcome), Moment.parse(moment)
    require_open_outcome(target, moment)
    chosen = allowed_features(default_features(frame, target, moment) if features is None else features, target, moment)
    _check_directions(options.directions, chosen)
    row_weights = np.ones(len(frame)) if weights is None else read_weights(weights, cohort)
    selected_rows = _select_rows(frame, target, moment, row_weights)
    rows, y = selected_rows.frame, selected_rows.observed
    builder = FeatureBuilder(tuple(f.name for f in chosen), moment)
    cases = None if options.further_cases is None else _eligible_cases(options.further_cases, target, moment)
    training_rows = _TrainingRows(
        builder.encode(rows),
        y,
        chosen,
        options,
        seed,
        cases=None if cases is None else builder.encode(cases),
        weights=selected_rows.weights,
    )
    inputs = list(dict.fromkeys(name for f in chosen for name in f.inputs))
    outcome_column = pd.Series(y.astype(bool), index=rows.index, name=target.name)
    audit(rows, outcome_column, moment, features=inputs, groups=groups, seed=seed).refuse()
    row_groups, grouped_by = encode_groups(rows, groups)
    fold = grouped_folds(row_groups, y, FOLDS, seed)
    kinds = [kind for name, kind in scorer_kinds().items() if options.scorers is None or name in options.scorers]
    total = FOLDS * sum(len(alternatives) for kind in kinds for alternatives in kind.candidates) + 1
    with Steps(total, "training", visible=options.progress) as steps:
        candidates = _train_candidates(training_rows, fold, kinds, steps)
        selected = simplest_within_one_standard_error(candidates, row_groups)
        recalibration = fit_recalibration(y, selected.log_odds, selected_rows.weights)
        all_rows = training_rows.rows(np.ones(len(y), dtype=bool))
        scorer = scorer_kinds()[selected.kind].train(all_rows, selected.settings)
        steps.done()
    best = min(candidates, key=_mean_loss)
    training = TrainingRecord(
        rows=selected_rows.eligible,
        outcome_unknown=suppress_small(selected_rows.unknown),
        n=len(y),
        events=int(y.sum()),
        weights=_describe_weights(selected_rows, weights),
        groups=len(np.unique(row_groups)),
        grouped_by=grouped_by,
        folds=FOLDS,
        seed=seed,
        masked_weight=options.masked_weight,
        further_cases=None if cases is None else len(cases),
        features=tuple(f.name for f in chosen),
        unknown_share={f.name: _unknown_share(training_rows.matrix[:, j]) for j, f in enumerate(chosen)},
        candidates=tuple(
            _describe_candidate(
                candidate, training_rows, candidate is selected, paired_loss_difference(candidate, best, row_groups)
            )
            for candidate in candidates
        ),
        scorer=selected.kind,
        recalibration=(round(recalibration.intercept, 6), round(recalibration.slope, 6)),
    )
    name = options.id or f"{target.name}-{moment.value}"
    return RiskModel(
        name,
        target,
        moment,
        chosen,
        scorer,
        recalibration,
        Evidence(training=training),
        options.trained_on,
        options.terms,
    )


def train_again(model: RiskModel, frame: pd.DataFrame, *, directions: Mapping[str, int] | None = None) -> Scorer:
    """The scorer that was selected on the model's record, trained on other rows and not yet recalibrated.

    For performance in places that are left out of the training. ``frame`` is canonical, with the outcome's column; rows
    whose outcome is missing are excluded.

    Raises :class:`~perinatal.errors.InputError` for a model without the record of its training.
    """
    training = model.evidence.training
    if training is None:
        raise InputError(f"{model.id} has no record of its training, so it is not known how to train it again.")
    observed = observe(model.outcome, frame)
    known = observed.notna().to_numpy()
    training_rows = _TrainingRows(
        FeatureBuilder(model.feature_names, model.moment).encode(frame.loc[known]),
        observed[known].to_numpy(dtype=np.float64),
        model.features,
        FitOptions(directions=directions, masked_weight=training.masked_weight),
        training.seed,
    )
    all_rows = training_rows.rows(np.ones(int(known.sum()), dtype=bool))
    return scorer_kinds()[training.scorer].train(all_rows, training.selected.settings)


def simplest_within_one_standard_error(candidates: Sequence[Candidate], groups: np.ndarray) -> Candidate:
    """The first candidate (simplest first) whose log-loss is within one standard error of the best one's."""
    best = min(candidates, key=_mean_loss)
    for candidate in candidates:
        difference, error = paired_loss_difference(candidate, best, groups)
        if difference <= error:
            return candidate
    return best


def paired_loss_difference(candidate: Candidate, best: Candidate, groups: np.ndarray) -> tuple[float, float]:
    """The difference of a candidate's log-loss from the best one's, and the standard error of that paired difference.

    Differences are summed by group for the standard error.
    """
    by_group = np.bincount(np.unique(groups, return_inverse=True)[1], weights=candidate.losses - best.losses)
    error = float(np.sqrt(np.sum((by_group - by_group.mean()) ** 2))) / len(groups)
    return candidate.loss - best.loss, error


def _mean_loss(candidate: Candidate) -> float:
    return candidate.loss


def _eligible_cases(frame: pd.DataFrame, target: Outcome, moment: Moment) -> pd.DataFrame:
    """The eligible rows of further cases; refused where one of them is not known to be a case."""
    rows = frame.loc[eligible_rows(target, moment, frame)[0]]
    not_known_cases = len(rows) - int(observe(target, rows).fillna(False).sum())
    if not_known_cases or not len(rows):
        raise InputError(
            f"further_cases must be rows with {target.label}; {not_known_cases} of {len(rows)} eligible rows are not "
            "known to have it."
        )
    return rows


def _check_directions(directions: Mapping[str, int] | None, chosen: Sequence[Feature]) -> None:
    for name, direction in (directions or {}).items():
        if name not in {f.name for f in chosen}:
            raise InputError(f"directions names '{name}', which is not a feature.")
        if direction not in (-1, 1):
            raise InputError(f"directions['{name}'] must be 1 (raises the risk) or -1 (lowers it).")


class _SelectedRows(NamedTuple):
    """The rows that train: eligible, with a known outcome and a weight above 0; and how many were excluded."""

    frame: pd.DataFrame
    observed: np.ndarray
    weights: np.ndarray | None
    eligible: int
    unknown: int
    weightless: int


def _select_rows(frame: pd.DataFrame, target: Outcome, moment: Moment, weights: np.ndarray) -> _SelectedRows:
    eligible = eligible_rows(target, moment, frame)[0]
    frame, weights = frame.loc[eligible], weights[eligible]
    observed = observe(target, frame)
    known = observed.notna().to_numpy()
    used = known & (weights > 0)
    y = observed[used].to_numpy(dtype=np.float64)
    if min(y.sum(), len(y) - y.sum()) < FEWEST_EVENTS:
        raise NotEnoughData(
            f"{target.name}: {int(y.sum())} events in {len(y)} rows with a known outcome; at least {FEWEST_EVENTS} "
            f"with and {FEWEST_EVENTS} without are needed, and far more for a model worth using."
        )
    weightless = int((known & ~used).sum())
    return _SelectedRows(
        frame.loc[used], y, normalise_weights(weights[used]), len(frame), int((~known).sum()), weightless
    )


def _describe_weights(rows: _SelectedRows, weights: object) -> WeightsRecord | None:
    """For the record: what the rows are weighted by and their effective sample size; ``None`` without weights."""
    if rows.weights is None:
        return None
    return WeightsRecord(
        by=weights if isinstance(weights, str) else "weights of the user",
        zero=suppress_small(rows.weightless),
        effective_n=round(effective_sample_size(rows.weights), 1),
    )


class _TrainingRows:
    """The encoded training rows with further cases, and copies of them in which some of the features are hidden."""

    def __init__(
        self,
        matrix: np.ndarray,
        observed: np.ndarray,
        features: Sequence[Feature],
        options: FitOptions,
        seed: int,
        *,
        cases: np.ndarray | None = None,
        weights: np.ndarray | None = None,
    ) -> None:
        self.matrix, self.observed, self.weights = matrix, observed, weights
        self.features, self.directions = features, dict(options.directions or {})
        self.masked_weight, self.seed = options.masked_weight, seed
        self._row_weights = np.ones(len(observed)) if weights is None else weights
        self._further = 0 if cases is None else len(cases)
        self._all = matrix if cases is None else np.vstack([matrix, cases])
        random = np.random.default_rng([seed, 1])
        self._masked = []
        for low, high in HIDDEN_SHARES:
            copy = self._all.copy()
            copy[random.random(copy.shape) < random.uniform(low, high, (len(copy), 1))] = np.nan
            self._masked.append(copy)

    def losses(self, log_odds: np.ndarray) -> np.ndarray:
        """The log-loss of each row of the cohort, multiplied by its weight."""
        return self._row_weights * log_loss(self.observed, log_odds)

    def held_out(self, chosen: np.ndarray) -> TrainingRows:
        """The chosen rows of the cohort, without copies."""
        return TrainingRows(
            self.matrix[chosen],
            self.observed[chosen],
            self._row_weights[chosen],
            self.features,
            self.directions,
            self.seed,
        )

    def rows(self, chosen: np.ndarray) -> TrainingRows:
        """The chosen rows, all further cases, and the copies of both.

        Where there are further cases, every case counts for less: together, as much as the cohort's own.
        """
        observed = np.concatenate([self.observed[chosen], np.ones(self._further)])
        included = np.concatenate([chosen, np.ones(self._further, dtype=bool)])
        own = (self._row_weights * self.observed)[chosen].sum()
        case_weight = own / (own + self._further) if own + self._further > 0 else 1.0
        row_weights = np.concatenate([self._row_weights[chosen], np.ones(self._further)])
        row_weights = np.where(observed == 1, case_weight * row_weights, row_weights)
        matrices, weights = [self._all[included]], [row_weights]
        if self.masked_weight > 0:
            matrices += [copy[included] for copy in self._masked]
            weights += [self.masked_weight * row_weights for _ in self._masked]
        return TrainingRows(
            np.vstack(matrices),
            np.tile(observed, len(matrices)),
            np.concatenate(weights),
            self.features,
            self.directions,
            self.seed,
        )


def _train_candidates(
    training_rows: _TrainingRows, fold: np.ndarray, kinds: Sequence[type[ScorerKind]], steps: Steps
) -> list[Candidate]:
    """Every candidate of these kinds, the simplest first."""
    candidates = []
    for kind in kinds:
        for alternatives in kind.candidates:
            trained = [_train_out_of_fold(kind, settings, training_rows, fold, steps) for settings in alternatives]
            candidates.append(min(trained, key=_mean_loss))
    return candidates


def _train_out_of_fold(
    kind: type[ScorerKind], settings: Settings, training_rows: _TrainingRows, fold: np.ndarray, steps: Steps
) -> Candidate:
    """Out-of-fold log-odds of a kind with these settings, at the stage of the training with the least log-loss."""
    stages_by_fold = []
    for number in range(FOLDS):
        test = fold == number
        stages_by_fold.append(kind.staged_log_odds(training_rows.rows(~test), settings, training_rows.held_out(test)))
        steps.done()
    log_odds = np.empty((min(map(len, stages_by_fold)), len(fold)))
    for number, stages in enumerate(stages_by_fold):
        log_odds[:, fold == number] = stages[: len(log_odds)]
    best = int(np.argmin([training_rows.losses(stage).mean() for stage in log_odds]))
    return Candidate(kind.kind, kind.settings_at(settings, best), log_odds[best], training_rows.losses(log_odds[best]))


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
    candidate: Candidate, training_rows: _TrainingRows, is_selected: bool, difference: tuple[float, float]
) -> CandidateRecord:
    y, weights = training_rows.observed, training_rows.weights
    risk = np.clip(expit(candidate.log_odds), 1e-12, 1 - 1e-12)
    return CandidateRecord(
        scorer=candidate.kind,
        settings={name: float(value) for name, value in candidate.settings.items()},
        log_loss=round(candidate.loss, 6),
        worse_than_best=round(difference[0], 7),
        standard_error=round(difference[1], 7),
        auroc=round_estimate(auroc(y, risk, weights=weights)),
        calibration_slope=round_estimate(calibration_slope(y, risk, weights=weights), 3),
        selected=is_selected,
    )


__all__ = ["Candidate", "fit", "log_loss", "simplest_within_one_standard_error"]
