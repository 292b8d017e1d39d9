"""A ColumnMap: wrong ones are refused when they are made, right ones survive JSON."""

from __future__ import annotations

import copy
import pickle

import pytest

from perinatal.errors import InputError, PerinatalError, UnitError, UnknownLevels, UnknownName
from perinatal.frames import Column, ColumnMap
from perinatal.vocabulary import VARIABLES, Category, Flag

CLINIC = ColumnMap(
    {
        "BP sys": "systolic_bp_mmhg",
        "Hb": Column("haemoglobin_g_dl", unit="g/L"),
        "Delivery": Column("mode_of_birth", words={"CS": "caesarean", "SVD": "spontaneous"}),
        "Parity": Column("parity", unknown=(99, "X")),
        "Smoked – été": Column("chronic_hypertension", words={"O": True, "N": False}),
    },
    ignore=("Remarks",),
)


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_can_be_mapped_and_survives_json(name):
    declared = VARIABLES[name]
    words = None
    if isinstance(declared.kind, Category):
        words = dict.fromkeys(["X 1"], declared.kind.levels[-1])
    if isinstance(declared.kind, Flag):
        words = {"oui": True, "non": False}
    column_map = ColumnMap({"heading": Column(name, unit=declared.unit, words=words, unknown=(7,))})
    assert ColumnMap.from_json(column_map.to_json()) == column_map


def test_a_map_survives_json_a_file_pickle_and_copy(tmp_path):
    path = tmp_path / "clinic.json"
    path.write_text(CLINIC.to_json(), encoding="utf-8")
    assert ColumnMap.read(path) == CLINIC
    assert ColumnMap.read(str(path)) == CLINIC
    assert pickle.loads(pickle.dumps(CLINIC)) == CLINIC  # noqa: S301  (joblib sends maps to its workers)
    assert copy.deepcopy(CLINIC) == CLINIC


def test_a_file_from_a_spreadsheet_program_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "clinic.json"
    path.write_text(CLINIC.to_json(), encoding="utf-8-sig")
    assert ColumnMap.read(path) == CLINIC


def test_a_map_cannot_be_changed():
    with pytest.raises(AttributeError):
        CLINIC.ignore = ()
    with pytest.raises(TypeError):
        CLINIC.columns["x"] = Column("parity")
    with pytest.raises(TypeError):
        CLINIC.columns["Delivery"].words["x"] = "caesarean"


def test_the_callers_mapping_is_not_kept():
    mine = {"Hb": "haemoglobin_g_dl"}
    column_map = ColumnMap(mine)
    mine["x"] = "parity"
    assert list(column_map.columns) == ["Hb"]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ColumnMap({"Hb": "hemoglobin_g_dl"}), UnknownName, "Did you mean 'haemoglobin_g_dl'"),
        (lambda: Column("haemoglobin_g_dl", unit="mmHg"), UnitError, "expected one of g/dL, g/L"),
        (lambda: Column("mode_of_birth", unit="g"), UnitError, "has no unit"),
        (lambda: Column("mode_of_birth", words={"CS": "cesarean"}), UnknownLevels, "caesarean"),
        (lambda: Column("mode_of_birth", words={"CS": True}), UnknownLevels, "expected one of spontaneous"),
        (lambda: Column("married", words={"oui": "yes"}), UnknownLevels, "True, False"),
        (lambda: Column("married", words={"oui": 1}), UnknownLevels, "True, False"),
        (lambda: Column("parity", words={"none": 0}), InputError, "categories and flags"),
        (lambda: Column("married", words=["oui"]), InputError, "takes a mapping"),
        (lambda: Column("married", words={"O": True, " o ": False}), InputError, "two meanings"),
        (lambda: Column("parity", unknown=([99],)), InputError, "numbers and words"),
        (
            lambda: ColumnMap({"a": "parity", "b": "parity"}),
            InputError,
            "'a' and 'b' are both mapped to 'parity'",
        ),
        (lambda: ColumnMap({"a": "parity"}, ignore=("a",)), InputError, "both mapped and ignored"),
        (lambda: ColumnMap({"a": 3}), InputError, "expected a canonical name"),
        (lambda: ColumnMap(["a"]), InputError, "takes a mapping of headings"),
    ],
)
def test_a_wrong_map_is_refused_when_it_is_made(make, error, message):
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not"),
        ("[]", "JSON object"),
        ('{"columns": []}', "JSON object"),
        ('{"columns": {}, "colour": 1}', "'colour'"),
        ('{"columns": {}, "ignore": "x"}', "list of headings"),
        ('{"columns": {"Hb": 3}}', "'Hb'"),
        ('{"columns": {"Hb": {"unit": "g/L"}}}', "canonical name"),
        ('{"columns": {"Hb": {"variable": "haemoglobin_g_dl", "units": "g/L"}}}', "'units'"),
        ('{"columns": {"Hb": {"variable": "haemoglobin_g_dl", "unit": 3}}}', "cannot be stated in 3"),
        ('{"columns": {"Hb": {"variable": "parity", "unknown": {}}}}', "list of codes"),
        ('{"columns": {"Hb": {"variable": "parity", "unknown": null}}}', "list of codes"),
        ('{"columns": {"Hb": {"variable": "married", "words": []}}}', "takes a mapping"),
    ],
)
def test_a_file_that_is_no_map_is_refused_with_the_place(text, message):
    with pytest.raises(PerinatalError, match=message):
        ColumnMap.from_json(text)


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "clinic.xlsx"
    path.write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        ColumnMap.read(path)


def test_a_heading_that_is_no_text_cannot_be_written():
    with pytest.raises(InputError, match="Only text headings"):
        ColumnMap({3: "parity"}).to_json()


def test_one_code_for_unknown_may_stand_alone():
    assert Column("parity", unknown=99).unknown == (99,)
    assert Column("parity", unknown="X").unknown == ("X",)
