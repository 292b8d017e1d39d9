"""When a risk is estimated, and therefore what can already be known."""

from __future__ import annotations

from enum import Enum

from perinatal.errors import UnknownName


class Moment(Enum):
    """A point in care at which a risk is estimated: its name, what it means, and the moment that comes before it.

    In pregnancy ``BOOKING`` is followed by ``THIRD_TRIMESTER``, ``LABOUR``, ``BIRTH`` and ``DISCHARGE``. ``LABOUR``
    sees what is recorded in labour and the length of the pregnancy. ``BIRTH`` is five minutes after birth: weight, sex
    and the five-minute Apgar score are known, and nothing that follows is. ``SARI_ADMISSION``, an admission for acute
    respiratory infection, follows ``BOOKING`` alone: it sees what is known from booking and what is recorded on
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

    BOOKING = "booking", "the first antenatal visit"
    THIRD_TRIMESTER = "third_trimester", "an antenatal visit at 28 weeks or later, before labour", "booking"
    LABOUR = "labour", "in labour, shortly before the newborn is born", "third_trimester"
    BIRTH = "birth", "five minutes after birth", "labour"
    DISCHARGE = "discharge", "when mother and newborn leave the place of birth", "birth"
    SARI_ADMISSION = (
        "sari_admission",
        "on admission to hospital with severe acute respiratory infection, pregnant or postpartum",
        "booking",
    )

    description: str
    follows: str | None

    def __new__(cls, name: str, description: str, follows: str | None = None) -> Moment:
        moment = object.__new__(cls)
        moment._value_ = name
        moment.description = description
        moment.follows = follows
        return moment

    @property
    def timing(self) -> str:
        """When that is, as part of a sentence.

        >>> Moment.BOOKING.timing, Moment.BIRTH.timing
        ('at the first antenatal visit', 'five minutes after birth')
        """
        return f"at {self.description}" if self.description.startswith(("the ", "an ")) else self.description

    def sees(self, known_at: Moment) -> bool:
        """Whether what becomes known at ``known_at`` is known at this moment.

        Parameters
        ----------
        known_at : the moment at which something becomes known, such as ``Variable.known_at``.
        """
        if self is known_at:
            return True
        return self.follows is not None and Moment.parse(self.follows).sees(known_at)

    @classmethod
    def parse(cls, moment: Moment | str) -> Moment:
        """The moment of this name.

        Parameters
        ----------
        moment : a name such as ``"birth"``; a moment is returned as it is.

        Raises
        ------
        UnknownName
            There is no such moment.
        """
        if isinstance(moment, cls):
            return moment
        for member in cls:
            if member.value == moment:
                return member
        raise UnknownName(
            f"There is no moment {moment!r}. Expected one of: {', '.join(member.value for member in cls)}."
        )
