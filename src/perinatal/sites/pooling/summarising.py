"""From a cohort to what a site may send: the rows are counted at the site and stay there."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from perinatal.catalogue import require_trained
from perinatal.errors import InputError, NotEnoughData
from perinatal.frames import ColumnMap, Table, as_cohort
from perinatal.models import RiskModel
from perinatal.models.identity import compute_digest
from perinatal.models.scorers import Recalibration
from perinatal.sites.guard import check_units as units_usable
from perinatal.sites.guard import check_values as values_usable
from perinatal.sites.pooling.cells import build_cells
from perinatal.sites.pooling.curvature import compute_curvature
from perinatal.sites.pooling.labels import require_label
from perinatal.sites.pooling.site import SiteSummary
from perinatal.validation.validating import usable_rows
from perinatal.vocabulary.disclosure import SMALLEST_CELL

YEAR = "year_of_birth"


def summarise(
    model: RiskModel,
    table: Table,
    *,
    site: str,
    columns: ColumnMap | Mapping[str, object] | None = None,
    units: Mapping[str, str] | None = None,
    smallest_cell: int = SMALLEST_CELL,
    with_curvature: bool = False,
    recalibration: Recalibration = Recalibration(),  # noqa: B008 (frozen)
) -> SiteSummary:
    """How a model's risks fell at one site, small enough for an e-mail and without a row.

    The log-odds of the rows with the outcome, and of those without, are counted on a grid of 1/1,000; neighbouring
    bins are joined until each cell holds ``smallest_cell`` people. A cell has a count, a mean, a standard deviation
    and a third moment. Where fewer than ``smallest_cell`` rows have the outcome, their number is left out and all rows
    are counted together. Rows without a known outcome, those outside its denominator, and those for
    whom the model's moment never came, are left out.

    Parameters
    ----------
    model : the model that every site uses.
    table : as for :func:`perinatal.validate`.
    site : a label for the site, of letters, digits, blanks and ``-_.,()'&+``; at most 60.
    smallest_cell : the fewest people a count may stand for; 1 switches the rule off.
    with_curvature : whether to add the gradient and information of the log-likelihood in the model's parts, which
        rescaling each part needs (see ``docs/guides/pooling.md`` for what they reveal).
    recalibration : where these are computed: at the model as it is, or, in a second round, at the recalibration pooled
        in the first, which brings the rescaled model nearer to one fitted on all rows.
    columns, units : what the table's headings mean, as for :func:`perinatal.conform`.

    Raises
    ------
    MissingVariables : the outcome is not there and cannot be derived, or none of the inputs is.
    NotEnoughData : fewer than ``smallest_cell`` rows without the outcome.
    InputError : a label that cannot be used; an input that looks as if it were in another unit, or of which more than
        5 % of the values cannot be used.

    Examples
    --------
    >>> import perinatal as pn
    >>> births = pn.load_sample("births")
    >>> summarise(pn.load_model("preterm_birth-booking"), births, site="District hospital")
    SiteSummary(District hospital: 233 rows, 33 with preterm_birth, 22 cells of at least 10; model ...)
    """
    model, label = require_trained(model), require_label(site)
    if not isinstance(smallest_cell, int) or smallest_cell < 1:
        raise InputError("smallest_cell must be a whole number, 1 or more; 1 switches the rule off.")
    if not (np.isfinite(recalibration.intercept) and 0 < recalibration.slope < np.inf):
        raise InputError("recalibration must have a finite intercept and a slope above 0.")
    cohort_input = as_cohort(table, columns=columns, units=units)
    conformed, observed, _, _ = usable_rows(model, cohort_input)
    frame = conformed.frame
    events, others = int(observed.sum()), int((~observed).sum())
    if others < smallest_cell or not len(observed):
        raise NotEnoughData(
            f"{model.outcome.name}: fewer than {max(smallest_cell, 1)} rows are known to be without it, too few to be "
            "counted. Wait for more births."
        )
    prediction = model.predict(conformed)
    failures = [
        check.message
        for check in (units_usable(model, prediction.problems), values_usable(model, prediction.problems))
        if not check.passed
    ]
    if failures:  # whoever pools cannot see it, and one such file spoils the sum
        raise InputError(f"The table cannot be summed up: {' '.join(failures)}")
    log_odds = prediction.log_odds
    reportable = smallest_cell == 1 or events >= smallest_cell
    return SiteSummary(
        model.id,
        compute_digest(model),
        model.outcome.name,
        model.moment.value,
        label,
        _period(frame),
        smallest_cell,
        len(observed),
        events if reportable else None,
        build_cells(log_odds[observed], smallest_cell) if reportable else None,
        build_cells(log_odds[~observed] if reportable else log_odds, smallest_cell),
        compute_curvature(model, frame, observed, smallest_cell, recalibration)
        if with_curvature and reportable
        else None,
        len(cohort_input.frame) - len(frame),
        prediction.problems,
    )


def _period(frame: pd.DataFrame) -> tuple[int, int] | None:
    if YEAR not in frame.columns:
        return None
    years = pd.to_numeric(frame[YEAR], errors="coerce").dropna()
    return (int(years.min()), int(years.max())) if len(years) else None
