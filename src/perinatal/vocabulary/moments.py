"""When a risk is asked, and therefore what can already be known."""

from __future__ import annotations

from enum import Enum

from perinatal.errors import UnknownName


class Moment(Enum):
    """A point in care at which a risk is asked.

    The pregnancy's clock runs ``BOOKING < THIRD_TRIMESTER < LABOUR < BIRTH < DISCHARGE``. ``BIRTH`` is five minutes
    after birth: weight, sex and the five-minute Apgar score are known, and nothing that follows is. ``LABOUR`` sees
    what is found and done in labour, and the length of the pregnancy. An admission for
    illness, ``SARI_ADMISSION``, has a clock of its own: it sees what is known from booking, and what is recorded on
    admission.

    Examples
    --------
    >>> Moment.BIRTH.sees(Moment.BOOKING)
    True
    >>> Moment.BOOKING.sees(Moment.BIRTH)
    False
    >>> Moment.SARI_ADMISSION.sees(Moment.LABOUR)
    False
    >>> Moment.parse("birth")
    <Moment.BIRTH: 'birth'>
    """

    BOOKING = "booking"
    THIRD_TRIMESTER = "third_trimester"
    LABOUR = "labour"
    BIRTH = "birth"
    DISCHARGE = "discharge"
    SARI_ADMISSION = "sari_admission"

    @property
    def description(self) -> str:
        """What the moment means, in a sentence for a card."""
        return _DESCRIPTIONS[self]

    def sees(self, known_at: Moment) -> bool:
        """Whether something known at ``known_at`` is already known now."""
        if self is Moment.SARI_ADMISSION:
            return known_at in (Moment.BOOKING, Moment.SARI_ADMISSION)
        if known_at is Moment.SARI_ADMISSION:
            return False
        return _PREGNANCY_CLOCK.index(known_at) <= _PREGNANCY_CLOCK.index(self)

    @classmethod
    def parse(cls, moment: Moment | str) -> Moment:
        """The moment of this name; raises :class:`~perinatal.errors.UnknownName` otherwise."""
        if isinstance(moment, cls):
            return moment
        for member in cls:
            if member.value == moment:
                return member
        raise UnknownName(
            f"There is no moment {moment!r}. Expected one of: {', '.join(member.value for member in cls)}."
        )


_PREGNANCY_CLOCK = (Moment.BOOKING, Moment.THIRD_TRIMESTER, Moment.LABOUR, Moment.BIRTH, Moment.DISCHARGE)

_DESCRIPTIONS = {
    Moment.BOOKING: "the first antenatal visit",
    Moment.THIRD_TRIMESTER: "an antenatal visit at 28 weeks or later, before labour",
    Moment.LABOUR: "in labour, shortly before the newborn is born",
    Moment.BIRTH: "five minutes after birth",
    Moment.DISCHARGE: "when mother and newborn leave the place of birth",
    Moment.SARI_ADMISSION: "on admission to hospital with severe acute respiratory infection, pregnant or postpartum",
}
