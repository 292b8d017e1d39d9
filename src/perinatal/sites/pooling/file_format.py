"""What a site's file looks like: its entries, its grid, its size and its digest."""

from __future__ import annotations

import hashlib
import json

from perinatal._json import Json
from perinatal.sites.pooling.cells import STEPS_PER_UNIT, TICKS_PER_UNIT

FORMAT = 1
WHAT = "perinatal site summary"
LARGEST_BYTES = 50_000
GRID = {"steps_per_unit": STEPS_PER_UNIT, "ticks_per_unit": TICKS_PER_UNIT}
COLUMNS = ("first", "width", "n", "place", "spread", "lean")
CURVATURE = ("features", "intercept", "slope", "gradient", "information")


def entries_digest(content: Json) -> str:
    """SHA-256 of a file's entries, without its digest."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, allow_nan=False).encode()).hexdigest()
