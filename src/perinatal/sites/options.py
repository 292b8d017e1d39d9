"""What users may set beyond the arguments of :func:`perinatal.adopt`."""

from __future__ import annotations

from dataclasses import dataclass

from perinatal.errors import InputError
from perinatal.models.adopted import Rung
from perinatal.sites.guard import USUAL, Limits
from perinatal.sites.rungs import Prior


@dataclass(frozen=True, slots=True)
class AdoptionOptions:
    """Options of :func:`perinatal.adopt` that most users leave alone.

    Parameters
    ----------
    up_to : the highest step to consider: ``keep``, ``intercept``, ``slope``, ``rescaled`` or ``refit``.
    prior : how strongly steps are shrunk; by default the prior in the model's record, estimated from its development
        sites, else a fixed one.
    limits : where the safety checks refuse.
    progress : whether to show a progress bar.

    Raises
    ------
    InputError
        no such step.

    Examples
    --------
    >>> AdoptionOptions(up_to="intercept").highest_rung
    <Rung.INTERCEPT: 'intercept'>
    """

    up_to: str | Rung = Rung.RESCALED
    prior: Prior | None = None
    limits: Limits = USUAL
    progress: bool = False

    def __post_init__(self) -> None:
        try:
            Rung(self.up_to)
        except ValueError:
            raise InputError(f"up_to must be one of {', '.join(rung.value for rung in Rung)}.") from None

    @property
    def highest_rung(self) -> Rung:
        """``up_to`` as a member of :class:`~perinatal.sites.Rung`."""
        return Rung(self.up_to)
