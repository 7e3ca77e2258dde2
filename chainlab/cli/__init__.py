"""The command line: one file a command; each parses, calls one function, picks a renderer and an exit status."""

from chainlab.cli.app import main

__all__ = ["main"]
