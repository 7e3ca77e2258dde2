"""The command line: one file a command; each parses, calls one function, picks a renderer and an exit status."""

import gc

gc.set_threshold(50_000, 20, 50)  # a run makes many small objects and little garbage: 15 ms of a short one

from chainlab.cli.app import main  # noqa: E402 - the imports are what it saves most on

__all__ = ["main"]
