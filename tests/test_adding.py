"""Whatever is declared is declared once: one more of everything, in a scratch copy of the project.

Nothing but the one file of each addition is edited there, and the documents that follow from declarations are written
by their command. The suite must then collect, and its laws must hold for what was added (all of it has *fictive* in its
name) and for the lists that it is now part of.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from additions import ADDITIONS

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("src", "tests", "scripts", "docs")
LINKED = ("models", "data", "notebooks", "benchmarks", "requirements", ".ci", "pyproject.toml", "Makefile")
LISTS = (  # laws of whole lists, which an addition could break
    "test_every_confirmed_score",
    "test_every_cross_check",
    "test_every_module_of_declared_registers",
    "test_every_outcome",
    "test_every_recipe",
    "test_every_register_is_listed",
    "test_every_variable_and_outcome",
    "test_the_clock_of_pregnancy",
    "test_the_document_is_what_the_declarations_say",
    "test_the_page_in_docs",
    "test_the_page_lists_no_standard",
    "test_the_pages_of_the_scores",
    "test_training_writes_each_model",
    "test_there_is_one_main_command",
    "test_units.py",
)
TITLES = {
    "recipe": "A model",
    "cross-check": "A check between columns",
    "outcome": "An outcome",
    "scorer": "A kind of scorer",
}
CHECKS = """
import json, sys, tempfile, pathlib
import pandas as pd
import perinatal, perinatal as pn
import perinatal.cli.main, perinatal.recipes, perinatal.models, perinatal.frames.units

BIRTHS = pn.load_sample("hospital_births")


def fit(moment="birth", scorers=("logistic",)):
    return pn.fit(BIRTHS, "nicu_admission", moment, features=["gestational_age_at_birth_days", "plurality"],
                  options=pn.training.FitOptions(scorers=list(scorers)))


def reload(model):
    return pn.load_model(model.save(pathlib.Path(tempfile.mkdtemp()) / model.id))


results = {}
for kind, check in json.load(sys.stdin).items():
    try:
        results[kind] = repr(bool(eval(check)))
    except Exception as error:
        results[kind] = f"{type(error).__name__}: {error}"
print(json.dumps(results))
"""


def run(scratch: Path, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    """A Python program in the scratch copy; as on a machine without the real registers."""
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "PYTHONPATH")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=scratch,
        env=environment | {"PYTHONPATH": str(scratch / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        input=text,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


@pytest.fixture(scope="module")
def scratch(tmp_path_factory) -> Path:
    """A copy of the project with every addition, its generated documents written again."""
    folder = tmp_path_factory.mktemp("scratch") / "project"
    folder.mkdir()
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in [*(ROOT / name for name in LINKED), *ROOT.glob("*.md"), ROOT / "LICENSE"]:
        (folder / path.name).symlink_to(path)
    for addition in ADDITIONS.values():
        addition.apply(folder / "src" / "perinatal")
    written = run(folder, "scripts/make_reference.py")
    assert written.returncode == 0, written.stderr[-4000:]
    return folder


@pytest.fixture(scope="module")
def results(scratch) -> dict[str, str]:
    """What each addition's check gives in the scratch copy."""
    done = run(scratch, "-c", CHECKS, text=json.dumps({kind: a.check for kind, a in ADDITIONS.items()}))
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("kind", ADDITIONS)
def test_one_more_of_it_is_declared_in_one_file_and_is_there(kind, results):
    assert results[kind] == "True"


def test_the_suite_collects_and_its_laws_hold_for_what_was_added(scratch):
    expression = " or ".join(["fictive", *LISTS])
    done = run(scratch, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", expression)
    assert done.returncode == 0, done.stdout[-6000:]
    assert "error" not in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("kind", ADDITIONS)
def test_the_architecture_says_where_one_more_of_it_goes(kind):
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").replace("\\_", "_")
    title = TITLES.get(kind, f"A {kind}")
    section = text.partition(f"\n### {title}\n")[2].partition("\n### ")[0]
    path = Path("src/perinatal") / ADDITIONS[kind].path
    assert f"({path.as_posix()})" in section or f"({path.parent.as_posix()})" in section
