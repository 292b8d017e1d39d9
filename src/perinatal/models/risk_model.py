"""A trained model: outcome, moment, features, scorer, recalibration and evidence; ``predict`` and ``explain``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perinatal._html import html, join_html, table_html
from perinatal._json import Json
from perinatal.errors import NotEnoughData
from perinatal.evaluate import Estimate
from perinatal.frames import ColumnMap, Conformed, Problem, Table, conform_for
from perinatal.frames.danger import DangerSigns
from perinatal.models.adopted import Adoption
from perinatal.models.card import TESTED_BEFORE_ADOPTION, build_card
from perinatal.models.classifier import RiskClassifier
from perinatal.models.derived_features import Feature
from perinatal.models.directory import write_model
from perinatal.models.evidence import CohortTest, Evidence, SiteAdoption, write_record
from perinatal.models.explanation import Explanation
from perinatal.models.feature_builder import FeatureBuilder
from perinatal.models.prediction import Prediction
from perinatal.models.records import RecordEncoder
from perinatal.models.scorers import Recalibration, Scorer
from perinatal.models.unanswered import find_status, report_nothing_known
from perinatal.vocabulary import Moment, Outcome
from perinatal.vocabulary.inputs import build_record_schema, describe_inputs

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True, eq=False)
class RiskModel:
    """Estimates one outcome at one moment; frozen: retraining or recalibrating makes a new one.

    Parameters
    ----------
    id : ``outcome-moment`` by custom.
    outcome, moment : what is estimated, and when.
    features : declared features, in the scorer's order.
    scorer : features to log-odds and parts.
    recalibration : affine map on the log-odds, fitted out of fold.
    evidence : how it was trained, on which cohorts it was tested, what its adoption changed.
    trained_on : where and when, in words.
    terms : the terms of the training data.
    adoption : where it was adopted, and from which model; ``None`` for a model that was not.
    """

    id: str
    outcome: Outcome
    moment: Moment
    features: tuple[Feature, ...]
    scorer: Scorer
    recalibration: Recalibration
    evidence: Evidence = field(default_factory=Evidence)
    trained_on: str = "a cohort of the user"
    terms: str = "as the cohort's owner sets them"
    adoption: Adoption | None = None
    _builder: FeatureBuilder = field(init=False, repr=False)
    _encoder: RecordEncoder = field(init=False, repr=False)

    def __post_init__(self) -> None:
        builder = FeatureBuilder(tuple(f.name for f in self.features), self.moment)
        object.__setattr__(self, "_builder", builder)
        object.__setattr__(self, "_encoder", RecordEncoder(self.features))

    @property
    def inputs(self) -> tuple[str, ...]:
        """Canonical names of the variables it reads."""
        return self._encoder.inputs

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of its features: inputs, or what is derived from them."""
        return tuple(f.name for f in self.features)

    @property
    def timing(self) -> str:
        """When the risk is estimated, in words."""
        return self.moment.timing

    @property
    def caution(self) -> str:
        """Where it was trained and what that means, in the words every output carries."""
        if self.adoption is not None:
            return (
                f"Trained on {self.trained_on}. {self.adoption.message} It applies to {self.adoption.site} as it was "
                f"then; anywhere else, adopt {self.adoption.parent.id} there. An estimate for research, not for "
                "clinical use as it stands."
            )
        return (
            f"Trained on {self.trained_on}. An estimate for research, not for clinical use as it stands; anywhere "
            "else it needs local adoption first."
        )

    def predict(
        self,
        table: Table,
        *,
        columns: ColumnMap | Mapping[str, object] | None = None,
        units: Mapping[str, str] | None = None,
    ) -> Prediction:
        """The risk of each row; a row of which nothing is known has none (``NaN``; see :attr:`Prediction.status`).

        Parameters
        ----------
        table : rows in any form that :func:`perinatal.conform` takes: a DataFrame, a list of records, one record, a
            :class:`~perinatal.Conformed`, a :class:`~perinatal.Cohort`. A missing input is treated as unknown, and
            listed in ``missing`` and ``problems``.
        columns, units : what the table's headings mean, as for :func:`perinatal.conform`.

        Raises
        ------
        MissingVariables
            none of the inputs is there, or one seems to be there under another name.
        UnknownLevels
            a category holds words that are not declared.
        """
        matrix, index, problems, signs = self._read(table, columns, units)
        unknown = np.isnan(matrix)
        nothing_known = unknown.all(axis=1)
        return Prediction(
            self.id,
            self.outcome.name,
            self.moment,
            index,
            self._compute_log_odds(matrix, nothing_known),
            self.feature_names,
            unknown,
            (*problems, *report_nothing_known(self.id, nothing_known)),
            self.caution,
            timing=self.timing,
            danger_signs=signs,
        )

    def explain(
        self,
        table: Table,
        *,
        columns: ColumnMap | Mapping[str, object] | None = None,
        units: Mapping[str, str] | None = None,
    ) -> Explanation:
        """What raised and lowered the risk of each row; takes what :meth:`predict` takes, and raises the same.

        Parameters
        ----------
        table, columns, units : as for :meth:`predict`.
        """
        matrix, index, problems, signs = self._read(table, columns, units)
        nothing_known = np.isnan(matrix).all(axis=1)
        parts, base = self.recalibration.parts(*self.scorer.parts(matrix))
        return Explanation(
            self.outcome.name,
            self.features,
            index,
            np.where(nothing_known[:, None], np.nan, parts),
            base,
            self._compute_log_odds(matrix, nothing_known),
            matrix,
            (*problems, *report_nothing_known(self.id, nothing_known)),
            moment=self.moment,
            timing=self.timing,
            danger_signs=signs,
            status=pd.Series(find_status(nothing_known), index=index, name="status"),
        )

    def find_nothing_known(self, conformed: Conformed) -> np.ndarray:
        """Of which rows nothing is known that the model reads: these get no risk. Shape (rows,).

        Parameters
        ----------
        conformed : canonical rows that hold at least one of the inputs.
        """
        frame = conformed.frame
        read = [f.name for f in self.features if f.derived is None and f.name in frame.columns]
        nothing_known = frame[read].isna().all(axis=1).to_numpy(dtype=bool, copy=True)
        rest = np.flatnonzero(nothing_known)
        if len(rest):
            derived = self._builder.encode(Conformed(frame.iloc[rest], ()).select(self.inputs).frame)
            nothing_known[rest] = np.isnan(derived).all(axis=1)
        return nothing_known

    def recalibrated(self, recalibration: Recalibration) -> RiskModel:
        """A new model whose log-odds go through ``recalibration`` after the present one.

        Parameters
        ----------
        recalibration : the intercept and slope that the new model's log-odds are mapped with.
        """
        combined = Recalibration(
            recalibration.intercept + recalibration.slope * self.recalibration.intercept,
            recalibration.slope * self.recalibration.slope,
        )
        return replace(self, recalibration=combined)

    def as_classifier(
        self, *, columns: ColumnMap | Mapping[str, object] | None = None, units: Mapping[str, str] | None = None
    ) -> RiskClassifier:
        """The model as a fitted scikit-learn classifier, with ``predict_proba`` and ``classes_``.

        Parameters
        ----------
        columns, units : what the headings of the tables mean, as for :func:`perinatal.conform`.

        Examples
        --------
        >>> import perinatal as pn
        >>> classifier = pn.load_model("preterm_birth-booking").as_classifier()
        >>> classifier.predict_proba(pn.load_sample("births")).shape
        (240, 2)
        """
        return RiskClassifier(self, columns, units)

    def to_frame(self) -> pd.DataFrame:
        """Its tests on rows it was not trained on: ``name, n, events``, and measures with ``_low`` and ``_high``."""
        return pd.DataFrame([_test_line(test) for test in self.evidence.tests], columns=_TEST_COLUMNS)

    def to_dict(self) -> Json:
        """What it estimates, from what, and all its evidence, ready for JSON."""
        return {
            "id": self.id,
            "outcome": self.outcome.name,
            "moment": self.moment.value,
            "features": list(self.feature_names),
            "scorer": self.scorer.kind,
            "trained_on": self.trained_on,
            "terms": self.terms,
            "caution": self.caution,
            "evidence": write_record(self.evidence),
        }

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """The calibration in its first test, with matplotlib: see :func:`perinatal.plots.calibration`.

        Of a model adopted at a site: on the rows of the site, each with an update that was fitted without it. Raises
        :class:`~perinatal.errors.NotEnoughData` where there is no test, as of a model adopted on pooled counts.

        Parameters
        ----------
        ax : where to draw; a new figure otherwise.
        """
        from perinatal.plots import calibration

        adoption, tests = self.evidence.adoption, self.evidence.tests
        if isinstance(adoption, SiteAdoption):
            return calibration(adoption.calibration_after, ax=ax)
        if not tests or adoption is not None:
            raise NotEnoughData("The model carries no test to draw. Evaluate it with perinatal.validate().")
        return calibration(tests[0].calibration_table, ax=ax)

    def _repr_html_(self) -> str:
        tests = [
            [test.name, f"{test.n:,}", f"{test.events:,}", *(estimate.format(2) for estimate in _test_estimates(test))]
            for test in self.evidence.tests
        ]
        headings = ["tested on", "rows", "events", "observed / expected", "calibration slope", "AUROC"]
        return join_html(
            html("p", html("b", self.id), f": the risk of {self.outcome.label}, at {self.moment.value}"),
            html("p", TESTED_BEFORE_ADOPTION) if tests and self.adoption is not None else None,
            table_html(pd.DataFrame(tests, columns=headings), index=False) if tests else None,
            html("p", self.caution),
        )

    def describe(self) -> pd.DataFrame:
        """The inputs, one row each: label, unit, levels, possible and plausible range, moment at which it is known."""
        return describe_inputs(self.inputs)

    def json_schema(self) -> Json:
        """A JSON Schema (2020-12) of one record: types, units, ranges and levels of the inputs; none is required."""
        title = f"{self.outcome.label}, at {self.moment.value}"
        return build_record_schema(self.inputs, title, self.caution)

    def save(self, directory: str | Path) -> Path:
        """Write the model as a directory (see :mod:`perinatal.models.directory`); an old one is replaced whole.

        Parameters
        ----------
        directory : where the model is written; a model that is there is replaced.
        """
        return write_model(self, Path(directory))

    def card(self) -> str:
        """The model's card in Markdown, made from the record of its run."""
        return build_card(self)

    def __repr__(self) -> str:
        return (
            f"RiskModel({self.id}: {self.outcome.label}, at {self.moment.value}, {self.scorer.kind}, "
            f"{len(self.inputs)} inputs)\n{self.caution}"
        )

    def _compute_log_odds(self, matrix: np.ndarray, nothing_known: np.ndarray) -> np.ndarray:
        log_odds = self.recalibration.log_odds(self.scorer.log_odds(matrix))
        return np.where(nothing_known, np.nan, log_odds)

    def _read(
        self, table: Table, columns: ColumnMap | Mapping[str, object] | None, units: Mapping[str, str] | None
    ) -> tuple[np.ndarray, pd.Index, tuple[Problem, ...], DangerSigns]:
        """The encoded rows, their index, what was found in the table, and the danger signs in it."""
        if columns is None and units is None and isinstance(table, Mapping):
            encoded = self._encoder.encode(table)
            if encoded is not None:
                return encoded.matrix, encoded.signs.index, encoded.problems, encoded.signs
        conformed, signs = conform_for(table, self.inputs, columns=columns, units=units)
        return self._builder.encode(conformed.frame), conformed.frame.index, conformed.problems, signs


_TEST_MEASURES = ("observed_over_expected", "calibration_slope", "auroc")
_TEST_COLUMNS = ["name", "n", "events", *(f"{name}{end}" for name in _TEST_MEASURES for end in ("", "_low", "_high"))]


def _test_estimates(test: CohortTest) -> tuple[Estimate, Estimate, Estimate]:
    return test.observed_over_expected, test.calibration_slope, test.auroc


def _test_line(test: CohortTest) -> list[object]:
    return [test.name, test.n, test.events, *(number for estimate in _test_estimates(test) for number in estimate)]
