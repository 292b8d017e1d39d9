"""The registers of Brazilian births (SINASC), raw and categorised, declared."""

from __future__ import annotations

from perinatal.registers.readings import DAYS_PER_WEEK, Constant, DatePart, Labels, Number, Sum, Words, YesNo
from perinatal.registers.register import Field, OmittedColumns, Register, build_fields

TERMS = "Brazil, Ministry of Health (openDataSUS): anonymised open data; no attempt to identify anyone."
SOURCE = "Brazil, Ministry of Health, Sistema de Informações sobre Nascidos Vivos (SINASC), openDataSUS"

_ONE_TWO_NINE = YesNo(yes=("1",), no=("2",), unknown=("9",))
_COUNT = Number(unknown=(99,))
_RACE = Words({"1": "white", "2": "black", "3": "yellow", "4": "brown", "5": "indigenous"})
_EDUCATION = Words(
    {
        "0": "none",
        "1": "primary",
        "2": "lower_secondary",
        "3": "upper_secondary",
        "4": "some_tertiary",
        "5": "tertiary",
    }
)
_MARRIED = YesNo(yes=("2",), no=("1", "3", "4", "5"), unknown=("9",))
_VISITS = Words({"1": "none", "2": "1_to_3", "3": "4_to_6", "4": "7_or_more"})
_NO_VISIT = YesNo(yes=("1",), no=("2", "3", "4"), unknown=("9",))
_REGION = Labels({"1": "north", "2": "northeast", "3": "southeast", "4": "south", "5": "central_west"})

