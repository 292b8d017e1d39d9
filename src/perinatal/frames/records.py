"""One record read without a DataFrame, by the same readers; a record with anything to report is left to conform."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Mapping

from perinatal.frames.crosschecks import CROSS_CHECKS
from perinatal.frames.readers import How, Reader, plain_reader
from perinatal.vocabulary import VARIABLES, Count, Quantity
from perinatal.vocabulary.rules.expressions import Expression

_SCALARS = frozenset((type(None), str, int, float, bool))
_ANY_NUMBER = (-math.inf, math.inf)


class RecordReader:
    """Reads some variables of records whose values are canonical and plausible.

    Parameters
    ----------
    names : the canonical names to read, no identifiers; other variables of a record are passed over.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._columns: dict[str, tuple[Reader, float, float, bool]] = {}
        for name in names:
            kind, reader = VARIABLES[name].kind, plain_reader(name)
            if reader is not None:
                low, high = kind.plausible if isinstance(kind, (Quantity, Count)) else _ANY_NUMBER
                self._columns[name] = reader, low, high, isinstance(kind, Count)

    def read(self, record: Mapping) -> dict[str, float] | None:
        """The values as rules read them (unknown ``NaN``), in the record's order.

        ``None`` where there is anything to report, such as an implausible value, another spelling or a contradiction:
        then the record has to be conformed.

        >>> reader = RecordReader(["parity", "mode_of_birth"])
        >>> reader.read({"parity": 2, "mode_of_birth": "caesarean", "plurality": 1})
        {'parity': 2.0, 'mode_of_birth': 3.0}
        >>> reader.read({"parity": 200}) is None
        True
        """
        values: dict[str, float] = {}
        columns = self._columns
        for name, cell in record.items():
            if type(cell) not in _SCALARS:
                return None
            column = columns.get(name)
            if column is None:
                if name not in VARIABLES:
                    return None
                continue
            if cell is None or cell != cell:
                values[name] = math.nan
                continue
            reader, low, high, whole = column
            value, how = reader.read(cell)
            if how is not How.CLEAN or not low <= value <= high or (whole and value != int(value)):
                return None
            values[name] = value
        if any(rule.evaluate_record(values) == 1 for rule in _rules_among(tuple(values))):
            return None
        return values


@functools.lru_cache(maxsize=256)
def _rules_among(names: tuple[str, ...]) -> tuple[Expression, ...]:
    """The rules of the cross-checks that read these variables alone."""
    present = set(names)
    return tuple(check.rule for check in CROSS_CHECKS if present.issuperset(check.variables))
