"""Robson ten groups: every woman who gives birth in one of ten groups, so that caesarean rates can be compared."""

from __future__ import annotations

from perinatal.scores.kinds import Confirmation, DecisionRule, DecisionRules, Origin, PublishedScore, Vector


def _birth(
    group: str,
    onset: str,
    parous: int,
    *,
    fetuses: int = 1,
    presentation: str = "cephalic",
    lie: str = "longitudinal",
    weeks: int = 39,
    caesareans: int = 0,
    origin: Origin = Origin.THIRD_PARTY_TEST,
) -> Vector:
    inputs = {
        "plurality": fetuses,
        "fetal_presentation": presentation,
        "fetal_lie": lie,
        "gestational_age_at_birth_days": weeks * 7,
        "previous_caesarean_sections": caesareans,
        "parity": parous,
        "onset_of_labour": onset,
    }
    return Vector(inputs, {"category": group}, origin)


SCORE = PublishedScore(
    id="robson",
    name="Robson ten-group classification",
    domain="maternal",
    method=DecisionRules(
        (
            DecisionRule("plurality >= 2", "8", "Multiple pregnancy."),
            DecisionRule("transverse_or_oblique", "9", "Transverse or oblique lie."),
            DecisionRule("fetal_presentation == 'breech' and not parous", "6", "Breech, nulliparous."),
            DecisionRule("fetal_presentation == 'breech'", "7", "Breech, multiparous."),
            DecisionRule("gestational_age_at_birth_days / 7 < 37", "10", "Cephalic, before 37 weeks."),
            DecisionRule("previous_caesarean_sections >= 1", "5", "Cephalic at term after a caesarean section."),
            DecisionRule(
                "not parous and onset_of_labour == 'spontaneous'", "1", "Nulliparous, cephalic at term, spontaneous."
            ),
            DecisionRule(
                "not parous and onset_of_labour == 'induced'", "2a", "Nulliparous, cephalic at term, induced."
            ),
            DecisionRule("not parous", "2b", "Nulliparous, cephalic at term, caesarean before labour."),
            DecisionRule("onset_of_labour == 'spontaneous'", "3", "Multiparous, cephalic at term, spontaneous."),
            DecisionRule("onset_of_labour == 'induced'", "4a", "Multiparous, cephalic at term, induced."),
            DecisionRule("True", "4b", "Multiparous, cephalic at term, caesarean before labour."),
        ),
        ("1", "2a", "2b", "3", "4a", "4b", "5", "6", "7", "8", "9", "10"),
    ),
    outcome=None,
    timing="when labour begins, or a caesarean before it",
    population="All women giving birth",
    citation="Robson 2001; WHO 2015 statement; WHO 2017 implementation manual",
    doi="10.1111/1471-0528.13526",
    sources=(
        "PMC7679201 table",
        "RCOG Bangladesh page",
        "Wikipedia",
        "clay-good/sophiewell.com @010da28 (MIT JS; states >=2-source rule; its own tests reproduced)",
    ),
    confirmation=Confirmation.CONFIRMED,
    quantities=(
        ("parous", "parity >= 1"),
        (
            "transverse_or_oblique",
            "fetal_lie in ('transverse', 'oblique')"
            " and not (known(fetal_presentation) and fetal_presentation in ('cephalic', 'breech'))",
        ),
    ),
    caveats=(
        "A classification, not a risk: the words have no order.",
        "Group 5 may be split into one and several caesarean sections (5.1, 5.2; WHO manual).",
        "A head or a breech makes the lie longitudinal; the lie has to be known only for other presentations.",
    ),
    vectors=(
        _birth("2a", "induced", 0),
        _birth("1", "spontaneous", 0),
        _birth("4b", "prelabour_caesarean", 1),
        _birth("5", "spontaneous", 1, caesareans=1),
        _birth("7", "induced", 1, presentation="breech", weeks=34, caesareans=1),
        _birth("8", "induced", 1, fetuses=2, presentation="breech", weeks=34, caesareans=1),
        _birth("10", "spontaneous", 1, weeks=35, caesareans=1, origin=Origin.COMPUTED),
        _birth("9", "spontaneous", 0, presentation="other", lie="transverse", caesareans=1, origin=Origin.COMPUTED),
    ),
)
