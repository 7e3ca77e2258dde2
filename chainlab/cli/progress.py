"""Progress on standard error, for a terminal only: a bar where the end is known, else a sign of life."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.status import Status

PATIENCE: Final = 1.0
"""Seconds after which work is long enough to show that it goes on."""


@contextmanager
def bar(title: str, *, in_bytes: bool = False, quiet: bool = False) -> Iterator[Callable[[int, int], None] | None]:
    """Yields the function that is told how much is done of how much, bytes or things; ``None`` without a terminal."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    done_column = DownloadColumn() if in_bytes else MofNCompleteColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), done_column, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def working(title: str, *, quiet: bool = False) -> Iterator[None]:
    """Shows that something goes on, if it takes longer than ``PATIENCE``."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    sign = _Sign(title)
    _signs.append(sign)
    sign.start()
    try:
        yield
    finally:
        sign.stop()
        _signs.remove(sign)


@contextmanager
def interrupted() -> Iterator[None]:
    """Nothing is shown meanwhile: a question is asked on the same terminal."""
    for sign in _signs:
        sign.stop()
    yield
    for sign in _signs:
        sign.start()


class _Sign:
    """A spinner that appears late."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._shown: Status | None = None

    def start(self) -> None:
        self._timer = threading.Timer(PATIENCE, self._show)
        self._timer.daemon = True
        self._timer.start()

    def _show(self) -> None:
        from rich.console import Console
        from rich.status import Status

        unicode = (getattr(sys.stderr, "encoding", None) or "").lower().startswith("utf")
        with self._lock:
            if self._timer is not None:
                self._shown = Status(self.title, console=Console(stderr=True), spinner="dots" if unicode else "line")
                self._shown.start()

    def stop(self) -> None:
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            if self._shown is not None:
                self._shown.stop()
            self._timer = self._shown = None


_signs: Final[list[_Sign]] = []
"""What is shown at present; there is one terminal."""
