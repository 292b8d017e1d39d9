"""The demonstration: the shipped models asked about made-up mothers and newborns, on the terminal and as a page."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from perinatal.catalogue import load_model
from perinatal.frames import Conformed, conform
from perinatal.report import RiskReport, build_risk_report, reading_text, risk_page, risk_text
from perinatal.samples import load_sample, sample_columns
from perinatal.vocabulary import Moment

HIGHEST, TYPICAL = 8, 3
PAGE = "demo.html"
LEAD = (
    "The shipped models asked about made-up people: {births} newborns, {admissions} women in hospital, and a small "
    "clinic's own untidy register. No real person is in these tables."
)
CLINIC_NOTE = (
    "A clinic's own register with its own headings, haemoglobin in g/L, weight in pounds, temperature in Fahrenheit, "
    "99 for unknown and a few mistakes. A column map says what its headings mean; what cannot be true counts as "
    "unknown and is listed below the table. Nothing was guessed."
)


class Demonstration(NamedTuple):
    """A model and the sample it is asked about."""

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


def run(out: str) -> int:
    """Estimate, explain, print, and write the page into the folder ``out``; gives the exit code."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    width = shutil.get_terminal_size((120, 40)).columns
    reports = build_risk_reports()
    lead = LEAD.format(births=len(load_sample("births")), admissions=len(load_sample("sari_admissions")))
    page = folder / PAGE
    page.write_text(
        risk_page(reports, title="Risks of mothers and newborns, and what moved them", lead=lead), encoding="utf-8"
    )
    print("Estimated risks of made-up mothers and newborns. For research, not for clinical use as it stands.\n")
    for report in reports:
        print(risk_text(report, width=width, highest=HIGHEST, typical=TYPICAL))
    print(reading_text(width))
    print(f"The same as a page: {page.resolve()}")
    return 0


def build_risk_reports() -> list[RiskReport]:
    """Each model asked about its sample; a bar shows on a terminal."""
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
            build_risk_report(
                model, table, title=demonstration.title, people=demonstration.people, note=demonstration.note
            )
        )
    return reports


def _conform_clinic() -> Conformed:
    """The untidy register in canonical names and units; its own record number labels the rows."""
    conformed = conform(load_sample("messy_clinic"), sample_columns("messy_clinic"))
    labels = load_sample("messy_clinic")["Reg no"].rename("record")
    return Conformed(conformed.frame.set_axis(pd.Index(labels), axis=0), conformed.problems)


def _booking_rows(births: pd.DataFrame) -> pd.DataFrame:
    """One row for each pregnancy that came to an antenatal visit: at booking nobody else can be asked about."""
    return births[~births["no_antenatal_care"].fillna(False)].drop_duplicates("delivery_id")
