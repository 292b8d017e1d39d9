"""The register of severe acute respiratory infection in Brazil (SIVEP-Gripe), declared."""

from __future__ import annotations

from perinatal.registers.declared.sinasc import TERMS
from perinatal.registers.readings import Labels, Number, Words, YesNo
from perinatal.registers.register import Field, OmittedColumns, Register, build_fields

SOURCE = "Brazil, Ministry of Health, SIVEP-Gripe (SRAG hospitalizado), openDataSUS"

_SIM = YesNo(yes=("sim",), no=("não",), unknown=("ignorado",))
_BLANK_MOSTLY_NO = "a blank is read as unknown; by the form's design it mostly means no"
_SINCE_ADMISSION = "decided or measured after admission"

SIVEP_2020 = Register(
    "sivep_gripe_2020_2022",
    "Pregnant and postpartum women admitted with severe acute respiratory infection",
    "Brazil",
    "2020 to 2022",
    SOURCE,
    TERMS,
    (
        *build_fields([("state", "SG_UF"), ("month_of_onset", "symptom_onset_month")], Labels()),
        Field(
            "region",
            ("region",),
            Labels({w: w for w in ("north", "northeast", "southeast", "south")} | {"central": "central_west"}),
        ),
        Field("maternal_age_years", ("idade_anos",), Number()),
        Field(
            "maternal_education",
            ("escol",),
            Words(
                {
                    "sem escol": "none",
                    "fund1": "primary",
                    "fund2": "lower_secondary",
                    "medio": "upper_secondary",
                    "superior": "tertiary",
                },
                (),
            ),
        ),
        Field(
            "race_colour_brazil",
            ("raca",),
            Words(
                {
                    "branca": "white",
                    "preta": "black",
                    "amarela": "yellow",
                    "parda": "brown",
                    "indigena": "indigenous",
                },
                (),
            ),
        ),
        Field(
            "residence_zone",
            ("zona",),
            Words({"urbana": "urban", "periurbana": "periurban", "rural": "rural"}, ()),
        ),
        Field(
            "pregnancy_stage",
            ("classi_gesta_puerp",),
            Words(
                {
                    "1tri": "first_trimester",
                    "2tri": "second_trimester",
                    "3tri": "third_trimester",
                    "puerp": "postpartum",
                },
                ("IG_ig",),
            ),
        ),
        Field("symptoms_to_admission_days", ("tempo_sintomas_hosp",), Number()),
        *build_fields(
            [
                ("fever", "febre"),
                ("cough", "tosse"),
                ("sore_throat", "garganta"),
                ("dyspnoea", "dispneia"),
                ("respiratory_distress", "desc_resp"),
                ("oxygen_saturation_below_95", "saturacao"),
                ("diarrhoea", "diarreia"),
                ("vomiting", "vomito"),
                ("abdominal_pain", "dor_abd"),
                ("fatigue", "fadiga"),
                ("loss_of_smell", "perd_olft"),
                ("loss_of_taste", "perd_pala"),
                ("hospital_acquired_infection", "inf_inter"),
                ("outbreak_case", "sg_para_srag"),
                ("admitted_away_from_home", "mudou_muni"),
                ("contact_with_birds_or_pigs", "cont_ave_suino"),
                ("influenza_vaccinated", "vacina"),
                ("maternal_icu_admission", "uti"),
            ],
            _SIM,
        ),
        *(
            Field(variable, (column,), _SIM, _BLANK_MOSTLY_NO)
            for variable, column in (
                ("heart_disease", "cardiopati"),
                ("haematological_disease", "hematologi"),
                ("liver_disease", "hepatica"),
                ("asthma", "asma"),
                ("diabetes_mellitus", "diabetes"),
                ("neurological_disease", "neuro"),
                ("lung_disease", "pneumopati"),
                ("immunosuppression", "imunodepre"),
                ("kidney_disease", "renal"),
                ("obesity", "obesidade"),
            )
        ),
        Field("maternal_death", ("evolucao",), YesNo(yes=("obito",), no=("cura",), unknown=())),
    ),
    omitted=(
        OmittedColumns(("antiviral",), "given after admission, and its labels look swapped"),
        OmittedColumns(("suport_ven", "intubacao_SN", "tempo_uti"), _SINCE_ADMISSION),
        OmittedColumns(("tempo_sint_evolucao",), "days to the end of the admission: gives the outcome's time away"),
        OmittedColumns(
            ("tempo_sintomas_notific",), "days to the notification, which may follow the end of the admission"
        ),
        OmittedColumns(("CLASSI_FIN", "classi_fin1", "classi_covid"), "final classification, made after admission"),
        OmittedColumns(("vacina_cov", "DOSE_1_COV", "DOSE_2_COV"), "encodes calendar time: the campaign began in 2021"),
        OmittedColumns(("ano", "SEM_PRI"), "calendar time: the month of onset is mapped, for splitting"),
        OmittedColumns(("faixa_et",), "recode of what is mapped"),
        OmittedColumns(("hospital",), "whether admitted at all: the register is of admissions"),
        OmittedColumns(("hist_viagem",), "journeys: known for few, and yes for next to none"),
    ),
)

_YES = YesNo(yes=("Yes",), no=("No",), unknown=("Ignored", "Blank"))

SIVEP_2016 = Register(
    "sivep_gripe_2016_2021",
    "Pregnant and postpartum women admitted with severe acute respiratory infection, fewer columns",
    "Brazil",
    "2016 to 2021",
    SOURCE,
    TERMS,
    (
        *build_fields([("state", "sg_uf"), ("month_of_onset", "symptom_onset_month")], Labels()),
        Field("maternal_age_years", ("nu_idade_n",), Number()),
        Field(
            "pregnancy_stage",
            ("class_gest_puerp",),
            Words(
                {
                    "First trimester": "first_trimester",
                    "Second trimester": "second_trimester",
                    "Third trimester": "third_trimester",
                    "Postpartum": "postpartum",
                },
                ("Ignored",),
            ),
        ),
        *build_fields(
            [
                ("fever", "febre"),
                ("cough", "tosse"),
                ("sore_throat", "garganta"),
                ("dyspnoea", "dispneia"),
                ("respiratory_distress", "desc_resp"),
                ("oxygen_saturation_below_95", "saturacao"),
                ("diarrhoea", "diarreia"),
                ("influenza_vaccinated", "vacina"),
            ],
            _YES,
        ),
        *(
            Field(variable, (column,), _YES, _BLANK_MOSTLY_NO)
            for variable, column in (
                ("heart_disease", "cardiopatia"),
                ("lung_disease", "pneumopatia"),
                ("kidney_disease", "renal"),
                ("obesity", "obesidade"),
            )
        ),
        Field("maternal_death", ("evolucao",), YesNo(yes=("Death",), no=("Cure",), unknown=("Ignored", "Blank"))),
    ),
    omitted=(
        OmittedColumns(("raca",), "only white or not: cannot give the census categories"),
        OmittedColumns(("escolaridade",), "'up to elementary' joins three levels: cannot give one of them"),
        OmittedColumns(("ano",), "calendar time: the month of onset is mapped, for splitting"),
    ),
)
