"""One site of a training together, as a process of its own: ``python federated_site.py FILE SITE SITES PORT OUT``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

from perinatal.errors import PerinatalError
from perinatal.sites.pooling.federated import train_federated


def main(file: str, site: str, sites: str, port: str, out: str) -> None:
    """Train, and write the model to ``out``; an error goes to stderr as one line."""
    arguments = json.loads(Path(file).with_suffix(".json").read_text())
    try:
        train_federated(
            pd.read_parquet(file),
            site=int(site),
            sites=int(sites),
            host="127.0.0.1",
            port=int(port),
            wait_seconds=60,
            **arguments,
        ).save(out)
    except PerinatalError as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
