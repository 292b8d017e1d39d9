"""The demonstration: shipped models applied to made-up mothers and newborns."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import pandas as pd

from perinatal.catalogue import load_model
from perinatal.frames import Conformed, conform
from perinatal.report import AnswerReport, build_answer_report
from perinatal.samples import load_sample, load_sample_map

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
    """A model and the rows that it is applied to."""

    model: str
    read_rows: Callable[[], pd.DataFrame | Conformed]
    title: str
    people: str
    note: str = ""


def read_births() -> pd.DataFrame:
    """The sample births."""
    return load_sample("births")


def read_pregnancies() -> pd.DataFrame:
    """One row per pregnancy with an antenatal visit: a model of the first visit applies to no other."""
    births = load_sample("births")
    return births[~births["no_antenatal_care"].fillna(False)].drop_duplicates("delivery_id")


def read_admissions() -> pd.DataFrame:
    """The sample admissions."""
    return load_sample("sari_admissions")


def read_clinic() -> Conformed:
    """The untidy register in canonical names and units, labelled by its own record number."""
    table = load_sample("messy_clinic")
    conformed = conform(table, columns=load_sample_map("messy_clinic"))
    labels = pd.Index(table["Reg no"].rename("record"))
    return Conformed(conformed.frame.set_axis(labels, axis=0), conformed.problems)


DEMONSTRATIONS = (
    Demonstration("infant_death-birth", read_births, "Sample births", "newborns"),
    Demonstration("nicu_admission-birth", read_births, "Sample births", "newborns"),
    Demonstration("preterm_birth-booking", read_pregnancies, "Sample births, as at the first visit", "pregnancies"),
    Demonstration("maternal_death-sari_admission", read_admissions, "Sample admissions", "women"),
    Demonstration("nicu_admission-birth", read_clinic, "A small clinic's register", "newborns", CLINIC_NOTE),
)


def describe_samples() -> str:
    """What the demonstration is about, in a sentence."""
    return LEAD.format(births=len(read_births()), admissions=len(read_admissions()))


def build_reports() -> list[AnswerReport]:
    """The report of each demonstration; on a terminal with a progress bar."""
    from tqdm import tqdm

    bar = tqdm(DEMONSTRATIONS, desc="estimating", unit="table", disable=not sys.stderr.isatty(), leave=False)
    return [
        build_answer_report(load_model(d.model), d.read_rows(), title=d.title, people=d.people, note=d.note)
        for d in bar
    ]
