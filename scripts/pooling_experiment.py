"""Measures pooling on the hospitals of Santa Catarina: files of counts compared with rows, and federated training.

    python scripts/pooling_experiment.py DIR    DIR holds the registers' files

Writes docs/pooling_experiment.md. A model is trained on births of half of the hospitals; every hospital with at least
1,000 births then writes its file, and the pooled result of the files is compared with that of the rows.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import t

import perinatal as pn
from perinatal.errors import InputError
from perinatal.evaluate import auroc, calibration_intercept
from perinatal.models import RiskModel
from perinatal.models.scorers import Recalibration, fit_recalibration
from perinatal.sites import Prior, Rung, fit_rung
from perinatal.sites.pooling import PooledSites
from perinatal.sites.pooling.federated import coordinator, train_federated

REGISTER = "brazil_santa_catarina_births_2012_2023.parquet"
PAGE = Path(__file__).resolve().parent.parent / "docs" / "pooling_experiment.md"
FEATURES = (
    "maternal_age_band",
    "first_antenatal_visit_month",
    "no_antenatal_care",
    "antenatal_contacts_band",
    "gestational_age_band",
)
OUTCOMES = ("apgar_5min_at_most_7", "low_birth_weight")
FEWEST_BIRTHS, TRAINED_ON, FEWEST_EVENTS = 1000, 30_000, 30
SETS, SITES, BIRTHS_PER_SITE, BIRTHS_TO_TEST = 5, 3, 6000, 60_000
PRIOR = Prior(0.5, 0.12, 0.25)
AS_IT_IS = Recalibration()
BIRTHS_RESCALED = 60_000


def main(registers: Path) -> None:
    """Both outcomes, then federated training."""
    frame = pn.read_cohort("sinasc_santa_catarina", registers / REGISTER).frame
    size = frame.groupby("facility_id").size()
    frame = frame[frame["facility_id"].isin(size[size >= FEWEST_BIRTHS].index)]
    hospitals = sorted(set(frame["facility_id"]))
    chosen = np.random.default_rng(0).permutation(hospitals)
    development = set(chosen[: len(hospitals) // 2])
    lines = [
        "# Pooling files of counts, compared with pooling rows",
        "Written by `python scripts/pooling_experiment.py DIR`. Register: SINASC, births of 2012 to 2023 "
        f"({pn.available_registers().loc['sinasc_santa_catarina', 'terms']}). {len(hospitals)} hospitals with at least "
        f"{FEWEST_BIRTHS:,} births; a model is trained on {TRAINED_ON:,} births of {len(development)} of them, and all "
        f"{len(hospitals)} write a file.",
    ]
    models = {}
    for outcome in OUTCOMES:
        known = frame[frame[outcome].notna()]
        rows = known[known["facility_id"].isin(development)].sample(TRAINED_ON, random_state=0)
        models[outcome] = pn.fit(
            rows, outcome=outcome, moment="labour", features=FEATURES, options=pn.FitOptions(scorers=["boosted"])
        )
        lines.append(f"## {models[outcome].outcome.label}, estimated in labour")
        _write(lines, _compare_files(models[outcome], known))
    lines.append("## Rescaling each part")
    for outcome, model in models.items():
        _write(lines, _compare_rescaling(model, frame[frame[outcome].notna()], development))
    lines.append("## Federated training")
    _write(lines, _compare_training(frame))


def _write(lines: list[str], more: Iterable[str]) -> None:
    """Write the page so far: an interrupted run leaves what it has measured."""
    lines += more
    PAGE.write_text("\n\n".join(lines) + "\n", encoding="utf-8")


def _pool_files(
    model: RiskModel, frame: pd.DataFrame, smallest: int, *, parts: bool = False, at: Recalibration = AS_IT_IS
) -> tuple[PooledSites, list[int], float]:
    """Every hospital's file, written, read and pooled; also their sizes, and the seconds that pooling took."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, (_, own) in enumerate(frame.groupby("facility_id")):
            summary = pn.summarise(
                model,
                pn.Conformed(own, ()),
                site=f"Hospital {number}",
                smallest_cell=smallest,
                with_curvature=parts,
                recalibration=at,
            )
            files.append(summary.write(Path(folder) / f"{number}.json"))
        start = time.perf_counter()
        return pn.pool(files), [file.stat().st_size for file in files], time.perf_counter() - start


