"""Writes docs/comparison.md: models, single measurements and published scores on the same rows of public registers.

python scripts/make_comparison.py FOLDER       FOLDER holds the registers' files
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

import perinatal as pn
from perinatal.report.wording import format_percent
from perinatal.validation import ComparisonResult

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "comparison.md"
REGISTERS = {
    "nchs_territories_2013": ("us_territories_births_2013.parquet", "US territories, all births of 2013"),
    "nchs_natality_2014_extract": ("us_births_2014.parquet", "US births of 2014, a random sample"),
    "nchs_linked_2011": ("us_births_2011.parquet", "US births of 2011 linked to infant deaths, a random sample"),
    "sinasc_raw": ("brazil_births_raw_2010_2019.parquet", "Brazilian births of 2010 to 2019, some of each state"),
    "sivep_gripe_2020_2022": (
        "brazil_sari_pregnant_2020_2022.parquet",
        "pregnant and postpartum women in Brazilian hospitals with severe acute respiratory infection, 2020 to 2022",
    ),
}
COMPARED = (
    ("nchs_territories_2013", "assisted_ventilation_over_6h", None),
    ("nchs_territories_2013", "nicu_admission", None),
    ("nchs_natality_2014_extract", "nicu_admission", None),
    (
        "nchs_natality_2014_extract",
        "hypertensive_disorder_of_pregnancy",
        ("hypertensive_disorder_of_pregnancy-booking", "body_mass_index_kg_m2", "maternal_age_years"),
    ),
    ("nchs_linked_2011", "infant_death", None),
    ("sinasc_raw", "low_apgar_5min", ("low_apgar_5min-labour", "gestational_age_at_birth_days")),
    (
        "sivep_gripe_2020_2022",
        "maternal_death",
        ("maternal_death-sari_admission", "oxygen_saturation_below_95", "dyspnoea", "maternal_age_years"),
    ),
)
LEAD = """# Models, scores and measurements compared

Written by `scripts/make_comparison.py` from the public registers, with `pn.compare`. Each table is for one outcome
on one register, and all its lines are evaluated on the same rows: those for which every line has an answer. 95 %
intervals; intervals of differences are paired (DeLong). Calibration is given for probabilities only. A measurement
only ranks: the lowest gestation, weight, centile and Apgar score count as the highest risk.

A line that would cost the others more than 1 % of the rows, or 5 % of those with the outcome, is not in a table: what
it cannot answer is said below.

Compare lines of the same moment: what becomes known later discriminates better. A star marks a model that was
trained on rows of the same register, where its numbers are optimistic.

"""
BETWEEN = """## Published scores on these registers

Public registers record few bedside measurements. No line above is a published score, because no register records
all inputs of a score for these outcomes. The Apgar total (registers record no items) and the birth-weight centile
of INTERGROWTH-21st take their place. The table counts the inputs of each score for which a register has no column;
a dash means none.

"""


def format_comparison(result: ComparisonResult, people: str) -> str:
    """One comparison as a Markdown table."""
    columns = ["", "answers", "moment", "AUROC", "difference from the first", "O/E", "slope", "ICI"]
    lines = [
        f"### {result.outcome.label[:1].upper()}{result.outcome.label[1:]}: {people}\n",
        f"{result.n:,} rows for which all have an answer, {result.events:,} with the outcome "
        f"({format_percent(result.prevalence)}).\n",
        f"| {' | '.join(columns)} |",
        "|---|---|---|---:|---:|---:|---:|---:|",
    ]
    for position, (name, line) in enumerate(result.ranking.iterrows()):
        label = str(line["name"]) if line["kind"] == "measurement" else f"`{name}`"
        label += " *" if "this register" in line["note"] else ""
        value, low, high = result.estimate(str(name), "difference")
        cells = [
            label,
            line["answers"],
            str(line["timing"]).replace("_", " "),
            result.estimate(str(name), "auroc").format(),
            f"{value:+.3f} ({low:+.3f} to {high:+.3f})" if position else "first",
            result.estimate(str(name), "observed_over_expected").format(2),
            result.estimate(str(name), "calibration_slope").format(2),
            result.estimate(str(name), "ici").format(4),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    apart = result.left_out[result.left_out["reason"].str.startswith("no answer to ")]
    lines += [f"\n`{name}` is not in this table: {line['reason']}." for name, line in apart.iterrows()]
    lines += [f"\n{note}" for note in result.notes]
    return "\n".join(lines) + "\n\n"


def format_missing_inputs(frames: dict[str, pd.DataFrame]) -> str:
    """How many inputs of each published score each register lacks."""
    lines = ["| score | inputs | " + " | ".join(frames) + " |", "|---|---:|" + "---:|" * len(frames)]
    for name in pn.available_models(kind="published").index:
        inputs = pn.load_model(name).inputs
        counts = [sum(variable not in frame.columns for variable in inputs) for frame in frames.values()]
        lines.append(f"| `{name}` | {len(inputs)} | " + " | ".join(str(count or "–") for count in counts) + " |")
    return "\n".join(lines) + "\n"


def build_document(folder: Path) -> str:
    """The whole page."""
    cohorts = {name: pn.read_cohort(name, folder / file) for name, (file, _) in REGISTERS.items()}
    parts = [LEAD]
    for register, outcome, models in COMPARED:
        parts.append(format_comparison(pn.compare(cohorts[register], outcome, models), REGISTERS[register][1]))
    parts += [BETWEEN, format_missing_inputs({name: cohort.frame for name, cohort in cohorts.items()})]
    return "".join(parts)


def main() -> int:
    """Write the page."""
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    DOCUMENT.write_text(build_document(Path(sys.argv[1])), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
