"""The digest of a model: of all that computes its risks, and of nothing else."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from perinatal.models.risk_model import RiskModel


def compute_digest(model: RiskModel) -> str:
    """SHA-256 of a model's outcome, moment, features and scorer; its card and evidence are not included.

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
