"""Lists and loads published scores; they are listed by file name, so that listing imports none of them."""

from __future__ import annotations

import importlib
import pkgutil

from perinatal.errors import UnknownName
from perinatal.scores import declared
from perinatal.scores.kinds import PublishedScore


def list_score_ids() -> tuple[str, ...]:
    """The ids of the published scores, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(declared.__path__) if module.name[0] != "_"))


def load_published_score(name: str) -> PublishedScore:
    """The declaration of the score with this id; raises :class:`~perinatal.errors.UnknownName` if there is none."""
    if name not in list_score_ids():
        raise UnknownName(f"There is no published score '{name}'. Expected one of: {', '.join(list_score_ids())}.")
    return importlib.import_module(f"{declared.__name__}.{name}").SCORE
