"""Proves on real hospitals what adopting a model is worth, and writes the tables of docs/adoption_experiment.md.

    python scripts/adoption_experiment.py DIR [--out FILE.md] [--json FILE.json] [--work FOLDER] [--draws N] [--fresh]

DIR holds the registers' files. Each question's results are kept in the work folder as they come (they hold places'
own numbers: they stay there), so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "adoption_trial"))

import pandas as pd
import registers
from frozen import develop, of_scorer
from page import written
from questions import Question
from summary import summarised
from trial import halves, tried

from perinatal.models import RiskModel, load_model

PROJECT = Path(__file__).resolve().parent.parent
SEED = 0
SLOW_DRAWS = 2


def main(arguments: list[str]) -> None:
    """Ask every question, or take up what the work folder holds, and write the page and its numbers."""
    asked = _parsed(arguments)
    asked.work.mkdir(parents=True, exist_ok=True)
    began, found = time.monotonic(), []
    for id, lines, record in _results(asked):
        found.append({**record, "id": id, **summarised(lines)})
        print(f"{id}: {time.monotonic() - began:.0f} s", flush=True)
        asked.json.write_text(json.dumps(found, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    asked.out.write_text(written(found), encoding="utf-8")


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("registers", type=Path)
    parser.add_argument("--out", type=Path, default=PROJECT / "docs" / "adoption_experiment.md")
    parser.add_argument("--json", type=Path, default=PROJECT / "docs" / "adoption_experiment.json")
    parser.add_argument("--work", type=Path, default=PROJECT / "build" / "adoption_experiment")
    parser.add_argument("--draws", type=int, default=10, help="where births are drawn by chance")
    parser.add_argument("--only", default="", help="a part of the questions' names")
    parser.add_argument("--fresh", action="store_true", help="do not take up what the work folder holds")
    return parser.parse_args(arguments)


def _results(asked: argparse.Namespace):
    """Each question's id, lines and record; the registers are read only for what is not at hand."""
    for ask in (registers.santa_catarina, registers.sari):
        for question in ask(asked.registers):
            yield from _kept(asked, question.id, _developed_and_adopted, question)
    models = [load_model(name) for name in registers.TRANSPORTED]
    for model, question in registers.abroad(asked.registers, models):
        yield from _kept(asked, question.id, _transported, question, model)


def _kept(asked: argparse.Namespace, id: str, work: Callable, question: Question, model: RiskModel | None = None):
    if asked.only not in id:
        return
    table, told = asked.work / f"{id}.parquet", asked.work / f"{id}.json"
    if asked.fresh or not (table.is_file() and told.is_file()):
        lines, record = work(question, asked.draws) if model is None else work(question, asked.draws, model)
        lines.to_parquet(table)
        told.write_text(json.dumps(record), encoding="utf-8")
    yield id, pd.read_parquet(table), json.loads(told.read_text(encoding="utf-8"))


def _developed_and_adopted(question: Question, draws: int) -> tuple[pd.DataFrame, dict]:
    """Two halves of the places: each adopts the model of the other."""
    one, other = halves(question.names, SEED)
    lines, records = [], []
    for developing, adopting in ((one, other), (other, one)):
        made = develop(question, [name for name in developing if name in question.development], SEED)
        records.append(made.record)
        adopts = set(adopting)
        for place in question.places:
            if place.name in adopts:
                how_many = draws if question.by_chance else 0
                lines.extend(tried(made.model, made.prior, place, draws=how_many, slow_draws=SLOW_DRAWS))
    return pd.DataFrame(lines), {"label": question.label, "developed": records, "by_chance": question.by_chance}


def _transported(question: Question, draws: int, model: RiskModel) -> tuple[pd.DataFrame, dict]:
    """A shipped model, adopted in every place; its prior is the fixed one."""
    frozen = of_scorer(model.scorer, model.recalibration, question)
    lines = [
        line for place in question.places for line in tried(frozen, None, place, draws=draws, slow_draws=SLOW_DRAWS)
    ]
    return pd.DataFrame(lines), {"label": question.label, "developed": [], "by_chance": True}


if __name__ == "__main__":
    main(sys.argv[1:])
