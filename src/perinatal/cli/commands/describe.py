"""The command `perinatal describe`."""

from __future__ import annotations

import argparse
import textwrap
from typing import TYPE_CHECKING

from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.options import add_score_options

if TYPE_CHECKING:
    import pandas as pd

    from perinatal.models import RiskModel
    from perinatal.scores import PublishedModel

HELP = "Describe a model: its inputs with units, levels and ranges, its JSON Schema, or its model card."
_ANSWERS = {
    "risk": "a risk",
    "points": "points, which are not a probability",
    "category": "a category, which is not a probability",
    "index": "a number that is not a probability",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("model", metavar="MODEL", help="id of a model or published score, or a model directory")
    parser.add_argument(
        "--format",
        choices=("table", "json", "card"),
        default="table",
        help="the inputs as a table or as a JSON Schema of one record, or the model card in Markdown (default: table)",
    )
    add_score_options(parser)


def run(arguments: argparse.Namespace) -> ExitCode:
    """What the model estimates and reads."""
    from perinatal.cli.inputs import load_model_with_options
    from perinatal.cli.outputs import terminal_width, write_json, write_text

    model = load_model_with_options(arguments)
    if arguments.format == "json":
        write_json(model.json_schema(), None)
    elif arguments.format == "card":
        write_text(model.card(), None)
    else:
        print(_describe(model, terminal_width()))
    return ExitCode.DONE


def _describe(model: RiskModel | PublishedModel, width: int) -> str:
    from perinatal.models import RiskModel

    heading, sentences = _describe_trained(model) if isinstance(model, RiskModel) else _describe_published(model)
    lines = [heading]
    lines += [textwrap.fill(s, width, initial_indent="  ", subsequent_indent="  ") for s in sentences]
    inputs = model.describe()
    lines.append(f"\n{len(inputs)} inputs; each may be missing (empty):\n")
    name_width = max(len(name) for name in inputs.index)
    for name, row in inputs.iterrows():
        text = f"{row['label']}: {_format_values(row)}"
        wrapped = textwrap.wrap(text, width - name_width - 4)
        lines.append(f"  {name:<{name_width}}  {wrapped[0]}")
        lines += [" " * (name_width + 4) + line for line in wrapped[1:]]
    return "\n".join(lines)


def _describe_trained(model: RiskModel) -> tuple[str, list[str]]:
    target = model.outcome
    return f"{model.id}: estimates the risk of {target.label}", [
        f"{target.definition} Among {target.denominator}, until {target.horizon}.",
        f"Timing: {model.timing}.",
        model.caution,
        f"Terms of the data: {model.terms}.",
    ]


def _describe_published(model: PublishedModel) -> tuple[str, list[str]]:
    target = model.outcome
    words = "Its categories" if model.answers == "category" else "Its bands"
    return f"{model.id}: {model.name}", [
        f"Timing: {model.timing}.",
        f"Its result is {_ANSWERS[model.answers]}.",
        *([f"Developed for: {target.label}. {target.definition}"] if target is not None else []),
        *([f"{words}: {', '.join(model.words)}."] if model.words else []),
        *(f"Option {o.name}: {', '.join(o.choices)} (here {model.options[o.name]})." for o in model.score.options),
        model.caution,
    ]


def _format_values(row: pd.Series) -> str:
    if row["kind"] == "category":
        return str(row["levels"])
    if row["kind"] == "flag":
        return "True or False"
    unit = "" if row["unit"] == "count" else f"{row['unit']}, "
    whole = "whole number, " if row["kind"] == "count" else ""
    return f"{unit}{whole}{row['possible']} (usually {row['plausible']})"
