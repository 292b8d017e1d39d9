"""Broad ranges of each outcome's frequency, to detect a wrong label or denominator; published where there is a DOI."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class PublishedRange:
    """The lowest and highest plausible share in a whole population, and their source."""

    low: float
    high: float
    source: str


PREVALENCE: Mapping[str, PublishedRange] = MappingProxyType(
    {
        "preterm_birth": PublishedRange(
            0.04, 0.17, "national estimates of 2020, Lancet 2023, 10.1016/S0140-6736(23)00878-4"
        ),
        "very_preterm_birth": PublishedRange(
            0.004, 0.03, "about a seventh of preterm births, Lancet 2023, 10.1016/S0140-6736(23)00878-4"
        ),
        "low_birth_weight": PublishedRange(
            0.03, 0.30, "a wide bound of ours around national estimates (WHO and UNICEF)"
        ),
        "very_low_birth_weight": PublishedRange(0.004, 0.03, "US natality files, NCHS, 2011 to 2022, widened twofold"),
        "low_apgar_5min": PublishedRange(
            0.003, 0.03, "23 European countries 0.3 to 2.4 %, 10.1111/ppe.12368, widened to low-resource sites"
        ),
        "apgar_5min_at_most_7": PublishedRange(0.005, 0.06, "Brazil, SINASC 2012 to 2023: 1.0 to 2.0 %, widened"),
        "nicu_admission": PublishedRange(0.03, 0.15, "US natality files, NCHS, 2011 to 2022, widened"),
        "assisted_ventilation_over_6h": PublishedRange(0.003, 0.04, "US natality files, NCHS, 2011 to 2022, widened"),
        "severe_neonatal_morbidity": PublishedRange(0.015, 0.08, "US natality files, NCHS, 2014 to 2024, widened"),
        "stillbirth": PublishedRange(0.001, 0.035, "a wide bound of ours around national estimates (UN IGME)"),
        "early_neonatal_death": PublishedRange(
            0.0004, 0.04, "a wide bound of ours: about three quarters of neonatal deaths"
        ),
        "neonatal_death": PublishedRange(0.0006, 0.05, "a wide bound of ours around national estimates (UN IGME)"),
        "infant_death": PublishedRange(0.0012, 0.09, "a wide bound of ours around national estimates (UN IGME)"),
        "hypertensive_disorder_of_pregnancy": PublishedRange(
            0.02, 0.16, "a wide bound of ours around US natality files, 4 to 9 %"
        ),
        "pre_eclampsia": PublishedRange(0.005, 0.12, "a wide bound of ours around national figures, 2 to 8 %"),
        "eclampsia": PublishedRange(
            0.0001, 0.04, "a wide bound of ours around US natality files, 0.2 %, and hospitals of referral"
        ),
        "gestational_diabetes": PublishedRange(
            0.01, 0.30, "a wide bound of ours around US natality files, 5 to 8 %, and intensive screening"
        ),
        "postpartum_haemorrhage": PublishedRange(
            0.01, 0.60, "a wide bound of ours, 500 mL or more; higher where loss is weighed"
        ),
        "maternal_icu_admission": PublishedRange(
            0.0003, 0.0135, "a wide bound of ours around US natality files, 1.5 per 1,000"
        ),
        "severe_maternal_morbidity": PublishedRange(0.002, 0.03, "US natality files and hospital stays, 2014 to 2024"),
    }
)
"""Share of births, or of pregnancies. A death of the mother has no range: among births it is too rare for a share."""

SARI_PREVALENCE: Mapping[str, PublishedRange] = MappingProxyType(
    {
        "maternal_death": PublishedRange(0.01, 0.20, "Brazil, SIVEP-Gripe 2016 to 2022: 7 to 8 %, widened"),
        "maternal_icu_admission": PublishedRange(0.05, 0.45, "Brazil, SIVEP-Gripe 2020 to 2022: 24 %, widened"),
    }
)
"""Share of admissions with severe acute respiratory infection, pregnant or postpartum."""
