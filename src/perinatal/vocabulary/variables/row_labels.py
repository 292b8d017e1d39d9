"""What labels a row: carried for splitting and joining, never a feature."""

from __future__ import annotations

from perinatal.vocabulary.kinds import Identifier, Variable
from perinatal.vocabulary.moments import Moment
from perinatal.vocabulary.variables.sources import NCHS, SINASC, SIVEP, WHO_ANC

ROW_LABELS = (
    Variable(
        "mother_id", "mother", Identifier(), Moment.BOOKING, "The same label for every pregnancy of one woman.", WHO_ANC
    ),
    Variable(
        "delivery_id",
        "delivery",
        Identifier(),
        Moment.BOOKING,
        "The same label for the newborns of one delivery. Public US files carry no key: plural births that agree in "
        "every recorded fact of the mother share one, so that siblings never straddle a split.",
        NCHS,
    ),
    Variable(
        "facility_id", "place of birth (code)", Identifier(), Moment.BOOKING, "One label for each hospital.", SINASC
    ),
    Variable("state", "state", Identifier(), Moment.BOOKING, "State or province, for splitting by place.", SINASC),
    Variable("region", "region", Identifier(), Moment.BOOKING, "Part of a country, larger than a state.", SINASC),
    Variable(
        "year_of_birth", "year of birth", Identifier(), Moment.BIRTH, "Calendar year, for splitting by time.", NCHS
    ),
    Variable("month_of_birth", "month of birth", Identifier(), Moment.BIRTH, "Calendar month, 1 to 12.", NCHS),
    Variable(
        "month_of_onset",
        "month of onset",
        Identifier(),
        Moment.SARI_ADMISSION,
        "Year and month of the first symptom (YYYY-MM), for splitting by time.",
        SIVEP,
    ),
)
