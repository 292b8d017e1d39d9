"""A summary's file: what it holds, and that no damaged, doubled, lying or hostile one gets past its reader."""

from __future__ import annotations

import copy
import json
import random

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import InputError, PerinatalError, SummaryError
from perinatal.sites.pooling.cells import TICKS_PER_STEP
from perinatal.sites.pooling.file_format import LARGEST_BYTES, entries_digest

MODEL = "preterm_birth-booking"
DAMAGES = 300


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    return pn.load_sample("births")


@pytest.fixture(scope="module")
def summary(births):
    return pn.summarise(pn.load_model(MODEL), births, site="District hospital", with_curvature=True)


def _signed(content: dict) -> str:
    """The file that somebody writes who knows how the digest is made."""
    rest = {key: value for key, value in content.items() if key != "digest"}
    return json.dumps({**rest, "digest": entries_digest(rest)})


def _read(tmp_path, text: str | bytes, name: str = "site.json"):
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return pn.SiteSummary.read(file)


def test_a_file_gives_back_the_summary_it_was_written_from(summary, tmp_path):
    file = summary.write(tmp_path / "site.json")
    again = pn.SiteSummary.read(file)
    assert again.to_json() == summary.to_json() == file.read_text(encoding="utf-8")
    assert file.stat().st_size <= LARGEST_BYTES


def test_a_file_with_the_mark_that_some_mail_programs_put_in_front_is_read(summary, tmp_path):
    assert _read(tmp_path, b"\xef\xbb\xbf" + summary.to_json().encode()).n == summary.n


def test_a_file_holds_no_index_and_no_value_of_the_table(births, tmp_path):
    named = births.set_axis([f"Maria {i}" for i in range(len(births))])
    text = pn.summarise(pn.load_model(MODEL), named, site="Ward").to_json()
    assert "Maria" not in text
    assert set(json.loads(text)) == {
        *("what", "format", "model", "model_digest", "outcome", "moment", "site", "period", "smallest_cell", "n"),
        *("events", "grid", "with_event", "others", "curvature", "digest"),
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n": 1_000_000_001}, "n"),
        ({"n": -1}, "n"),
        ({"n": 233.0}, "n"),
        ({"n": True}, "n"),
        ({"n": 234}, "add up"),
        ({"events": 234}, "events"),
        ({"events": 32}, "add up"),
        ({"events": None}, "hides"),
        ({"smallest_cell": 11}, "forbids"),
        ({"smallest_cell": 0}, "smallest_cell"),
        ({"smallest_cell": "10"}, "smallest_cell"),
        ({"model_digest": "0" * 63}, "model_digest"),
        ({"model_digest": ["0" * 64]}, "model_digest"),
        ({"model": "../../etc/passwd"}, "model"),
        ({"model": "<script>alert(1)</script>"}, "model"),
        ({"outcome": "Preterm birth"}, "outcome"),
        ({"moment": "\u202eBOOKING"}, "moment"),
        ({"site": "../other"}, "label"),
        ({"site": "C:\\temp"}, "label"),
        ({"site": "A\u202eB"}, "label"),
        ({"site": "x" * 61}, "label"),
        ({"site": ""}, "label"),
        ({"site": 17}, "label"),
        ({"site": "\x1b[31mred"}, "label"),
        ({"site": "<b>ward</b>"}, "label"),
        ({"period": [2020, 2019]}, "period"),
        ({"period": [2020]}, "period"),
        ({"period": [2020.5, 2021]}, "period"),
        ({"period": "2020"}, "period"),
        ({"period": [0, 99999]}, "period"),
        ({"grid": {"steps_per_unit": 20, "ticks_per_unit": 10000}}, "grid"),
        ({"grid": None}, "grid"),
        ({"grid": {"steps_per_unit": 1000.0, "ticks_per_unit": 100000}}, "grid"),
        ({"with_event": None}, "cells"),
        ({"others": []}, "cells"),
        ({"others": {"first": []}}, "cells"),
        ({"curvature": {}}, "curvature"),
        ({"curvature": "none"}, "curvature"),
        ({"format": 2}, "newer perinatal"),
        ({"format": 0}, "format"),
        ({"format": True}, "format"),
        ({"what": "something else"}, "no site summary"),
        ({"note": "Maria"}, "entries"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_by_name_though_the_digest_is_right(summary, tmp_path, change, message):
    with pytest.raises(SummaryError, match=message) as refused:
        _read(tmp_path, _signed({**summary.to_dict(), **change}), "from the north.json")
    assert str(refused.value).startswith("'from the north.json': ")
    assert "Maria" not in str(refused.value)


@pytest.mark.parametrize("where", ["with_event", "others"])
@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("n", 9, "forbids"),
        ("n", -5, "forbids"),
        ("n", 10.0, "whole numbers"),
        ("n", 10**30, "whole numbers"),
        ("n", "10", "whole numbers"),
        ("first", 100_001, "outside the grid"),
        ("first", -100_001, "outside the grid"),
        ("width", -1, "overlap"),
        ("width", 10**8, "outside the grid"),
        ("place", -1, "could have"),
        ("place", 10**9, "could have"),
        ("spread", -1, "could have"),
        ("spread", 10**8, "could have"),
        ("lean", 10**8, "could have"),
        ("lean", -(10**8), "could have"),
        ("lean", None, "whole numbers"),
    ],
)
def test_a_cell_that_nobody_could_have_counted_is_refused(summary, tmp_path, where, column, value, message):
    content = copy.deepcopy(summary.to_dict())
    content[where][column][0] = value
    with pytest.raises(SummaryError, match=message):
        _read(tmp_path, _signed(content))


