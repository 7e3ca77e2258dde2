"""Running inputs and keeping what goes wrong: one file for each place in the code, and the figures of a run."""

from __future__ import annotations

import hashlib
import json
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.fuzz.target import SECONDS, Target

HERE: Final = Path(__file__).resolve().parent
FOUND: Final = HERE / "found"
"""Inputs that once broke a promise; the tests replay them."""

CORPUS: Final = HERE / "corpus"
"""Inputs that reach what the seeds do not; a folder for each target."""


class TooSlowError(AssertionError):
    """An input took more CPU time than one may."""


def attempt(target: Target, data: bytes) -> Exception | None:
    """What an input brings about that it must not, ``None`` if all is well."""
    start = time.process_time()
    try:
        target.run(data)
        spent = time.process_time() - start
        if spent > SECONDS:
            return TooSlowError(f"{spent:.1f} s for one input of {len(data)} bytes")
    except (Exception, RecursionError, MemoryError) as error:  # noqa: BLE001 - whatever it is, it is a find
        return error
    return None


def signature(error: Exception) -> str:
    """Which fault it is: the kind of exception and the last place in this project that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames if "site-packages" not in frame.filename]
    return f"{type(error).__name__} at {own[-1] if own else 'no place'}"


def known_finds(name: str, folder: Path = FOUND) -> list[Path]:
    """The finds of a target, oldest name first."""
    return sorted(path for path in folder.glob(f"{name}-*.bin") if path.name.rpartition("-")[0] == name)


@dataclass(slots=True)
class Recorder:
    """Counts inputs and keeps the first of each fault in ``folder``; ``figures`` is written at most once a second."""

    target: Target
    folder: Path
    figures: Path
    tried: int = 0
    seen: set[str] = field(default_factory=set)
    kept: list[Path] = field(default_factory=list)
    began: float = field(default_factory=time.process_time)
    """CPU time of this process before the first input: the figures leave out what loading took."""
    _written: float = 0.0

    def __post_init__(self) -> None:
        for file in known_finds(self.target.name, self.folder):  # faults that are known and still there
            if (error := attempt(self.target, file.read_bytes())) is not None:
                self.seen.add(signature(error))

    def __call__(self, data: bytes) -> None:
        """Try one input."""
        self.tried += 1
        if (error := attempt(self.target, data)) is not None:
            self._keep(data, error)
        if time.monotonic() - self._written > 1:
            self.write()

    def _keep(self, data: bytes, error: Exception) -> None:
        fault = signature(error)
        if fault not in self.seen:
            self.seen.add(fault)
            self.kept.append(save(self.target.name, data, self.folder))
            print(f"{self.target.name}: {fault}: {ascii(str(error))[:300]} -> {self.kept[-1].name}", flush=True)

    def write(self) -> None:
        """The figures so far: CPU seconds, inputs and finds."""
        figures = {"cpu_seconds": time.process_time() - self.began, "inputs": self.tried, "finds": len(self.kept)}
        self.figures.write_text(json.dumps(figures), encoding="utf-8")
        self._written = time.monotonic()


def save(name: str, data: bytes, folder: Path = FOUND) -> Path:
    """Keep an input as a find of this target."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}.bin"
    file.write_bytes(data)
    return file
