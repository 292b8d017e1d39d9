"""Headings of known registers whose content is not yet known when a risk is estimated, and what they mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from perinatal.vocabulary import Moment

NCHS = "US birth and infant death files (NCHS)"
SINASC = "Brazilian birth files (SINASC)"
SIVEP = "the Brazilian register of severe acute respiratory infection (SIVEP-Gripe)"
MIN_REGISTER_HEADINGS = 3  # headings from which a table is recognised as that register


@dataclass(frozen=True, slots=True)
class RegisterName:
    """Headings of a register (lower case, ``*`` for any ending), what they mean, and from when that is known.

    ``known_at`` is ``None`` for what is known after the end of every follow-up, such as the age at death. ``sure`` is
    false where the leak is one of calendar time.
    """

    headings: tuple[str, ...]
    meaning: str
    known_at: Moment | None
    register: str
    sure: bool = True


REGISTER_NAMES = (
    RegisterName(("matchs", "flgnd"), "whether a death certificate was matched: the label itself", None, NCHS),
    RegisterName(("recwt",), "the weight of the linked record, above 1 only for deaths", None, NCHS),
    RegisterName(("aged", "ager5", "ager22"), "the age at death", None, NCHS),
    RegisterName(
        (
            "manner",
            "dispo",
            "autopsy",
            "lace",
            "ucod",
            "ucodr130",
            "hospd",
            "d_restatus",
            "dweekday",
            "dod_yy",
            "dod_mm",
            "eanum",
            "ranum",
            "econdp_*",
            "econds_*",
            "enicon_*",
            "record_[0-9]*",
        ),
        "written on the death certificate",
        None,
        NCHS,
    ),
    RegisterName(
        ("ilive", "itran", "bfed"), "the newborn's state when the certificate is filled in", Moment.DISCHARGE, NCHS
    ),
    RegisterName(
        (
            "ab_vent",
            "ab_vent6",
            "ab_aven1",
            "ab_aven6",
            "ab_nicu",
            "ab_surf",
            "ab_surfac",
            "ab_anti",
            "ab_antibio",
            "ab_seiz",
            "ab_inj",
            "no_abnorm",
        ),
        "what the newborn needed after birth",
        Moment.DISCHARGE,
        NCHS,
    ),
    RegisterName(
        ("mm_mtr", "mm_plac", "mm_rupt", "mm_uhyst", "mm_aicu", "no_mmorb", "mtran"),
        "what happened to the mother at or after birth",
        Moment.DISCHARGE,
        NCHS,
    ),
    RegisterName(("apgar10", "apgar10r"), "recorded only where the five-minute score was low", Moment.DISCHARGE, NCHS),
    RegisterName(("apgar5", "apgar5r"), "the five-minute Apgar score", Moment.BIRTH, NCHS),
    RegisterName(("dbwt", "brthwgt", "bwtr4", "bwtr12", "bwtr14"), "the birth weight", Moment.BIRTH, NCHS),
    RegisterName(
        ("md_route", "me_rout", "rdmeth_rec", "dmeth_rec", "ume_*"), "how the child was born", Moment.BIRTH, NCHS
    ),
    RegisterName(
        (
            "combgest",
            "estgest",
            "oegest_comb",
            "oegest_r10",
            "oegest_r3",
            "gestrec10",
            "gestrec3",
            "estrec10",
            "estrec3",
        ),
        "the length of the pregnancy at birth",
        Moment.LABOUR,
        NCHS,
    ),
    RegisterName(("urf_eclam", "urf_ehype", "rf_eclam", "rf_ehype"), "eclampsia", Moment.LABOUR, NCHS),
    RegisterName(
        ("urf_phyper", "urf_phype", "rf_ghyp", "rf_ghype", "rf_gest", "rf_gdiab"),
        "illness that begins in pregnancy",
        Moment.THIRD_TRIMESTER,
        NCHS,
    ),
    RegisterName(("peso", "cat_peso"), "the birth weight", Moment.BIRTH, SINASC),
    RegisterName(
        ("apgar1", "apgar5", "cat_apgar5", "idanomal", "codanomal"),
        "the newborn's state at birth",
        Moment.BIRTH,
        SINASC,
    ),
    RegisterName(("parto", "cat_parto"), "how the child was born", Moment.BIRTH, SINASC),
    RegisterName(
        ("gestacao", "semagestac", "cat_gestacao"), "the length of the pregnancy at birth", Moment.LABOUR, SINASC
    ),
    RegisterName(("evolucao",), "how the admission ended: the label itself", None, SIVEP),
    RegisterName(
        ("uti", "suport_ven", "intubacao_sn", "antiviral"), "decided after admission", Moment.DISCHARGE, SIVEP
    ),
    RegisterName(
        ("tempo_uti", "tempo_sint_evolucao", "tempo_sintomas_notific"),
        "days to something after admission",
        Moment.DISCHARGE,
        SIVEP,
    ),
    RegisterName(("classi_fin", "classi_fin1", "classi_covid"), "the final classification", Moment.DISCHARGE, SIVEP),
    RegisterName(
        ("vacina_cov", "dose_1_cov", "dose_2_cov"),
        "the vaccination campaign, which reflects the calendar month rather than the woman",
        None,
        SIVEP,
        sure=False,
    ),
)

GROWING = frozenset(
    (
        *("antenatal_contacts", "antenatal_contacts_band", "gestational_weight_gain_kg", "birth_interval_months"),
        *("uprevis", "previs", "previs_rec", "revis", "revis_rec", "wtgain", "wtgain_rec", "dwgt_r"),
        *("consultas", "consprenat", "cat_consultas"),
        *("visits", "antenatal_visits", "prenatal_visits", "weight_gain"),
    )
)
"""Headings of what grows with the length of the pregnancy: visits, weight gain, weight at delivery, birth interval."""

GESTATION_AT_BIRTH = ("gestational_age_at_birth_days", "combgest", "estgest", "oegest_comb", "semagestac")


def match_register_names(heading: str) -> tuple[RegisterName, ...]:
    """The meanings of a heading in the registers that use it.

    >>> [declared.meaning for declared in match_register_names("EVOLUCAO")]
    ['how the admission ended: the label itself']
    >>> match_register_names("maternal_age")
    ()
    """
    lower = heading.lower()
    return tuple(d for d in REGISTER_NAMES if any(fnmatchcase(lower, pattern) for pattern in d.headings))


def recognise_registers(headings: Iterable[str]) -> frozenset[str]:
    """The registers that a table seems to be from, by its headings."""
    counts = Counter(
        register for heading in headings for register in {d.register for d in match_register_names(heading)}
    )
    return frozenset(register for register, count in counts.items() if count >= MIN_REGISTER_HEADINGS)
