"""What makes two models the same: all that computes a risk, and nothing that only tells of it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perinatal.models.risk_model import RiskModel


def compute_digest(model: RiskModel) -> str:
    """SHA-256 of what a model is asked, what it reads and how it computes; the card and the record are not in it.

    The release of XGBoost that wrote the trees is left out: the same trees have the same digest wherever they are
    read.

    Examples
    --------
    >>> import perinatal as pn
    >>> model = pn.load_model("preterm_birth-booking")
    >>> compute_digest(model) == compute_digest(pn.load_model("preterm_birth-booking")), len(compute_digest(model))
    (True, 64)
    """
    content = {
        "outcome": model.outcome.name,
        "moment": model.moment.value,
        "features": list(model.feature_names),
        "recalibration": [model.recalibration.intercept, model.recalibration.slope],
        "scorer": model.scorer.kind,
        "files": {name: _canonical_content(raw) for name, raw in sorted(model.scorer.files().items())},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _canonical_content(raw: bytes) -> object:
    try:
        content = json.loads(raw)
    except ValueError:
        return hashlib.sha256(raw).hexdigest()
    if isinstance(content, dict):
        content.pop("version", None)
    return content
