"""Draws docs/images/overview.png, the picture in the README, from what the library computes on its sample tables.

python scripts/make_picture.py
"""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt

import perinatal as pn
import perinatal.plots

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "overview.png"
PREVIEW = {"facecolor": "white", "dpi": 110, "metadata": {"Software": None}}  # no version: the same bytes every time


def draw_picture() -> plt.Figure:
    """One explanation, and the calibration of one model at a new hospital before and after local recalibration."""
    hospital = pn.load_sample("hospital_births")
    earlier, later = hospital[hospital["year_of_birth"] == 2024], hospital[hospital["year_of_birth"] == 2025]
    model = pn.load_model("nicu_admission-birth")
    adopted = pn.adopt(model, earlier, site="Made-up hospital")
    births = pn.load_sample("births")
    death = pn.load_model("infant_death-birth")

    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 4.6), width_ratios=(1.5, 1, 1))
    pn.plots.parts(death.explain(births), "B003", count=5, ax=left)
    risk = death.predict(births).risk["B003"]
    left.set_title(
        f"Why one newborn's estimated risk is {risk:.0%}\ninfant death, estimated 5 minutes after birth",
        fontsize=11,
        loc="left",
    )
    titles = ("At a new hospital, as shipped", "After adoption on its own births")
    for ax, candidate, title in zip((middle, right), (model, adopted), titles, strict=True):
        result = pn.validate(candidate, later, by=[])
        pn.plots.calibration_curve(result, ax=ax)
        ratio = result.performance["observed_over_expected"].value
        ax.set_title(f"{title}\nobserved over expected {ratio:.2f}", fontsize=11, loc="left")
    figure.tight_layout(w_pad=3)
    return figure


def main() -> None:
    """Write the picture."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    draw_picture().savefig(PICTURE, **PREVIEW)
    print(f"{PICTURE.name}: {PICTURE.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
