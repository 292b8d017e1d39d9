"""The descriptive tables of a validation: what was unknown, who had the outcome, how the risks are spread."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perinatal.validation.small_cells import merge_small_bins, suppress_small_counts
from perinatal.vocabulary import VARIABLES, Category, Flag
from perinatal.vocabulary.disclosure import SMALLEST_CELL

NOT_RECORDED = "not recorded"
MOST_BINS = 24
MOST_THRESHOLDS = 6
_NICE = tuple(step * 10.0**decade for decade in range(-5, 0) for step in (1, 2, 5))


def inputs_table(inputs: tuple[str, ...], frame: pd.DataFrame) -> pd.DataFrame:
    """Of each input: label, rows where it is unknown (``NaN`` for 1 to 9), their share, and whether it is absent.

    >>> inputs_table(("parity",), pd.DataFrame({"plurality": [1.0]})).loc["parity", "absent"]
    np.True_
    """
    rows = []
    for name in inputs:
        unknown = int(frame[name].isna().sum()) if name in frame.columns else len(frame)
        displayed = unknown == 0 or unknown >= SMALLEST_CELL
        rows.append(
            {
                "input": name,
                "label": VARIABLES[name].label,
                "unknown": float(unknown) if displayed else np.nan,
                "unknown_share": unknown / len(frame) if displayed else np.nan,
                "absent": unknown == len(frame),
            }
        )
    return pd.DataFrame(rows).set_index("input")


def table_one(inputs: tuple[str, ...], frame: pd.DataFrame, observed: np.ndarray) -> pd.DataFrame:
    """Inputs by outcome, one row for each level of a word or flag and for each number.

    Columns: ``input, label, level, unit``, and for those ``with`` and ``without`` the outcome a count ``n_``, its
    ``share_`` of all of them, and for numbers ``median_``, ``q1_`` and ``q3_`` (``n_`` then counts the known). Levels
    with 1 to 9 people on either side are put together with another one, as ``breech or not recorded``; the counts of
    a number are ``NaN`` where few know, or do not know it.
    """
    rows: list[dict[str, object]] = []
    for name in inputs:
        if name not in frame.columns or frame[name].isna().all():
            continue
        parts = {"with": frame.loc[observed, name], "without": frame.loc[~observed, name]}
        rows += _build_number_lines(name, parts) if VARIABLES[name].is_numeric else _build_level_lines(name, parts)
    return pd.DataFrame(rows, columns=TABLE_ONE)


TABLE_ONE = ["input", "label", "level", "unit"] + [
    f"{what}_{who}" for who in ("with", "without") for what in ("n", "share", "median", "q1", "q3")
]


def _build_level_lines(name: str, parts: dict[str, pd.Series]) -> list[dict[str, object]]:
    kind = VARIABLES[name].kind
    if isinstance(kind, Flag):
        levels: dict[object, str] = {True: "yes", False: "no"}
        partner: np.ndarray | None = np.array([1, 0, 1])  # missing joins "no", so that "yes" can be shown
    elif isinstance(kind, Category):
        levels = {level: level.replace("_", " ") for level in kind.levels}
        partner = None
    else:
        return []
    level_counts = {
        who: [int((column == level).fillna(False).sum()) for level in levels] for who, column in parts.items()
    }
    counts = _count_levels(parts, level_counts)
    level_names = [*levels.values(), NOT_RECORDED]
    lines = []
    for positions in merge_small_bins(counts, partner):
        both = counts.iloc[positions].sum()
        if both.any():
            words = [level_names[position] for position in positions if counts.iloc[position].any()]
            lines.append(_build_line(name, _join_words(words)) | _build_shares(both, parts))
    return lines


def _build_number_lines(name: str, parts: dict[str, pd.Series]) -> list[dict[str, object]]:
    counts = _count_levels(parts, {who: [int(values.notna().sum())] for who, values in parts.items()})
    apart = len(merge_small_bins(counts)) == len(counts)
    lines = [_build_line(name, ""), _build_line(name, NOT_RECORDED)]
    if apart:
        lines = [line | _build_shares(counts.iloc[i], parts) for i, line in enumerate(lines)]
    for who, values in parts.items():
        numbers = values.to_numpy(dtype=np.float64)
        numbers = numbers[~np.isnan(numbers)]
        if len(numbers) >= SMALLEST_CELL:
            q1, median, q3 = np.quantile(numbers, [0.25, 0.5, 0.75])
            lines[0] |= {f"median_{who}": median, f"q1_{who}": q1, f"q3_{who}": q3}
    return lines if not apart or counts.iloc[1].any() else lines[:1]


def _count_levels(parts: dict[str, pd.Series], level_counts: dict[str, list[int]]) -> pd.DataFrame:
    """How many have each level, and how many none, being not recorded."""
    return pd.DataFrame({who: [*level_counts[who], len(parts[who]) - sum(level_counts[who])] for who in parts})


def _build_shares(counts: pd.Series, parts: dict[str, pd.Series]) -> dict[str, object]:
    return {f"n_{who}": float(counts[who]) for who in parts} | {
        f"share_{who}": counts[who] / len(values) for who, values in parts.items()
    }


def _join_words(words: list[str]) -> str:
    """Words of levels that are counted together.

    >>> _join_words(["none", "primary", "not recorded"])
    'none, primary or not recorded'
    """
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


def _build_line(name: str, level: str) -> dict[str, object]:
    return {"input": name, "label": VARIABLES[name].label, "level": level, "unit": VARIABLES[name].unit}


def risk_distribution(observed: np.ndarray, risk: np.ndarray) -> pd.DataFrame:
    """How the risks of those with and without the outcome are spread: ``low, high, with_outcome, without_outcome``.

    Bins are even on the log-odds, from the tenth lowest to the tenth highest risk; the first and the last take all
    beyond them. Counts of 1 to 9 are ``NaN``.
    """
    lowest, highest = inner_range(risk)
    if not lowest < highest:
        edges = np.array([0.0, 1.0])
    else:
        ends = np.log(lowest / (1 - lowest)), np.log(highest / (1 - highest))
        bins = int(np.clip(min(observed.sum(), (~observed).sum()) // 25, 3, MOST_BINS))
        edges = 1 / (1 + np.exp(-np.linspace(*ends, bins + 1)))
    position = np.clip(np.searchsorted(edges, risk, side="right") - 1, 0, len(edges) - 2)
    counts = {
        name: suppress_small_counts(pd.Series(np.bincount(position[chosen], minlength=len(edges) - 1)))
        for name, chosen in (("with_outcome", observed), ("without_outcome", ~observed))
    }
    return pd.DataFrame({"low": edges[:-1], "high": edges[1:], **counts})


def inner_range(risk: np.ndarray) -> tuple[float, float]:
    """The tenth lowest and the tenth highest risk: nobody's own risk is an end of a picture."""
    ordered = np.sort(risk)
    position = min(SMALLEST_CELL, max(len(ordered) // 2, 1)) - 1
    return float(ordered[position]), float(ordered[-1 - position])


def usual_thresholds(observed: np.ndarray, risk: np.ndarray) -> np.ndarray:
    """Round thresholds from about half the share with the outcome up to where ten true alerts are left.

    >>> risk = np.linspace(0.001, 0.4, 1000)
    >>> usual_thresholds(np.arange(1000) % 10 == 0, risk)
    array([0.05, 0.1 , 0.2 , 0.3 ])
    """
    top = _tenth_highest(observed, risk)
    nice = np.array([*_NICE, 0.3, 0.4, 0.7])
    nice = np.sort(nice[(nice <= top) & (nice >= 0.5 * observed.mean() * (1 - 1e-9)) & (nice > risk.min())])
    return nice[:MOST_THRESHOLDS] if len(nice) else np.array([np.median(risk)])


def decision_thresholds(observed: np.ndarray, risk: np.ndarray, points: int = 80) -> np.ndarray:
    """Thresholds up to where ten true alerts are left, at most 0.99; denser where they are small."""
    top = min(_tenth_highest(observed, risk), 0.99)
    return top * np.linspace(0, 1, points + 1)[1:] ** 2


def _tenth_highest(observed: np.ndarray, risk: np.ndarray) -> float:
    return float(np.sort(risk[observed])[-min(SMALLEST_CELL, int(observed.sum()))])
