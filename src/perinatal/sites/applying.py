"""From a frozen model and an update to the model of a site, and back to its parent."""

from __future__ import annotations

from dataclasses import replace

from perinatal.errors import AdoptionRefused
from perinatal.models import RiskModel
from perinatal.models.adopted import Adoption, Rung, adopted_id
from perinatal.models.evidence import PooledAdoption, SiteAdoption
from perinatal.models.identity import compute_digest
from perinatal.models.scorers import Recalibration, RescaledScorer
from perinatal.sites.rungs import Update


def update_model(model: RiskModel, update: Update) -> RiskModel:
    """The model with its log-odds updated, and its evidence as it was.

    Parts and base of the updated model are those of ``update`` applied to what :meth:`RiskModel.explain` gives.
    """
    current = model.recalibration
    if update.rung is Rung.KEEP:
        return model
    if update.rung is Rung.RESCALED:
        factors = update.factors if len(update.factors) > 1 else update.factors * len(model.features)
        recalibration = Recalibration(current.intercept + update.intercept, current.slope)
        return replace(model, scorer=RescaledScorer(model.scorer, factors), recalibration=recalibration)
    after = update.recalibration(compute_base(model))
    recalibration = Recalibration(after.intercept + after.slope * current.intercept, after.slope * current.slope)
    return replace(model, recalibration=recalibration)


def compute_base(model: RiskModel) -> float:
    """What a model's parts are added to."""
    return model.explain(dict.fromkeys(model.inputs)).base


def apply_update(
    model: RiskModel, update: Update, adoption: Adoption, record: SiteAdoption | PooledAdoption
) -> RiskModel:
    """The model of a site: updated, named ``<parent>@<site>``, with its adoption and the record of it.

    Parameters
    ----------
    model : the parent; not itself adopted. update : from :func:`fit_rung`, or from pooled summaries.
    adoption : where, when and on whom. record : what was measured, for the model's evidence.

    Raises
    ------
    AdoptionRefused
        the model was adopted already.
    """
    require_not_adopted(model)
    return attach_adoption(update_model(model, update), adoption, record)


def attach_adoption(model: RiskModel, adoption: Adoption, record: SiteAdoption | PooledAdoption) -> RiskModel:
    """The model with its adoption recorded."""
    return replace(
        model,
        id=adopted_id(adoption.parent.id, adoption.site),
        adoption=adoption,
        evidence=replace(model.evidence, adoption=record),
    )


def require_not_adopted(model: RiskModel) -> None:
    """Raise :class:`~perinatal.errors.AdoptionRefused` for a model that was adopted already."""
    if model.adoption is not None:
        raise AdoptionRefused(
            f"{model.id} was adopted already, at {model.adoption.site}: adopting it again would count its rows twice. "
            f"Adopt the model it came from instead (model.adoption.parent, {model.adoption.parent.id}), on all rows."
        )


def restore_parent(model: RiskModel) -> RiskModel:
    """The model that an adopted one came from, verified to be that one.

    Raises :class:`~perinatal.errors.AdoptionRefused` for a model that was not adopted.

    Parameters
    ----------
    model : an adopted model.
    """
    if model.adoption is None:
        raise AdoptionRefused(f"{model.id} was not adopted from another model: there is nothing to go back to.")
    if compute_digest(model.adoption.parent) != model.adoption.parent_digest:
        raise AdoptionRefused(f"The parent that {model.id} carries is not the one it was adopted from.")
    return model.adoption.parent
