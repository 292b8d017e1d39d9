"""Many sites' files pooled: performance over all of them, at each, and at a new one; the model updated for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri

from perinatal._html import html, join_html, table_html
from perinatal._json import jsonable
from perinatal.errors import InputError, NotEnoughData, SummaryError
from perinatal.evaluate import Estimate, PooledEstimate
from perinatal.evaluate import pool as random_effects
from perinatal.models import RiskModel
from perinatal.models.scorers import Recalibration
from perinatal.sites import Limits, Prior, Rung, Update
from perinatal.sites.guard import USUAL
from perinatal.sites.pooling import measures
from perinatal.sites.pooling.cells import merge_cells
from perinatal.sites.pooling.files import format_file_name
from perinatal.sites.pooling.labels import normalise_label, require_label
from perinatal.sites.pooling.site import SiteSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MEASURE_SCALES: Mapping[str, str] = {
    "observed_over_expected": "log",
    "calibration_intercept": "as it is",
    "calibration_slope": "as it is",
    "auroc": "logit",
}
"""What is summarised over sites, and on which scale (10.1177/0962280217705678)."""


@dataclass(frozen=True, slots=True, eq=False)
class PooledSites:
    """A model on the people of all sites together, and how sites differ.

    Parameters
    ----------
    summaries : the sites' summaries, in order of their labels.
    refused : file name and reason, of files that were left out.
    recalibration : intercept and slope of greatest likelihood over all people.
    intercept, slope : the same with 95 % intervals; of rows that were independent.
    observed_over_expected, auroc : over all people.
    curve : ``risk, observed_share, low, high`` along the risk; the band takes people as independent.
    sites : one line a site: ``n, events, observed_over_expected, calibration_intercept, calibration_slope, auroc``,
        each measure with ``_low`` and ``_high``; unknown where a site's events are hidden or too few.
    across : random-effects summary of each measure, with the interval for a new site; those that two sites have.
    hidden_events : events that sites with a hidden number stand for, estimated.
    """

    summaries: tuple[SiteSummary, ...]
    refused: tuple[tuple[str, str], ...]
    recalibration: Recalibration
    intercept: Estimate
    slope: Estimate
    observed_over_expected: Estimate
    auroc: Estimate
    curve: pd.DataFrame
    sites: pd.DataFrame
    across: Mapping[str, PooledEstimate]
    hidden_events: float

    @property
    def model(self) -> str:
        """Id of the model that all sites used."""
        return self.summaries[0].model

    @property
    def digest(self) -> str:
        """Digest of that model."""
        return self.summaries[0].digest

    @property
    def outcome(self) -> str:
        """The outcome."""
        return self.summaries[0].outcome

    @property
    def n(self) -> int:
        """People of all sites."""
        return sum(site.n for site in self.summaries)

    @property
    def events(self) -> int:
        """Events of the sites that report theirs."""
        return sum(site.events or 0 for site in self.summaries)

    @property
    def prior(self) -> Prior:
        """How far a new site may lie from the model as it was, estimated from these sites: for :func:`perinatal.adopt`.

        The root of the mean square, so that it holds both what all sites have in common and how they differ.
        """
        default, away = Prior(), {}
        for name, as_it_was in (("calibration_intercept", 0.0), ("calibration_slope", 1.0)):
            if name in self.across:
                measure = self.across[name]
                away[name] = float(np.hypot(measure.tau, measure.summary.value - as_it_was))
        intercept, slope = (away.get(f"calibration_{which}", 0.0) for which in ("intercept", "slope"))
        return Prior(intercept or default.intercept, slope or default.slope, default.factor)

    def update(self, model: RiskModel, rung: Rung = Rung.SLOPE, prior: Prior | None = None) -> Update:
        """How ``model`` is changed for all: ``INTERCEPT``, ``SLOPE``, or ``RESCALED`` where files hold a curvature.

        Raises :class:`~perinatal.errors.InputError` for another model than the sites used.

        Parameters
        ----------
        model : the model that every site summarised. rung : the step of the ladder.
        prior : how far sites are expected to differ; by default what these sites show.
        """
        from perinatal.sites.pooling.updating import fit_pooled_update

        return fit_pooled_update(self, model, rung, prior)

    def adopt(
        self,
        model: RiskModel,
        rung: Rung = Rung.SLOPE,
        prior: Prior | None = None,
        *,
        name: str | None = None,
        limits: Limits = USUAL,
    ) -> RiskModel:
        """The model updated for all sites, called ``<parent>@<name>``; its record says from how many.

        Parameters
        ----------
        model : the one that the sites used. rung, prior : as for :meth:`update`.
        name : of the sites together, in words; ``"12 sites"`` by default.
        limits : beyond which observed over expected of the model as it is, over all people, is no difference of places.

        Raises
        ------
        AdoptionRefused : over all people the risks are in the wrong order or do not discriminate, or the outcome is too
            frequent or too rare to be the same one; as :func:`perinatal.adopt`, which sees more.
        InputError : as :meth:`update`.
        """
        from perinatal.sites.pooling.updating import adopt_for_all

        label = f"{len(self.summaries)} sites" if name is None else require_label(name)
        return adopt_for_all(self, model, rung, prior, label, limits)

    def to_frame(self) -> pd.DataFrame:
        """A copy of :attr:`sites`: one line for each site."""
        return self.sites.copy()

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """The calibration over all people, with matplotlib: see :func:`perinatal.plots.calibration_curve`.

        Parameters
        ----------
        ax : where to draw; a new figure otherwise.
        """
        from perinatal.plots import calibration_curve

        return calibration_curve(self, ax=ax)

    def to_dict(self) -> dict[str, Any]:
        """Every number, as JSON has it; unknown is ``None``."""
        return {
            "model": self.model,
            "model_digest": self.digest,
            "outcome": self.outcome,
            "n": self.n,
            "events": self.events,
            "hidden_events": round(self.hidden_events, 1),
            "recalibration": [self.recalibration.intercept, self.recalibration.slope],
            "intercept": jsonable(self.intercept),
            "slope": jsonable(self.slope),
            "observed_over_expected": jsonable(self.observed_over_expected),
            "auroc": jsonable(self.auroc),
            "across_sites": {
                name: {
                    "summary": jsonable(measure.summary),
                    "new_site": jsonable(measure.new_site),
                    "tau": measure.tau,
                    "i2": measure.i2,
                    "sites": measure.sites,
                }
                for name, measure in self.across.items()
            },
            "curve": jsonable(self.curve.itertuples(index=False)),
            "sites": [{"site": site, **jsonable(line)} for site, line in self.sites.to_dict("index").items()],
            "refused": [list(refusal) for refusal in self.refused],
        }

    def _repr_html_(self) -> str:
        return join_html(html("pre", repr(self)), table_html(self.sites.round(3)))

    def __repr__(self) -> str:
        lines = [
            f"PooledSites({self.model}: {len(self.summaries)} site{'s' * (len(self.summaries) != 1)}, "
            f"{self.n:,} people, {self.events:,} with "
            f"{self.outcome})",
            f"  observed over expected {self.observed_over_expected}",
            f"  intercept {self.intercept}, slope {self.slope}, AUROC {self.auroc}",
        ]
        for name, measure in self.across.items():
            lines.append(f"  {name.replace('_', ' ')} in a new site: {measure.new_site}")
        hidden = sum(site.events is None for site in self.summaries)
        if hidden:
            lines.append(
                f"  {hidden} sites report only that they had few events; together about {self.hidden_events:.0f}"
            )
        if self.refused:
            lines.append(f"  {len(self.refused)} files were refused")
        return "\n".join(lines)


def pool(
    files: Iterable[str | Path | SiteSummary],
    *,
    leave_out_refused: bool = False,
    progress: bool = False,
) -> PooledSites:
    """Sites' summaries as one: pooled recalibration, O/E, AUROC, calibration curve, each site, and a new one.

    Parameters
    ----------
    files : files that ``perinatal summarise`` wrote, or summaries; of one model, each site once.
    leave_out_refused : go on without files that cannot be used, and list them in ``refused``.
    progress : whether to show a bar.

    Raises
    ------
    SummaryError : files that cannot be used, or not together, each named with the reason.
    NotEnoughData : no site that reports its events, or risks that separate the outcomes.

    Examples
    --------
    >>> import perinatal as pn
    >>> model, births = pn.load_model("preterm_birth-booking"), pn.load_sample("births")
    >>> sites = [pn.summarise(model, births[half::2], site=f"Ward {half}") for half in (0, 1)]
    >>> pooled = pool(sites)
    >>> pooled.n, list(pooled.sites.index)
    (233, ['Ward 0', 'Ward 1'])
    """
    summaries, refused = _read_summaries(files, progress)
    refused += _find_conflicts(summaries)
    bad = {position for position, _, _ in refused}
    if refused and not leave_out_refused:
        text = "\n".join(f"  {name}: {reason}" for _, name, reason in sorted(refused))
        raise SummaryError(
            f"{len(bad)} of the files cannot be pooled; nothing was.\n{text}\nAsk those sites for a new file, or leave "
            "them out (leave_out_refused=True, on the command line --leave-out-refused)."
        )
    included = sorted((s for position, _, s in summaries if position not in bad), key=_label_key)
    if not included:
        raise SummaryError("There is no file to pool.")
    return _pool_summaries(included, tuple((name, reason) for _, name, reason in sorted(refused)))


_NamedSummary = tuple[int, str, SiteSummary]
_Refusal = tuple[int, str, str]


def _read_summaries(
    files: Iterable[str | Path | SiteSummary], progress: bool
) -> tuple[list[_NamedSummary], list[_Refusal]]:
    if isinstance(files, (str, Path, SiteSummary)):
        files = [files]
    sources = list(files)
    if progress:
        from tqdm.auto import tqdm

        sources = tqdm(sources, desc="sites", unit="file")
    summaries, refused = [], []
    for position, source in enumerate(sources):
        if isinstance(source, SiteSummary):
            summaries.append((position, f"summary {position + 1}", source))
            continue
        if not isinstance(source, (str, Path)):
            raise InputError(f"pool() expects files or summaries, and got {type(source).__name__}.")
        name = format_file_name(Path(source))
        try:
            summaries.append((position, name, SiteSummary.read(source)))
        except SummaryError as reason:
            refused.append((position, name, str(reason).removeprefix(f"{name}: ")))
    return summaries, refused


def _find_conflicts(summaries: Sequence[_NamedSummary]) -> list[_Refusal]:
    """Why some of these cannot be pooled with those before them."""
    refused: list[_Refusal] = []
    if not summaries:
        return refused
    ((usual, _),) = Counter(summary.digest for _, _, summary in summaries).most_common(1)
    first = next(entry for entry in summaries if entry[2].digest == usual)
    labels: dict[str, str] = {}
    contents: dict[str, str] = {}
    for position, name, summary in summaries:
        label = normalise_label(summary.site)
        counts = _serialise_counts(summary)
        if summary.digest != first[2].digest:
            both = f"{summary.model} {summary.digest[:12]} and {first[2].model} {first[2].digest[:12]}"
            refused.append((position, name, f"is of another model than {first[1]}: {both}."))
        elif (summary.outcome, summary.moment) != (first[2].outcome, first[2].moment):
            refused.append((position, name, f"is of another outcome or moment than {first[1]}."))
        elif counts in contents:
            refused.append((position, name, f"holds the same counts as {contents[counts]}: the same rows twice."))
        elif label in labels:
            refused.append((position, name, f"is of the site '{summary.site}', which {labels[label]} is of, too."))
        else:
            labels[label], contents[counts] = name, name
    return refused


def _serialise_counts(summary: SiteSummary) -> str:
    content = summary.to_dict()
    return repr([content[key] for key in ("n", "events", "with_event", "others")])


def _label_key(summary: SiteSummary) -> str:
    return normalise_label(summary.site)


def _pool_summaries(summaries: Sequence[SiteSummary], refused: tuple[tuple[str, str], ...]) -> PooledSites:
    with_events = [site for site in summaries if site.events]
    without_events = [site for site in summaries if site.events == 0]
    hidden = measures.hidden_sites(summaries)
    if not with_events:
        raise NotEnoughData(
            f"None of the {len(summaries)} sites reports events. Let each wait for more births, or pool wards of one "
            "hospital in one file."
        )
    with_event = merge_cells(site.with_event for site in with_events if site.with_event is not None)
    without = merge_cells(site.others for site in [*with_events, *without_events])
    points = measures.build_points(with_event, without)
    solution, hidden_events = measures.fit_recalibration_with_hidden(points, hidden)
    events = with_event.total + hidden_events
    expected = measures.expected_events(points) + sum(float(expit(h.log_odds) @ h.people) for h in hidden)
    sites = pd.DataFrame(
        [_site_row(site) for site in summaries], index=pd.Index([s.site for s in summaries], name="site")
    )
    return PooledSites(
        tuple(summaries),
        refused,
        Recalibration(float(solution.beta[0]), float(solution.beta[1])),
        measures.wald_interval(solution.beta[0], solution.covariance[0, 0]),
        measures.wald_interval(solution.beta[1], solution.covariance[1, 1]),
        measures.observed_over_expected(events, expected),
        measures.auroc(with_event, without),
        measures.smooth_curve(points),
        sites,
        _summarise_measures(sites),
        hidden_events,
    )


def _site_row(site: SiteSummary) -> dict[str, float]:
    """A site's line of the table."""
    line: dict[str, float] = {"n": site.n, "events": np.nan if site.events is None else site.events}
    estimates = dict.fromkeys(MEASURE_SCALES, Estimate(np.nan, np.nan, np.nan))
    if site.events and site.with_event is not None:
        points = measures.build_points(site.with_event, site.others)
        estimates["observed_over_expected"] = measures.observed_over_expected(
            site.events, measures.expected_events(points)
        )
        estimates["auroc"] = measures.auroc(site.with_event, site.others)
        for name, slope in (("calibration_intercept", False), ("calibration_slope", True)):
            try:
                solution = measures.fit_recalibration(points, slope=slope)
            except (NotEnoughData, InputError):
                continue
            estimates[name] = measures.wald_interval(solution.beta[-1], solution.covariance[-1, -1])
    for name, estimate in estimates.items():
        line |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return line


def _summarise_measures(sites: pd.DataFrame) -> dict[str, PooledEstimate]:
    """Random-effects summaries of the sites that have a number with an interval; none where fewer than two have."""
    summaries = {}
    for name, scale in MEASURE_SCALES.items():
        numbers = sites[[name, f"{name}_low", f"{name}_high"]].to_numpy(dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = {"log": np.log, "logit": logit}.get(scale, np.asarray)(numbers)
        error = (scaled[:, 2] - scaled[:, 1]) / (2 * ndtri(0.975))
        used = np.isfinite(scaled).all(axis=1) & (error > 0)
        if used.sum() < 2:
            continue
        inverse = {"log": np.exp, "logit": expit}.get(scale, np.asarray)
        try:
            pooled = random_effects(scaled[used, 0], error[used])
        except NotEnoughData:  # restricted likelihood did not settle
            pooled = random_effects(scaled[used, 0], error[used], method="dl")
        summary, new_site = (
            Estimate(*(float(inverse(end)) for end in interval)) for interval in (pooled.summary, pooled.new_site)
        )
        summaries[name] = pooled._replace(summary=summary, new_site=new_site)
    return summaries
