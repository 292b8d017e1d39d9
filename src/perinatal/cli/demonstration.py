"""The demonstration: shipped models applied to made-up mothers and newborns."""

from __future__ import annotations

import sys
from typing import NamedTuple

import pandas as pd

from perinatal.catalogue import load_model
from perinatal.frames import Conformed, conform
from perinatal.report import AnswerReport, build_answer_report
from perinatal.samples import load_sample, sample_columns
from perinatal.vocabulary import Moment

TITLE = "Risks of mothers and newborns, and what contributed to them"
LEAD = (
    "The shipped models applied to made-up people: {births} newborns, {admissions} women in hospital, and the untidy "
    "register of a small clinic. No real person is in these tables."
)
CLINIC_NOTE = (
    "The register of a clinic, with headings of its own, haemoglobin in g/L, weight in pounds, temperature in "
    "Fahrenheit, 99 for unknown and a few errors. A column map defines its headings; impossible values are treated as "
    "missing and are listed below the table. Nothing was guessed."
)


class Demonstration(NamedTuple):
    """A model and the sample it is applied to."""

    model: str
    sample: str
    title: str
    people: str
    note: str = ""


DEMONSTRATIONS = (
    Demonstration("infant_death-birth", "births", "Sample births", "newborns"),
    Demonstration("nicu_admission-birth", "births", "Sample births", "newborns"),
    Demonstration("preterm_birth-booking", "births", "Sample births, as at the first visit", "pregnancies"),
    Demonstration("maternal_death-sari_admission", "sari_admissions", "Sample admissions", "women"),
    Demonstration("nicu_admission-birth", "messy_clinic", "A small clinic's register", "newborns", CLINIC_NOTE),
)


def describe_samples() -> str:
    """What the demonstration is about, in a sentence."""
    return LEAD.format(births=len(load_sample("births")), admissions=len(load_sample("sari_admissions")))


def build_reports() -> list[AnswerReport]:
    """The report of each demonstration; on a terminal with a progress bar."""
    from tqdm import tqdm

    reports = []
    for demonstration in tqdm(
        DEMONSTRATIONS, desc="estimating", unit="table", disable=not sys.stderr.isatty(), leave=False
    ):
        model = load_model(demonstration.model)
        table = _conform_clinic() if demonstration.sample == "messy_clinic" else load_sample(demonstration.sample)
        if model.moment is Moment.BOOKING:
            table = _booking_rows(table)
        reports.append(
            build_answer_report(
                model, table, title=demonstration.title, people=demonstration.people, note=demonstration.note
            )
        )
    return reports


def _conform_clinic() -> Conformed:
    """The untidy register in canonical names and units, labelled by its own record number."""
    conformed = conform(load_sample("messy_clinic"), columns=sample_columns("messy_clinic"))
    labels = load_sample("messy_clinic")["Reg no"].rename("record")
    return Conformed(conformed.frame.set_axis(pd.Index(labels), axis=0), conformed.problems)


def _booking_rows(births: pd.DataFrame) -> pd.DataFrame:
    """One row per pregnancy with an antenatal visit: a model of the first visit applies to no other."""
    return births[~births["no_antenatal_care"].fillna(False)].drop_duplicates("delivery_id")
