"""Writes docs/danger_signs.md from the declared danger signs.

python scripts/make_danger_signs.py            write it again
python scripts/make_danger_signs.py --check    exit 1 if that would change it
"""

from __future__ import annotations

import sys
from pathlib import Path

from perinatal.clinical.danger_signs import DANGER_SIGNS, Person

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "danger_signs.md"
LEAD = """# Danger signs

Written by `scripts/make_danger_signs.py` from the declarations in
[danger_signs.py](../src/perinatal/clinical/danger_signs.py).

A danger sign calls for care now, whatever any model estimates. `pn.danger_signs(table)` lists the signs of each row
with the rule and its source. Every prediction and explanation carries them whenever the table has a column about one,
even if the model does not use that column; pages, terminal, CSV and JSON show them first.

```python
import perinatal as pn

signs = pn.danger_signs({"systolic_bp_mmhg": 164, "diastolic_bp_mmhg": 98, "convulsions": None})
print(signs)
print(signs.to_frame()["rule"].item())
```

```text
DangerSigns: 1 of 1 row with a danger sign; 1 of the {count} danger signs could be looked for.
  severe hypertension: 1
systolic blood pressure of 160 mmHg or more
```

- An absent column or a missing value never means that a sign is absent. `signs.by_sign` lists every sign with the
  columns that were present, those that were not, and the number of rows in which it could be looked for; a row without
  any sign reads, for example, `none of 3 looked for`.
- One criterion is enough. The first that holds is reported.
- A table does not always record whether a woman is pregnant or has given birth, or how old a newborn is. A sign is
  reported for every row in which it holds; the tables below list the people it applies to.
- Where programmes use different thresholds, each threshold is listed with its own source.
- Numbers are compared in canonical units, after `conform`: 100.4 °F is 38.0 °C.
- In a column about a sign, words that are neither yes nor no are refused, as everywhere.
- The column *rule* is the condition that is computed, over canonical names; where an input is unknown, so is the rule.

"""
AFTERWARDS = """## What is not included, and why

- **Early-warning charts** (MEOWS, MEWC) and the yellow lights of CRADLE are published scores of this library. A red
  field of a chart is not a WHO danger sign.
- **Low oxygen saturation, fast pulse, low pressure alone**: none of the sources gives a threshold; the shock index
  combines pulse and pressure.
- **Leaking fluid, swollen face or hands**: WHO (PCPNC) advises care as soon as possible, not at once.
- **Jaundice of the newborn**: a WHO sign on the first day of life; the vocabulary has no variable for it yet.
- **What registers record afterwards** (`newborn_seizures`, transfusion, ruptured uterus): outcomes, not signs at a
  contact. `eclampsia` is included: a woman with eclampsia has had convulsions.
"""


def build_document() -> str:
    """The whole page in Markdown."""
    parts = [LEAD.replace("{count}", str(len(DANGER_SIGNS)))]
    for title, newborn in (("The mother", False), ("The newborn", True)):
        parts.append(f"## {title}\n\n| sign | shows where | rule | for | source |\n|---|---|---|---|---|\n")
        for sign in DANGER_SIGNS.values():
            if (Person.NEWBORN in sign.people) is not newborn:
                continue
            people = " and ".join(person.value.split(", ")[-1] for person in sign.people)
            for criterion in sign.criteria:
                parts.append(
                    f"| {sign.label} | {criterion.message} | `{criterion.when}` | {people} | {criterion.source} |\n"
                )
        parts.append("\n")
    return "".join((*parts, AFTERWARDS))


def main() -> int:
    """Write the page, or check that it is as it would be written."""
    if "--check" in sys.argv[1:]:
        return int(not DOCUMENT.is_file() or DOCUMENT.read_text(encoding="utf-8") != build_document())
    DOCUMENT.write_text(build_document(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
