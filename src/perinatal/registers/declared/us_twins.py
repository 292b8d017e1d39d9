"""Twins of the US under 2 kg, 1989 to 1991, declared: a row is a pair, so each twin of it has a register of its own."""

from __future__ import annotations

from perinatal.registers.declared._certificate import SOURCE, TERMS
from perinatal.registers.readings import Constant, Labels, Words, YesNo
from perinatal.registers.register import Field, OmittedColumns, Register, build_fields

_ZERO_ONE = YesNo(yes=("1",), no=("0",), unknown=())


_OF_THE_PAIR = (
    Field("year_of_birth", ("data_year",), Labels({"0": "1989", "1": "1990", "2": "1991"})),
    Field(
        "maternal_age_band",
        ("mager8",),
        Words(
            {
                "0": "under_15_years",
                "1": "15_to_19_years",
                "2": "20_to_24_years",
                "3": "25_to_29_years",
                "4": "30_to_34_years",
                "5": "35_to_39_years",
                "6": "40_to_44_years",
                "7": "45_years_or_more",
            },
            (),
        ),
    ),
    Field(
        "maternal_education",
        ("meduc6",),
        Words(
            {
                "0": "primary",
                "1": "lower_secondary",
                "2": "upper_secondary",
                "3": "some_tertiary",
                "4": "tertiary",
            },
            ("5",),
        ),
        "years of school: up to 8, 9 to 11, 12, 13 to 15, 16 or more",
    ),
    Field("plurality", (), Constant(2.0)),
    Field(
        "first_antenatal_visit_trimester",
        ("mpre5",),
        Words({"0": "first", "1": "second", "2": "third"}, ("4",), not_applicable=("3",)),
    ),
    Field("no_antenatal_care", ("mpre5",), YesNo(yes=("3",), no=("0", "1", "2"), unknown=("4",))),
    *build_fields(
        [
            ("married", "dmar"),
            ("chronic_hypertension", "chyper"),
            ("hypertensive_disorder_of_pregnancy", "phyper"),
            ("eclampsia", "eclamp"),
        ],
        _ZERO_ONE,
    ),
)
_OMITTED = (
    OmittedColumns(("T", "yf", "y_cf", "Propensity"), "drawn for a benchmark of causal methods"),
    OmittedColumns(("gestatcat*",), "bands of gestation, with a third of the values deliberately inverted"),
    OmittedColumns(("csex", "bord"), "the meaning of the codes is not documented"),
    OmittedColumns(("preterm",), "an earlier birth preterm or small: two facts in one"),
    OmittedColumns(("diabetes",), "before and in pregnancy together"),
    OmittedColumns(
        (
            "othermr",
            "cardiac",
            "uterine",
            "lung",
            "herpes",
            "anemia",
            "hydra",
            "incervix",
            "pre4000",
            "renal",
            "rh",
            "hemo",
            "alcohol",
            "drink5",
            "pldel",
            "birattnd",
        ),
        "not in the vocabulary, or coded otherwise than in later years",
    ),
    OmittedColumns(("tobacco", "cigar6"), "of the whole pregnancy, in bands"),
    OmittedColumns(("adequacy", "nprevistq", "dtotord_min", "dlivord_min"), "bands and ranks of what is counted"),
    OmittedColumns(("orfath", "frace", "feduc6", "dfageq"), "about the father"),
    OmittedColumns(("mrace", "crace", "ormoth"), "race and origin in the coding of 1989"),
    OmittedColumns(("stoccfipb_reg", "mplbir_reg", "brstate_reg"), "part of the country, in an undocumented coding"),
    OmittedColumns(("birmon",), "month of birth: not needed in a benchmark"),
)


def _declare_twins(twin: str, death_column: str, other_death_column: str) -> Register:
    return Register(
        f"us_twins_1989_1991_{twin}",
        f"Same-sex twins under 2 kg, one row a pair: the {twin} twin",
        "United States",
        "1989 to 1991",
        SOURCE + "; linked birth / infant death, cohorts 1989 to 1991, as prepared in 10.48550/arXiv.1705.08821",
        TERMS,
        (
            *_OF_THE_PAIR,
            Field(
                "infant_death",
                (death_column,),
                _ZERO_ONE,
                f"of the {twin} twin; only pairs with both under 2 kg are there",
            ),
        ),
        omitted=(
            OmittedColumns((other_death_column,), "death of the other twin of the pair"),
            *_OMITTED,
        ),
        row_number=("Unnamed: 0",),
    )


LIGHTER = _declare_twins("lighter", "y0", "y1")
HEAVIER = _declare_twins("heavier", "y1", "y0")
