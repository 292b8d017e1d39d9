"""A page for each model from its evidence, and an index of them all: no register is needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from perinatal._html import Content, Html, html
from perinatal.models import RiskModel
from perinatal.models.card import describe_further_cases, format_count, format_share
from perinatal.models.evidence import CohortTest, TrainingRecord
from perinatal.report.calibration_svg import calibration_svg, describe_suppressed
from perinatal.report.checklist import model_checklist
from perinatal.report.layout import (
    FOOT,
    build_facts,
    build_heading_row,
    build_list,
    build_note,
    build_page,
    build_section,
    build_table,
    build_warning,
    upper_first,
)
from perinatal.report.validation_page import build_checklist_section, build_finding_sections, build_flow_table
from perinatal.report.wording import describe_moment, format_percent
from perinatal.validation import restore_result
from perinatal.vocabulary import VARIABLES, Moment

_ORDER = tuple(Moment)


def model_page(model: RiskModel) -> str:
    """One self-contained HTML page of a model's evidence; what it does not hold is shown as not available.

    After an overview of every test come the results of each: flow of rows, calibration, decision curve, distribution of
    the risks, subgroups, inputs by outcome, missing values.

    Parameters
    ----------
    model : a trained model.
    """
    heading = f"{upper_first(model.outcome.label)}, {describe_moment(model.moment)}"
    tests = model.evidence.tests
    body = [
        html("h1", heading),
        html("p", model.id, class_="lead"),
        build_warning(model.caution),
        _question_section(model),
        _tests(tests),
        _choice(model.evidence.training),
        _inputs(model),
        _limits(model),
        *(section for position, test in enumerate(tests) for section in _findings(model, position, test)),
        build_checklist_section(model_checklist(model)),
        FOOT,
    ]
    return build_page(heading, body)


def catalogue_page(models: Iterable[RiskModel]) -> str:
    """The index: every model with every test of it, linked to its page, ``<id>.html`` beside this one.

    Parameters
    ----------
    models : trained models, in any order.
    """
    rows: list[Sequence[Content] | Html] = []
    for model in sorted(models, key=_sort_key):
        words = f"{upper_first(model.outcome.label)}, {describe_moment(model.moment)}"
        rows.append(build_heading_row(html("a", words, href=f"{model.id}.html"), 7))
        rows += [[*_cells(test), len(test.inputs_absent)] for test in model.evidence.tests]
        if not model.evidence.tests:
            none = "no test on people it was not trained on: not available"
            rows.append(html("tr", html("td", none, class_="none", colspan=7)))
    heading = "Models and their tests"
    body = [
        html("h1", heading),
        build_warning(
            "Every number is from people that the model was not trained on; the first line of each is closest to the "
            "training data. Anywhere else, a model needs local adoption first."
        ),
        html("section", build_table(_TEST_HEADINGS, rows, right=range(1, 7)), _READING),
        FOOT,
    ]
    return build_page(heading, body)


_TEST_HEADINGS = ["tested on", "rows", "events", "observed / expected", "slope", "AUROC", "inputs absent"]
_READING = build_note(
    "95 % intervals in brackets. Observed / expected: observed events for each expected event; above 1, risks are too "
    "low there. Slope: below 1, risks are too extreme there. AUROC: how often a person with the outcome was given a "
    "higher risk than one without; 0.5 is chance."
)


def _sort_key(model: RiskModel) -> tuple[str, int]:
    return model.outcome.label, _ORDER.index(model.moment)


def _question_section(model: RiskModel) -> Html:
    target, evidence = model.outcome, model.evidence
    facts = [
        ("Estimated", f"the risk of {target.label}. {target.definition}"),
        ("Among", f"{target.denominator}; until {target.horizon}"),
        ("Timing", f"{describe_moment(model.moment)}, from what is known by then"),
        ("Trained on", model.trained_on),
        ("Terms", model.terms),
    ]
    training = evidence.training
    if training is not None:
        share = format_percent(training.events / training.n)
        usual = f"{training.events:,} of the {training.n:,} training rows had the outcome ({share})"
        facts.insert(3, ("Usual", usual))
    if evidence.further_cases is not None:
        facts.append(("Further", describe_further_cases(evidence.further_cases)))
    flow = build_flow_table(evidence.flow) if evidence.flow else _absent("Flow of rows")
    return build_section("What it estimates", build_facts(facts), flow)


def _tests(tests: Sequence[CohortTest]) -> Html:
    if not tests:
        return build_section("Performance", _absent("A test on people it was not trained on"))
    headings = [*_TEST_HEADINGS[:6], "Brier", _TEST_HEADINGS[6]]
    rows: list[list[Content]] = []
    pictures = []
    for position, test in enumerate(tests):
        name = test.name if test.validation is None else html("a", test.name, href=f"#test-{position}")
        rows.append([name, *_cells(test)[1:], f"{test.brier:.4f}", len(test.inputs_absent)])
        suppressed = describe_suppressed(test.calibration_table)
        caption = html("figcaption", test.name, f". {suppressed}" if suppressed else None, class_="small")
        pictures.append(html("figure", calibration_svg(test.calibration_table, test.name), caption))
    return build_section(
        "Performance",
        html("p", "Calibration first: a model that discriminates well and gives the wrong risks is misleading."),
        build_table(headings, rows, right=range(1, 8)),
        _READING,
        build_list(filter(None, map(_describe_test, tests))),
        html("h3", "Calibration"),
        html("div", pictures, class_="pictures"),
        build_note(
            "Each dot is a group of the people of the test, with its 95 % interval. On the dashed line, estimated and "
            "observed risk agree."
        ),
    )


def _cells(test: CohortTest) -> list[Content]:
    return [
        test.name,
        f"{test.n:,}",
        f"{test.events:,}",
        test.observed_over_expected.format(2),
        test.calibration_slope.format(2),
        test.auroc.format(3),
    ]


def _describe_test(test: CohortTest) -> str:
    labels = ", ".join(VARIABLES[name].label if name in VARIABLES else name for name in test.inputs_absent)
    absent = f" Not recorded there, so missing in every row: {labels}." if labels else ""
    excluded = test.outcome_unknown
    unknown = "" if excluded == 0 else f" Excluded, with a missing outcome: {format_count(excluded)} rows."
    text = f"{test.note}{unknown}{absent}".strip()
    return f"{test.name}: {text}" if text else ""


def _choice(training: TrainingRecord | None) -> Html | None:
    if training is None:
        return None
    rows = [
        (
            candidate.scorer,
            ", ".join(f"{name} {value:g}" for name, value in candidate.settings.items()),
            f"{candidate.log_loss:.5f}",
            candidate.calibration_slope.format(2),
            candidate.auroc.format(3),
            "selected" if candidate.selected else None,
        )
        for candidate in training.candidates
    ]
    headings = ["scorer", "setting", "log-loss", "slope", "AUROC", ""]
    return build_section(
        "Choice of scorer",
        html(
            "p",
            f"Out of fold, in {training.folds} folds of whole groups by {training.grouped_by}. The simplest scorer "
            "within one standard error of the best log-loss is selected.",
        ),
        build_table(headings, rows, right=[2, 3, 4]),
    )


def _inputs(model: RiskModel) -> Html:
    training = model.evidence.training
    missing = {} if training is None else training.unknown_share
    rows = []
    for f in model.features:
        share = format_share(missing[f.name]) if f.name in missing else "not available"
        late = max((VARIABLES[name].known_at for name in f.inputs), key=_ORDER.index)
        rows.append((upper_first(f.label), late.value.replace("_", " "), share))
    return build_section("Inputs", build_table(["input", "known at", "missing in training"], rows, right=[2]))


def _limits(model: RiskModel) -> Html:
    always = "Associations, not causes: changing an input need not change the outcome."
    return build_section("Limits", build_list([*model.evidence.limits, always]))


def _findings(model: RiskModel, position: int, test: CohortTest) -> list[Html]:
    """All that is on record of one test, under a heading of its own."""
    if test.validation is None:
        what = f"Performance by group, decision curve and table of inputs by outcome on {test.name}"
        return [build_section(test.name, _absent(what))]
    result = restore_result(model, test.validation)
    note = html("p", test.note) if test.note else None
    head = build_section(test.name, note, build_flow_table(result.flow), id=f"test-{position}")
    return [head, *build_finding_sections(result, 3)]


def _absent(what: str) -> Html:
    return build_note(
        f"{what}: not available in the record; ", html("code", "perinatal validate"), " computes it from a cohort."
    )
