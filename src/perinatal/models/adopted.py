"""The record of an adoption at a site: where, on which rows, what was changed and why, and the parent model."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any

from perinatal.errors import CorruptModel, InputError
from perinatal.models.identity import compute_digest

if TYPE_CHECKING:
    from perinatal.models.risk_model import RiskModel

LONGEST_SITE = 80  # characters
LONGEST_WHY = 1000


class Rung(Enum):
    """A step of the ladder, from the least to the most that is changed."""

    KEEP = "keep"
    INTERCEPT = "intercept"
    SLOPE = "slope"
    RESCALED = "rescaled"
    REFIT = "refit"

    @property
    def message(self) -> str:
        """What was changed, in words."""
        return _RUNG_MESSAGES[self]


_RUNG_MESSAGES: Mapping[Rung, str] = {
    Rung.KEEP: "the model is unchanged",
    Rung.INTERCEPT: "its intercept was re-estimated",
    Rung.SLOPE: "its intercept and slope were re-estimated",
    Rung.RESCALED: "its intercept and a factor for each of its parts were re-estimated",
    Rung.REFIT: "it was retrained on the site's rows",
}


@dataclass(frozen=True, slots=True, eq=False)
class Adoption:
    """Where, when and on whom a model was adopted.

    Parameters
    ----------
    site : name of the place.
    rung, why : what was changed, and the reason in a sentence.
    n, events : rows used, and those with the outcome.
    first, last : first and last period of these rows (``2023``, ``2023-04`` or ``2023-04-19``); ``None`` if unknown.
    adopted_on : day of the adoption.
    parent : the complete parent model, so that the adoption can be undone.
    parent_digest : digest of the parent (:func:`perinatal.models.identity.compute_digest`).
    """

    site: str
    rung: Rung
    why: str
    n: int
    events: int
    first: str | None
    last: str | None
    adopted_on: str
    parent: RiskModel
    parent_digest: str

    @property
    def message(self) -> str:
        """The adoption in a sentence."""
        ends = dict.fromkeys(end for end in (self.first, self.last) if end is not None)
        period = f" ({' to '.join(ends)})" if ends else ""
        return (
            f"Adopted at {self.site} on {self.adopted_on}, on {self.n:,} rows{period} of which {self.events:,} had the "
            f"outcome: {self.rung.message}."
        )


_SHAPE: Mapping[str, tuple[type, ...]] = {
    "site": (str,),
    "rung": (str,),
    "why": (str,),
    "n": (int,),
    "events": (int,),
    "first": (str, type(None)),
    "last": (str, type(None)),
    "adopted_on": (str,),
    "parent": (str,),
    "parent_digest": (str,),
}
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PERIOD = re.compile(r"\d{4}(-\d{2}){0,2}", re.ASCII)
_NOT_IN_AN_ID = re.compile(r"[^a-z0-9]+", re.ASCII)


def build_adoption_entry(adoption: Adoption) -> dict[str, Any]:
    """The adoption as a manifest has it; of the parent its id and digest."""
    entry = {f.name: getattr(adoption, f.name) for f in fields(Adoption)}
    return {**entry, "rung": adoption.rung.value, "parent": adoption.parent.id}


def check_adoption_entry(entry: object) -> Mapping[str, Any]:
    """A manifest's entry, once it is of the right shape; :class:`~perinatal.errors.CorruptModel` otherwise."""
    if not isinstance(entry, dict) or set(entry) != set(_SHAPE):
        raise CorruptModel("The manifest's record of the adoption has other entries than format 2 has.")
    sound = (
        all(type(entry[name]) in kinds for name, kinds in _SHAPE.items())
        and entry["rung"] in {rung.value for rung in Rung}
        and _is_label(entry["site"])
        and len(entry["why"]) <= LONGEST_WHY
        and 0 < entry["events"] < entry["n"]
        and all(entry[end] is None or _PERIOD.fullmatch(entry[end]) for end in ("first", "last"))
        and _PERIOD.fullmatch(entry["adopted_on"]) is not None
        and _DIGEST.fullmatch(entry["parent_digest"]) is not None
    )
    if not sound:
        raise CorruptModel("The manifest's record of the adoption holds what no adoption can have.")
    return entry


def build_adoption(entry: Mapping[str, Any], parent: RiskModel) -> Adoption:
    """The adoption from a manifest's entry that :func:`check_adoption_entry` passed, and the parent beside it."""
    if compute_digest(parent) != entry["parent_digest"]:
        raise CorruptModel("The parent beside the adopted model is not the one it was adopted from. Get a new copy.")
    return Adoption(**{**entry, "rung": Rung(entry["rung"]), "parent": parent})


def site_label(site: str) -> str:
    """``site`` as it may be written down: a line of visible text, not too long.

    >>> site_label("  Hospital 17 ")
    'Hospital 17'
    """
    label = site.strip() if isinstance(site, str) else ""
    if not _is_label(label):
        raise InputError(
            f"site: expected the place in words, a line of 1 to {LONGEST_SITE} visible characters with a letter or "
            "digit, such as 'Hospital 17'."
        )
    return label


def adopted_id(parent_id: str, site: str) -> str:
    """The id of a model adopted at a site.

    >>> adopted_id("low_birth_weight-booking", "São José, ward 2")
    'low_birth_weight-booking@sao-jose-ward-2'
    """
    ascii_site = unicodedata.normalize("NFKD", site).encode("ascii", "ignore").decode().lower()
    slug = _NOT_IN_AN_ID.sub("-", ascii_site).strip("-")
    return f"{parent_id}@{slug or 'site'}"


def today() -> str:
    """The day, as it is written down."""
    return datetime.datetime.now(tz=datetime.UTC).date().isoformat()


def _is_label(site: str) -> bool:
    return 0 < len(site) <= LONGEST_SITE and site.isprintable() and any(c.isalnum() for c in site)
