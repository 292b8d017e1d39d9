"""The commands that tell what there is: models, their inputs, the dictionary."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Sequence

import pandas as pd

from perinatal.catalogue import available_models
from perinatal.cli.scores import is_published, load_model_with_options
from perinatal.cli.tables import format_json as json_text
from perinatal.models import RiskModel
from perinatal.scores import PublishedModel
from perinatal.vocabulary.data_dictionary import dictionary, dictionary_markdown


def list_models(kind: str, *, as_json: bool) -> int:
    """``perinatal models``: the shipped models with the first test of each, the published scores, or both."""
    if as_json:
        sys.stdout.write(_format_records(available_models(kind).reset_index()))
        return 0
    if kind != "published":
        _print_trained()
    if kind != "trained":
        _print_published()
    print("\nEach is for research, not for clinical use as it stands; anywhere else it needs local adoption first.")
    print("`perinatal describe MODEL` lists the inputs, `perinatal describe MODEL --card` the whole card.")
    if kind == "trained":
        print("`perinatal models --kind published` lists published scores, which answer to the same commands.")
    return 0


def _print_published() -> None:
    table = available_models("published")
    width = min(max(shutil.get_terminal_size((110, 40)).columns, 80), 140)
    for domain, rows in table.groupby("domain"):
        print(f"\n{domain.capitalize()} scores, as published:")
        for name, row in rows.iterrows():
            print(f"{name}")
            text = f"{row['name']}: {row['answers']}, {row['inputs']} inputs. {row['citation']}; {row['confirmation']}"
            moment = f"asked {row['asked']}"
            for line in (moment, text.replace("_", " ")):
                print(textwrap.fill(line, width, initial_indent="  ", subsequent_indent="    "))


def _print_trained() -> None:
    for name, row in available_models().iterrows():
        print(f"{name}")
        print(f"  trained on  {row['trained_on']}; {row['n']:,} rows, {row['events']:,} events ({row['scorer']})")
        print(
            f"  tested on   {row['tested_on']}: observed/expected {row['observed_over_expected']:.2f}, calibration "
            f"slope {row['slope']:.2f}, AUROC {row['auroc']:.3f} ({row['auroc_low']:.3f} to {row['auroc_high']:.3f})"
        )


def describe_model(model: str, options: Sequence[str], *, as_json: bool, card: bool) -> int:
    """``perinatal describe``: a model's inputs, as a table or a JSON Schema, or its card."""
    loaded = load_model_with_options(model, options)
    if as_json:
        sys.stdout.write(json_text(loaded.json_schema()))
        return 0
    if card:
        sys.stdout.write(loaded.card())
        return 0
    width = min(max(shutil.get_terminal_size((110, 40)).columns, 80), 140)
    heading, sentences = _describe_score(loaded) if is_published(loaded) else _describe_model(loaded)
    print(heading)
    for sentence in sentences:
        print(textwrap.fill(sentence, width, initial_indent="  ", subsequent_indent="  "))
    inputs = loaded.describe()
    print(f"\n{len(inputs)} inputs; each may be unknown (empty):\n")
    name_width = max(len(name) for name in inputs.index)
    for name, row in inputs.iterrows():
        text = f"{row['label']}: {_format_values(row)}"
        lines = textwrap.wrap(text, width - name_width - 4)
        print(f"  {name:<{name_width}}  {lines[0]}")
        for line in lines[1:]:
            print(" " * (name_width + 4) + line)
    return 0


def _describe_model(model: RiskModel) -> tuple[str, list[str]]:
    target = model.outcome
    return f"{model.id}: estimates the risk of {target.label}, asked at {model.moment.value}", [
        f"{target.definition} Among {target.denominator}, until {target.horizon}.",
        f"Asked {model.moment.description}.",
        model.caution,
        f"Terms of the data: {model.terms}.",
    ]


def _describe_score(model: PublishedModel) -> tuple[str, list[str]]:
    target = model.outcome
    options = [f"Option {o.name}: {', '.join(o.choices)} (here {model.options[o.name]})." for o in model.score.options]
    words = "Its categories" if model.answers == "category" else "Its bands"
    return f"{model.id}: {model.name}, asked {model.moment}", [
        f"Answers with {'a risk' if model.answers == 'risk' else _ANSWERS[model.answers]}.",
        *([f"Made for: {target.label}. {target.definition}"] if target is not None else []),
        *([f"{words}: {', '.join(model.words)}."] if model.words else []),
        *options,
        model.caution,
    ]


_ANSWERS = {
    "points": "points, which are no probability",
    "category": "a category, which is no probability",
    "index": "a number that is no probability",
}


def write_dictionary(shape: str) -> int:
    """``perinatal dictionary``: every variable and outcome."""
    if shape == "md":
        sys.stdout.write(dictionary_markdown())
    elif shape == "csv":
        sys.stdout.write(dictionary().to_csv(index=False, lineterminator="\n"))
    else:
        sys.stdout.write(_format_records(dictionary()))
    return 0


def _format_values(row: pd.Series) -> str:
    if row["kind"] == "category":
        return str(row["levels"])
    if row["kind"] == "flag":
        return "True or False"
    unit = "" if row["unit"] == "count" else f"{row['unit']}, "
    whole = "whole number, " if row["kind"] == "count" else ""
    return f"{unit}{whole}{row['possible']} (usually {row['plausible']})"


def _format_records(table: pd.DataFrame) -> str:
    records = table.astype(object).where(table.notna(), None).to_dict("records")
    return json_text(records)
