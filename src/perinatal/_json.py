"""Results as JSON has them: no type of numpy or pandas, and ``None`` for what is missing or undefined."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

Json: TypeAlias = dict[str, Any]


def jsonable(value: object) -> Any:
    """A value of a result as JSON has it.

    Parameters
    ----------
    value : text, a number, a flag or an enumeration; or a mapping, sequence, array or table of these. A table becomes a
        list with one entry for each row, without the index. Anything else becomes its text.

    Examples
    --------
    >>> jsonable({"n": np.int64(3), "share": np.float64("nan"), "rows": pd.DataFrame({"a": [1.5], "b": [pd.NA]})})
    {'n': 3, 'share': None, 'rows': [{'a': 1.5, 'b': None}]}
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, Enum):
        return jsonable(value.value)
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): jsonable(entry) for key, entry in value.items()}
    if isinstance(value, pd.DataFrame):
        return [jsonable(row) for row in value.to_dict("records")]
    if isinstance(value, Iterable):
        return [jsonable(entry) for entry in value]
    return str(value)