SINASC_RAW = Register(
    "sinasc_raw",
    "Births of Brazil, SINASC's own columns and codes",
    "Brazil",
    "2010 and later",
    SOURCE,
    TERMS,
    (
        Field("state", ("ESTADO",), Labels()),
        Field("year_of_birth", ("DTNASC",), DatePart(divisor=1, modulus=10_000)),  # written ddmmyyyy
        Field("month_of_birth", ("DTNASC",), DatePart(divisor=10_000, modulus=100)),
        *build_fields(
            [
                ("maternal_age_years", "IDADEMAE"),
                ("paternal_age_years", "IDADEPAI"),
                ("previous_caesarean_sections", "QTDPARTCES"),
                ("first_antenatal_visit_month", "MESPRENAT"),
                ("antenatal_contacts", "CONSPRENAT"),
                ("apgar_1min", "APGAR1"),
                ("apgar_5min", "APGAR5"),
            ],
            _COUNT,
        ),
        Field(
            "living_children",
            ("QTDFILVIVO",),
            _COUNT,
            "as SINASC's dictionary says; newer forms ask for live births",
        ),
        Field("gravidity", ("QTDGESTANT",), Number(unknown=(99,), plus=1)),
        Field("parity", ("QTDPARTNOR", "QTDPARTCES"), Sum(), "earlier vaginal and caesarean births"),
        Field("maternal_education", ("ESCMAE2010",), _EDUCATION),
        Field("married", ("ESTCIVMAE",), _MARRIED),
        Field("race_colour_brazil", ("RACACORMAE",), _RACE),
        Field(
            "plurality",
            ("GRAVIDEZ",),
            Number(unknown=(9,)),
            "3 means three or more",
        ),
        Field("no_antenatal_care", ("CONSULTAS",), _NO_VISIT),
        Field("antenatal_contacts_band", ("CONSULTAS",), _VISITS),
        Field(
            "gestational_age_at_birth_days",
            ("SEMAGESTAC",),
            Number(unknown=(99,), factor=DAYS_PER_WEEK),
            "7 × completed weeks; the form of before 2011 gives only the band",
        ),
        Field(
            "gestational_age_band",
            ("GESTACAO",),
            Words(
                {
                    "1": "under_22_weeks",
                    "2": "22_to_27_weeks",
                    "3": "28_to_31_weeks",
                    "4": "32_to_36_weeks",
                    "5": "37_to_41_weeks",
                    "6": "42_weeks_or_more",
                }
            ),
        ),
        Field(
            "place_of_birth",
            ("LOCNASC",),
            Words({"1": "hospital", "2": "clinic", "3": "home", "4": "other", "5": "other"}),
            "'other health establishment' is clinic, an indigenous village is other",
        ),
        Field("fetal_presentation", ("TPAPRESENT",), Words({"1": "cephalic", "2": "breech", "3": "other"})),
        Field("labour_induced", ("STTRABPART",), YesNo(("1",), ("2",), ("9",), not_applicable=("3",))),
        Field("caesarean_birth", ("PARTO",), YesNo(yes=("2",), no=("1",), unknown=("9",))),
        Field(
            "birth_attendant",
            ("TPNASCASSI",),
            Words({"1": "doctor", "2": "midwife", "3": "other_midwife", "4": "other"}),
            "nurse or nurse-midwife is midwife, parteira is other_midwife",
        ),
        Field("birth_weight_g", ("PESO",), Number(unknown=(9999,))),
        Field(
            "newborn_sex",
            ("SEXO",),
            Words({"1": "male", "M": "male", "2": "female", "F": "female"}, ("0", "9", "I")),
        ),
        Field("congenital_anomaly", ("IDANOMAL",), _ONE_TWO_NINE),
        Field(
            "preterm_birth",
            ("GESTACAO",),
            YesNo(yes=("1", "2", "3", "4"), no=("5", "6"), unknown=("9",)),
            "from the band, which more rows have than the weeks",
        ),
        Field("very_preterm_birth", ("GESTACAO",), YesNo(("1", "2", "3"), ("4", "5", "6"), ("9",))),
    ),
    omitted=(
        OmittedColumns(("QTDFILMORT",), "old forms count children who died, newer ones fetal losses: not one thing"),
        OmittedColumns(("CODANOMAL",), "ICD-10 codes of the anomaly: the flag is mapped"),
        OmittedColumns(("CODMUNNASC", "CODPAISRES", "NATURALMAE", "CODUFNATU", "CODMUNCART"), "geographic code"),
        OmittedColumns(("TPROBSON", "KOTELCHUCK", "PARIDADE", "ESCMAEAGR1"), "recode of other columns"),
        OmittedColumns(("ESCMAE", "SERIESCMAE"), "older coding of schooling: its bands are not those of ESCMAE2010"),
        OmittedColumns(("RACACOR", "RACACORN", "RACACOR_RN"), "of the newborn; the mother's is mapped"),
        OmittedColumns(("CODOCUPMAE",), "occupation: not in the vocabulary"),
        OmittedColumns(("STCESPARTO",), "caesarean before labour, answered only for caesareans: not in the vocabulary"),
        OmittedColumns(("DTULTMENST", "TPMETESTIM"), "another estimate of gestation, or how it was made"),
        OmittedColumns(
            (
                "ORIGEM",
                "VERSAOSIST",
                "DIFDATA",
                "STDNEPIDEM",
                "STDNNOVA",
                "TPFUNCRESP",
                "TPDOCRESP",
                "DTDECLARAC",
                "ANO",
                "ANO_DF",
                "ESTADO_DF",
            ),
            "administrative",
        ),
    ),
    same_delivery=(
        "DTNASC",
        "CODMUNNASC",
        "LOCNASC",
        "IDADEMAE",
        "ESTCIVMAE",
        "ESCMAE",
        "CODOCUPMAE",
        "GRAVIDEZ",
    ),
    plural=("GRAVIDEZ", ("1", "9")),
    row_number=("sample",),
    optional=(
        "ESTADO",
        "IDADEPAI",
        "ESCMAE2010",
        "RACACORMAE",
        "QTDGESTANT",
        "QTDPARTNOR",
        "QTDPARTCES",
        "MESPRENAT",
        "CONSPRENAT",
        "SEMAGESTAC",
        "TPAPRESENT",
        "STTRABPART",
        "TPNASCASSI",
        "CODOCUPMAE",
    ),
)

SINASC_2022 = Register(
    "sinasc_2022_categorised",
    "Births of Brazil 2022, categorised, complete cases",
    "Brazil",
    "2022",
    SOURCE,
    TERMS,
    (
        Field("year_of_birth", (), Constant("2022")),
        Field("region", ("CODMUNNASC",), _REGION),
        Field("maternal_education", ("ESCMAE2010",), _EDUCATION),
        Field("married", ("ESTCIVMAE",), _MARRIED),
        Field("race_colour_brazil", ("RACACOR",), _RACE, "of the newborn, which the form copies from the mother"),
        Field(
            "first_antenatal_visit_trimester",
            ("MESPRENAT",),
            Words({"1": "first", "2": "second", "3": "third"}),
            "the file's own three bands of the month",
        ),
        Field(
            "no_antenatal_care",
            ("CONSULTAS",),
            _NO_VISIT,
            "complete cases: those without any visit are mostly gone",
        ),
        Field("antenatal_contacts_band", ("CONSULTAS",), _VISITS),
        Field("caesarean_birth", ("PARTO",), YesNo(yes=("2",), no=("1",), unknown=())),
        Field("preterm_birth", ("GESTACAO",), YesNo(("1", "2"), ("3", "4"), ()), "11.7 % of the file"),
        Field("low_birth_weight", ("PESO",), YesNo(("1",), ("2", "3"), ()), "9.2 % of the file"),
        Field("apgar_5min_at_most_7", ("APGAR5",), YesNo(("1", "2"), ("3",), ()), "7 or less: not the usual cut"),
    ),
    omitted=(
        OmittedColumns(("IDADEMAE",), "four bands of age whose bounds are not published with the file"),
        OmittedColumns(("QTDFILVIVO", "QTDFILMORT"), "bands whose bounds are not published with the file"),
        OmittedColumns(("CODOCUPMAE",), "occupation: not in the vocabulary"),
    ),
    row_number=("row2022",),
)

