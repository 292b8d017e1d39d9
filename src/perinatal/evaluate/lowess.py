"""Cleveland's local linear smoother as R's ``lowess(iter = 0)``: the calibration curve of ``rms::val.prob``."""

from __future__ import annotations

import numpy as np

_SPAN = 2 / 3
_STRIDE = 0.01  # of the range: the curve is interpolated linearly between fits that are at most this far apart


def lowess(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Smoothed ``y`` at each ``x``, both of shape (n,) and sorted by ``x``; constant ``x`` gives the mean of ``y``.

    It makes about a hundred local fits for any n. The results equal R's (``f = 2/3``, ``delta = 0.01 * range``).

    Examples
    --------
    >>> lowess(np.array([0.0, 1, 2, 3, 4]), np.array([0.0, 0, 1, 1, 1])).round(3)
    array([0., 0., 1., 1., 1.])
    """
    n = len(x)
    window = max(min(n, int(_SPAN * n + 1e-7)), 2)
    width = x[-1] - x[0]
    pair = x[: n - window] + x[window:]  # of the row that a window leaves and the one it takes up, moving right
    fitted: list[int] = []
    values: list[float] = []
    row = 0
    while True:
        first = int(np.searchsorted(pair, 2 * x[row]))
        values.append(_fit_locally(x, y, x[row], first, first + window - 1, width, y[row]))
        fitted.append(row)
        same = int(np.searchsorted(x, x[row], side="right")) - 1
        if same > row:
            fitted.append(same)
            values.append(values[-1])
        if same >= n - 1:
            break
        row = max(same + 1, int(np.searchsorted(x, x[row] + _STRIDE * width, side="right")) - 1)
    return np.interp(x, x[fitted], values)


def _fit_locally(
    x: np.ndarray, y: np.ndarray, position: float, first: int, last: int, width: float, fallback: float
) -> float:
    """The local line's value at ``at``, by tricube weights over rows ``first`` to ``last`` and those tied with it."""
    reach = max(position - x[first], x[last] - position)
    stop = int(np.searchsorted(x, max(position + 0.999 * reach, position), side="right"))
    distance = np.abs(x[first:stop] - position)
    weights = np.where(distance <= 0.001 * reach, 1.0, (1 - (distance / reach) ** 3) ** 3 if reach > 0 else 0.0) * (
        distance <= 0.999 * reach
    )
    if not weights.sum() > 0:
        return float(fallback)
    weights /= weights.sum()
    near, outcome = x[first:stop], y[first:stop]
    if reach > 0:
        centre = weights @ near
        spread = weights @ (near - centre) ** 2
        if np.sqrt(spread) > 0.001 * width:
            weights *= 1 + (position - centre) / spread * (near - centre)
    return float(weights @ outcome)
