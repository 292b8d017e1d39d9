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

A danger sign calls for care now, whatever any model estimates. `pn.danger_signs(table)` gives those of each row with
the rule and its source. Every prediction and every explanation carries them, whenever the table holds a column about
one, also where the model does not read that column; pages, terminal, CSV and JSON show them first.

```python
import perinatal as pn

signs = pn.danger_signs({"systolic_bp_mmhg": 164, "diastolic_bp_mmhg": 98, "convulsions": None})
print(signs)
print(signs.to_frame()["rule"].item())
```

```text
DangerSigns: 1 of 1 row with a danger sign; 1 of the {count} declared was looked for.
  severe hypertension: 1
systolic blood pressure of 160 mmHg or more
```

- A column that is absent, or a value that is unknown, never means that there is no sign. `signs.by_sign` lists every
  sign with the columns that were there, those that were not, and in how many rows it could be looked for; in words,
  `none of 3 looked for`.
- One criterion is enough. The first that holds is told.
- A table does not always say whether a woman is pregnant or has given birth, nor how old a newborn is: a sign is
  shown for every row in which it holds, with the people it is meant for below.
- Where programmes differ in a limit, each limit stands with its own source.
- Numbers are judged in canonical units, after `conform`: 100.4 °F is 38.0 °C.
- Words that are neither yes nor no in a column about a sign are refused, as everywhere.

"""
AFTERWARDS = """## What is not here, and why

- **Early-warning charts** (MEOWS, MEWC) and the yellow lights of CRADLE are published scores of this library. A red
  field of a chart is not a WHO danger sign.
- **Low oxygen saturation, fast pulse, low pressure alone**: no list among the sources gives a limit; the shock index
  takes pulse and pressure together.
- **Leaking fluid, swollen face or hands**: WHO (PCPNC) says as soon as possible, not at once.
- **Jaundice of the newborn**: a WHO sign on the first day of life; no column of the vocabulary says it yet.
- **What registers write afterwards** (`newborn_seizures`, transfusion, ruptured uterus): outcomes, not signs at a
  contact. `eclampsia` is here: a woman with eclampsia has convulsed.
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
