"""A progress bar for long work, visible on request."""

from __future__ import annotations

from contextlib import nullcontext


class Steps:
    """Counts steps as they are done; a bar when ``visible``, nothing otherwise.

    >>> with Steps(2, "training", visible=False) as steps:
    ...     steps.done()
    """

    def __init__(self, total: int, what: str, *, visible: bool) -> None:
        self._context = nullcontext()
        if visible:
            from tqdm.auto import tqdm

            self._context = tqdm(total=total, desc=what, unit="step")

    def __enter__(self) -> Steps:
        self._bar = self._context.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._context.__exit__(*error)

    def done(self) -> None:
        """One step is done."""
        if self._bar is not None:
            self._bar.update()
