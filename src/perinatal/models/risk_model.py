"""A model: an outcome, a moment, features, a scorer, a recalibration and the record of how it was made; two verbs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from perinatal.errors import InputError
from perinatal.explain import Explanation
from perinatal.features import Feature, FeatureBuilder
from perinatal.frames import ColumnMap, Conformed, Problem, conform
from perinatal.models.card import card_of
from perinatal.models.directory import write_model
from perinatal.models.prediction import Prediction
from perinatal.models.records import RecordReader
from perinatal.scoring import Recalibration, Scorer
from perinatal.vocabulary import VARIABLES, Category, Flag, Moment, Outcome, Quantity

Table = pd.DataFrame | Mapping | Conformed


@dataclass(frozen=True, slots=True, eq=False)
class RiskModel:
    """Estimates one outcome at one moment; frozen: retraining or recalibrating makes a new one.

    Parameters
    ----------
    id : ``outcome-moment`` by custom.
    outcome, moment : what is estimated, and when it is asked.
    features : declared features, in the scorer's order.
    scorer : features to log-odds and parts.
    recalibration : affine map on the log-odds, fitted out of fold.
    evaluation : the record of the run that made it: rows, choices, performance.
    trained_on : where and when, in words.
    terms : the terms of the data it was learnt from.
    """

    id: str
    outcome: Outcome
    moment: Moment
    features: tuple[Feature, ...]
    scorer: Scorer
    recalibration: Recalibration
    evaluation: Mapping = field(default_factory=dict)
    trained_on: str = "a cohort of the user"
    terms: str = "as the cohort's owner sets them"
    _builder: FeatureBuilder = field(init=False, repr=False)
    _reader: RecordReader = field(init=False, repr=False)

    def __post_init__(self) -> None:
        builder = FeatureBuilder(tuple(f.name for f in self.features), self.moment)
        object.__setattr__(self, "_builder", builder)
        object.__setattr__(self, "_reader", RecordReader(self.features))

    @property
    def inputs(self) -> tuple[str, ...]:
        """Canonical names of the variables it reads."""
        return self._reader.inputs

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of its features: inputs, or what is derived from them."""
        return tuple(f.name for f in self.features)

    @property
    def caution(self) -> str:
        """Where it was trained and what that means, in the words every output carries."""
        return (
            f"Trained on {self.trained_on}. An estimate for research, not for clinical use as it stands; anywhere "
            "else it needs local adoption first."
        )

    def predict(self, table: Table, columns: ColumnMap | Mapping | None = None) -> Prediction:
        """The risk of each row.

        Parameters
        ----------
        table : a DataFrame (canonical headings, or with ``columns``), one record as a mapping, or a
            :class:`~perinatal.frames.Conformed`. An input that is absent or unknown is answered for as unknown, and
            said so in ``missing`` and ``problems``.
        columns : how the table's headings map to canonical names.

        Raises
        ------
        MissingVariables
            none of the inputs is there, or one seems to be there under another name.
        UnknownLevels
            a category holds words that are not declared.
        """
        matrix, index, problems = self._encoded(table, columns)
        return Prediction(
            self.id,
            self.outcome.name,
            self.moment.value,
            index,
            self.recalibration.log_odds(self.scorer.log_odds(matrix)),
            self.feature_names,
            np.isnan(matrix),
            problems,
            self.caution,
        )

    def explain(self, table: Table, columns: ColumnMap | Mapping | None = None) -> Explanation:
        """What raised and lowered the risk of each row; takes what :meth:`predict` takes, and raises the same."""
        matrix, index, problems = self._encoded(table, columns)
        parts, base = self.recalibration.parts(*self.scorer.parts(matrix))
        log_odds = self.recalibration.log_odds(self.scorer.log_odds(matrix))
        return Explanation(
            self.outcome.name,
            self.features,
            index,
            parts,
            base,
            log_odds,
            matrix,
            problems,
        )

    def recalibrated(self, recalibration: Recalibration, **record: object) -> RiskModel:
        """A new model whose log-odds go through ``recalibration`` after the present one."""
        both = Recalibration(
            recalibration.intercept + recalibration.slope * self.recalibration.intercept,
            recalibration.slope * self.recalibration.slope,
        )
        return replace(self, recalibration=both, evaluation={**self.evaluation, **record})

    def describe(self) -> pd.DataFrame:
        """The inputs, one row each: label, unit, levels, possible and plausible range, moment at which it is known."""
        rows = []
        for name in self.inputs:
            declared = VARIABLES[name]
            kind = declared.kind
            numeric = declared.is_numeric
            rows.append(
                {
                    "input": name,
                    "label": declared.label,
                    "kind": type(kind).__name__.lower(),
                    "unit": declared.unit,
                    "levels": ", ".join(kind.levels) if isinstance(kind, Category) else None,
                    "possible": f"{kind.possible[0]:g} to {kind.possible[1]:g}" if numeric else None,
                    "plausible": f"{kind.plausible[0]:g} to {kind.plausible[1]:g}" if numeric else None,
                    "known_at": declared.known_at.value,
                    "definition": declared.definition,
                }
            )
        return pd.DataFrame(rows).set_index("input")

    def json_schema(self) -> dict:
        """A JSON Schema (2020-12) of one record: types, units, ranges and levels of the inputs; none is required."""
        properties = {}
        for name in self.inputs:
            declared = VARIABLES[name]
            kind = declared.kind
            if isinstance(kind, Category):
                shape: dict = {"enum": [*kind.levels, None]}
            elif isinstance(kind, Flag):
                shape = {"type": ["boolean", "null"]}
            else:
                number = "number" if isinstance(kind, Quantity) else "integer"
                shape = {"type": [number, "null"], "minimum": kind.possible[0], "maximum": kind.possible[1]}
                shape["x-unit"] = kind.unit
            properties[name] = {"title": declared.label, "description": declared.definition, **shape}
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": f"{self.outcome.label}, asked at {self.moment.value}",
            "description": self.caution,
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }

    def save(self, directory: str | Path) -> Path:
        """Write the model as a directory (see :mod:`perinatal.models.directory`); an old one is replaced whole."""
        return write_model(self, Path(directory))

    def card(self) -> str:
        """The model's card in Markdown, made from the record of its run."""
        return card_of(self)

    def __repr__(self) -> str:
        return (
            f"RiskModel({self.id}: {self.outcome.label}, asked at {self.moment.value}, {self.scorer.kind}, "
            f"{len(self.inputs)} inputs)\n{self.caution}"
        )

    def _conform(self, table: Table, columns: ColumnMap | Mapping | None) -> Conformed:
        if isinstance(table, Conformed):
            if columns is not None:
                raise InputError("The table is conformed already; give columns to perinatal.conform instead.")
            again = conform(table.frame, needed=self.inputs)
            said = {(p.variable, p.rule) for p in table.problems}
            new = [p for p in again.problems if (p.variable, p.rule) not in said]
            return Conformed(again.frame, (*table.problems, *new))
        return conform(table, columns, needed=self.inputs)

    def _encoded(
        self, table: Table, columns: ColumnMap | Mapping | None
    ) -> tuple[np.ndarray, pd.Index, tuple[Problem, ...]]:
        if columns is None and isinstance(table, Mapping):
            read = self._reader.read(table)
            if read is not None:
                return read[0], _ONE_ROW, read[1]
        conformed = self._conform(table, columns)
        return self._builder.encode(conformed.frame), conformed.frame.index, conformed.problems


_ONE_ROW = pd.RangeIndex(1)
