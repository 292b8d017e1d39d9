"""The words, with their language, that mean one thing wherever they stand: yes and no, and levels of some categories.

A word belongs here only where nothing else can be meant. What depends on the hospital (``vaginal``, which may be with
forceps; ``S``, which may be ``sí``) is stated with ``words=`` of a :class:`~perinatal.Column`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UsualWords:
    """Words of one language for one meaning.

    Parameters
    ----------
    language : ``en``, ``fr``, ``es``, ``pt``, ``ur`` (Urdu in its script), ``ur-Latn`` (Urdu in Latin letters), or
        ``any`` for signs and for abbreviations that are used in several.
    meaning : ``True`` or ``False`` of a flag, a level of a category.
    words : in lower case.
    """

    language: str
    meaning: bool | str
    words: tuple[str, ...]


FLAG_WORDS: tuple[UsualWords, ...] = (
    UsualWords("any", True, ("+", "✓", "✔", "☑", "✅")),
    UsualWords("en", True, ("present", "positive", "pos", "yes.")),
    UsualWords("en", False, ("absent", "negative", "neg", "no.")),
    UsualWords("fr", True, ("oui", "présent", "présente", "positif", "positive", "vrai")),
    UsualWords("fr", False, ("non", "absent", "absente", "négatif", "négative", "faux")),
    UsualWords("es", True, ("sí", "si", "presente", "positivo", "positiva", "verdadero")),
    UsualWords("es", False, ("no", "ausente", "negativo", "negativa", "falso")),
    UsualWords("pt", True, ("sim", "presente", "positivo", "positiva", "verdadeiro")),
    UsualWords("pt", False, ("não", "nao", "ausente", "negativo", "negativa", "falso")),
    UsualWords("ur-Latn", True, ("haan", "han", "ji haan", "jee haan", "g haan")),
    UsualWords("ur-Latn", False, ("nahin", "nahi", "nahee", "ji nahin", "jee nahin")),
    UsualWords("ur", True, ("ہاں", "جی ہاں")),
    UsualWords("ur", False, ("نہیں", "جی نہیں")),
)
"""Words for yes and no, besides yes, no, y, n, true, false, t and f."""

LEVEL_WORDS: Mapping[str, tuple[UsualWords, ...]] = {
    "newborn_sex": (
        UsualWords("any", "male", ("m",)),
        UsualWords("any", "female", ("f",)),
        UsualWords("en", "male", ("boy", "male child", "baby boy")),
        UsualWords("en", "female", ("girl", "female child", "baby girl")),
        UsualWords("fr", "male", ("masculin", "garçon")),
        UsualWords("fr", "female", ("féminin", "fille")),
        UsualWords("es", "male", ("masculino", "niño", "varón")),
        UsualWords("es", "female", ("femenino", "niña", "mujer")),
        UsualWords("pt", "male", ("masculino", "menino")),
        UsualWords("pt", "female", ("feminino", "menina")),
        UsualWords("ur-Latn", "male", ("larka",)),
        UsualWords("ur-Latn", "female", ("larki",)),
        UsualWords("ur", "male", ("لڑکا",)),
        UsualWords("ur", "female", ("لڑکی",)),
    ),
    "mode_of_birth": (
        UsualWords("any", "caesarean", ("cs", "c/s", "lscs", "emergency lscs", "elective lscs")),
        UsualWords(
            "en",
            "caesarean",
            (
                "cesarean",
                "c-section",
                "c section",
                "csection",
                "caesarean section",
                "cesarean section",
                "caesarian",
                "caesarian section",
                "cesarean delivery",
                "caesarean delivery",
                "caesarean birth",
                "cesarean birth",
                "emergency cs",
                "elective cs",
                "emergency c-section",
                "elective c-section",
                "emergency caesarean",
                "elective caesarean",
                "emergency cesarean",
                "elective cesarean",
            ),
        ),
        UsualWords(
            "en",
            "spontaneous",
            (
                "svd",
                "nvd",
                "spontaneous vaginal delivery",
                "spontaneous vaginal birth",
                "spontaneous vaginal",
                "normal vaginal delivery",
                "normal vaginal birth",
            ),
        ),
        UsualWords("en", "forceps", ("forceps delivery", "forceps birth", "forceps assisted")),
        UsualWords(
            "en", "vacuum", ("ventouse", "vacuum extraction", "vacuum delivery", "vacuum birth", "vacuum assisted")
        ),
        UsualWords("fr", "caesarean", ("césarienne",)),
        UsualWords("fr", "vacuum", ("ventouse",)),
        UsualWords("es", "caesarean", ("cesárea", "cesarea")),
        UsualWords("es", "forceps", ("fórceps",)),
        UsualWords("pt", "caesarean", ("cesariana", "cesárea", "parto cesáreo")),
        UsualWords("pt", "forceps", ("fórceps", "fórcipe")),
        UsualWords("ur", "caesarean", ("سیزیرین",)),
    ),
    "proteinuria": (
        UsualWords("any", "1+", ("+", "+1")),
        UsualWords("any", "2+", ("++", "+2")),
        UsualWords("any", "3+", ("+++", "+3")),
        UsualWords("any", "4+", ("++++", "+4")),
        UsualWords("en", "negative", ("neg", "nil", "absent")),
        UsualWords("en", "trace", ("traces", "tr")),
        UsualWords("fr", "negative", ("négatif", "négative", "absence")),
        UsualWords("fr", "trace", ("traces",)),
        UsualWords("es", "negative", ("negativo", "negativa")),
        UsualWords("es", "trace", ("trazas",)),
        UsualWords("pt", "negative", ("negativo", "negativa")),
        UsualWords("pt", "trace", ("traços",)),
    ),
    "group_b_streptococcus": (
        UsualWords("any", "positive", ("+",)),
        UsualWords("en", "positive", ("pos",)),
        UsualWords("en", "negative", ("neg",)),
        UsualWords("en", "not_tested", ("not done",)),
    ),
    "fetal_presentation": (
        UsualWords("en", "cephalic", ("vertex", "head")),
        UsualWords("fr", "cephalic", ("céphalique",)),
        UsualWords("fr", "breech", ("siège",)),
        UsualWords("es", "cephalic", ("cefálica", "cefálico", "cefalica")),
        UsualWords("es", "breech", ("pelviana", "podálica")),
        UsualWords("pt", "cephalic", ("cefálica", "cefálico")),
        UsualWords("pt", "breech", ("pélvica", "pélvico")),
    ),
    "onset_of_labour": (
        UsualWords("fr", "spontaneous", ("spontané",)),
        UsualWords("es", "spontaneous", ("espontáneo",)),
        UsualWords("pt", "spontaneous", ("espontâneo",)),
        UsualWords("es", "induced", ("inducido",)),
        UsualWords("pt", "induced", ("induzido",)),
    ),
    "residence_zone": (
        UsualWords("fr", "urban", ("urbain", "urbaine")),
        UsualWords("fr", "rural", ("rurale",)),
        UsualWords("es", "urban", ("urbano", "urbana")),
        UsualWords("pt", "urban", ("urbano", "urbana")),
    ),
}
"""Words for the levels of a category, besides the levels themselves."""
