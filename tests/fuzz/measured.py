"""``measured.json``: how long each target was fuzzed in all, with how many inputs, and what came of it."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).resolve().parent / "measured.json"

PATIENCE: Final = 30.0
"""Seconds to wait for another run that writes."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one target, over all runs: CPU seconds as the operating system counts them, inputs, faults found."""

    cpu_seconds: float = 0.0
    inputs: int = 0
    finds: int = 0
    date: str = ""
    tool: str = ""


def load(file: Path = FILE) -> dict[str, Figures]:
    """The figures by target."""
    if not file.exists():
        return {}
    return {name: Figures(**row) for name, row in json.loads(file.read_text(encoding="utf-8")).items()}


def add(name: str, run: Figures, file: Path = FILE) -> Figures:
    """Add one run to a target's figures; runs beside this one lose nothing."""
    with _alone(file):
        known = load(file)
        before = known.get(name, Figures())
        known[name] = replace(
            run, cpu_seconds=round(before.cpu_seconds + run.cpu_seconds, 1), inputs=before.inputs + run.inputs,
            finds=before.finds + run.finds,
        )  # fmt: skip
        _write(known, file)
        return known[name]


def _write(known: Mapping[str, Figures], file: Path) -> None:
    rows = {name: asdict(known[name]) for name in sorted(known)}
    scratch = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    scratch.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8", newline="\n")
    scratch.replace(file)


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold the lock: a file that only one process can create."""
    lock, deadline = file.with_suffix(".lock"), time.monotonic() + PATIENCE
    while True:
        try:
            lock.touch(exist_ok=False)
            break
        except FileExistsError:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{lock} is left over from a run that ended early; delete it") from None
            time.sleep(0.05)
    try:
        yield
    finally:
        lock.unlink()
