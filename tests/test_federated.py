"""Training together: three processes on loopback, the same trees everywhere, as good as with the rows in one place."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import FederationError, InputError, LeakError, NotEnoughData
from perinatal.evaluate import auroc
from perinatal.models.identity import compute_digest
from perinatal.sites.pooling.federated import coordinator, train_federated

SITE = Path(__file__).with_name("federated_site.py")
FEATURES = (
    "maternal_age_band",
    "first_antenatal_visit_month",
    "no_antenatal_care",
    "antenatal_contacts_band",
    "gestational_age_band",
)
SETTINGS = {"outcome": "low_birth_weight", "moment": "labour", "features": FEATURES, "rounds": 60}


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def _train_sites(folder: Path, frames: list[pd.DataFrame], site_settings: list[dict]) -> list[tuple[int, str]]:
    """Return code and stderr of one process a site; the models are in ``folder``."""
    port = _free_port()
    with coordinator(len(frames), host="127.0.0.1", port=port, wait_seconds=60):
        running = []
        for site, (frame, settings) in enumerate(zip(frames, site_settings, strict=True)):
            file = folder / f"site{site}.parquet"
            frame.to_parquet(file)
            file.with_suffix(".json").write_text(json.dumps(settings))
            command = [sys.executable, SITE, file, str(site), str(len(frames)), str(port), folder / f"model{site}"]
            running.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        errors = [process.communicate(timeout=120)[1] for process in running]
    return [(process.returncode, error) for process, error in zip(running, errors, strict=True)]


@pytest.fixture(scope="module")
def hospitals(shared_data) -> pd.DataFrame:
    file = shared_data / "brazil_santa_catarina_births_2012_2023.parquet"
    frame = pn.read_cohort("sinasc_santa_catarina", file).frame
    return frame[frame["low_birth_weight"].notna()].sample(20_000, random_state=0)


@pytest.fixture(scope="module")
def three_sites(hospitals, tmp_path_factory):
    """Three groups of whole hospitals train together; the other hospitals test."""
    number = pd.factorize(hospitals["facility_id"])[0] % 6
    frames = [hospitals[number == site] for site in range(3)]
    folder = tmp_path_factory.mktemp("together")
    results = _train_sites(folder, frames, [SETTINGS] * 3)
    assert [code for code, _ in results] == [0, 0, 0], results
    return frames, hospitals[number >= 3], [pn.load_model(folder / f"model{site}") for site in range(3)]


def test_every_site_gets_the_same_model(three_sites):
    assert len({compute_digest(model) for model in three_sites[2]}) == 1


def test_three_sites_do_as_well_as_their_rows_in_one_place(three_sites, tmp_path):
    frames, others, models = three_sites
    assert _train_sites(tmp_path, [pd.concat(frames)], [SETTINGS])[0][0] == 0
    observed = others["low_birth_weight"].to_numpy(dtype=bool)
    federated, pooled = (
        auroc(observed, model.predict(others).risk).value for model in (models[0], pn.load_model(tmp_path / "model0"))
    )
    assert abs(federated - pooled) < 0.005


def test_the_model_adds_up_and_is_recalibrated_over_all_sites(three_sites):
    frames, _, models = three_sites
    everybody = pd.concat(frames)
    explanation = models[0].explain(everybody.head(500))
    np.testing.assert_allclose(explanation.base + explanation.matrix.sum(axis=1), explanation.log_odds, atol=1e-6)
    expected = models[0].predict(everybody).risk.sum()
    assert everybody["low_birth_weight"].sum() / expected == pytest.approx(1, abs=0.15)  # held out: 240 events
    assert models[0].evidence.federated.n == len(everybody)


def _simulated(rows: int, seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    weeks = draw.normal(39, 2, rows)
    light = draw.random(rows) < 1 / (1 + np.exp(0.8 * (weeks - 36)))
    table = {"gestational_age_at_birth_days": 7 * weeks.clip(24, 43), "low_birth_weight": light}
    return pn.conform(pd.DataFrame(table)).frame


def test_sites_that_do_not_agree_are_all_told(tmp_path):
    settings = {"outcome": "low_birth_weight", "moment": "labour", "features": ["gestational_age_at_birth_days"]}
    results = _train_sites(
        tmp_path, [_simulated(400, 0), _simulated(400, 1)], [{**settings, "rounds": 20}, {**settings, "rounds": 30}]
    )
    assert all(code == 1 and "FederationError: The sites do not agree" in error for code, error in results), results


def test_too_few_events_in_all_sites_together_are_told_to_each(tmp_path):
    settings = {"outcome": "low_birth_weight", "moment": "labour", "features": ["gestational_age_at_birth_days"]}
    results = _train_sites(tmp_path, [_simulated(20, 0), _simulated(20, 1)], [settings, settings])
    assert all("NotEnoughData" in error for _, error in results), results


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"site": 3}, InputError),
        ({"features": ["birth_weight_g"], "moment": "birth"}, LeakError),
        ({"features": ["apgar_5min"]}, LeakError),
    ],
)
def test_what_cannot_be_trained_is_refused_before_anybody_is_called(change, error):
    settings = {"outcome": "low_birth_weight", "moment": "labour", "features": ["gestational_age_at_birth_days"]}
    with pytest.raises(error):
        train_federated(_simulated(400, 0), **{**settings, "site": 0, "sites": 2, "host": "127.0.0.1", **change})


def test_too_few_rows_at_a_site_are_refused_before_anybody_is_called():
    settings = {"outcome": "low_birth_weight", "moment": "labour", "features": ["gestational_age_at_birth_days"]}
    with pytest.raises(NotEnoughData):
        train_federated(_simulated(5, 0), site=0, sites=2, host="127.0.0.1", **settings)


def test_a_coordinator_that_is_not_there_is_said(tmp_path):
    frame = _simulated(400, 0)
    settings = {"outcome": "low_birth_weight", "moment": "labour", "features": ["gestational_age_at_birth_days"]}
    with pytest.raises(FederationError, match="cannot be reached"):
        train_federated(frame, site=0, sites=2, host="127.0.0.1", port=_free_port(), wait_seconds=2, **settings)
