"""TRIPOD+AI, item by item: what a model's record and a validation tell, and what they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from perinatal.models import RiskModel
from perinatal.models.card import format_count
from perinatal.validation import ValidationResult
from perinatal.vocabulary import VARIABLES

SOURCE = "TRIPOD+AI: Collins et al., BMJ 2024;385:e078378, 10.1136/bmj-2023-078378"
PLACES = tuple(VARIABLES[name].label for name in ("state", "region", "facility_id"))

ITEMS: tuple[tuple[str, str], ...] = (
    ("1", "Title: a study that develops or evaluates a model, the population and the outcome"),
    ("2", "Abstract"),
    ("3a", "Health-care context and why the model is needed"),
    ("3b", "Whom the model is for, where in their care, and who would use it"),
    ("3c", "Known health inequalities between groups"),
    ("4", "Objectives: development, evaluation or both"),
    ("5a", "Sources of the data, and how far they represent the population"),
    ("5b", "Dates of the data, and end of follow-up"),
    ("6a", "Setting: kind, number and place of centres"),
    ("6b", "Who was eligible"),
    ("6c", "Treatments received, and how they were handled"),
    ("7", "Preparation and checking of the data"),
    ("8a", "Outcome: definition and time horizon"),
    ("8b", "Who judged the outcome, where judging takes interpretation"),
    ("8c", "Whether those who judged the outcome knew the predictors"),
    ("9a", "Choice of the predictors that were tried"),
    ("9b", "Definition of each predictor, and when it was measured"),
    ("9c", "Who measured predictors, where measuring takes interpretation"),
    ("10", "How the size of the study was arrived at"),
    ("11", "Handling of missing data"),
    ("12a", "How the data were divided and used"),
    ("12b", "How predictors entered the model"),
    ("12c", "Kind of model, and each step of building it, with internal validation"),
    ("12d", "Differences between clusters (hospitals, countries), and how they were handled"),
    ("12e", "Measures and plots of performance"),
    ("12f", "Updating of the model after evaluation"),
    ("12g", "How the model's risks were computed in the evaluation"),
    ("13", "Class imbalance: methods, and recalibration afterwards"),
    ("14", "Fairness: what was done, and why"),
    ("15", "What the model gives out: probabilities or classes, with thresholds"),
    ("16", "Differences between the development and the evaluation data"),
    ("17", "Ethical approval and consent"),
    ("18a", "Funding"),
    ("18b", "Conflicts of interest"),
    ("18c", "Protocol"),
    ("18d", "Registration"),
    ("18e", "Availability of the data"),
    ("18f", "Availability of the code"),
    ("19", "Involvement of patients and the public"),
    ("20a", "Flow of participants, with and without the outcome"),
    ("20b", "Characteristics of participants, with missing data"),
    ("20c", "Comparison of predictors between development and evaluation data"),
    ("21", "Participants and events in each analysis"),
    ("22", "The full model, so that others can use it"),
    ("23a", "Performance with confidence intervals, also in key groups"),
    ("23b", "Differences of performance between clusters"),
    ("24", "Results of updating"),
    ("25", "Interpretation, with fairness, in the light of earlier studies"),
    ("26", "Limitations"),
    ("27a", "What to do with poor or missing input"),
    ("27b", "Whether and how users interact with input and model, and the skill it takes"),
    ("27c", "Next steps for research"),
)
"""Number and matter of each item, in our words."""


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One item; ``told`` is the evidence, or empty where there is none: people have to write it."""

    number: str
    topic: str
    evidence: str


def validation_checklist(result: ValidationResult) -> tuple[ChecklistItem, ...]:
    """Every item, filled from a validation where it gives evidence."""
    unknown = result.flow[-2][1] if len(result.flow) > 1 else 0
    absent = int(result.inputs["absent"].sum())
    grouping = f"rows of one {result.grouped_by} kept together" if result.grouped_by else "rows taken as independent"
    places = [name for name in PLACES if name in result.groups.index.get_level_values(0)]
    evidence = {
        "1": f"Evaluation of {result.model}: {result.outcome.label}, among {result.outcome.denominator}",
        "3b": f"Asked at {result.moment.value.replace('_', ' ')}: {result.moment.description}. For research; "
        "no "
        "clinical user is foreseen as it stands",
        "4": "Evaluation of an existing model",
        "5a": f"Evaluated on {result.cohort}. Developed on {result.trained_on}",
        "6b": "See the flow of rows",
        "7": f"Conformed to declared names, units and ranges; {len(result.problems)} kinds of departure reported",
        "8a": f"{result.outcome.definition} Until {result.outcome.horizon}",
        "9b": "Each input is declared with unit, range, source and the moment at which it is known",
        "10": f"Every row with a known outcome was used: {result.events:,} events; no size was planned",
        "11": f"Outcome: {unknown:,} rows with an unknown one were left out. Inputs: unknown is a value of its own, "
        "never filled in; shares are in the table of inputs",
        "12e": "O/E, intercept, slope, ICI, E50, E90, smooth curve; AUROC, average precision; Brier; net benefit; "
        f"intervals in closed form or by {result.bootstraps} bootstraps, {grouping}",
        "12f": "None: the model was judged as it came",
        "12g": f"perinatal's `predict` ({result.scorer} scorer, recalibrated on the log-odds)",
        "14": _describe_groups(result),
        "15": "Probabilities; thresholds are examples, none is recommended",
        "16": f"{absent} of {len(result.inputs)} inputs are absent from this cohort" if absent else "",
        "18e": f"Terms of the data the model learnt from: {result.terms}",
        "18f": "perinatal, Apache-2.0",
        "20a": "See the flow of rows",
        "20b": "See the table of inputs by outcome",
        "21": f"{result.n:,} rows, {result.events:,} events",
        "22": "A directory of text files with digests, loaded by `perinatal.load_model`",
        "23a": "See performance, and performance by group",
        "23b": f"By {' and '.join(places)}: see performance by group" if places else "",
        "26": result.caution,
        "27a": "Unknown inputs are answered for as unknown, and named; impossible values are refused and counted",
    }
    return _fill_items(evidence)


