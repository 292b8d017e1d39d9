"""The answers of models with their reasons as one HTML page that needs no network and no script."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from perinatal._html import Content, Html, html
from perinatal.models import RiskModel
from perinatal.models.card import BEFORE_AFTER, TESTED_BEFORE_ADOPTION
from perinatal.models.evidence import CohortTest, SiteAdoption
from perinatal.models.explanation import Explanation
from perinatal.report.answer_report import (
    AnswerReport,
    describe_always_unknown,
    describe_estimand,
    describe_highest_risk,
    group_rows,
)
from perinatal.report.calibration_svg import calibration_svg, describe_suppressed
from perinatal.report.danger import MARK, danger_html
from perinatal.report.layout import FOOT, build_facts, build_list, build_note, build_page, build_warning
from perinatal.report.wording import (
    ANSWER_COLUMNS,
    DANGER_FIRST,
    LOWERED,
    PUBLISHED_CAUTION,
    RAISED,
    READING_GUIDE,
    TRAINED_CAUTION,
    Influence,
    describe_problems,
    describe_reasons,
    format_list,
    format_percent,
    strongest_influences,
)

HIGHEST, TYPICAL, PARTS = 15, 5, 3
MOST_LISTED_ROWS = 2_000  # rows; beyond, the list of everybody is left to a table file


def answer_page(
    reports: Sequence[AnswerReport],
    *,
    title: str = "",
    lead: str = "",
    highest: int = HIGHEST,
    typical: int = TYPICAL,
) -> str:
    """One self-contained HTML page with a section for each report; everything that came from a table is escaped.

    Parameters
    ----------
    reports : what :func:`~perinatal.report.build_answer_report` returns, in the order of the page.
    title : the page's heading; by default that of the first report.
    lead : a sentence under it.
    highest, typical : rows shown one by one: the highest risks, and others spread over the rest. Answers that are no
        risks are all shown, up to 2,000.
    """
    title = title or f"{reports[0].heading}: answers and what contributed to them"
    models = [report.model for report in reports]
    trained = any(isinstance(model, RiskModel) for model in models)
    published = not all(isinstance(model, RiskModel) for model in models)
    cautions = [TRAINED_CAUTION] * trained + [PUBLISHED_CAUTION] * published + [DANGER_FIRST]
    body = [
        html("h1", title),
        html("p", lead, class_="lead") if lead else None,
        build_warning(" ".join(cautions)),
        _contents_nav(reports) if len(reports) > 1 else None,
        *(_section(report, number, highest, typical) for number, report in enumerate(reports, 1)),
        _reading_guide() if trained else None,
        FOOT,
    ]
    return build_page(title, body)


def _contents_nav(reports: Sequence[AnswerReport]) -> Html:
    items = []
    for number, report in enumerate(reports, 1):
        count = len(report.prediction.danger_signs.rows)
        summary = f"{report.title}: {len(report.prediction):,} {report.people}{_format_range(report)}"
        warning = ["; ", html("b", f"{MARK} {count:,} with a danger sign")] if count else None
        link = html("a", report.heading, href=f"#s{number}")
        items.append(html("li", link, html("span", report.timing), html("span", summary, warning)))
    return html("nav", html("ul", items))


def _format_range(report: AnswerReport) -> str:
    if report.highest_risk is None:
        return ""
    return f", {format_percent(float(np.nanmin(report.risk)))} to {format_percent(report.highest_risk)}"


def _section(report: AnswerReport, number: int, highest: int, typical: int) -> Html:
    return html(
        "section",
        html("p", f"{report.title}. Timing: {report.timing}.", class_="kicker"),
        html("h2", report.heading),
        danger_html(report.prediction.danger_signs, report.people),
        build_facts(describe_estimand(report)),
        html("p", report.prediction.caution, class_="caution"),
        html("p", report.note) if report.note else None,
        _answer_table(report, highest, typical),
        html("p", sentence) if (sentence := describe_highest_risk(report)) else None,
        _risk_list(report) if report.is_risk else None,
        _problem_list(report),
        _evidence(report.model) if isinstance(report.model, RiskModel) else _describe_terms(report),
        id=f"s{number}",
    )


def _answer_table(report: AnswerReport, highest: int, typical: int) -> Html | None:
    if not len(report.prediction):
        return None
    groups = group_rows(report, highest, typical) if report.is_risk else group_rows(report, MOST_LISTED_ROWS, 0)
    scale = _scale(report.highest_risk or 0.0)
    trained = isinstance(report.model, RiskModel)
    reasons = (f"{RAISED} Raised the odds", f"{LOWERED} Lowered the odds") if trained else ("Because",)
    heading, first = groups[0]
    rows = [_row(report, row, scale) for row in first]
    for title, others in groups[1:]:
        rows.append(html("tr", html("td", title, colspan=3 + len(reasons)), class_="break"))
        rows += [_row(report, row, scale) for row in others]
    headings = [
        html("th", "Record", scope="col"),
        html("th", ANSWER_COLUMNS[report.prediction.answers], scope="col", class_="risk"),
        *(html("th", reason, scope="col", class_="why" if trained else "because") for reason in reasons),
        html("th", "Not recorded", scope="col", class_="gap"),
    ]
    return html(
        "table",
        html("caption", html("b", heading), " ", _describe_bars(report, scale)),
        html("thead", html("tr", headings)),
        html("tbody", rows),
        class_="people",
    )


def _describe_bars(report: AnswerReport, scale: float) -> str:
    if report.highest_risk is None:
        return "In the order of the table."
    usual = report.share_with_outcome
    tick = "" if usual is None else f"; the black line is the usual share, {format_percent(usual)}"
    return f"Bars run from 0 to {100 * scale:g} %{tick}."


def _row(report: AnswerReport, row: int, scale: float) -> Html:
    answer, beside = report.answer(row)
    signs = report.prediction.danger_signs.describe_row(row)
    warning = html("span", f"{MARK} {signs}", class_="sign-of-danger") if signs else None
    unknown = report.unknown_labels(row)
    return html(
        "tr",
        html("td", report.record(row), warning, data_label="Record"),
        html(
            "td",
            html("b", answer),
            html("i", beside) if beside else None,
            _bar(report, row, scale) if report.is_risk else None,
            class_="risk",
            data_label=ANSWER_COLUMNS[report.prediction.answers],
        ),
        _reason_cells(report, row),
        html("td", format_list(unknown, limit=4) if unknown else "–", class_="gap", data_label="Not recorded"),
    )


def _bar(report: AnswerReport, row: int, scale: float) -> Html | None:
    risk, usual = float(report.risk[row]), report.share_with_outcome
    if math.isnan(risk):
        return None
    tick = None
    if usual is not None and usual <= scale:
        tick = html("em", style=f"left:{100 * usual / scale:.2f}%")
    return html("div", html("span", style=f"width:{100 * risk / scale:.2f}%"), tick, class_="bar")


def _reason_cells(report: AnswerReport, row: int) -> list[Html]:
    explanation = report.explanation
    if not (isinstance(report.model, RiskModel) and isinstance(explanation, Explanation)):
        (reasons,) = report.reasons(row, PARTS)
        return [
            html("td", html("ul", (html("li", r) for r in reasons), class_="moved"), data_label="Because", class_="why")
        ]
    raised, lowered = strongest_influences(explanation, row, PARTS)
    return [
        html("td", _influences(raised, "up", RAISED), class_="why", data_label="Raised the odds"),
        html("td", _influences(lowered, "down", LOWERED), class_="why", data_label="Lowered the odds"),
    ]


def _influences(influences: Sequence[Influence], way: str, sign: str) -> Content:
    if not influences:
        return "–"
    mark = html("span", sign, class_="sign")
    items = (html("li", mark, f"{i.label}: {i.value} ", html("span", i.times, class_="times")) for i in influences)
    return html("ul", items, class_=f"moved {way}")


def _scale(highest: float) -> float:
    """The end of the risk bars: the next of 1, 2, 3, 5, 10, ... % above the highest risk, 100 % at most."""
    step = 10.0 ** math.floor(math.log10(max(highest, 1e-6)))
    for factor in (1, 2, 3, 5, 10):
        if highest <= factor * step:
            return min(factor * step, 1.0)
    return 1.0


def _risk_list(report: AnswerReport) -> Html | None:
    count = len(report.prediction)
    if report.highest_risk is None or count > MOST_LISTED_ROWS:
        return None
    items = (html("li", html("span", report.record(r)), html("span", report.answer(r)[0])) for r in report.sorted_rows)
    return html(
        "details",
        html("summary", f"All {count:,} {report.people}, from the highest risk down"),
        html("ol", items, class_="everyone"),
    )


def _problem_list(report: AnswerReport) -> list[Html | None]:
    sentences = [*describe_problems(report.problems), *filter(None, [describe_always_unknown(report)])]
    heading = html("h3", "Problems of the table")
    if not sentences:
        return [heading, build_note("No impossible or odd value, and no column missing.")]
    return [heading, build_list(sentences)]


def _evidence(model: RiskModel) -> list[Html]:
    """The tests on record, with the calibration of the first."""
    tests, adoption = model.evidence.tests, model.evidence.adoption
    if not tests:
        text = "The model has not been tested on people outside its training data: its calibration is not known."
        return [html("h3", "How reliable is it?"), build_note(text)]
    first = tests[0]
    groups, name = first.calibration_table, first.name
    if isinstance(adoption, SiteAdoption) and model.adoption is not None:
        groups, name = adoption.calibration_after, f"{model.adoption.site}, after adoption, rows held out"
    picture = html(
        "div",
        calibration_svg(groups, name),
        build_note(
            "Each dot is a group of people of the test ",
            html("em", name),
            ", with its 95 % interval. On the dashed line, risks agree with what was observed. ",
            describe_suppressed(groups),
        ),
    )
    columns = ("Tested on", "people", "events", "observed / expected", "calibration slope", "AUROC")
    rows = [
        html(
            "tr",
            html("td", test.name, [html("br"), html("span", test.note, class_="small")] if test.note else None),
            (html("td", cell, class_="number") for cell in _test_cells(test)),
        )
        for test in tests
    ]
    if isinstance(adoption, SiteAdoption) and model.adoption is not None:
        measures = [
            adoption.after[measure].format(3 if measure == "auroc" else 2) if measure in adoption.after else "–"
            for measure in BEFORE_AFTER
        ]
        cells = [f"{model.adoption.n:,}", f"{model.adoption.events:,}", *measures]
        rows.insert(0, html("tr", html("td", name), (html("td", cell, class_="number") for cell in cells)))
    table = html(
        "table",
        html("thead", html("tr", (html("th", column, scope="col") for column in columns))),
        html("tbody", rows),
    )
    reading = (
        "95 % intervals in brackets. Observed / expected: above 1, risks are too low there. Slope: below 1, risks are "
        "too extreme there. AUROC: the probability that a person with the outcome has a higher risk than a person "
        "without; 0.5 is chance."
    )
    numbers = html(
        "div",
        html("div", table, class_="scroll"),
        build_note(TESTED_BEFORE_ADOPTION) if model.adoption is not None else None,
        build_note(reading),
        build_list(model.evidence.limits),
        build_note(f"Terms of the data: {model.terms}."),
    )
    return [html("h3", "How reliable is it? From the model card"), html("div", picture, numbers, class_="card")]


def _describe_terms(report: AnswerReport) -> Html:
    return html("p", describe_reasons(report.explanation))


def _test_cells(test: CohortTest) -> tuple[str, ...]:
    ratio, slope = test.observed_over_expected.format(2), test.calibration_slope.format(2)
    return f"{test.n:,}", f"{test.events:,}", ratio, slope, test.auroc.format(3)


def _reading_guide() -> Html:
    paragraphs = (html("p", html("b", heading), " ", text) for heading, text in READING_GUIDE)
    return html("section", html("h2", "How to read this page"), paragraphs, class_="reading", id="reading")
