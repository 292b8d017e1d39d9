"""The page about growth standards says what is declared, and its example prints what it shows."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from perinatal.clinical import growth

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import make_documents  # noqa: E402
import make_reference  # noqa: E402

EVERY = list(growth.STANDARDS.values())


def page() -> str:
    return (ROOT / "docs" / "growth.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("standard", EVERY, ids=[standard.name for standard in EVERY])
def test_the_page_lists_each_standard_as_it_is_declared_with_its_population(standard):
    assert f"| `{standard.name}` | `{standard.measure}` | `{standard.at}` |" in make_reference.standards_table()
    assert any(f"`{standard.name}`" in line and standard.population in line for line in page().splitlines())


def test_the_page_lists_no_standard_that_is_not_declared():
    assert make_reference.standards_table() in page()
    assert make_reference.populations_table() in page()


def test_the_page_names_what_is_left_out_and_on_what_terms_the_rest_may_be_used():
    text = page()
    for phrase in (
        "Fenton 2013",
        "head circumference for age",
        "University of\n  Oxford",
        "commercial",
        "36.9",
        "33+0",
    ):
        assert phrase in text


def test_the_example_prints_what_the_page_shows():
    text = page()
    blocks = list(make_documents.PYTHON.finditer(text))
    for block, output in zip(blocks, make_documents.run_python_blocks(text), strict=True):
        assert not make_documents.differs(block["shown"], output), output
