"""Writes the facts of published scores, from YAML outside this project, as the JSON that the tests compare with.

    python scripts/transcribe_scores.py FACTS/scores.yaml

Needs PyYAML, which nothing else here does. Growth standards are left out; nothing else is changed.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import yaml

FIXTURE = Path(__file__).resolve().parent.parent / "tests" / "fixtures" / "published_scores.json"


def transcribe(facts: Path) -> str:
    """The maternal and neonatal entries as JSON text, in the order of the file."""
    entries = yaml.safe_load(facts.read_text(encoding="utf-8"))["scores"]
    included = {entry["id"]: entry for entry in entries if entry["domain"] != "growth"}
    return json.dumps(included, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the fixture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facts", type=Path)
    arguments = parser.parse_args()
    FIXTURE.write_text(transcribe(arguments.facts), encoding="utf-8")


if __name__ == "__main__":
    main()