def test_cells_in_another_order_or_one_upon_the_other_are_refused(summary, tmp_path):
    content = copy.deepcopy(summary.to_dict())
    content["others"] = {name: column[::-1] for name, column in content["others"].items()}
    with pytest.raises(SummaryError, match="do not rise"):
        _read(tmp_path, _signed(content))


def test_columns_of_another_length_are_refused(summary, tmp_path):
    content = copy.deepcopy(summary.to_dict())
    content["others"]["n"] = content["others"]["n"][:-1]
    with pytest.raises(SummaryError, match="different lengths"):
        _read(tmp_path, _signed(content))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gradient": [1e308] * 6}, "numbers"),
        ({"gradient": [10**400] * 6}, "numbers|curvature"),
        ({"information": [0.0] * 21 + [1.0]}, "size"),
        ({"features": ["age", "age", "parity", "married"]}, "twice"),
        ({"features": ["a name with blanks"]}, "no name"),
        ({"intercept": None}, "numbers"),
        ({"slope": "1"}, "numbers"),
        ({"slope": True}, "numbers"),
    ],
)
def test_a_curvature_that_cannot_be_is_refused(summary, tmp_path, change, message):
    content = copy.deepcopy(summary.to_dict())
    content["curvature"] |= change
    with pytest.raises(SummaryError, match=message):
        _read(tmp_path, _signed(content))


def test_an_information_that_is_none_is_refused(summary, tmp_path):
    content = copy.deepcopy(summary.to_dict())
    content["curvature"]["information"][1] = 1e6
    with pytest.raises(SummaryError, match="no rows could have"):
        _read(tmp_path, _signed(content))


