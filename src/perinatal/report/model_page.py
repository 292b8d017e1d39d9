"""A page for each model from the record of its run, and an index of them all: no register is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from perinatal.models import RiskModel
from perinatal.models.card import describe_further_cases, format_count, format_interval, format_share
from perinatal.report.calibration_svg import calibration_svg
from perinatal.report.checklist import model_checklist
from perinatal.report.validation_page import (
    FOOT,
    build_checklist_section,
    build_finding_sections,
    build_flow_table,
    build_page,
    build_row,
    build_table,
)
from perinatal.report.wording import describe_moment, format_percent
from perinatal.validation import restore_result
from perinatal.vocabulary import VARIABLES, Moment

_ORDER = tuple(Moment)


def model_page(model: RiskModel) -> str:
    """One self-contained HTML page of what a model's record holds; what it does not hold is said to be unavailable.

    After an overview of every test come the findings of each: flow of rows, calibration, decision curve, spread of the
    risks, groups, inputs by outcome, what was unknown.
    """
    heading = f"{_upper(model.outcome.label)}, asked {describe_moment(model.moment)}"
    tests = model.evaluation.get("tests", ())
    body = [
        f"<h1>{escape(heading)}</h1>",
        f'<p class="lead">{escape(model.id)}</p>',
        f'<p class="caution"><b>For research, not for clinical use as it stands.</b> {escape(model.caution)}</p>',
        _question_section(model),
        _tests(tests),
        _choice(model.evaluation.get("training", {})),
        _inputs(model),
        _limits(model),
        *(part for position, test in enumerate(tests) for part in _findings(model, position, test)),
        build_checklist_section(model_checklist(model)),
        FOOT,
    ]
    return build_page(heading, body)


def catalogue_page(models: Iterable[RiskModel]) -> str:
    """The index: every model with every test of it, linked to its page, ``<id>.html`` beside this one."""
    sorted_models = sorted(models, key=_sort_key)
    rows = []
    for model in sorted_models:
        tests = model.evaluation.get("tests", ())
        rows.append(
            f'<tr class="group"><td colspan="7"><a href="{escape(model.id, quote=True)}.html">'
            f"{escape(_upper(model.outcome.label))}, asked {escape(describe_moment(model.moment))}</a></td></tr>"
        )
        rows += [_test_row(test) for test in tests]
        if not tests:
            rows.append('<tr><td class="none" colspan="7">no test on people it has not seen: not available</td></tr>')
    heading = "The models, and what their tests show"
    return build_page(
        heading,
        [
            f"<h1>{heading}</h1>",
            '<p class="caution"><b>For research, not for clinical use as it stands.</b> Every number is of people the '
            "model had not seen; the first line of each is nearest to home. Anywhere else it needs local adoption "
            "first.</p>",
            f"<section>{build_table(_TEST_HEADINGS, rows, right=range(1, 7))}{_READING}</section>",
            FOOT,
        ],
    )


_TEST_HEADINGS = ["tested on", "rows", "events", "observed / expected", "slope", "AUROC", "inputs absent"]
_READING = (
    '<p class="small">95 % intervals in brackets. Observed / expected: events seen for each event estimated; above 1, '
    "risks are too low there. Slope: below 1, risks are too extreme there. AUROC: how often a person with the outcome "
    "was given a higher risk than one without; 0.5 is chance.</p>"
)


def _test_row(test: Mapping) -> str:
    return build_row([*_cells(test), f"{len(test.get('inputs_absent', ()))}"], range(1, 7))


def _sort_key(model: RiskModel) -> tuple[str, int]:
    return model.outcome.label, _ORDER.index(model.moment)


def _question_section(model: RiskModel) -> str:
    target, record = model.outcome, model.evaluation
    facts = [
        ("Estimated", f"the risk of {target.label}. {target.definition}"),
        ("Among", f"{target.denominator}; until {target.horizon}"),
        ("Asked", f"{describe_moment(model.moment)}, from what is known by then"),
        ("Trained on", model.trained_on),
        ("Terms", model.terms),
    ]
    training = record.get("training")
    if training:
        share = format_percent(training["events"] / training["n"])
        usual = f"{training['events']:,} of the {training['n']:,} rows it was trained on had the outcome ({share})"
        facts.insert(3, ("Usual", usual))
    if "further_cases" in record:
        facts.append(("Further", describe_further_cases(record["further_cases"])))
    items = "".join(f"<dt>{escape(word)}</dt><dd>{escape(sentence)}</dd>" for word, sentence in facts)
    rows = [build_row([step, format_count(rows)], [1]) for step, rows in record.get("flow", ())]
    flow = build_table(["flow", "rows"], rows, "<b>Flow of rows</b>", [1]) if rows else _absent("Flow of rows")
    return f'<section><h2>What it estimates</h2><dl class="facts">{items}</dl>{flow}</section>'


def _tests(tests: Sequence[Mapping]) -> str:
    if not tests:
        return f"<section><h2>Performance</h2>{_absent('A test on people it has not seen')}</section>"
    headings = [*_TEST_HEADINGS[:6], "Brier", _TEST_HEADINGS[6]]
    rows = []
    for position, test in enumerate(tests):
        cells = [*_cells(test), f"{test['brier']:.4f}", f"{len(test.get('inputs_absent', ()))}"]
        row, name = build_row(cells, range(1, 8)), escape(test["name"])
        rows.append(row.replace(name, f'<a href="#test-{position}">{name}</a>', 1) if "validation" in test else row)
    notes = "".join(f"<li>{escape(note)}</li>" for note in map(_note, tests) if note)
    pictures = "".join(
        f'<figure>{calibration_svg(test["calibration_table"], test["name"])}<figcaption class="small">'
        f"{escape(test['name'])}{_suppressed_note(test)}</figcaption></figure>"
        for test in tests
    )
    return (
        "<section><h2>Performance</h2><p>Calibration first: a model that tells people apart but gives the wrong risks "
        f"misleads each of them.</p>{build_table(headings, rows, right=range(1, 8))}{_READING}"
        + (f'<ul class="found">{notes}</ul>' if notes else "")
        + f'<h3>Calibration</h3><div class="pictures">{pictures}</div><p class="small">Each dot is a group of the '
        "people of the test, with its 95 % interval. On the dashed line, risks mean what they say.</p></section>"
    )


def _cells(test: Mapping) -> list[str]:
    return [
        test["name"],
        f"{test['n']:,}",
        f"{test['events']:,}",
        format_interval(test["observed_over_expected"]),
        format_interval(test["calibration_slope"]),
        format_interval(test["auroc"], 3),
    ]


def _note(test: Mapping) -> str:
    absent = test.get("inputs_absent", ())
    labels = ", ".join(VARIABLES[name].label if name in VARIABLES else name for name in absent)
    lacking = f" Not recorded there, so unknown in every row: {labels}." if absent else ""
    left_out = test.get("outcome_unknown", 0)
    unknown = "" if left_out == 0 else f" Left out, with an unknown outcome: {format_count(left_out)} rows."
    text = f"{test.get('note', '')}{unknown}{lacking}".strip()
    return f"{test['name']}: {text}" if text else ""


def _suppressed_note(test: Mapping) -> str:
    groups = test["calibration_table"]
    hidden = sum(group["observed_share"] is None for group in groups)
    return f". {hidden} of {len(groups)} groups had fewer than ten events, and are not shown" if hidden else ""


def _choice(training: Mapping) -> str:
    if not training:
        return ""
    rows = []
    for candidate in training["candidates"]:
        setting = ", ".join(f"{key} {candidate[key]:g}" for key in ("penalty", "depth", "rounds") if key in candidate)
        mark = "kept" if candidate["kept"] else ""
        slope, auroc = format_interval(candidate["calibration_slope"]), format_interval(candidate["auroc"], 3)
        rows.append(
            build_row([candidate["scorer"], setting, f"{candidate['log_loss']:.5f}", slope, auroc, mark], [2, 3, 4])
        )
    headings = ["scorer", "setting", "log-loss", "slope", "AUROC", ""]
    return (
        f"<section><h2>Choice of scorer</h2><p>Out of fold, in {training['folds']} folds of whole groups by "
        f"{escape(str(training['grouped_by']))}. The simplest scorer within one standard error of the best log-loss is "
        f"kept.</p>{build_table(headings, rows, right=[2, 3, 4])}</section>"
    )


def _inputs(model: RiskModel) -> str:
    unknown = model.evaluation.get("training", {}).get("unknown_share", {})
    rows = []
    for f in model.features:
        share = format_share(unknown[f.name]) if f.name in unknown else "not available"
        late = max((VARIABLES[name].known_at for name in f.inputs), key=_ORDER.index)
        rows.append(build_row([_upper(f.label), late.value.replace("_", " "), share], [2]))
    headings = ["input", "known at", "unknown in training"]
    return f"<section><h2>What it looks at</h2>{build_table(headings, rows, right=[2])}</section>"


def _limits(model: RiskModel) -> str:
    always = "Associations, not causes: changing an input need not change the outcome."
    items = "".join(f"<li>{escape(limit)}</li>" for limit in (*model.evaluation.get("limits", ()), always))
    return f'<section><h2>Limits</h2><ul class="found">{items}</ul></section>'


def _findings(model: RiskModel, position: int, test: Mapping) -> list[str]:
    """All that is on record of one test, under a heading of its own."""
    name = escape(test["name"])
    if "validation" not in test:
        what = f"Performance by group, decision curve and table of inputs by outcome on {name}"
        return [f"<section><h2>{name}</h2>{_absent(what)}</section>"]
    result = restore_result(model, test["validation"])
    note = f"<p>{escape(test['note'])}</p>" if test.get("note") else ""
    return [
        f'<section id="test-{position}"><h2>{name}</h2>{note}{build_flow_table(result)}</section>',
        *build_finding_sections(result, 3),
    ]


def _absent(what: str) -> str:
    return f'<p class="small">{what}: not available in the record; `perinatal validate` makes it from a cohort.</p>'


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
