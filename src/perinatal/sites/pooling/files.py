"""A file from another site, checked before it is used: it must be complete and consistent."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from perinatal._json import Json
from perinatal.errors import InputError, SummaryError
from perinatal.sites.pooling.cells import FURTHEST, STEPS_PER_UNIT, TICKS_PER_STEP, Cells, third_moments
from perinatal.sites.pooling.curvature import Curvature
from perinatal.sites.pooling.file_format import COLUMNS, CURVATURE, FORMAT, GRID, LARGEST_BYTES, WHAT, entries_digest
from perinatal.sites.pooling.labels import require_label

MOST_PEOPLE = 10**9
_NAME = re.compile(r"[a-z0-9_]{1,100}", re.ASCII)
_MODEL = re.compile(r"[\w.@ ()'&+,-]{1,200}")
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_YEARS = (1900, 2200)
_LARGEST_NUMBER = 1e12
_EIGENVALUE_TOLERANCE = 1e-4  # share of the largest eigenvalue that rounding may take below 0


class SummaryEntries(NamedTuple):
    """The entries of a file, in the order of the fields of :class:`~perinatal.SiteSummary`."""

    model: str
    digest: str
    outcome: str
    moment: str
    site: str
    period: tuple[int, int] | None
    smallest_cell: int
    n: int
    events: int | None
    with_event: Cells | None
    others: Cells
    curvature: Curvature | None


def read_entries(file: str | Path) -> SummaryEntries:
    """The entries of a file, once everything in it has been checked; raises as :meth:`perinatal.SiteSummary.read`."""
    path = Path(file)
    try:
        return _parse_summary(_parse_content(_read_bytes(path)))
    except _InvalidSummary as reason:
        raise SummaryError(f"{format_file_name(path)}: {reason}") from None


def format_file_name(path: Path) -> str:
    """A file's name for a message: its last part, without what a terminal would obey."""
    name = "".join(letter if letter.isprintable() else "?" for letter in path.name)
    return f"'{name[:80]}'"


class _InvalidSummary(ValueError):
    """Why a file is no summary."""


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise _InvalidSummary("is a folder; expected a file that perinatal summarise wrote.")
    if path.exists() and not path.is_file():
        raise _InvalidSummary("is no regular file.")
    with path.open("rb") as handle:
        raw = handle.read(LARGEST_BYTES + 1)
    if len(raw) > LARGEST_BYTES:
        raise _InvalidSummary(f"is larger than {LARGEST_BYTES:,} bytes, which no summary is.")
    return raw


def _parse_content(raw: bytes) -> Json:
    try:
        content = json.loads(
            raw.decode("utf-8-sig"), object_pairs_hook=_unique_entries, parse_constant=_reject_constant
        )
    except UnicodeDecodeError:
        raise _InvalidSummary("is not UTF-8 text. Ask the site to send the file again, as it is.") from None
    except (ValueError, RecursionError):
        raise _InvalidSummary("is not JSON as perinatal writes it: damaged, cut short or something else.") from None
    if not isinstance(content, dict) or content.get("what") != WHAT:
        raise _InvalidSummary("is no site summary; expected a file that perinatal summarise wrote.")
    if type(content.get("format")) is not int or content["format"] < 1:
        raise _InvalidSummary("does not say which format it has.")
    if content["format"] > FORMAT:
        raise _InvalidSummary(
            f"has format {content['format']}; this version reads up to {FORMAT}. Install a newer perinatal."
        )
    rest = {key: value for key, value in content.items() if key != "digest"}
    try:
        unchanged = content.get("digest") == entries_digest(rest)
    except (ValueError, RecursionError):  # half a surrogate pair, too deep a nesting
        unchanged = False
    if not unchanged:
        raise _InvalidSummary("was changed or damaged after it was written. Ask the site to send it again.")
    return content


def _parse_summary(content: Json) -> SummaryEntries:
    expected = {"what", "format", "model", "model_digest", "outcome", "moment", "site", "period", "smallest_cell"}
    expected |= {"n", "events", "grid", "with_event", "others", "curvature", "digest"}
    if set(content) != expected:
        lacking, more = len(expected - set(content)), len(set(content) - expected)
        raise _InvalidSummary(
            f"lacks {lacking} of the entries of format {FORMAT} and has {more} that it does not know."
        )
    if content["grid"] != GRID or any(type(v) is not int for v in content["grid"].values()):
        raise _InvalidSummary(
            f"was counted on another grid than 1/{STEPS_PER_UNIT} of log-odds; it cannot be added up."
        )
    for key, form in (("model", _MODEL), ("model_digest", _DIGEST), ("outcome", _NAME), ("moment", _NAME)):
        if not isinstance(content[key], str) or not form.fullmatch(content[key]):
            raise _InvalidSummary(f"has no usable {key}.")
    try:
        site = require_label(content["site"])
    except InputError as reason:
        raise _InvalidSummary(f"has a label that cannot be used. {reason}") from None
    smallest = _require_whole_number(content["smallest_cell"], "smallest_cell", 1, MOST_PEOPLE)
    n = _require_whole_number(content["n"], "n", 1, MOST_PEOPLE)
    events = content["events"]
    with_event, without = None, n
    if events is None:
        if content["with_event"] is not None or smallest == 1:
            raise _InvalidSummary("hides its number of events and yet counts them, or has no reason to hide it.")
    else:
        events = _require_whole_number(events, "events", 0, n)
        without = n - events
        if smallest > 1 and events < smallest:
            raise _InvalidSummary(f"reports fewer than {smallest} events, which its own rule forbids.")
        with_event = _parse_cells(content["with_event"], "with_event", smallest, events)
    others = _parse_cells(content["others"], "others", smallest, without)
    return SummaryEntries(
        content["model"],
        content["model_digest"],
        content["outcome"],
        content["moment"],
        site,
        _parse_years(content["period"]),
        smallest,
        n,
        events,
        with_event,
        others,
        _parse_curvature(content["curvature"], n),
    )


