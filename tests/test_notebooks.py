"""The notebooks run from top to bottom, draw what they promise, and are committed as they are written and executed."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import make_notebooks  # noqa: E402

FEWEST_PICTURES = {
    "01_predict_and_explain": 5,
    "02_retrain_on_your_cohort": 2,
    "03_validate_and_compare": 4,
    "04_published_scores": 2,
    "05_adopt_locally": 1,
}
NAMES = tuple(FEWEST_PICTURES)
SMALLEST_PICTURE = 4_000  # characters of base64: an empty pair of axes is smaller

pytestmark = pytest.mark.parametrize("name", NAMES)


def committed(name: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def outputs(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def pictures(notebook: nbformat.NotebookNode) -> list[str]:
    return [o.data["image/png"] for o in outputs(notebook) if "image/png" in o.get("data", {})]


def printed(notebook: nbformat.NotebookNode) -> str:
    return "\n".join(o.text for o in outputs(notebook) if o.output_type == "stream")


@pytest.fixture
def executed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> nbformat.NotebookNode:
    """The notebook, run in a copy of its folder."""
    for folder in ("notebooks", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    source = (ROOT / "notebooks" / f"{name}.py").read_text(encoding="utf-8")
    return make_notebooks.execute(make_notebooks.build_notebook(source), tmp_path / "notebooks")


def test_the_notebook_runs_without_an_error_or_a_warning_and_draws(name, executed):
    kinds = [output.output_type for output in outputs(executed)]
    assert "error" not in kinds
    assert not [o.text for o in outputs(executed) if o.output_type == "stream" and o.name == "stderr"]
    drawn = pictures(executed)
    assert len(drawn) >= FEWEST_PICTURES[name]
    assert all(len(picture) > SMALLEST_PICTURE for picture in drawn)
    assert printed_words(executed) == printed_words(committed(name)), "stale: run python scripts/make_notebooks.py"


def printed_words(notebook: nbformat.NotebookNode) -> list[str]:
    """What is printed, numbers aside: they may differ in the last digits on another processor."""
    return re.sub(r"\d+(?:[.,]\d+)*", "0", printed(notebook)).split()


def test_the_committed_notebook_is_its_source_executed(name):
    notebook = committed(name)
    source = make_notebooks.build_notebook((ROOT / "notebooks" / f"{name}.py").read_text(encoding="utf-8"))
    cells = [(cell.cell_type, cell.source) for cell in source.cells]
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == cells, (
        "stale: run python scripts/make_notebooks.py"
    )
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    assert len(pictures(notebook)) >= FEWEST_PICTURES[name]


def test_the_committed_notebook_names_no_folder_of_a_machine(name):
    text = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.~])/(?:tmp|home|root|Users|var)/\w", text)


def test_the_notebook_says_that_it_is_not_for_clinical_use(name):
    notebook = committed(name)
    text = " ".join([cell.source for cell in notebook.cells] + [printed(notebook)])
    assert "not for clinical use" in " ".join(text.replace("#", " ").split())
