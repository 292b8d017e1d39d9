"""What a hospital may send: how its risks fell, by outcome, as counts of at least ten people; no row, no identifier."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from perinatal._html import html
from perinatal._json import Json
from perinatal.errors import InputError
from perinatal.frames import Problem
from perinatal.sites.pooling.cells import Cells
from perinatal.sites.pooling.curvature import Curvature
from perinatal.sites.pooling.file_format import COLUMNS, CURVATURE, FORMAT, GRID, LARGEST_BYTES, WHAT, entries_digest
from perinatal.sites.pooling.files import read_entries


@dataclass(frozen=True, slots=True, eq=False)
class SiteSummary:
    """One site's counts of a model's log-odds, by outcome.

    Parameters
    ----------
    model, digest : id of the model, and :func:`~perinatal.models.identity.compute_digest` it.
    outcome, moment : what was estimated, and when.
    site : the label the site gave itself.
    period : first and last year of birth, where the table has them.
    smallest_cell : no count of people stands for fewer; 1 where that was switched off.
    n : rows with a known outcome. events : rows with it; ``None`` where they are fewer than ``smallest_cell``.
    with_event : cells of the rows with the outcome; ``None`` where ``events`` is.
    others : cells of the rows without it; of all rows where ``events`` is ``None``.
    curvature : what the rescaling of parts needs, where it was requested.
    excluded : rows that were left out, as their outcome is missing or they are not eligible; stays at the site.
    problems : what was wrong, odd or missing in the table; stays at the site.
    """

    model: str
    digest: str
    outcome: str
    moment: str
    site: str
    period: tuple[int, int] | None
    smallest_cell: int
    n: int
    events: int | None
    with_event: Cells | None
    others: Cells
    curvature: Curvature | None = None
    excluded: int = 0
    problems: tuple[Problem, ...] = ()

    @staticmethod
    def read(file: str | Path) -> SiteSummary:
        """The summary in a file that :meth:`write` wrote, once everything in it has been checked.

        Parameters
        ----------
        file : path of the file.

        Raises
        ------
        SummaryError : the file is no summary, is damaged, or contradicts itself; it is named, its text is not repeated.
        FileNotFoundError, PermissionError : as the system raises them.
        """
        return SiteSummary(*read_entries(file))

    def to_dict(self) -> Json:
        """The entries of the file: everything that leaves the site, and nothing else does."""
        content: Json = {
            "what": WHAT,
            "format": FORMAT,
            "model": self.model,
            "model_digest": self.digest,
            "outcome": self.outcome,
            "moment": self.moment,
            "site": self.site,
            "period": None if self.period is None else list(self.period),
            "smallest_cell": self.smallest_cell,
            "n": self.n,
            "events": self.events,
            "grid": GRID,
            "with_event": None if self.with_event is None else _cells_to_dict(self.with_event),
            "others": _cells_to_dict(self.others),
            "curvature": None if self.curvature is None else _curvature_to_dict(self.curvature),
        }
        return {**content, "digest": entries_digest(content)}

    def to_frame(self) -> pd.DataFrame:
        """The cells: ``outcome, n, mean_risk``; where few have the outcome, ``outcome`` is unknown for all."""
        groups = [(pd.NA if self.events is None else False, self.others)]
        groups += [] if self.with_event is None else [(True, self.with_event)]
        tables = [
            pd.DataFrame({"outcome": outcome, "n": cells.n, "mean_risk": expit(cells.mean)})
            for outcome, cells in groups
        ]
        return pd.concat(tables, ignore_index=True).astype({"outcome": "boolean"})

    def to_json(self) -> str:
        """The text of the file, to the last byte; raises :class:`~perinatal.errors.InputError` above 50 kB."""
        entries = [
            f" {json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in self.to_dict().items()
        ]
        text = "{\n" + ",\n".join(entries) + "\n}\n"
        if len(text.encode()) > LARGEST_BYTES:
            raise InputError(
                f"The summary would be {len(text.encode()):,} bytes; a file has at most {LARGEST_BYTES:,}. Leave the "
                "parts out, or join more people in a cell (smallest_cell)."
            )
        return text

    def write(self, file: str | Path) -> Path:
        """Write the file, of at most 50 kB; raises :class:`~perinatal.errors.InputError` where it would be larger.

        Parameters
        ----------
        file : the JSON file; a file that is there is replaced.
        """
        text = self.to_json()
        Path(file).write_text(text, encoding="utf-8", newline="\n")
        return Path(file)

    def _repr_html_(self) -> str:
        return html("p", repr(self))

    def __repr__(self) -> str:
        events = f"{self.events:,}" if self.events is not None else f"fewer than {self.smallest_cell}"
        cells = len(self.others.n) + (0 if self.with_event is None else len(self.with_event.n))
        text = f"SiteSummary({self.site}: {self.n:,} rows, {events} with {self.outcome}, {cells} cells"
        text += ", each of one person or more" if self.smallest_cell == 1 else f" of at least {self.smallest_cell}"
        return f"{text}; model {self.model} {self.digest[:12]})"


def _cells_to_dict(cells: Cells) -> Json:
    columns = (cells.first, cells.last - cells.first, cells.n, cells.mean_ticks, cells.spread, cells.lean)
    return {name: column.tolist() for name, column in zip(COLUMNS, columns, strict=True)}


def _curvature_to_dict(curvature: Curvature) -> Json:
    triangle = curvature.information[np.triu_indices(len(curvature.gradient))]
    numbers = (curvature.intercept, curvature.slope, curvature.gradient.tolist(), triangle.tolist())
    return dict(zip(CURVATURE, (list(curvature.features), *numbers), strict=True))
