"""Many rows at once: chunks over a few threads that are gone when the call returns, so that a fork is safe."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

FEW_ROWS = 4096  # below this a thread costs more than it gives
ROWS_PER_CHUNK = 65536


def worker_count() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_chunks(work: Callable[[np.ndarray], np.ndarray], matrix: np.ndarray) -> np.ndarray:
    """``work`` over row chunks of ``matrix``, in order; few rows stay on the caller's thread.

    >>> map_chunks(np.negative, np.ones((3, 1))).ravel().tolist()
    [-1.0, -1.0, -1.0]
    """
    workers = worker_count()
    if len(matrix) <= FEW_ROWS:
        return work(matrix)
    size = min(ROWS_PER_CHUNK, -(-len(matrix) // workers))
    chunks = [matrix[start : start + size] for start in range(0, len(matrix), size)]
    with ThreadPoolExecutor(workers) as pool:
        return np.concatenate(list(pool.map(work, chunks)))
