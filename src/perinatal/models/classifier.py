"""A trained model as a scikit-learn classifier, for tools that expect one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from perinatal.errors import NotEnoughData
from perinatal.frames import ColumnMap, Table

if TYPE_CHECKING:
    from perinatal.models.risk_model import RiskModel


class RiskClassifier(ClassifierMixin, BaseEstimator):
    """A trained model with the methods of a scikit-learn classifier; made by :meth:`RiskModel.as_classifier`.

    It is fitted already: ``fit`` changes nothing. It can be evaluated, explained and recalibrated by tools such as
    ``sklearn.inspection.permutation_importance``, ``sklearn.calibration.CalibrationDisplay`` and
    ``sklearn.calibration.CalibratedClassifierCV``.

    Parameters
    ----------
    model : a trained model.
    columns, units : what the headings of every table mean, as for :func:`perinatal.conform`.

    Attributes
    ----------
    classes_ : ``array([0, 1])``; 1 is the outcome.
    """

    def __init__(
        self,
        model: RiskModel,
        columns: ColumnMap | Mapping[str, object] | None = None,
        units: Mapping[str, str] | None = None,
    ) -> None:
        self.model = model
        self.columns = columns
        self.units = units

    @property
    def classes_(self) -> np.ndarray:
        """Without the outcome (0) and with it (1)."""
        return np.array([0, 1])

    def fit(self, X: Table, y: object = None) -> RiskClassifier:
        """The classifier itself; the model is not changed.

        Parameters
        ----------
        X, y : not used.
        """
        return self

    def predict_proba(self, X: Table) -> np.ndarray:
        """Probability of each class, shape (rows, 2); the second column is the risk.

        ``NaN`` in a row of which nothing is known.

        Parameters
        ----------
        X : a table, as for :meth:`RiskModel.predict`.
        """
        risk = self.model.predict(X, columns=self.columns, units=self.units).risk.to_numpy()
        return np.column_stack([1 - risk, risk])

    def predict(self, X: Table) -> np.ndarray:
        """The more probable class of each row; a risk of 0.5 is scikit-learn's threshold, not a recommended one.

        Raises :class:`~perinatal.errors.NotEnoughData` where there are rows of which nothing is known: a class would be
        a guess.

        Parameters
        ----------
        X : a table, as for :meth:`RiskModel.predict`.
        """
        risk = self.predict_proba(X)[:, 1]
        if np.isnan(risk).any():
            raise NotEnoughData(
                f"{int(np.isnan(risk).sum()):,} of {len(risk):,} rows have no risk, because nothing that the model "
                "reads is known there. Remove them, or use predict_proba."
            )
        return (risk > 0.5).astype(np.int64)

    def __sklearn_is_fitted__(self) -> bool:
        return True
