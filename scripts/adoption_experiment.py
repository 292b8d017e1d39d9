"""Measures the value of adoption at real hospitals, and writes docs/adoption_experiment.md.

    python scripts/adoption_experiment.py DIR [--out FILE.md] [--json FILE.json] [--work FOLDER] [--draws N] [--fresh]

DIR holds the registers' files. Each question's results are kept in the work folder as they come (they hold places'
own numbers: they stay there), so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from adoption_trial.frozen import develop, freeze_scorer
from adoption_trial.page import build_page
from adoption_trial.questions import Question
from adoption_trial.registers import QUESTION_SETS
from adoption_trial.summary import summarise
from adoption_trial.trial import run_trial, split_places

PROJECT = Path(__file__).resolve().parent.parent
SEED = 0
SLOW_DRAWS = 2


def main(arguments: list[str]) -> None:
    """Run every question, or continue from the work folder, and write the page and its numbers."""
    options = _parse_arguments(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    began, summaries = time.monotonic(), []
    for id, lines, record in _read_results(options):
        summaries.append({**record, "id": id, **summarise(lines)})
        print(f"{id}: {time.monotonic() - began:.0f} s", flush=True)
        lines_of_json = ",\n".join(json.dumps(summary, separators=(",", ":"), allow_nan=False) for summary in summaries)
        options.json.write_text(f"[\n{lines_of_json}\n]\n", encoding="utf-8")
    options.out.write_text(build_page(summaries), encoding="utf-8")


def _parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("registers", type=Path)
    parser.add_argument("--out", type=Path, default=PROJECT / "docs" / "adoption_experiment.md")
    parser.add_argument("--json", type=Path, default=PROJECT / "docs" / "adoption_experiment.json")
    parser.add_argument("--work", type=Path, default=PROJECT / "build" / "adoption_experiment")
    parser.add_argument("--draws", type=int, default=5, help="where births are drawn by chance")
    parser.add_argument("--only", default="", help="a part of the questions' names")
    parser.add_argument("--fresh", action="store_true", help="do not take up what the work folder holds")
    return parser.parse_args(arguments)


def _read_results(options: argparse.Namespace) -> Iterator[tuple[str, pd.DataFrame, dict]]:
    """The id, lines and record of each question; registers are read only for what the work folder lacks."""
    for ids, read in QUESTION_SETS:
        selected = [id for id in ids if options.only in id]
        missing = [
            id for id in selected if options.fresh or not all(file.is_file() for file in _work_files(options, id))
        ]
        questions = {question.id: question for question in read(options.registers)} if missing else {}
        for id in selected:
            table, record_file = _work_files(options, id)
            if id in missing:
                lines, record = _run_trials(questions[id], options.draws)
                lines.to_parquet(table)
                record_file.write_text(json.dumps(record), encoding="utf-8")
            yield id, pd.read_parquet(table), json.loads(record_file.read_text(encoding="utf-8"))


def _work_files(options: argparse.Namespace, id: str) -> tuple[Path, Path]:
    return options.work / f"{id}.parquet", options.work / f"{id}.json"


def _run_trials(question: Question, draws: int) -> tuple[pd.DataFrame, dict]:
    """Two halves of the places, each adopting the model of the other; or every place a shipped model."""
    how_many = draws if question.by_chance else 0
    lines, records = [], []
    if question.shipped is not None:
        model = freeze_scorer(question.shipped.scorer, question.shipped.recalibration, question)
        adoptions = [(model, None, question.names)]
    else:
        one, other = split_places(question.names, SEED)
        adoptions = []
        for developing, adopting in ((one, other), (other, one)):
            made = develop(question, [name for name in developing if name in question.development], SEED)
            records.append(made.record)
            adoptions.append((made.model, made.prior, adopting))
    for model, prior, adopting in adoptions:
        for place in question.places:
            if place.name in adopting:
                lines.extend(run_trial(model, prior, place, draws=how_many, slow_draws=SLOW_DRAWS))
    return pd.DataFrame(lines), {"label": question.label, "developed": records}


if __name__ == "__main__":
    main(sys.argv[1:])
