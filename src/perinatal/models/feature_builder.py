"""From a canonical frame to what a scorer sees, refusing whatever is not yet known at the model's moment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags

from perinatal.errors import InputError, LeakError, MissingVariables
from perinatal.models.derived_features import Feature, feature
from perinatal.vocabulary import VARIABLES, Category, Flag, Moment, nearest_name

ROWS_PER_BLOCK = 4096


def resolve_features(features: Sequence[str], moment: Moment | str) -> tuple[Feature, ...]:
    """The declared features of these names, once all are known at ``moment``; otherwise :class:`LeakError`."""
    resolved_moment = Moment.parse(moment)
    resolved_features = tuple(feature(name) for name in features)
    if len({f.name for f in resolved_features}) != len(resolved_features):
        raise InputError("A feature is named twice.")
    late = [
        f"'{f.name}' (known at {' and '.join(sorted({VARIABLES[i].known_at.value for i in f.inputs}))})"
        for f in resolved_features
        if not f.known_at(resolved_moment)
    ]
    if late:
        raise LeakError(
            f"Not yet known at {resolved_moment.value} ({resolved_moment.description}): {', '.join(late)}. A model "
            "that used it would look "
            "better than it can be. Leave it out, or ask at a later moment."
        )
    return resolved_features


def encode_features(column: pd.Series, kind: object) -> np.ndarray:
    """A canonical column as numbers: quantities as they are, flags 0/1, levels by their place; unknown is NaN.

    Raises :class:`~perinatal.errors.InputError` for a column that is not canonical.
    """
    if isinstance(kind, Category):
        if not isinstance(column.dtype, pd.CategoricalDtype) or tuple(column.cat.categories) != kind.levels:
            raise _not_canonical(column.name, f"a category with the levels {', '.join(kind.levels)}")
        codes = column.cat.codes.to_numpy()
        values = codes.astype(np.float32)
        values[codes < 0] = np.nan
        return values
    if isinstance(kind, Flag):
        if column.dtype != "boolean" and column.dtype != bool:
            raise _not_canonical(column.name, "nullable boolean")
        return column.to_numpy(dtype=np.float32, na_value=np.nan)
    if column.dtype != np.float64:
        raise _not_canonical(column.name, "float64")
    return column.to_numpy()


def _not_canonical(name: object, expected: str) -> InputError:
    return InputError(
        f"Column '{name}' is not canonical (expected {expected}). Pass the table through perinatal.conform first and "
        "use its frame."
    )


class FeatureBuilder(TransformerMixin, BaseEstimator):
    """A stateless scikit-learn transformer from canonical frames to features.

    Parameters
    ----------
    features : names of variables or derived features (see :mod:`perinatal.models.derived_features`).
    moment : the moment at which they are used; a feature from the future raises
        :class:`~perinatal.errors.LeakError` here, and again if parameters are changed later.

    Notes
    -----
    ``transform`` takes a canonical frame (``perinatal.conform(table).frame``) and gives a DataFrame with the same
    index: numbers and flags as ``float64`` (unknown ``NaN``), categories with their declared levels. Nothing is
    fitted, so one row gives the same as the row in a batch.

    Examples
    --------
    >>> frame = pd.DataFrame({"systolic_bp_mmhg": [120.0], "diastolic_bp_mmhg": [90.0]})
    >>> FeatureBuilder(["mean_arterial_pressure_mmhg"], "booking").transform(frame)
       mean_arterial_pressure_mmhg
    0                        100.0
    >>> FeatureBuilder(["birth_weight_g"], "booking")
    Traceback (most recent call last):
    ...
    perinatal.errors.LeakError: Not yet known at booking (the first antenatal visit): 'birth_weight_g' (known at \
birth). A model that used it would look better than it can be. Leave it out, or ask at a later moment.
    """

    def __init__(self, features: Sequence[str] = (), moment: Moment | str = "booking") -> None:
        self.features = features
        self.moment = moment
        resolve_features(features, moment)

    @property
    def resolved_features(self) -> tuple[Feature, ...]:
        """The declared features, in order."""
        return resolve_features(self.features, self.moment)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The variables a frame must hold, in order of first use."""
        return tuple(dict.fromkeys(name for f in self.resolved_features for name in f.inputs))

    def fit(self, X: pd.DataFrame, y: object = None) -> FeatureBuilder:
        """Check the frame; learn nothing.

        Parameters
        ----------
        X : a canonical frame. y : ignored, as scikit-learn passes it.
        """
        self._check(X)
        self.n_features_in_ = X.shape[1]
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """The features of each row, as a DataFrame on the frame's index.

        Parameters
        ----------
        X : a canonical frame.
        """
        self._check(X)
        columns = {}
        for f in self.resolved_features:
            if f.derived is None and not isinstance(f.kind, Flag):
                encode_features(X[f.name], f.kind)
                columns[f.name] = X[f.name]
            else:
                columns[f.name] = pd.Series(self._values(X, f), index=X.index, dtype=np.float64)
        return pd.DataFrame(columns, index=X.index)

    def encode(self, frame: pd.DataFrame) -> np.ndarray:
        """The features as a ``float32`` matrix of shape (rows, features), C-ordered; see :func:`encode_features`.

        Parameters
        ----------
        frame : a canonical frame with the features' inputs.
        """
        self._check(frame)
        columns = [self._values(frame, f) for f in self.resolved_features]
        matrix = np.empty((len(frame), len(columns)), dtype=np.float32)
        for start in range(0, len(frame), ROWS_PER_BLOCK):  # a block stays in the processor's cache
            rows = slice(start, start + ROWS_PER_BLOCK)
            for position, column in enumerate(columns):
                matrix[rows, position] = column[rows]
        return matrix

    @staticmethod
    def _values(frame: pd.DataFrame, f: Feature) -> np.ndarray:
        if f.derived is None:
            return encode_features(frame[f.name], f.kind)
        return f.derived.function(*(encode_features(frame[name], VARIABLES[name].kind) for name in f.inputs))

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray:
        """The feature names, in order.

        Parameters
        ----------
        input_features : ignored, as scikit-learn passes it.
        """
        return np.asarray([f.name for f in self.resolved_features], dtype=object)

    def _check(self, frame: pd.DataFrame) -> None:
        if not isinstance(frame, pd.DataFrame):
            raise InputError(
                f"FeatureBuilder expects a pandas DataFrame with canonical columns, and got {type(frame).__name__}."
            )
        absent = [name for name in self.inputs if name not in frame.columns]
        if absent:
            near = nearest_heading(absent[0], list(frame.columns))
            hint = f" Is '{near}' the same thing? Rename it, or pass a ColumnMap." if near is not None else ""
            raise MissingVariables(f"The frame has no column {', '.join(map(repr, absent))}.{hint}")

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.no_validation = True
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = False
        tags.input_tags.two_d_array = False
        return tags


def nearest_heading(name: str, headings: Sequence[object]) -> str | None:
    """The heading of a table that probably means the variable ``name``."""
    for heading in headings:
        if isinstance(heading, str) and nearest_name(heading, [name]) == name:
            return heading
    return None
