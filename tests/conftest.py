"""What the tests share: the real registers where they are at hand, and the project's own folders."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SHARED = PROJECT.parent / "shared"


def _shared(folder: str) -> Path:
    path = SHARED / folder
    if path.is_dir():
        return path
    reason = f"real registers are not at hand: no folder shared/{folder} beside the project"
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must run the tests on real data, but there are none: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real registers; skips where there is none, unless CI says that it must be there."""
    return _shared("data")


@pytest.fixture(scope="session")
def shared_facts() -> Path:
    """Folder of layouts, codes and published numbers; as for ``shared_data``."""
    return _shared("facts")
