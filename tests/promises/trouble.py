"""Runs one command line of chainlab in which something goes wrong: ``python -m tests.promises.trouble WHAT ARG…``.

``full``: no file may grow beyond a few bytes, as on a full disk. ``SIGINT``, ``SIGTERM``: the signal comes when a file
or folder that was written aside is about to be put in its place. ``vanish``: the last file of a folder goes away when
the first one is opened.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

FULL: Final = 64
"""Bytes that fit into a file of a full disk."""


def disk_full() -> None:
    """Python ignores the signal for this limit, so writing fails as it does on a full disk."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL, FULL))


def signal_before_rename(number: signal.Signals) -> None:
    """Once: what comes after it is clearing up."""
    sent = []

    def hook(event: str, _arguments: tuple[Any, ...]) -> None:
        if event == "os.rename" and not sent:
            sent.append(event)
            os.kill(os.getpid(), number)

    sys.addaudithook(hook)


def vanish(folder: Path) -> None:
    """Delete the last file of the folder when the first is opened."""
    first, *_, last = sorted(str(file) for file in folder.iterdir())
    opened = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and str(arguments[0]) == first:
            opened.append(event)
            if len(opened) == 3:  # the first times, only key logs were looked for
                Path(last).unlink()

    sys.addaudithook(hook)


def main() -> None:
    """Set the trap, run the command."""
    what, *arguments = sys.argv[1:]
    from chainlab.cli import main as run

    if what == "full":
        disk_full()
    elif what == "vanish":
        vanish(Path(arguments[1]))
    else:
        signal_before_rename(signal.Signals[what])
    sys.argv = ["chainlab", *arguments]
    run()


if __name__ == "__main__":
    main()
