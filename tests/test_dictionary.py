"""The data dictionary tells all the vocabulary declares, and its page is not stale."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import perinatal as pn
from perinatal.vocabulary import OUTCOMES, VARIABLES, Category
from perinatal.vocabulary.data_dictionary import dictionary, dictionary_markdown

PAGE = Path(__file__).resolve().parent.parent / "docs" / "data_dictionary.md"


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return dictionary().set_index("name")


def test_every_variable_and_outcome_is_listed_once(table: pd.DataFrame):
    assert table.index.tolist() == list(VARIABLES)
    assert table.index[table["kind"] == "outcome"].tolist() == [name for name in VARIABLES if name in OUTCOMES]


def test_the_facade_gives_the_same_dictionary():
    pd.testing.assert_frame_equal(pn.dictionary(), dictionary())


def test_nothing_is_missing_and_everything_is_text():
    table = dictionary()
    assert not table.isna().any().any()
    assert (table.dtypes == "str").all()


@pytest.mark.parametrize("name", VARIABLES)
def test_a_row_says_what_was_declared(name: str, table: pd.DataFrame):
    row, declared = table.loc[name], VARIABLES[name]
    assert (row["label"], row["definition"], row["source"]) == (declared.label, declared.definition, declared.source)
    assert row["unit"] == (declared.unit or "")
    assert row["known_at"] == declared.known_at.value
    levels = declared.kind.levels if isinstance(declared.kind, Category) else ()
    assert row["levels"] == ", ".join(levels)
    if declared.is_numeric:
        low, high = (float(bound) for bound in row["possible"].split(" to "))
        assert (low, high) == declared.kind.possible
    else:
        assert row["possible"] == row["plausible"] == ""
    assert row["loinc"] == ", ".join(declared.codes.loinc)
    assert row["snomed"] == ", ".join(declared.codes.snomed)


@pytest.mark.parametrize("name", OUTCOMES)
def test_an_outcome_has_its_denominator_and_horizon(name: str, table: pd.DataFrame):
    assert table.loc[name, "denominator"] == OUTCOMES[name].denominator
    assert table.loc[name, "horizon"] == OUTCOMES[name].horizon


def test_the_page_in_docs_is_what_the_command_prints():
    assert PAGE.read_text(encoding="utf-8") == dictionary_markdown(), (
        "docs/data_dictionary.md is stale: run python scripts/make_reference.py"
    )


def test_every_line_of_a_table_on_the_page_has_as_many_cells_as_its_headings():
    width = 0
    for line in dictionary_markdown().splitlines():
        if not line.startswith("|"):
            width = 0
            continue
        cells = line.replace("\\|", "").count("|")
        width = width or cells
        assert cells == width, line


def test_every_name_is_on_the_page():
    page = dictionary_markdown()
    assert not [name for name in VARIABLES if f"| `{name}` |" not in page]