def model_checklist(model: RiskModel) -> tuple[ChecklistItem, ...]:
    """Every item, filled from a model's record where it gives evidence."""
    record = model.evaluation
    training, tests = record.get("training", {}), record.get("tests", ())
    flow = record.get("flow", ())
    target, inputs = model.outcome, model.inputs
    register = record.get("register", {})
    validations = [test["validation"] for test in tests if "validation" in test]
    evidence = {
        "1": f"Development and evaluation of {model.id}: {target.label}, among {target.denominator}",
        "3b": f"Asked at {model.moment.value.replace('_', ' ')}: {model.moment.description}. For research; no clinical "
        "user is foreseen as it stands",
        "4": "Development" + (" and evaluation" if tests else ""),
        "5a": f"{model.trained_on}. Evaluated on {', '.join(test['name'] for test in tests)}" if tests else "",
        "5b": f"{register['years']}; outcome until {target.horizon}" if register else "",
        "6a": f"{register['title']} ({register['place']}); {register['source']}" if register else "",
        "6b": "See the flow of rows" if flow else "",
        "7": "Read by declaration from the register's own codes; unknown codes are counted, never guessed",
        "8a": f"{target.definition} Until {target.horizon}",
        "9a": f"{len(inputs)} variables known at the moment, chosen in advance from what the register records",
        "9b": "Each input is declared with unit, range, source and the moment at which it is known",
        "11": "Unknown is a value of its own, never filled in; rows with an unknown outcome were left out",
        "12b": f"{len(model.features)} features, {model.scorer.kind} scorer",
        "18e": model.terms,
        "18f": "perinatal, Apache-2.0",
        "20a": "See the flow of rows" if flow else "",
        "22": "A directory of text files with digests, loaded by `perinatal.load_model`",
        "26": " ".join(record.get("limits", ())),
        "27a": "Unknown inputs are answered for as unknown, and named; impossible values are refused and counted",
        "15": "Probabilities; no threshold is recommended",
    }
    if training:
        evidence |= {
            "10": f"Every row at hand was used: {training['events']:,} events; no size was planned",
            "12a": f"{training['folds']} folds of whole groups by {training['grouped_by']}; "
            + (f"first test: {tests[0]['name']}" if tests else "no rows held out"),
            "12c": f"Logistic and boosted scorers; the simplest within one standard error of the best log-loss is kept "
            f"({training['kept']}), recalibrated out of fold",
            "13": "No resampling of classes; recalibrated out of fold",
            "21": f"Training: {training['n']:,} rows, {training['events']:,} events"
            + "".join(f"; {test['name']}: {test['n']:,}, {test['events']:,}" for test in tests),
        }
    if tests:
        evidence |= {
            "12e": "O/E, intercept, slope, groups of rising risk; AUROC, average precision, Brier; 95 % intervals",
            "12g": "perinatal's `predict`",
            "23a": "See performance",
        }
    if validations:
        groups = dict.fromkeys(
            heading for validation in validations for heading in validation["groups"].get("grouping", ())
        )
        places = [heading for heading in groups if heading in PLACES]
        group_names = ", ".join(groups)
        evidence |= {
            "11": f"{evidence['11']} ({', '.join(_format_excluded(test) for test in tests)}). "
            "Shares unknown: under each test",
            "12e": "O/E, intercept, slope, ICI, E50, E90, smooth curve; AUROC, average precision; Brier; net benefit; "
            f"intervals in closed form or by {validations[0]['times']} bootstraps, {_clustering_text(validations[0])}",
            "14": f"Judged by group ({group_names}); the model was not adjusted for any" if groups else "",
            "20b": "See the table of inputs by outcome of each test",
            "20c": "Development: the table of its held-out rows; beside it, that of each other test"
            if len(validations) > 1
            else "",
            "23a": f"See performance, and by group ({group_names})" if groups else "See performance",
            "23b": f"By {' and '.join(places)}: see performance by group" if places else "",
        }
    if len(tests) > 1:
        evidence |= {
            "16": "; ".join(f"{test['name']}: {len(test['inputs_absent'])} inputs absent" for test in tests[1:]),
            "12d": "Each test is reported by itself; nothing is pooled",
        }
    return _fill_items(evidence)


def _format_excluded(test: Mapping) -> str:
    return f"{test['name']}: {format_count(test['outcome_unknown'])}"


def _clustering_text(validation: Mapping) -> str:
    return (
        f"rows of one {validation['clusters']} kept together" if validation["clusters"] else "rows taken as independent"
    )


def _describe_groups(result: ValidationResult) -> str:
    headings: Iterable[str] = dict.fromkeys(result.groups.index.get_level_values(0))
    group_names = ", ".join(headings)
    return f"Judged by group ({group_names}); the model was not adjusted for any" if group_names else ""


def _fill_items(evidence: Mapping[str, str]) -> tuple[ChecklistItem, ...]:
    return tuple(ChecklistItem(number, matter, evidence.get(number, "")) for number, matter in ITEMS)
