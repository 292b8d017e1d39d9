"""Obstetric shock index: heart rate over systolic pressure, where blood is being lost."""

from __future__ import annotations

from perinatal.scores.kinds import Band, Confirmation, Index, Origin, PublishedScore, Vector

_PRINTED = 5e-5  # the examples have four decimals

SCORE = PublishedScore(
    id="shock_index_obstetric",
    name="Obstetric Shock Index",
    domain="maternal",
    method=Index(
        "heart_rate_bpm / systolic_bp_mmhg",
        "1",
        (
            Band("normal", "value < 0.9"),
            Band("refer/monitor", "value >= 0.9 and value < 1.7"),
            Band("urgent intervention", "value >= 1.7"),
        ),
    ),
    outcome="severe_maternal_morbidity",
    timing="when blood is lost, or the circulation is in doubt",
    population="Postpartum haemorrhage / haemodynamic compromise",
    citation="Nathan 2015 BJOG 122:268; Nathan 2016 PLoS One e0168535",
    doi="10.1111/1471-0528.13206",
    sources=(
        "BJOG abstract",
        "PLoS One 2016 full text (PMC5173287)",
        "CRADLE-Platform source code",
    ),
    confirmation=Confirmation.CONFIRMED,
    performance="AUROC 0.75 (0.63-0.87) for admission to intensive care. At 0.9: sensitivity 1.0, specificity 0.434; "
    "at 1.7: sensitivity 0.25, specificity 0.977. Reference range 0.66 (0.52-0.89) within 1 hour of birth with a blood "
    "loss under 500 mL, n=316",
    caveats=(
        "In pre-eclampsia the index is masked by hypertension.",
        "Published for admission to intensive care, transfusion and surgery; the outcome named here is the nearest "
        "that is declared.",
    ),
    vectors=(
        Vector(
            {"heart_rate_bpm": 90, "systolic_bp_mmhg": 100},
            {"value": 0.9, "band": "refer/monitor"},
            Origin.COMPUTED,
            tolerance=_PRINTED,
        ),
        Vector(
            {"heart_rate_bpm": 80, "systolic_bp_mmhg": 120},
            {"value": 0.6667, "band": "normal"},
            Origin.COMPUTED,
            tolerance=_PRINTED,
        ),
        Vector(
            {"heart_rate_bpm": 140, "systolic_bp_mmhg": 80},
            {"value": 1.75, "band": "urgent intervention"},
            Origin.COMPUTED,
            tolerance=_PRINTED,
        ),
        Vector(
            {"heart_rate_bpm": 85, "systolic_bp_mmhg": 95},
            {"value": 0.8947, "band": "normal"},
            Origin.COMPUTED,
            tolerance=_PRINTED,
        ),
    ),
)