HOSTILE = {
    "nothing": b"",
    "a table": b"age;risk\n31;0.2\n",
    "not text": bytes(range(128, 256)),
    "nul": b"\0" * 100,
    "half a file": b'{"what": "perinatal site summary", "format": 1, "n": 2',
    "a list": b"[1, 2, 3]",
    "a number": b"17",
    "null": b"null",
    "nested lists": b"[" * 24_000 + b"]" * 24_000,
    "nested objects": b'{"a":' * 8_000 + b"1" + b"}" * 8_000,
    "nested within": b'{"what": "perinatal site summary", "format": 1, "n": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "not a number": b'{"what": "perinatal site summary", "format": 1, "n": NaN}',
    "infinity": b'{"what": "perinatal site summary", "format": 1, "n": -Infinity}',
    "overflow": b'{"what": "perinatal site summary", "format": 1, "n": 1e999, "digest": "x"}',
    "long number": b'{"what": "perinatal site summary", "format": 1, "n": ' + b"9" * 40_000 + b"}",
    "key twice": b'{"what": "perinatal site summary", "format": 1, "format": 2}',
    "half a pair": b'{"what": "perinatal site summary", "format": 1, "site": "\\ud800"}',
    "too large": b'{"what": "' + b"x" * LARGEST_BYTES + b'"}',
    "a zip": b"PK\x03\x04" + b"\0" * 60,
    "a pickle": b"\x80\x04\x95\x0c\x00\x00\x00\x00\x00\x00\x00\x8c\x08builtins\x94.",
    "utf-16": '{"what": "perinatal site summary"}'.encode("utf-16"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_no_summary_is_refused_by_name(tmp_path, kind):
    with pytest.raises(SummaryError, match=r"^'site\.json': "):
        _read(tmp_path, HOSTILE[kind])


def test_a_folder_and_a_device_are_refused_and_a_missing_file_is_said(tmp_path):
    with pytest.raises(SummaryError, match="folder"):
        pn.SiteSummary.read(tmp_path)
    with pytest.raises(SummaryError, match="no regular file"):
        pn.SiteSummary.read("/dev/null")
    with pytest.raises(FileNotFoundError):
        pn.SiteSummary.read(tmp_path / "none.json")


def test_a_huge_file_is_not_read_whole(tmp_path):
    file = tmp_path / "huge.json"
    with file.open("wb") as handle:
        handle.truncate(8 * 2**30)  # sparse
    with pytest.raises(SummaryError, match="larger than"):
        pn.SiteSummary.read(file)


def test_the_name_of_a_file_cannot_write_to_a_terminal(tmp_path):
    with pytest.raises(SummaryError) as refused:
        _read(tmp_path, b"", "a\x1b[2Jb.json")
    assert "\x1b" not in str(refused.value)


def test_a_file_is_refused_after_any_of_300_damages_or_says_the_same(summary, tmp_path):
    whole = summary.to_json().encode()
    draw = random.Random(0)
    read = 0
    for _ in range(DAMAGES):
        raw = bytearray(whole)
        kind = draw.randrange(5)
        position = draw.randrange(len(raw))
        if kind == 0:
            raw[position] ^= 1 << draw.randrange(8)
        elif kind == 1:
            del raw[position : position + draw.randrange(1, 40)]
        elif kind == 2:
            raw[position:position] = bytes(draw.randrange(256) for _ in range(draw.randrange(1, 9)))
        elif kind == 3:
            raw = raw[:position]
        else:
            other = draw.randrange(len(raw))
            raw[position], raw[other] = raw[other], raw[position]
        outcome = _read_or_message(tmp_path, bytes(raw))
        if isinstance(outcome, str):
            assert outcome.startswith("'site.json': ")
        else:  # a blank more or less, between entries
            assert outcome.to_json() == summary.to_json()
            read += 1
    assert read < DAMAGES / 10


def _read_or_message(tmp_path, raw: bytes):
    try:
        return _read(tmp_path, raw)
    except SummaryError as refused:
        return str(refused)


def test_300_lies_with_a_right_digest_are_refused_or_pooled_without_a_crash(summary, tmp_path):
    """Whoever makes the digest right can lie; nothing but our own errors may come of it, and only numbers."""
    lies = [None, True, -1, 0, 1, 9, 10**9, 10**18, 0.5, -0.0, 1e308, "", "x", [], [[]], {}, {"n": 1}]
    draw = random.Random(1)
    refused = 0
    for _ in range(DAMAGES):
        content = copy.deepcopy(summary.to_dict())
        for _ in range(draw.randrange(1, 3)):
            holder, key = _random_entry(content, draw)
            holder[key] = draw.choice(lies) if draw.random() < 0.6 else _nudged(holder[key], draw)
        try:
            pooled = pn.pool([_read(tmp_path, _signed(content))])
            assert np.isfinite(pooled.recalibration.slope)
        except PerinatalError:
            refused += 1
    assert refused > 0.75 * DAMAGES  # a mean moved by a tick is a lie that nobody can find


def _random_entry(content: dict, draw: random.Random) -> tuple:
    holder, key = content, draw.choice(list(content))
    while isinstance(holder[key], (dict, list)) and holder[key] and draw.random() < 0.9:
        holder = holder[key]
        key = draw.choice(list(holder)) if isinstance(holder, dict) else draw.randrange(len(holder))
    return holder, key


def _nudged(value: object, draw: random.Random) -> object:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value + draw.choice([-1, 1, -TICKS_PER_STEP, TICKS_PER_STEP])
    return value[1:] if isinstance(value, (str, list)) else value


@pytest.mark.parametrize("label", ["", " ward", "a/b", "..", "-ward", "ward\n2", "=1+1", "a" * 61, 7, None])
def test_a_label_that_could_be_something_else_is_refused(births, label):
    with pytest.raises(InputError, match="label"):
        pn.summarise(pn.load_model(MODEL), births, site=label)


def test_a_summary_that_would_be_too_large_is_refused_before_it_is_written(summary, tmp_path, monkeypatch):
    monkeypatch.setattr("perinatal.sites.pooling.site.LARGEST_BYTES", 500)
    with pytest.raises(InputError, match="at most 500"):
        summary.write(tmp_path / "site.json")
    assert not (tmp_path / "site.json").exists()
