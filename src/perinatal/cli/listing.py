"""The commands that tell what there is: models, their inputs, the dictionary."""

from __future__ import annotations

import shutil
import sys
import textwrap

import pandas as pd

from perinatal.cli.tables import as_json as json_text
from perinatal.interop import dictionary, dictionary_markdown
from perinatal.models import available_models, load_model


def models(*, as_json: bool) -> int:
    """``perinatal models``: the shipped models and what the first test of each shows."""
    table = available_models()
    if as_json:
        sys.stdout.write(_records(table.reset_index()))
        return 0
    for name, row in table.iterrows():
        print(f"{name}")
        print(f"  trained on  {row['trained_on']}; {row['n']:,} rows, {row['events']:,} events ({row['scorer']})")
        print(
            f"  tested on   {row['tested_on']}: observed/expected {row['observed_over_expected']:.2f}, calibration "
            f"slope {row['slope']:.2f}, AUROC {row['auroc']:.3f} ({row['auroc_low']:.3f} to {row['auroc_high']:.3f})"
        )
    print("\nEach is for research, not for clinical use as it stands; anywhere else it needs local adoption first.")
    print("`perinatal describe MODEL` lists the inputs, `perinatal describe MODEL --card` the whole card.")
    return 0


def describe(model: str, *, as_json: bool, card: bool) -> int:
    """``perinatal describe``: a model's inputs, as a table or a JSON Schema, or its card."""
    loaded = load_model(model)
    if as_json:
        sys.stdout.write(json_text(loaded.json_schema()))
        return 0
    if card:
        sys.stdout.write(loaded.card())
        return 0
    width = min(max(shutil.get_terminal_size((110, 40)).columns, 80), 140)
    target = loaded.outcome
    print(f"{loaded.id}: estimates the risk of {target.label}, asked at {loaded.moment.value}")
    for sentence in (
        f"{target.definition} Among {target.denominator}, until {target.horizon}.",
        f"Asked {loaded.moment.description}.",
        loaded.caution,
        f"Terms of the data: {loaded.terms}.",
    ):
        print(textwrap.fill(sentence, width, initial_indent="  ", subsequent_indent="  "))
    inputs = loaded.describe()
    print(f"\n{len(inputs)} inputs; each may be unknown (empty):\n")
    name_width = max(len(name) for name in inputs.index)
    for name, row in inputs.iterrows():
        said = f"{row['label']}: {_values(row)}"
        lines = textwrap.wrap(said, width - name_width - 4)
        print(f"  {name:<{name_width}}  {lines[0]}")
        for line in lines[1:]:
            print(" " * (name_width + 4) + line)
    return 0


def dictionary_as(shape: str) -> int:
    """``perinatal dictionary``: every variable and outcome."""
    if shape == "md":
        sys.stdout.write(dictionary_markdown())
    elif shape == "csv":
        sys.stdout.write(dictionary().to_csv(index=False, lineterminator="\n"))
    else:
        sys.stdout.write(_records(dictionary()))
    return 0


def _values(row: pd.Series) -> str:
    if row["kind"] == "category":
        return str(row["levels"])
    if row["kind"] == "flag":
        return "True or False"
    unit = "" if row["unit"] == "count" else f"{row['unit']}, "
    whole = "whole number, " if row["kind"] == "count" else ""
    return f"{unit}{whole}{row['possible']} (usually {row['plausible']})"


def _records(table: pd.DataFrame) -> str:
    records = table.astype(object).where(table.notna(), None).to_dict("records")
    return json_text(records)
