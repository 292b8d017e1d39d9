"""From pooled counts to one model for all sites, by the same rungs as a single site's adoption."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import expit

from perinatal.errors import AdoptionRefused, InputError, NotEnoughData
from perinatal.models import RiskModel
from perinatal.models.adopted import Adoption, today
from perinatal.models.evidence import AcrossSites, PooledAdoption
from perinatal.models.identity import compute_digest
from perinatal.sites import Limits, Prior, Rung, Update
from perinatal.sites.applying import apply_update, compute_base
from perinatal.sites.guard import check_discrimination, check_usual_frequency, frequency
from perinatal.sites.pooling import measures
from perinatal.sites.pooling.cells import Cells, merge_cells
from perinatal.sites.pooling.curvature import Curvature, sum_curvatures
from perinatal.sites.rungs import penalty
from perinatal.sites.sample_sizes import recorded_auroc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perinatal.sites.pooling.pooled import PooledSites

_OTHER_ROWS = 0.02  # share by which a curvature may differ from what the same file's cells say
_NEAR = 0.3  # of log-odds, on average over people: beyond it a parabola is no likeness of the likelihood


def fit_pooled_update(pooled: PooledSites, model: RiskModel, rung: Rung, prior: Prior | None = None) -> Update:
    """How ``model`` is changed for all sites.

    ``INTERCEPT`` and ``SLOPE`` are of greatest likelihood: with many sites a prior would hardly move them. ``RESCALED``
    adds up the sites' parabolas and the prior's, which is one step of Newton's method on all rows; sites without one
    have no say.

    Raises
    ------
    InputError : another model than the sites used, a rung that cannot be pooled, or no curvature in any file.
    """
    _require_same_model(pooled, model)
    if rung is Rung.KEEP:
        return Update(rung)
    base = compute_base(model)
    if rung is Rung.SLOPE:
        recalibration = pooled.recalibration
        return Update(rung, recalibration.intercept + (recalibration.slope - 1) * base, (recalibration.slope,))
    if rung is Rung.INTERCEPT:
        reporting = [site for site in pooled.summaries if site.events is not None]
        points = measures.build_points(
            merge_cells(site.with_event for site in reporting if site.with_event is not None),
            merge_cells(site.others for site in reporting),
        )
        hidden = measures.hidden_sites(pooled.summaries)
        return Update(rung, float(measures.fit_recalibration_with_hidden(points, hidden, slope=False)[0].beta[0]))
    if rung is Rung.RESCALED:
        return _fit_rescaled(pooled, model, base, Prior() if prior is None else prior)
    raise InputError("Files can be pooled into the rungs keep, intercept, slope and rescaled; a refit needs rows.")


def adopt_for_all(
    pooled: PooledSites, model: RiskModel, rung: Rung, prior: Prior | None, name: str, limits: Limits
) -> RiskModel:
    """The model updated for all sites, with a record of how many they were and how they differ; or a refusal."""
    _require_same_model(pooled, model)
    _require_adoptable(pooled, model, limits)
    update = fit_pooled_update(pooled, model, rung, prior)
    years = [site.period for site in pooled.summaries if site.period is not None]
    sites = len(pooled.summaries)
    adoption = Adoption(
        site=name,
        rung=rung,
        why=f"pooled from {sites} sites' counts; no row left a site",
        n=pooled.n,
        events=pooled.events,
        first=str(min(first for first, _ in years)) if years else None,
        last=str(max(last for _, last in years)) if years else None,
        adopted_on=today(),
        parent=model,
        parent_digest=compute_digest(model),
    )
    record = PooledAdoption(
        pooled_from=sites,
        labels=tuple(site.site for site in pooled.summaries),
        n=pooled.n,
        events=pooled.events,
        hidden_events=round(pooled.hidden_events, 1),
        recalibration=(pooled.recalibration.intercept, pooled.recalibration.slope),
        observed_over_expected=pooled.observed_over_expected,
        slope=pooled.slope,
        auroc=pooled.auroc,
        across_sites={
            name: AcrossSites(
                summary=measure.summary,
                new_site=measure.new_site,
                tau=measure.tau,
                i2=measure.i2,
                sites=measure.sites,
            )
            for name, measure in pooled.across.items()
        },
    )
    return apply_update(model, update, adoption, record)


def _require_adoptable(pooled: PooledSites, model: RiskModel, limits: Limits) -> None:
    """Refuse what the guard of a single site would, as far as counts allow."""
    events = round(pooled.events + pooled.hidden_events)
    checks = [
        check_discrimination(pooled.auroc, min(events, pooled.n - events), recorded_auroc(model)),
        frequency(pooled.observed_over_expected, limits),
        *check_usual_frequency(model, events, pooled.n),
    ]
    refusals = [f"  {check.name}: {check.message}" for check in checks if not check.passed]
    if not refusals and pooled.recalibration.slope <= 0:
        refusals = ["  slope: it came out at 0 or below: what raises the risk would lower it."]
    if refusals:
        raise AdoptionRefused("\n".join([f"{model.id} is not adopted for {len(pooled.summaries)} sites.", *refusals]))


class _SiteCurvature(NamedTuple):
    """A site that sent a curvature, and its cells."""

    label: str
    curvature: Curvature
    with_event: Cells
    others: Cells


def _fit_rescaled(pooled: PooledSites, model: RiskModel, base: float, prior: Prior) -> Update:
    sites = [
        _SiteCurvature(site.site, site.curvature, site.with_event, site.others)
        for site in pooled.summaries
        if site.curvature is not None and site.with_event is not None
    ]
    if not sites:
        raise InputError(
            "None of the files holds what the rescaling of parts needs. Have the sites write theirs with the curvature "
            "(--with-curvature), or pool another rung."
        )
    wrong = [site.label for site in sites if not set(site.curvature.features) <= set(model.feature_names)]
    wrong += [site.label for site in sites if not _is_consistent(site, base)]
    if wrong:
        raise InputError(f"The curvature of {', '.join(sorted(set(wrong)))} is not of the counts beside it.")
    _require_near(pooled, sites, base)
    linear, curvature = sum_curvatures([site.curvature for site in sites], model.feature_names)
    count = len(model.features)
    prior_precision = penalty(count, prior)
    centre = np.concatenate([[0.0], np.ones(count)])
    theta = np.linalg.solve(curvature + prior_precision, linear + prior_precision @ centre)
    if not (theta[1:] > 0).all():
        raise NotEnoughData(
            f"{int((theta[1:] <= 0).sum())} of {count} factors came out at 0 or below, which would turn what raises "
            "the risk into what lowers it. Pool the slope, or use a prior with a smaller spread of factors."
        )
    return Update(
        Rung.RESCALED, float(theta[0]) - _log_odds_excess(pooled, sites), tuple(float(factor) for factor in theta[1:])
    )


def _log_odds_excess(pooled: PooledSites, sites: Sequence[_SiteCurvature]) -> float:
    """Log-odds by which the sites with a curvature lie above all of them, those with hidden events included."""
    points = measures.build_points(merge_cells(s.with_event for s in sites), merge_cells(s.others for s in sites))
    moved = points._replace(log_odds=pooled.recalibration.log_odds(points.log_odds))
    return float(measures.fit_recalibration(moved, slope=False).beta[0])


def _require_near(pooled: PooledSites, sites: Sequence[_SiteCurvature], base: float) -> None:
    """Refuse parabolas that were computed far from where the sites together are."""
    moved, far = pooled.recalibration, []
    for site in sites:
        curvature = site.curvature
        points = measures.build_points(site.with_event, site.others)
        off = (
            moved.intercept
            - curvature.intercept
            - (1 - curvature.slope) * base
            + (moved.slope - curvature.slope) * points.log_odds
        )
        if np.abs(off) @ (points.events + points.non_events) > _NEAR * points.n:
            far.append(site.label)
    if far:
        raise InputError(
            f"At {len(far)} of {len(sites)} sites, the model is too far from the pooled recalibration for its parts to "
            "be rescaled in one round. Let them write a second file at the pooled recalibration (recalibration=; "
            f"--recalibration {moved.intercept:.6g} {moved.slope:.6g}), and pool those; or pool the slope."
        )


def _is_consistent(site: _SiteCurvature, base: float) -> bool:
    """Whether the curvature's own count, the sum of p(1 - p), is that of the cells."""
    curvature = site.curvature
    points = measures.build_points(site.with_event, site.others)
    risk = expit(curvature.intercept + (1 - curvature.slope) * base + curvature.slope * points.log_odds)
    expected = float((risk * (1 - risk)) @ (points.events + points.non_events))
    return abs(curvature.information[0, 0] - expected) <= _OTHER_ROWS * expected + 1


def _require_same_model(pooled: PooledSites, model: RiskModel) -> None:
    digest = compute_digest(model)
    if digest != pooled.digest:
        raise InputError(
            f"The sites used the model {pooled.model} {pooled.digest[:12]}, and this is {model.id} {digest[:12]}: "
            "nothing of theirs says how it should be changed."
        )