def _parse_cells(content: object, name: str, smallest: int, total: int) -> Cells:
    """Cells that could have been counted: apart, rising, large enough, with a mean and deviation that exist."""
    if not isinstance(content, dict) or set(content) != set(COLUMNS):
        raise _InvalidSummary(f"has no cells under {name}, or in another form.")
    columns = [content[column] for column in COLUMNS]
    if not all(type(column) is list and len(column) == len(columns[0]) for column in columns):
        raise _InvalidSummary(f"has columns of different lengths in the cells of {name}.")
    if not all(type(number) is int and abs(number) <= MOST_PEOPLE for column in columns for number in column):
        raise _InvalidSummary(f"has something other than whole numbers in the cells of {name}.")
    first, width, n, mean_ticks, spread, lean = (np.array(column, dtype=np.int64) for column in columns)
    if (n < smallest).any():
        raise _InvalidSummary(f"has cells of fewer than {smallest} people in {name}, which its own rule forbids.")
    if int(n.sum()) != total:
        raise _InvalidSummary(f"does not add up: the cells of {name} do not hold as many people as it says.")
    last = first + width
    if (width < 0).any() or (first[1:] <= last[:-1]).any() or (np.abs([first, last]) > FURTHEST).any():
        raise _InvalidSummary(f"has cells of {name} that overlap, do not rise or lie outside the grid.")
    width_ticks = (width + 1.0) * TICKS_PER_STEP
    possible = (mean_ticks >= 0) & (mean_ticks <= width_ticks) & (spread >= 0)
    possible &= np.maximum(spread - 0.5, 0) ** 2 <= (mean_ticks + 0.5) * (
        width_ticks - mean_ticks + 0.5
    )  # Bhatia and Davis
    possible &= (n > 1) | (spread == 0)
    if possible.all():
        low, high = third_moments(first, last, mean_ticks, spread)
        possible = (low <= lean.astype(np.float64) ** 3) & (lean.astype(np.float64) ** 3 <= high)
    if not possible.all():
        raise _InvalidSummary(
            f"has {int((~possible).sum())} cells of {name} whose mean or spread no people could have."
        )
    return Cells(first, last, n, mean_ticks, spread, lean)


def _parse_curvature(content: object, n: int) -> Curvature | None:
    if content is None:
        return None
    if not isinstance(content, dict) or set(content) != set(CURVATURE):
        raise _InvalidSummary("has a curvature in another form.")
    names, gradient = content["features"], content["gradient"]
    if type(names) is not list or not all(isinstance(name, str) and _NAME.fullmatch(name) for name in names):
        raise _InvalidSummary("has a curvature of features that have no name.")
    if len(set(names)) != len(names):
        raise _InvalidSummary("has a curvature that names a feature twice.")
    size = len(gradient) if type(gradient) is list else 0
    triangle = content["information"]
    if size not in (len(names) + 1, len(names) + 2) or type(triangle) is not list or len(names) > 1000:
        raise _InvalidSummary("has a curvature of another size than its features.")
    numbers = [content["intercept"], content["slope"], *gradient, *triangle]
    if len(triangle) != size * (size + 1) // 2 or not all(_is_number(number) for number in numbers):
        raise _InvalidSummary("has a curvature of another size, or with something other than numbers.")
    information = np.zeros((size, size))
    information[np.triu_indices(size)] = triangle
    information = information + np.triu(information, 1).T
    eigenvalues = np.linalg.eigvalsh(information)
    if eigenvalues[0] < -_EIGENVALUE_TOLERANCE * max(eigenvalues[-1], 0) or not 0 <= information[0, 0] <= n / 4 + 1:
        raise _InvalidSummary("has a curvature that no rows could have.")
    if not abs(float(gradient[0])) <= n:
        raise _InvalidSummary("has a gradient that no rows could have.")
    return Curvature(
        tuple(names), float(numbers[0]), float(numbers[1]), np.array(gradient, dtype=np.float64), information
    )


def _parse_years(content: object) -> tuple[int, int] | None:
    if content is None:
        return None
    if type(content) is not list or len(content) != 2 or not all(type(year) is int for year in content):
        raise _InvalidSummary("has a period that is not two years.")
    if not _YEARS[0] <= content[0] <= content[1] <= _YEARS[1]:
        raise _InvalidSummary("has a period that ends before it begins, or in no century of hospitals.")
    return content[0], content[1]


def _require_whole_number(number: object, name: str, low: int, high: int) -> int:
    if type(number) is not int or not low <= number <= high:
        raise _InvalidSummary(f"has no whole number from {low:,} to {high:,} as {name}.")
    return number


def _is_number(number: object) -> bool:
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return False
    return abs(number) <= _LARGEST_NUMBER  # also for NaN and huge whole numbers


def _unique_entries(pairs: list[tuple[str, object]]) -> Json:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        raise ValueError("a key occurs twice")
    return entries


def _reject_constant(_: str) -> float:
    raise ValueError("NaN and Infinity are no numbers of a summary")
