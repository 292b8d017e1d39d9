"""Risks and their reasons as one HTML page that needs no network and no script."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from perinatal.report.calibration_svg import calibration_svg
from perinatal.report.danger import MARK, danger_html
from perinatal.report.sections import (
    RiskReport,
    describe_always_unknown,
    describe_estimand,
    describe_highest_risk,
    describe_moment,
    highest_and_typical,
)
from perinatal.report.style import STYLE
from perinatal.report.wording import (
    LOWERED,
    RAISED,
    Influence,
    describe_problems,
    format_frequency,
    format_list,
    format_percent,
    strongest_influences,
)

HIGHEST, TYPICAL, PARTS = 15, 5, 3
MOST_LISTED_ROWS = 2_000  # rows; beyond, the list of everybody is left to a table file


def risk_page(
    reports: Sequence[RiskReport],
    *,
    title: str = "Risks, and what raised and lowered them",
    lead: str = "",
    highest: int = HIGHEST,
    typical: int = TYPICAL,
) -> str:
    """One self-contained HTML page of one or more sections; everything that came from a table is escaped.

    Parameters
    ----------
    sections : what :func:`~perinatal.report.build_risk_report` gives, in the order of the page.
    title : the page's heading. lead : a sentence under it.
    highest, typical : rows explained one by one: the highest risks, and others spread over the rest.
    """
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="lead">{escape(lead)}</p>' if lead else "",
        '<p class="caution"><b>For research, not for clinical use as it stands.</b> Each number is an '
        "<em>estimate</em> of a stated outcome, asked at a stated moment, by a model that learnt elsewhere. It needs "
        "local adoption first, and never stands above a danger sign: a woman who bleeds or convulses, or a newborn "
        "that does not feed, needs care now, whatever the number says.</p>",
        _contents_nav(reports) if len(reports) > 1 else "",
        *(_report_section(report, number, highest, typical) for number, report in enumerate(reports, 1)),
        _reading_guide(),
        "<footer>Written by perinatal. It holds everything it shows; nothing is loaded from elsewhere.</footer>",
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def _contents_nav(reports: Sequence[RiskReport]) -> str:
    links = "".join(
        f'<li><a href="#s{number}">{escape(_heading(report))}</a><span>{escape(_format_moment(report))}</span>'
        f"<span>{escape(report.title)}: {len(report.prediction):,} {escape(report.people)}{_format_range(report)}"
        f"{_danger_count(report)}</span></li>"
        for number, report in enumerate(reports, 1)
    )
    return f"<nav><ul>{links}</ul></nav>"


def _format_range(report: RiskReport) -> str:
    if not len(report.prediction):
        return ""
    low, high = format_percent(float(report.risk.min())), format_percent(float(report.risk.max()))
    return f", {escape(low)} to {escape(high)}"


def _danger_count(report: RiskReport) -> str:
    count = len(report.prediction.danger_signs.rows)
    return f"; <b>{MARK} {count:,} with a danger sign</b>" if count else ""


def _heading(report: RiskReport) -> str:
    label = report.model.outcome.label
    return label[:1].upper() + label[1:]


def _format_moment(report: RiskReport) -> str:
    return f"asked {describe_moment(report.model.moment)}"


def _report_section(report: RiskReport, number: int, highest: int, typical: int) -> str:
    facts = "".join(f"<dt>{escape(h)}</dt><dd>{escape(s)}</dd>" for h, s in describe_estimand(report))
    note = f"<p>{escape(report.note)}</p>" if report.note else ""
    return (
        f'<section id="s{number}">\n<p class="kicker">{escape(report.title)}, {escape(_format_moment(report))}</p>\n'
        f"<h2>{escape(_heading(report))}</h2>\n{danger_html(report.prediction.danger_signs, report.people)}"
        f'<dl class="facts">{facts}</dl>\n'
        f'<p class="caution">{escape(report.prediction.caution)}</p>\n{note}'
        f"{_people_table(report, highest, typical)}\n<p>{escape(describe_highest_risk(report))}</p>\n"
        f"{_risk_list(report)}{_problem_list(report)}{_card(report)}</section>"
    )


def _people_table(report: RiskReport, highest: int, typical: int) -> str:
    if not len(report.prediction):
        return ""
    first, others = highest_and_typical(report.risk, highest, typical)
    scale = _scale(float(report.risk.max()))
    usual = report.share_with_outcome
    tick = f"; the black line is the usual share, {format_percent(usual)}" if usual is not None else ""
    rows = [_person_row(report, row, scale) for row in first]
    if others:
        rows.append(f'<tr class="break"><td colspan="5">{len(others)} of the others, spread over the rest</td></tr>')
        rows += [_person_row(report, row, scale) for row in others]
    heading = f"The {len(first):,} of {len(report.prediction):,} {escape(report.people)} with the highest risk"
    if len(first) == len(report.prediction):
        heading = f"All {len(first):,} {escape(report.people)}"
    return (
        f'<table class="people"><caption><b>{heading}</b> Bars run from 0 to '
        f'{100 * scale:g} %{escape(tick)}.</caption><thead><tr><th scope="col">Record</th>'
        f'<th scope="col" class="risk">Risk</th>'
        f'<th scope="col" class="why">{RAISED} Raised the odds</th>'
        f'<th scope="col" class="why">{LOWERED} Lowered the odds</th><th scope="col" class="gap">Not recorded</th>'
        "</tr></thead><tbody>" + "".join(rows) + "</tbody></table>"
    )


def _person_row(report: RiskReport, row: int, scale: float) -> str:
    risk = float(report.risk[row])
    raised, lowered = strongest_influences(report.explanation, row, PARTS)
    unknown = report.unknown_labels(row)
    usual = report.share_with_outcome
    mark = ""
    if usual is not None and usual <= scale:
        mark = f'<em style="left:{100 * usual / scale:.2f}%"></em>'
    return (
        f'<tr><td data-label="Record">{escape(report.record(row))}{_danger_mark(report, row)}</td>'
        f'<td class="risk" data-label="Risk"><b>{escape(format_percent(risk))}</b>'
        f"<i>{escape(format_frequency(risk))}</i>"
        f'<div class="bar"><span style="width:{100 * risk / scale:.2f}%"></span>{mark}</div></td>'
        f'<td class="why" data-label="Raised the odds">{_influences(raised, "up", RAISED)}</td>'
        f'<td class="why" data-label="Lowered the odds">{_influences(lowered, "down", LOWERED)}</td>'
        f'<td class="gap" data-label="Not recorded">'
        f"{escape(format_list(unknown, limit=4)) if unknown else '–'}</td></tr>"
    )


def _danger_mark(report: RiskReport, row: int) -> str:
    signs = report.prediction.danger_signs.describe_row(row)
    return f'<span class="sign-of-danger">{MARK} {escape(signs)}</span>' if signs else ""


def _influences(influences: Sequence[Influence], way: str, sign: str) -> str:
    if not influences:
        return "–"
    items = "".join(
        f'<li><span class="sign">{sign}</span>{escape(i.label)}: {escape(i.value)} '
        f'<span class="times">{escape(i.times)}</span></li>'
        for i in influences
    )
    return f'<ul class="moved {way}">{items}</ul>'


def _scale(highest: float) -> float:
    """The end of the risk bars: the next of 1, 2, 5, 10, ... % above the highest risk, 100 % at most."""
    step = 10.0 ** math.floor(math.log10(max(highest, 1e-6)))
    for factor in (1, 2, 3, 5, 10):
        if highest <= factor * step:
            return min(factor * step, 1.0)
    return 1.0


def _risk_list(report: RiskReport) -> str:
    count = len(report.prediction)
    if not 0 < count <= MOST_LISTED_ROWS:
        return ""
    items = "".join(
        f"<li><span>{escape(report.record(row))}</span><span>{escape(format_percent(float(report.risk[row])))}</span></li>"
        for row in report.sorted_rows
    )
    return (
        f"<details><summary>Everybody: all {count:,} {escape(report.people)}, from the highest risk down</summary>"
        f'<ol class="everyone">{items}</ol></details>\n'
    )


def _problem_list(report: RiskReport) -> str:
    sentences = [*describe_problems(report.problems), *filter(None, [describe_always_unknown(report)])]
    if not sentences:
        return '<h3>What was found in the table</h3><p class="small">Nothing wrong, odd or missing as a column.</p>\n'
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<h3>What was found in the table</h3><ul class="found">{items}</ul>\n'


def _card(report: RiskReport) -> str:
    tests = report.model.evaluation.get("tests", ())
    if not tests:
        return (
            '<h3>How far to trust it</h3><p class="small">The model carries no test on people it has not seen: '
            "nothing is known about how well its risks hold.</p>\n"
        )
    rows = "".join(
        f'<tr><td>{escape(test["name"])}{_note(test)}</td><td class="number">{test["n"]:,}</td>'
        f'<td class="number">{test["events"]:,}</td>'
        f'<td class="number">{_format_interval(test["observed_over_expected"], 2)}</td>'
        f'<td class="number">{_format_interval(test["calibration_slope"], 2)}</td>'
        f'<td class="number">{_format_interval(test["auroc"], 3)}</td></tr>'
        for test in tests
    )
    picture = calibration_svg(tests[0]["calibration_table"], tests[0]["name"])
    limits = "".join(f"<li>{escape(limit)}</li>" for limit in report.model.evaluation.get("limits", ()))
    return (
        "<h3>How far to trust it: from the model's card</h3>\n"
        f'<div class="card"><div>{picture}<p class="small">Each dot is a group of the people of the test '
        f"<em>{escape(tests[0]['name'])}</em>, with its 95 % interval. On the dashed line, risks mean what they say. "
        f"{_suppressed_note(tests[0]['calibration_table'])}</p></div>"
        '<div><div class="scroll"><table><thead><tr><th scope="col">Tested on</th><th scope="col">people</th>'
        '<th scope="col">events</th><th scope="col">observed / expected</th><th scope="col">calibration slope</th>'
        f'<th scope="col">AUROC</th></tr></thead><tbody>{rows}</tbody></table></div>'
        '<p class="small">95 % intervals in brackets. Observed / expected: events seen for each event estimated; '
        "above 1, risks are too low there. Slope: below 1, risks are too extreme there. AUROC: how often a person with "
        "the outcome was given a higher risk than one without; 0.5 is chance.</p>"
        + (f'<ul class="found">{limits}</ul>' if limits else "")
        + f'<p class="small">Terms of the data: {escape(report.model.terms)}.</p></div></div>\n'
    )


def _suppressed_note(groups: Sequence[Mapping]) -> str:
    hidden = sum(group["observed_share"] is None for group in groups)
    if not hidden:
        return ""
    return f"{hidden} of the {len(groups)} groups had fewer than ten events, and are not shown."


def _note(test: Mapping) -> str:
    return f'<br><span class="small">{escape(test["note"])}</span>' if test.get("note") else ""


def _format_interval(triple: Sequence[float], digits: int) -> str:
    value, low, high = triple
    return f"{value:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def _reading_guide() -> str:
    return (
        '<section class="reading" id="reading"><h2>How to read this page</h2>\n'
        "<p><b>Risk.</b> 2.3 %, or 1 in 43, means: of 1,000 people with the same risk, about 23 have the outcome and "
        "977 do not. It says nothing about which of them. It counts from the stated moment until the stated end, among "
        "the stated people only.</p>\n"
        f'<p><b>What moved it.</b> <span class="up"><span class="sign">{RAISED}</span></span>raised and '
        f'<span class="down"><span class="sign">{LOWERED}</span></span>lowered the odds, compared with where the model '
        "starts before it knows anything of a person. ×1.8 means that the odds were multiplied by 1.8; ×0.45, "
        "that they were cut to 45 %. From that start, all the multipliers of a person together give exactly the risk "
        "shown; only the strongest are listed, and those that change the odds by less than 5 % never are.</p>\n"
        "<p><b>Odds and risk.</b> When the risk is small, ×2 on the odds is close to twice the risk: 1 % becomes 2 %. "
        "When it is large, it is less: 50 % becomes 67 %.</p>\n"
        "<p><b>Not causes.</b> The multipliers describe what goes along with the outcome in the data. A caesarean "
        "section done because a baby is in trouble can raise the estimate without having done harm; changing one value "
        "need not change what happens.</p>\n"
        "<p><b>Not recorded.</b> An unknown value is answered for as unknown, never filled in. That it is missing can "
        "itself move the estimate.</p></section>"
    )
