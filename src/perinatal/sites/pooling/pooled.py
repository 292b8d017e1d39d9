"""Many sites' files as one: how a model does over all of them, in each, in a new one, and the model updated for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri

from perinatal.errors import InputError, NotEnoughData, SummaryError
from perinatal.evaluate import Estimate, Pooled
from perinatal.evaluate import pool as random_effects
from perinatal.models import RiskModel
from perinatal.models.scorers import Recalibration
from perinatal.sites import Limits, Prior, Rung, Update
from perinatal.sites.guard import USUAL
from perinatal.sites.pooling import measures
from perinatal.sites.pooling.cells import together
from perinatal.sites.pooling.files import read_summary, said_file
from perinatal.sites.pooling.labels import checked_label, same_label
from perinatal.sites.pooling.site import SiteSummary

ACROSS: Mapping[str, str] = {
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
    across: Mapping[str, Pooled]
    hidden_events: float

    @property
    def model(self) -> str:
        """Id of the model that all sites asked."""
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
        """Events of the sites that tell of theirs."""
        return sum(site.events or 0 for site in self.summaries)

    @property
    def prior(self) -> Prior:
        """How far a new site may lie from the model as it was, as these sites bear out: for :func:`perinatal.adopt`.

        The root of the mean square, so that it holds both what all sites have in common and how they differ.
        """
        found, away = Prior(), {}
        for name, as_it_was in (("calibration_intercept", 0.0), ("calibration_slope", 1.0)):
            if name in self.across:
                each = self.across[name]
                away[name] = float(np.hypot(each.tau, each.summary.value - as_it_was))
        intercept, slope = (away.get(f"calibration_{which}", 0.0) for which in ("intercept", "slope"))
        return Prior(intercept or found.intercept, slope or found.slope, found.factor)

    def update(self, model: RiskModel, rung: Rung = Rung.SLOPE, prior: Prior | None = None) -> Update:
        """How ``model`` is changed for all: ``INTERCEPT``, ``SLOPE``, or ``RESCALED`` where files hold a curvature.

        Raises :class:`~perinatal.errors.InputError` for another model than the sites asked.
        """
        from perinatal.sites.pooling.updating import pooled_update

        return pooled_update(self, model, rung, prior)

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
        model : the one that the sites asked. rung, prior : as for :meth:`update`.
        name : of the sites together, in words; ``"12 sites"`` by default.
        limits : beyond which observed over expected of the model as it is, over all people, is no difference of places.

        Raises
        ------
        AdoptionRefused : over all people the risks are in the wrong order or tell nothing, or the outcome is too
            frequent or too rare to be the same one; as :func:`perinatal.adopt`, which sees more.
        InputError : as :meth:`update`.
        """
        from perinatal.sites.pooling.updating import adopted_for_all

        label = f"{len(self.summaries)} sites" if name is None else checked_label(name)
        return adopted_for_all(self, model, rung, prior, label, limits)

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
            "intercept": _plain(self.intercept),
            "slope": _plain(self.slope),
            "observed_over_expected": _plain(self.observed_over_expected),
            "auroc": _plain(self.auroc),
            "across_sites": {
                name: {
                    "summary": _plain(found.summary),
                    "new_site": _plain(found.new_site),
                    "tau": found.tau,
                    "i2": found.i2,
                    "sites": found.sites,
                }
                for name, found in self.across.items()
            },
            "curve": [_plain(row) for row in self.curve.itertuples(index=False)],
            "sites": [
                {"site": site, **{name: _number(value) for name, value in line.items()}}
                for site, line in self.sites.to_dict("index").items()
            ],
            "refused": [list(each) for each in self.refused],
        }

    def __repr__(self) -> str:
        lines = [
            f"PooledSites({self.model}: {len(self.summaries)} site{'s' * (len(self.summaries) != 1)}, "
            f"{self.n:,} people, {self.events:,} with "
            f"{self.outcome})",
            f"  observed over expected {self.observed_over_expected}",
            f"  intercept {self.intercept}, slope {self.slope}, AUROC {self.auroc}",
        ]
        for name, found in self.across.items():
            lines.append(f"  {name.replace('_', ' ')} in a new site: {found.new_site}")
        hidden = sum(site.events is None for site in self.summaries)
        if hidden:
            lines.append(
                f"  {hidden} sites tell only that they had few events; together about {self.hidden_events:.0f}"
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
    leave_out_refused : go on without files that cannot be used, and tell of them in ``refused``.
    progress : whether to show a bar.

    Raises
    ------
    SummaryError : files that cannot be used, or not together, each named with the reason.
    NotEnoughData : no site that tells of its events, or risks that separate the outcomes.

    Examples
    --------
    >>> import perinatal as pn
    >>> model, births = pn.load_model("preterm_birth-booking"), pn.load_sample("births")
    >>> sites = [pn.summarise(model, births[half::2], site=f"Ward {half}") for half in (0, 1)]
    >>> pooled = pool(sites)
    >>> pooled.n, list(pooled.sites.index)
    (233, ['Ward 0', 'Ward 1'])
    """
    summaries, refused = _read(files, progress)
    refused += _not_together(summaries)
    bad = {place for place, _, _ in refused}
    if refused and not leave_out_refused:
        said = "\n".join(f"  {name}: {reason}" for _, name, reason in sorted(refused))
        raise SummaryError(
            f"{len(bad)} of the files cannot be pooled; nothing was.\n{said}\nAsk those sites for a new file, or leave "
            "them out (leave_out_refused=True, on the command line --leave-out-refused)."
        )
    kept = sorted((s for place, _, s in summaries if place not in bad), key=_label_of)
    if not kept:
        raise SummaryError("There is no file to pool.")
    return _pooled(kept, tuple((name, reason) for _, name, reason in sorted(refused)))


_Named = tuple[int, str, SiteSummary]
_Refused = tuple[int, str, str]


def _read(files: Iterable[str | Path | SiteSummary], progress: bool) -> tuple[list[_Named], list[_Refused]]:
    if isinstance(files, (str, Path, SiteSummary)):
        files = [files]
    given = list(files)
    if progress:
        from tqdm.auto import tqdm

        given = tqdm(given, desc="sites", unit="file")
    found, refused = [], []
    for place, each in enumerate(given):
        if isinstance(each, SiteSummary):
            found.append((place, f"summary {place + 1}", each))
            continue
        if not isinstance(each, (str, Path)):
            raise InputError(f"pool() expects files or summaries, and got {type(each).__name__}.")
        name = said_file(Path(each))
        try:
            found.append((place, name, read_summary(each)))
        except SummaryError as reason:
            refused.append((place, name, str(reason).removeprefix(f"{name}: ")))
    return found, refused


def _not_together(summaries: Sequence[_Named]) -> list[_Refused]:
    """Why some of these cannot be pooled with those before them."""
    refused: list[_Refused] = []
    usual = Counter(summary.digest for _, _, summary in summaries).most_common(1)
    first = next((each for each in summaries if each[2].digest == usual[0][0]), None)
    labels: dict[str, str] = {}
    contents: dict[str, str] = {}
    for place, name, summary in summaries:
        label = same_label(summary.site)
        counts = _counts_of(summary)
        if summary.digest != first[2].digest:
            both = f"{summary.model} {summary.digest[:12]} and {first[2].model} {first[2].digest[:12]}"
            refused.append((place, name, f"is of another model than {first[1]}: {both}."))
        elif (summary.outcome, summary.moment) != (first[2].outcome, first[2].moment):
            refused.append((place, name, f"is of another outcome or moment than {first[1]}."))
        elif counts in contents:
            refused.append((place, name, f"holds the same counts as {contents[counts]}: the same rows twice."))
        elif label in labels:
            refused.append((place, name, f"is of the site '{summary.site}', which {labels[label]} is of, too."))
        else:
            labels[label], contents[counts] = name, name
    return refused


def _counts_of(summary: SiteSummary) -> str:
    content = summary.to_dict()
    return repr([content[key] for key in ("n", "events", "with_event", "others")])


def _label_of(summary: SiteSummary) -> str:
    return same_label(summary.site)


def _pooled(summaries: Sequence[SiteSummary], refused: tuple[tuple[str, str], ...]) -> PooledSites:
    told = [site for site in summaries if site.events]
    nobody = [site for site in summaries if site.events == 0]
    hidden = measures.hidden_in(summaries)
    if not told:
        raise NotEnoughData(
            f"None of the {len(summaries)} sites tells of events. Have each wait for more births, or pool wards of one "
            "hospital in one file."
        )
    with_event = together(site.with_event for site in told)
    without = together(site.others for site in [*told, *nobody])
    points = measures.points_of(with_event, without)
    found, hidden_events = measures.recalibrated_with_hidden(points, hidden)
    events = with_event.total + hidden_events
    expected = measures.expected_events(points) + sum(float(expit(h.log_odds) @ h.people) for h in hidden)
    sites = pd.DataFrame([_line(site) for site in summaries], index=pd.Index([s.site for s in summaries], name="site"))
    return PooledSites(
        tuple(summaries),
        refused,
        Recalibration(float(found.beta[0]), float(found.beta[1])),
        measures.wald(found.beta[0], found.covariance[0, 0]),
        measures.wald(found.beta[1], found.covariance[1, 1]),
        measures.observed_over_expected(events, expected),
        measures.auroc(with_event, without),
        measures.curve(points),
        sites,
        _across(sites),
        hidden_events,
    )


def _line(site: SiteSummary) -> dict[str, float]:
    """A site's line of the table."""
    line = {"n": site.n, "events": np.nan if site.events is None else site.events}
    found = dict.fromkeys(ACROSS, Estimate(np.nan, np.nan, np.nan))
    if site.events:
        points = measures.points_of(site.with_event, site.others)
        found["observed_over_expected"] = measures.observed_over_expected(site.events, measures.expected_events(points))
        found["auroc"] = measures.auroc(site.with_event, site.others)
        for name, slope in (("calibration_intercept", False), ("calibration_slope", True)):
            try:
                solution = measures.recalibrated(points, slope=slope)
            except (NotEnoughData, InputError):
                continue
            found[name] = measures.wald(solution.beta[-1], solution.covariance[-1, -1])
    for name, estimate in found.items():
        line |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    return line


def _across(sites: pd.DataFrame) -> dict[str, Pooled]:
    """Random-effects summaries of the sites that have a number with an interval; none where fewer than two have."""
    found = {}
    for name, scale in ACROSS.items():
        numbers = sites[[name, f"{name}_low", f"{name}_high"]].to_numpy(dtype=np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = {"log": np.log, "logit": logit}.get(scale, np.asarray)(numbers)
        error = (scaled[:, 2] - scaled[:, 1]) / (2 * ndtri(0.975))
        used = np.isfinite(scaled).all(axis=1) & (error > 0)
        if used.sum() < 2:
            continue
        back = {"log": np.exp, "logit": expit}.get(scale, np.asarray)
        try:
            pooled = random_effects(scaled[used, 0], error[used])
        except NotEnoughData:  # restricted likelihood did not settle
            pooled = random_effects(scaled[used, 0], error[used], method="dl")
        both = (Estimate(*(float(back(end)) for end in each)) for each in (pooled.summary, pooled.new_site))
        found[name] = pooled._replace(**dict(zip(("summary", "new_site"), both, strict=True)))
    return found


def _plain(numbers: Iterable[float]) -> list[float | None]:
    return [_number(value) for value in numbers]


def _number(value: float) -> float | None:
    return None if not np.isfinite(value) else int(value) if float(value).is_integer() else float(value)
