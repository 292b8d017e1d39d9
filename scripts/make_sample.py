"""Writes the made-up tables of data/sample/, the same bytes every time, with the standard library alone.

    python scripts/make_sample.py               write data/sample/
    python scripts/make_sample.py --out DIR     write somewhere else, to compare

Made up; no real person, no real row. Every value is drawn from the few simple distributions written down in
scripts/made_up/, which look like published aggregate figures and were fitted to no register; some births are
written out as cases, so that the sample contains those that matter. A number computed *from* these tables means
nothing: they serve to try out predictions, explanations and the reading of tables.
"""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

from made_up.admissions import admissions
from made_up.births import births
from made_up.clinic import MISTAKES, clinic, column_map
from made_up.dice import Facts
from made_up.hospital import hospital_births

SAMPLE = Path(__file__).resolve().parent.parent / "data" / "sample"
SEED, BIRTHS, ADMISSIONS, CLINIC_ROWS, HOSPITAL_ROWS = 0, 240, 120, 60, 2400

README = """\
# Sample tables

Made up; no real person. Written by `python scripts/make_sample.py` from a few simple distributions and a few written
cases, the same bytes every time: change the script, not the files. A number computed from these tables (an AUROC, a
rate) means nothing; they serve to try out predictions, explanations and the reading of tables.

| file | what | rows |
|---|---|---|
| `births.csv` | newborns with their mothers, canonical names and units; `record` labels the row, newborns of one delivery share `delivery_id` | {births} |
| `hospital_births.csv` | two years of births in a district hospital with admission habits of its own: for adopting, pooling and monitoring a model; canonical names and units | {hospital} |
| `sari_admissions.csv` | pregnant and postpartum women admitted with severe acute respiratory infection, canonical names and units; `record` labels the row | {admissions} |
| `messy_clinic.csv` | a small clinic's register as a person would type it, with local headings, mixed units, `32+4`, 99s, mistakes | {clinic} |
| `messy_clinic.columns.json` | what the clinic's headings mean: a `ColumnMap` | |

A blank cell is missing. Where names are canonical, flags are `True` or `False`; gestational age is in completed
days. On the admission form a blank disease mostly means *no*; it stays missing here, as it does in the register.

```python
import perinatal as pn

births = pn.load_sample("births")
clinic, columns = pn.load_sample("messy_clinic"), pn.load_sample_map("messy_clinic")
conformed = pn.conform(clinic, columns=columns)
conformed.report()  # every problem, counted: compare it with the table below
```

## What is wrong with the clinic's register, on purpose

Rows are counted from 1, without the headings.

| row | heading | written | what is wrong |
|---|---|---|---|
{mistakes}

All through the table: haemoglobin in g/L, glucose in mg/dL, temperature in Fahrenheit, mothers' weight in pounds and
newborns' weight in kilograms; `NR` and blanks for unknown; `M`, `F`, `m`, `f`; remarks that are private and
are never repeated in a message.
"""  # noqa: E501


def main(arguments: list[str] | None = None) -> None:
    """Write every file of the sample."""
    parser = argparse.ArgumentParser(description="Writes the made-up tables of data/sample/.")
    parser.add_argument("--out", type=Path, default=SAMPLE, help="folder to write into (default: data/sample)")
    out = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    write_table(out / "births.csv", births(SEED, BIRTHS))
    write_table(out / "hospital_births.csv", hospital_births(SEED, HOSPITAL_ROWS))
    write_table(out / "sari_admissions.csv", admissions(SEED, ADMISSIONS))
    write_table(out / "messy_clinic.csv", clinic(SEED, CLINIC_ROWS))
    write_text(out / "messy_clinic.columns.json", json.dumps(column_map(), indent=2) + "\n")
    mistakes = "\n".join(f"| {row} | {heading} | `{wrong}` | {lesson} |" for row, heading, wrong, lesson in MISTAKES)
    write_text(
        out / "README.md",
        README.format(
            births=BIRTHS, admissions=ADMISSIONS, clinic=CLINIC_ROWS, hospital=HOSPITAL_ROWS, mistakes=mistakes
        ),
    )


def write_table(path: Path, rows: list[Facts]) -> None:
    """Rows as CSV; unknown is blank."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_text(path: Path, text: str) -> None:
    """Text with the same line ends on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
