"""The public surface: the names that ``import perinatal as pn`` gives, and their signatures as text."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import perinatal as pn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import make_public_api  # noqa: E402

SUBMODULES = ("errors", "evaluate", "growth", "plots", "report", "scores", "sites", "training", "vocabulary")


def test_every_public_name_and_signature_is_as_the_fixture_says():
    written = make_public_api.FIXTURE.read_text(encoding="utf-8")
    assert written.splitlines() == make_public_api.build_text().splitlines(), (
        "the public surface changed: run python scripts/make_reference.py, and say so in CHANGELOG.md"
    )


def test_the_facade_is_small_and_shows_its_submodules():
    listed = set(dir(pn))
    assert listed == set(pn.__all__)
    assert listed >= set(SUBMODULES)
    assert len(listed - set(SUBMODULES) - {"__version__"}) <= 30


def test_no_name_is_both_listed_and_unlisted():
    assert not set(pn._UNLISTED) & set(pn.__all__)


@pytest.mark.parametrize("name", sorted(pn._UNLISTED))
def test_a_name_that_is_not_listed_is_there_when_it_is_asked_for(name):
    assert getattr(pn, name) is not None


@pytest.mark.parametrize("name", SUBMODULES)
def test_a_submodule_is_there_without_being_imported_first(name):
    program = f"import perinatal as pn; print(pn.{name}.__name__)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().endswith(name)


@pytest.mark.parametrize("name", SUBMODULES)
def test_what_a_submodule_lists_is_there(name):
    module = getattr(pn, name)
    assert all(hasattr(module, listed) for listed in make_public_api.public_names(module))