_SC_GESTATION = {
    "Menos de 22 semanas": "under_22_weeks",
    "22 à 27 semanas": "22_to_27_weeks",
    "28 à 31 semanas": "28_to_31_weeks",
    "32 à 36 semanas": "32_to_36_weeks",
    "37 à 41 semanas": "37_to_41_weeks",
    "42 ou mais semanas": "42_weeks_or_more",
}
_SC_UNDER_32 = ("Menos de 22 semanas", "22 à 27 semanas", "28 à 31 semanas")
_SC_FROM_37 = ("37 à 41 semanas", "42 ou mais semanas")
_SC_UNDER_1500 = ("Extremamente baixo", "Muito baixo")

SINASC_SANTA_CATARINA = Register(
    "sinasc_santa_catarina",
    "Every birth of Santa Catarina, categorised, with the hospital",
    "Brazil, Santa Catarina",
    "2012 to 2023",
    SOURCE,
    TERMS,
    (
        Field("facility_id", ("hospital",), Labels()),
        Field("state", (), Constant("SC")),
        Field("region", (), Constant("south")),
        Field("year_of_birth", ("ano",), Labels()),
        Field("month_of_birth", ("mes",), Labels()),
        Field(
            "maternal_age_band",
            ("cat_idademae",),
            Words(
                {
                    "Até 14": "under_15_years",
                    "15 à 19": "15_to_19_years",
                    "20 à 24": "20_to_24_years",
                    "25 à 29": "25_to_29_years",
                    "30 à 34": "30_to_34_years",
                    "35 à 39": "35_to_39_years",
                    "40 à 44": "40_to_44_years",
                    "Mais de 45": "45_years_or_more",
                },
                ("Ignorado",),
            ),
        ),
        Field("first_antenatal_visit_month", ("mesprenat",), Number(unknown=(99,))),
        Field(
            "no_antenatal_care",
            ("cat_consultas",),
            YesNo(yes=("Nenhuma",), no=("De 1 à 3", "De 4 à 6", "7 ou mais"), unknown=("Ignorado",)),
        ),
        Field(
            "antenatal_contacts_band",
            ("cat_consultas",),
            Words(
                {"Nenhuma": "none", "De 1 à 3": "1_to_3", "De 4 à 6": "4_to_6", "7 ou mais": "7_or_more"},
                ("Ignorado",),
            ),
        ),
        Field("gestational_age_band", ("cat_gestacao",), Words(_SC_GESTATION, ())),
        Field("caesarean_birth", ("cat_parto",), YesNo(("Cesariana",), ("Vaginal",), ("Ignorado",))),
        Field(
            "birth_weight_band",
            ("cat_peso",),
            Words(
                {
                    "Extremamente baixo": "under_1000_g",
                    "Muito baixo": "1000_to_1499_g",
                    "Baixo": "1500_to_2499_g",
                    "Acima de 2500g": "2500_g_or_more",
                },
                (),
            ),
        ),
        Field("congenital_anomaly", ("idanomal",), _ONE_TWO_NINE),
        Field("preterm_birth", ("cat_gestacao",), YesNo((*_SC_UNDER_32, "32 à 36 semanas"), _SC_FROM_37, ())),
        Field(
            "very_preterm_birth",
            ("cat_gestacao",),
            YesNo(_SC_UNDER_32, ("32 à 36 semanas", *_SC_FROM_37), ()),
        ),
        Field("low_birth_weight", ("cat_peso",), YesNo((*_SC_UNDER_1500, "Baixo"), ("Acima de 2500g",), ())),
        Field("very_low_birth_weight", ("cat_peso",), YesNo(_SC_UNDER_1500, ("Baixo", "Acima de 2500g"), ())),
        Field(
            "apgar_5min_at_most_7",
            ("cat_apgar5",),
            YesNo(("Até 7",), ("Maior que 7",), ()),
            "7 or less: not the usual cut",
        ),
    ),
    omitted=(
        OmittedColumns(("codanomal",), "ICD-10 codes of the anomaly: the flag is mapped"),
        OmittedColumns(("cat_prenatal",), "recode of what is mapped"),
        OmittedColumns(("municipality_of_birth",), "geographic code: the hospital is mapped"),
    ),
)
