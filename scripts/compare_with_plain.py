"""Compares four models with a plain, untuned XGBoost trained on the same births, and writes the table.

    python scripts/compare_with_plain.py DIR    DIR holds the registers' files

Same training rows, same held-out rows. The plain one has first the model's own features, then race, origin or state as
well, which the models do not use. Differences are paired, with DeLong's interval; the table goes into docs/evidence.md.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import xgboost

from perinatal import load_model
from perinatal.evaluate import auroc, compare_auroc
from perinatal.models.feature_builder import FeatureBuilder
from perinatal.models.scorers.declared.boosted import feature_types
from perinatal.recipes import RECIPES, read_development
from perinatal.training.folds import encode_groups
from perinatal.vocabulary import VARIABLES, observe

EVIDENCE = Path(__file__).resolve().parent.parent / "docs" / "evidence.md"
COMPARED = ("nicu_admission-birth", "infant_death-birth", "preterm_birth-booking", "maternal_death-sari_admission")
SOCIAL = ("maternal_race_us", "maternal_hispanic_origin_us", "race_colour_brazil", "state", "region")
SETTINGS = {
    "as it comes": {},
    "300 shallow trees": {"n_estimators": 300, "max_depth": 4, "learning_rate": 0.05},
}
TABLE = re.compile(
    r"(<!-- plain: written by scripts/compare_with_plain\.py -->\n).*?(<!-- end of plain -->)", re.DOTALL
)


def social_columns(frame: pd.DataFrame) -> list[str]:
    """Race, origin and place, as far as they are recorded."""
    return [name for name in SOCIAL if name in frame and frame[name].notna().any()]


def encode_with_social(
    frame: pd.DataFrame, features: tuple[str, ...], moment: str, social: dict[str, pd.Index]
) -> np.ndarray:
    """The features, then the position of each social category among those of the training rows; missing is NaN."""
    more = [pd.Index(words).get_indexer(frame[name]).astype(np.float32) for name, words in social.items()]
    columns = [np.where(codes < 0, np.nan, codes) for codes in more]
    return np.column_stack([FeatureBuilder(features, moment).encode(frame), *columns])


def plain_risk(
    training: np.ndarray, observed: np.ndarray, held_out: np.ndarray, types: list[str], setting: dict
) -> np.ndarray:
    """Risks of a classifier with XGBoost's default settings except those named."""
    plain = xgboost.XGBClassifier(
        enable_categorical=True, feature_types=types, tree_method="hist", random_state=0, n_jobs=1, **setting
    )
    return plain.fit(training, observed).predict_proba(held_out)[:, 1]


def build_rows(name: str, registers: Path) -> list[str]:
    """The rows of the table for one model."""
    model, recipe, cohort = load_model(name), RECIPES[name], read_development(name, registers)
    y = observe(recipe.outcome, cohort.training).to_numpy(dtype=float)
    observed = observe(recipe.outcome, cohort.held_out).to_numpy(dtype=float)
    ours = model.predict(cohort.held_out).risk.to_numpy()
    groups, _ = encode_groups(cohort.held_out)
    lines = []
    for names in ([], social_columns(cohort.training)):
        social = {column: pd.Index(cohort.training[column].dropna().unique()) for column in names}
        types = [*feature_types(model.features), *("c" for _ in names)]
        parts = [
            encode_with_social(part, model.feature_names, recipe.moment, social)
            for part in (cohort.training, cohort.held_out)
        ]
        more = [VARIABLES[column].label for column in names]
        for words, setting in SETTINGS.items():
            plain = plain_risk(parts[0], y, parts[1], types, setting)
            difference = compare_auroc(observed, ours, plain, clusters=groups).difference
            what = f"{words}{', with ' + ' and '.join(more) if more else ''}"
            lines.append(
                f"| `{name}` | {what} | {auroc(observed, ours, clusters=groups).format()} "
                f"| {auroc(observed, plain, clusters=groups).format()} | {format_difference(difference)} |"
            )
    return lines


def format_difference(estimate: tuple[float, float, float]) -> str:
    """A difference with its interval, each with its sign."""
    value, low, high = estimate
    return f"{value:+.3f} ({low:+.3f} to {high:+.3f})"


def main(registers: Path) -> None:
    """Every comparison, into the document."""
    lines = ["| model | the plain XGBoost | this model | the plain one | difference |", "|---|---|---:|---:|---:|"]
    for name in COMPARED:
        lines += build_rows(name, registers)
        print(*lines[-4:], sep="\n", flush=True)
    text = EVIDENCE.read_text(encoding="utf-8")
    table = "\n".join(lines)
    EVIDENCE.write_text(TABLE.sub(rf"\g<1>\n{table}\n\n\g<2>", text), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
