"""TRIPOD+AI, item by item, filled in from a model's evidence or a validation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from perinatal.models import RiskModel
from perinatal.models.card import format_count
from perinatal.models.evidence import CohortTest, TrainingRecord
from perinatal.report.layout import describe_grouping
from perinatal.validation import ValidationResult
from perinatal.vocabulary import VARIABLES, Moment

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
"""Number and topic of each item, in our words."""


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One item; ``evidence`` is empty where there is none, for the authors of a report to write."""

    number: str
    topic: str
    evidence: str


def validation_checklist(result: ValidationResult) -> tuple[ChecklistItem, ...]:
    """Every item, filled in from a validation where it gives evidence.

    Parameters
    ----------
    result : from :func:`perinatal.validate`.
    """
    target, moment = result.outcome, result.moment
    missing = result.flow[-2][1] if len(result.flow) > 1 else 0
    absent = int(result.inputs["absent"].sum())
    groups = tuple(dict.fromkeys(result.groups.index.get_level_values(0)))
    evidence = {
        "1": f"Evaluation of {result.model}: {target.label}, among {target.denominator}",
        "4": "Evaluation of an existing model",
        "5a": f"Evaluated on {result.cohort}. Developed on {result.trained_on}",
        "6b": _FLOW,
        "7": f"Conformed to declared names, units and ranges; {len(result.problems)} kinds of problem reported",
        "8a": f"{target.definition} Until {target.horizon}",
        "10": f"Every row with a known outcome was used: {result.events:,} events; no sample size was planned",
        "11": f"Outcome: {missing:,} rows with a missing one were excluded. Inputs: missing is a value of its own, "
        "never imputed; shares are in the table of missing values",
        "12e": _describe_measures(result.bootstraps, result.grouped_by),
        "12f": "None: the model was evaluated unchanged",
        "12g": f"perinatal's `predict` ({result.scorer} scorer, recalibrated on the log-odds)",
        "15": "Probabilities; thresholds are examples, none is recommended",
        "16": f"{absent} of {len(result.inputs)} inputs are absent from this cohort" if absent else "",
        "18e": f"Terms of the training data: {result.terms}",
        "20a": _FLOW,
        "20b": "See the table of inputs by outcome",
        "21": f"{result.n:,} rows, {result.events:,} events",
        "23a": "See performance, and performance by group",
        "26": result.caution,
    }
    return _fill_items(_common_evidence(moment) | evidence | _group_evidence(groups))


def model_checklist(model: RiskModel) -> tuple[ChecklistItem, ...]:
    """Every item, filled in from a model's evidence where it has some.

    Parameters
    ----------
    model : a trained model.
    """
    record, target = model.evidence, model.outcome
    flow = _FLOW if record.flow else ""
    evidence = {
        "1": f"Development and evaluation of {model.id}: {target.label}, among {target.denominator}",
        "4": "Development" + (" and evaluation" if record.tests else ""),
        "6b": flow,
        "7": "Read by declaration from the register's own codes; unknown codes are counted, never guessed",
        "8a": f"{target.definition} Until {target.horizon}",
        "9a": f"{len(model.inputs)} variables known at the moment, chosen in advance from what the register records",
        "11": _MISSING,
        "12b": f"{len(model.features)} features, {model.scorer.kind} scorer",
        "15": "Probabilities; no threshold is recommended",
        "18e": model.terms,
        "20a": flow,
        "26": " ".join(record.limits),
    }
    register = record.register
    if register is not None:
        evidence |= {
            "5b": f"{register.years}; outcome until {target.horizon}",
            "6a": f"{register.title} ({register.place}); {register.source}",
        }
    if record.training is not None:
        evidence |= _training_evidence(record.training, record.tests)
    if record.tests:
        evidence |= {"5a": f"{model.trained_on}. Evaluated on {', '.join(test.name for test in record.tests)}"}
        evidence |= _test_evidence(record.tests)
    return _fill_items(_common_evidence(model.moment) | evidence)


_FLOW = "See the flow of rows"
_MISSING = "Missing is a value of its own, never imputed; rows with a missing outcome were excluded"


def _common_evidence(moment: Moment) -> dict[str, str]:
    when = f"Used at {moment.value.replace('_', ' ')}: {moment.description}"
    return {
        "3b": f"{when}. For research; no clinical user is foreseen as it stands",
        "9b": "Each input is declared with unit, range, source and the moment at which it is known",
        "18f": "perinatal, Apache-2.0",
        "22": "A directory of text files with digests, loaded by `perinatal.load_model`",
        "27a": "Missing inputs are used as missing, and named; impossible values are refused and counted",
    }


def _training_evidence(training: TrainingRecord, tests: Sequence[CohortTest]) -> dict[str, str]:
    first = f"first test: {tests[0].name}" if tests else "no rows held out"
    sizes = [f"Training: {training.n:,} rows, {training.events:,} events"]
    sizes += [f"{test.name}: {test.n:,}, {test.events:,}" for test in tests]
    return {
        "10": f"Every available row was used: {training.events:,} events; no sample size was planned",
        "12a": f"{training.folds} folds of whole groups by {training.grouped_by}; {first}",
        "12c": "Logistic and boosted scorers; the simplest within one standard error of the best log-loss is selected "
        f"({training.scorer}), recalibrated out of fold",
        "13": "No resampling of classes; recalibrated out of fold",
        "21": "; ".join(sizes),
    }


def _test_evidence(tests: Sequence[CohortTest]) -> dict[str, str]:
    evidence = {
        "12e": "O/E, intercept, slope, groups of rising risk; AUROC, average precision, Brier; 95 % intervals",
        "12g": "perinatal's `predict`",
        "23a": "See performance",
    }
    validations = [test.validation for test in tests if test.validation is not None]
    if validations:
        groups = tuple(dict.fromkeys(str(name) for record in validations for name in record.groups.get("grouping", ())))
        excluded = ", ".join(f"{test.name}: {format_count(test.outcome_unknown)}" for test in tests)
        evidence |= {
            "11": f"{_MISSING} ({excluded}). Shares missing: under each test",
            "12e": _describe_measures(validations[0].bootstraps, validations[0].clusters),
            "20b": "See the table of inputs by outcome of each test",
            "23a": f"See performance, and by group ({', '.join(groups)})" if groups else "See performance",
            **_group_evidence(groups),
        }
    if len(validations) > 1:
        evidence["20c"] = "Development: the table of its held-out rows; beside it, that of each other test"
    if len(tests) > 1:
        evidence |= {
            "12d": "Each test is reported by itself; nothing is pooled",
            "16": "; ".join(f"{test.name}: {len(test.inputs_absent)} inputs absent" for test in tests[1:]),
        }
    return evidence


def _describe_measures(bootstraps: int, grouped_by: str | None) -> str:
    return (
        "O/E, intercept, slope, ICI, E50, E90, smooth curve; AUROC, average precision; Brier; net benefit; intervals "
        f"in closed form or by {bootstraps} bootstraps, {describe_grouping(grouped_by)}"
    )


def _group_evidence(groups: Sequence[str]) -> dict[str, str]:
    places = [name for name in groups if name in PLACES]
    evidence = {"14": f"Evaluated by group ({', '.join(groups)}); the model was not adjusted for any"} if groups else {}
    return evidence | ({"23b": f"By {' and '.join(places)}: see performance by group"} if places else {})


def _fill_items(evidence: Mapping[str, str]) -> tuple[ChecklistItem, ...]:
    return tuple(ChecklistItem(number, topic, evidence.get(number, "")) for number, topic in ITEMS)
