"""Writes the card of every shipped model again, from the evidence in its directory: ``python scripts/make_cards.py``.

For a change of the card's wording. Scorer, evidence and known answers stay as they are, to the byte.
"""

from __future__ import annotations

from pathlib import Path

from perinatal.catalogue import read_model
from perinatal.models.directory import CARD, MANIFEST

MODELS = Path(__file__).resolve().parent.parent / "models"


def main() -> None:
    """Save every model again, and refuse to go on where anything but its card and manifest changes."""
    for path in sorted(path for path in MODELS.iterdir() if path.is_dir()):
        before = _read_fixed_files(path)
        read_model(path).save(path)
        if _read_fixed_files(path) != before:
            raise SystemExit(f"{path.name}: more than the card changed. Train it again with `make models`.")
        print(path.name)


def _read_fixed_files(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir() if file.name not in (CARD, MANIFEST)}


if __name__ == "__main__":
    main()
