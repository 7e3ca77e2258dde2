"""Which inputs of a grown corpus are worth committing: the smallest that reach lines which nothing before them does."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Any, Final

import chainlab
from tests.fuzz.recording import CORPUS, attempt
from tests.fuzz.target import Target

PACKAGE: Final = str(Path(chainlab.__file__).parent)
KEPT_BYTES: Final = 6_000
"""Committed corpus of one target."""

Lines = set[tuple[str, int]]


def reached(target: Target, data: bytes) -> Lines:
    """The lines of chainlab that an input runs through; none for one that breaks a promise."""
    lines: Lines = set()

    def trace(frame: FrameType, event: str, _argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        error = attempt(target, data)
    finally:
        sys.settrace(before)
    return lines if error is None else set()


def chosen(target: Target, grown: Iterable[bytes], most: int = KEPT_BYTES) -> list[bytes]:
    """The smallest inputs that reach what the seeds and smaller ones do not, ``most`` bytes of them in all."""
    known: Lines = set().union(*(reached(target, seed) for seed in target.seeds()))
    kept, left = [], most
    for data in sorted(grown, key=lambda data: (len(data), data)):
        if len(data) > left:
            break
        lines = reached(target, data)
        if lines - known:
            kept.append(data)
            known |= lines
            left -= len(data)
    return kept


def keep(target: Target, grown: Path) -> int:
    """Make the chosen ones, and those committed already, the committed corpus; how many they are."""
    folder = CORPUS / target.name
    files = [file for place in (grown, folder) if place.is_dir() for file in place.iterdir()]
    kept = chosen(target, {file.read_bytes() for file in files})
    shutil.rmtree(folder, ignore_errors=True)
    for data in kept:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)
    return len(kept)
