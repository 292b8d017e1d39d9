"""Pooled sites as one HTML page: how the model does on all people, at each site, and at a new site."""

from __future__ import annotations

import math

import pandas as pd

from perinatal._html import Content, Html, html
from perinatal.evaluate import Estimate
from perinatal.report.layout import (
    DASH,
    FOOT,
    build_facts,
    build_list,
    build_note,
    build_page,
    build_section,
    build_table,
    build_warning,
    upper_first,
)
from perinatal.report.validation_svg import build_figure, calibration_with_band, column_ends, interval_cell
from perinatal.sites.pooling import PooledSites
from perinatal.vocabulary import outcome

_ROW_MEASURES = (("observed_over_expected", True), ("calibration_slope", False), ("auroc", False))
_MARKS = {"observed_over_expected": 1.0, "calibration_slope": 1.0, "auroc": 0.5}
_WORDS = {
    "observed_over_expected": "observed / expected",
    "calibration_intercept": "intercept (slope 1)",
    "calibration_slope": "slope",
    "auroc": "AUROC",
}


def pooling_page(pooled: PooledSites, *, title: str | None = None) -> str:
    """One self-contained HTML page of pooled sites; everything that came from a file is escaped.

    Parameters
    ----------
    pooled : from :func:`perinatal.pool`.
    title : the page's heading; the outcome and the number of sites by default.
    """
    label = outcome(pooled.outcome).label
    heading = title or f"{upper_first(label)}: {len(pooled.summaries)} sites pooled"
    body = [
        html("h1", heading),
        build_warning(f"Made from counts of the risks that {pooled.model} estimated; no row left a site."),
        _question_section(pooled),
        _overall_section(pooled),
        _site_section(pooled),
        _refused_section(pooled),
        FOOT,
    ]
    return build_page(heading, body)


def _question_section(pooled: PooledSites) -> Html:
    target, first = outcome(pooled.outcome), pooled.summaries[0]
    suppressed = sum(site.events is None for site in pooled.summaries)
    text = f"{len(pooled.summaries)} sites, {pooled.n:,} people, {pooled.events:,} known to have the outcome."
    if suppressed:
        text += (
            f" {suppressed} sites report only that they had few events; together these are estimated at "
            f"{pooled.hidden_events:.0f}."
        )
    facts = [
        ("Outcome", f"{target.definition} Among {target.denominator}, until {target.horizon}."),
        ("Timing", f"at {first.moment.replace('_', ' ')}"),
        ("Model", f"{pooled.model}, digest {pooled.digest[:16]}…"),
    ]
    return build_section("Sites and people", html("p", text), build_facts(facts))


def _overall_section(pooled: PooledSites) -> Html:
    overall = {
        "observed_over_expected": pooled.observed_over_expected,
        "calibration_slope": pooled.slope,
        "auroc": pooled.auroc,
    }
    rows = []
    for name, words in _WORDS.items():
        measure = pooled.across.get(name)
        rows.append(
            (
                words,
                overall[name].format(2) if name in overall else DASH,
                measure.summary.format(2) if measure else DASH,
                measure.new_site.format(2) if measure else DASH,
                f"{measure.i2:.0%}" if measure else DASH,
            )
        )
    headings = ["", "all people", "mean over sites", "a new site", "share of the variance between sites"]
    return build_section(
        "All sites",
        build_table(headings, rows, right=range(1, 5)),
        build_note(
            "95 % intervals. The interval for a new site is a prediction interval: where the value of one more site "
            "may lie. If it is wide, no single recalibration fits all sites, and each should adopt the model by itself."
        ),
        html(
            "div",
            build_figure(calibration_with_band(pooled.curve), "Observed share along the estimated risk, all sites."),
            class_="pictures",
        ),
    )


def _site_section(pooled: PooledSites) -> Html:
    ends = {name: column_ends(pooled.sites, name, _MARKS[name]) for name, _ in _ROW_MEASURES}
    rows = [_row(str(site), line, ends) for site, line in pooled.sites.iterrows()]
    headings = ["site", "people", "events"]
    for name, _ in _ROW_MEASURES:
        headings += [_WORDS[name], ""]
    pictures = {4: "cell", 6: "cell", 8: "cell"}
    return build_section("Sites", build_table(headings, rows, right=(1, 2, 3, 5, 7), classes=pictures))


def _row(site: str, line: pd.Series, ends: dict[str, tuple[float, float]]) -> list[Content]:
    events = "few" if math.isnan(line["events"]) else f"{line['events']:,.0f}"
    cells: list[Content] = [site, f"{line['n']:,.0f}", events]
    for name, log in _ROW_MEASURES:
        estimate = Estimate(*(float(line[f"{name}{end}"]) for end in ("", "_low", "_high")))
        cells += [estimate.format(2), interval_cell(estimate, ends[name], _MARKS[name], log=log)]
    return cells


def _refused_section(pooled: PooledSites) -> Html | None:
    if not pooled.refused:
        return None
    return build_section("Excluded files", build_list(f"{name}: {reason}" for name, reason in pooled.refused))