def _compare_files(model: RiskModel, frame: pd.DataFrame) -> Iterator[str]:
    """Errors of recalibration, O/E and AUROC, over all hospitals and in each."""
    observed = frame[model.outcome.name].to_numpy(dtype=bool)
    log_odds = model.predict(frame).log_odds
    exact = fit_recalibration(observed, log_odds)
    area = auroc(observed, expit(log_odds)).value
    yield (
        f"{len(frame):,} births, {int(observed.sum()):,} with the outcome. From the rows: intercept "
        f"{exact.intercept:.5f}, slope {exact.slope:.5f}, O/E {observed.sum() / expit(log_odds).sum():.5f}, AUROC "
        f"{area:.5f}."
    )
    table = [
        "| cells | hospitals that suppress their events | intercept | slope | O/E | AUROC "
        "| error of one hospital's intercept: median, largest | of its AUROC: median, largest | largest file "
        "| pooled in |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for smallest, cell_size in ((1, "any size"), (10, "10 or more")):
        pooled, sizes, seconds = _pool_files(model, frame, smallest)
        alone = _hospital_errors(model, frame, pooled, log_odds)
        off = [
            pooled.recalibration.intercept - exact.intercept,
            pooled.recalibration.slope - exact.slope,
            pooled.observed_over_expected.value - observed.sum() / expit(log_odds).sum(),
            pooled.auroc.value - area,
        ]
        suppressed = sum(site.events is None for site in pooled.summaries)
        differences = " | ".join(f"{error:+.1e}" for error in off)
        hospital_errors = " | ".join(f"{alone[n].median():.0e}, {alone[n].max():.0e}" for n in ("intercept", "auroc"))
        table.append(
            f"| {cell_size} | {suppressed} | {differences} | {hospital_errors} | {max(sizes) / 1000:.0f} kB | "
            f"{seconds:.1f} s |"
        )
        if smallest == 10:
            new = {name: estimate.new_site for name, estimate in pooled.across.items()}
            last = (
                f"A new hospital (95 % prediction interval over {len(pooled.sites) - suppressed} hospitals): O/E "
                f"{_format_estimate(new['observed_over_expected'])}, slope "
                f"{_format_estimate(new['calibration_slope'])}, AUROC "
                f"{_format_estimate(new['auroc'])}."
            )
    yield "Result from files minus result from rows:"
    yield "\n".join(table)
    yield f"Errors of one hospital: over hospitals with at least {FEWEST_EVENTS} events. {last}"


def _hospital_errors(model: RiskModel, frame: pd.DataFrame, pooled: PooledSites, log_odds: np.ndarray) -> pd.DataFrame:
    """Absolute differences between each hospital's intercept and AUROC from its file and from its rows."""
    errors = []
    observed = frame[model.outcome.name].to_numpy(dtype=bool)
    for number, rows in enumerate(frame.reset_index().groupby("facility_id").indices.values()):
        own, own_log_odds = observed[rows], log_odds[rows]
        line = pooled.sites.loc[f"Hospital {number}"]
        if own.sum() < FEWEST_EVENTS:
            continue
        large = calibration_intercept(own, expit(own_log_odds)).value
        errors.append(
            {
                "intercept": abs(line["calibration_intercept"] - large),
                "auroc": abs(line["auroc"] - auroc(own, expit(own_log_odds)).value),
            }
        )
    return pd.DataFrame(errors)


def _compare_rescaling(model: RiskModel, frame: pd.DataFrame, development: set[str]) -> Iterator[str]:
    """Rescaling of parts from files, compared with that from rows, in hospitals that took no part in training."""
    others = frame[~frame["facility_id"].isin(development)].sample(BIRTHS_RESCALED, random_state=0)
    observed = others[model.outcome.name].to_numpy(dtype=bool)
    explanation = model.explain(others)
    exact = fit_rung(Rung.RESCALED, explanation.matrix, explanation.base, observed, prior=PRIOR)
    best = _loss(exact.log_odds(explanation.matrix, explanation.base), observed)
    lines = [
        "| cells | round | gain of rescaling over the slope that remains | mean difference of risk | largest file |",
        "|---|---:|---:|---:|---:|",
    ]
    for smallest, cell_size in ((1, "any size"), (10, "10 or more")):
        recalibration = AS_IT_IS
        for turn in (1, 2):
            pooled, sizes, _ = _pool_files(model, others, smallest, parts=True, at=recalibration)
            recalibration = pooled.recalibration
            slope = _loss(recalibration.log_odds(explanation.log_odds), observed)
            try:
                update = pooled.update(model, Rung.RESCALED, PRIOR)
            except InputError:  # too far in one round
                lines.append(f"| {cell_size} | {turn} | refused: too far from calibrated for one round | | |")
                continue
            rescaled = update.log_odds(explanation.matrix, explanation.base)
            share = (slope - _loss(rescaled, observed)) / (slope - best)
            far = np.abs(expit(rescaled) - expit(exact.log_odds(explanation.matrix, explanation.base))).mean()
            lines.append(f"| {cell_size} | {turn} | {share:.1%} | {far:.1e} | {max(sizes) / 1000:.0f} kB |")
    yield (
        f"{model.outcome.label[:1].upper()}{model.outcome.label[1:]}, in the {others['facility_id'].nunique()} "
        "hospitals that took no part in training "
        f"({len(others):,} births). From rows it improves the log-loss over the pooled slope by "
        f"{1000 * (slope - best):.3f} per 1,000 births. From files:"
    )
    yield "\n".join(lines)


def _loss(log_odds: np.ndarray, observed: np.ndarray) -> float:
    return float(np.logaddexp(0, np.where(observed, -log_odds, log_odds)).mean())


def _compare_training(frame: pd.DataFrame) -> Iterator[str]:
    """AUROC in other hospitals: federated, with all rows in one place, averaged, alone."""
    known = frame[frame["low_birth_weight"].notna()]
    draws = []
    for number in range(SETS):
        draw = np.random.default_rng(number)
        codes = pd.factorize(known["facility_id"])[0]
        order = draw.permutation(codes.max() + 1)[codes] % (2 * SITES)
        sites = [known[order == site].sample(BIRTHS_PER_SITE, random_state=number) for site in range(SITES)]
        test = known[order >= SITES].sample(BIRTHS_TO_TEST, random_state=number)
        observed = test["low_birth_weight"].to_numpy(dtype=bool)
        federated = _train_sites(sites, number)[0]
        centralised = _train_sites([pd.concat(sites)], number)[0]
        alone = [_train_sites([own], number)[0] for own in sites]
        risks = [expit(model.predict(test).log_odds) for model in (federated, centralised, *alone)]
        bagged = expit(np.mean([logit(risk) for risk in risks[2:]], axis=0))
        areas = [auroc(observed, risk).value for risk in (*risks[:2], bagged)]
        areas.append(float(np.mean([auroc(observed, risk).value for risk in risks[2:]])))
        draws.append(areas)
        print(number, areas, flush=True)
    values = pd.DataFrame(draws, columns=["federated", "in one place", "averaged", "alone"])
    yield (
        f"Low birth weight at labour; {SETS} draws of {SITES} groups of hospitals with {BIRTHS_PER_SITE:,} births "
        f"each, tested on {BIRTHS_TO_TEST:,} births of other hospitals; one process per group. AUROC, mean of "
        "draws, and the difference from training with all rows in one place (95 % interval over draws):"
    )
    table = [
        "| training | AUROC | difference from all rows in one place | largest difference |",
        "|---|---:|---:|---:|",
    ]
    for name, label in (
        ("federated", "federated (`train_federated`)"),
        ("averaged", "each group alone, log-odds of the three models averaged"),
        ("alone", "each group alone"),
        ("in one place", "all rows in one place"),
    ):
        difference = values[name] - values["in one place"]
        half = t.ppf(0.975, SETS - 1) * difference.std(ddof=1) / np.sqrt(SETS)
        interval = f"{difference.mean():+.4f} ({difference.mean() - half:+.4f} to {difference.mean() + half:+.4f})"
        cells = ("", "") if name == "in one place" else (interval, f"{difference.abs().max():.4f}")
        table.append(f"| {label} | {values[name].mean():.4f} | {cells[0]} | {cells[1]} |")
    yield "\n".join(table)


def _train_sites(sites: list[pd.DataFrame], seed: int) -> list[RiskModel]:
    """The model of each process; one process per site."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port = opened.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        stack.enter_context(coordinator(len(sites), host="127.0.0.1", port=port))
        running = []
        for site, rows in enumerate(sites):
            rows.to_parquet(Path(folder) / f"{site}.parquet")
            arguments = ["--site", folder, str(site), str(len(sites)), str(port), str(seed)]
            running.append(subprocess.Popen([sys.executable, __file__, *arguments], stdout=subprocess.DEVNULL))
        if any(process.wait() for process in running):
            raise RuntimeError("a site failed")
        return [pn.load_model(Path(folder) / f"model{site}") for site in range(len(sites))]


def _train_site(folder: str, site: str, sites: str, port: str, seed: str) -> None:
    train_federated(
        pd.read_parquet(Path(folder) / f"{site}.parquet"),
        outcome="low_birth_weight",
        moment="labour",
        features=FEATURES,
        site=int(site),
        sites=int(sites),
        host="127.0.0.1",
        port=int(port),
        seed=int(seed),
    ).save(Path(folder) / f"model{site}")


def _format_estimate(estimate: tuple[float, float, float]) -> str:
    return f"{estimate[0]:.2f} ({estimate[1]:.2f} to {estimate[2]:.2f})"


if __name__ == "__main__":
    if sys.argv[1] == "--site":
        _train_site(*sys.argv[2:])
    else:
        main(Path(sys.argv[1]))
