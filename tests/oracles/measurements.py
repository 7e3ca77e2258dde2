"""What was measured, oracle by oracle: the committed data that docs/agreement.md and agreement.json are made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from tests.oracles.scenario import Scenario

FILE: Final = Path(__file__).with_name("measurements.json")


@dataclass(frozen=True, slots=True)
class Counts:
    """Cells with a verdict, equal ones, accepted ones; of those equal with a reported path, how many took the same.

    Not among the cells: ``unanswered``, on which the verifier gave no verdict, and ``undecided``, on which chainlab
    says that it does not know.
    """

    cells: int
    agreeing: int
    accepted: int
    paths: int = 0
    same_paths: int = 0
    unanswered: int = 0
    undecided: int = 0

    @property
    def share(self) -> float:
        """Equal cells in per cent, rounded down to a tenth: 99.96 % is not all."""
        return 1000 * self.agreeing // self.cells / 10 if self.cells else 0.0


@dataclass(frozen=True, slots=True)
class Measurement:
    """One oracle: version, family, ISO date, seeds, a digest of the named scenarios, and the counts.

    ``unlisted`` are named scenarios in which the verdicts differ and no known divergence says so. An empty digest:
    the scenarios were not recorded.
    """

    oracle: str
    version: str
    family: str
    date: str
    seeds: str
    scenarios: str
    named: Counts
    random: Counts
    unlisted: tuple[str, ...] = ()


def digest(scenarios: Iterable[Scenario]) -> str:
    """Changes when a named scenario does."""
    return hashlib.sha256("\n".join(map(repr, scenarios)).encode()).hexdigest()[:16]


def load(file: Path = FILE) -> list[Measurement]:
    """The measurements of a file, in its order."""
    return [
        Measurement(
            **{**entry, "named": Counts(**entry["named"]), "random": Counts(**entry["random"]),
               "unlisted": tuple(entry["unlisted"])}
        )
        for entry in json.loads(file.read_text(encoding="utf-8"))
    ]  # fmt: skip


def save(measurements: Sequence[Measurement], file: Path = FILE) -> None:
    """Write them."""
    text = json.dumps([asdict(each) for each in measurements], indent=1, ensure_ascii=False) + "\n"
    file.write_text(text, encoding="utf-8", newline="\n")


def merged(before: Iterable[Measurement], now: Iterable[Measurement]) -> list[Measurement]:
    """The newest of each oracle; what was not measured now keeps its figures and its place."""
    known = {each.oracle: each for each in before}
    return list((known | {each.oracle: each for each in now}).values())


def outdated(measurements: Iterable[Measurement], scenarios: str) -> list[str]:
    """Oracles that were measured on other named scenarios than the present ones."""
    return [each.oracle for each in measurements if each.scenarios != scenarios]
