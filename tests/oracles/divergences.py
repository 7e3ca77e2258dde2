"""Where chainlab knowingly differs from a real verifier: data with a reason each, and the check that none is stale."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.oracles.oracle import Cell

FILE: Final = Path(__file__).with_name("divergences.json")


@dataclass(frozen=True, slots=True)
class Divergence:
    """``scenarios`` of one oracle in which its verdict is ``actual`` and chainlab's is the other one."""

    oracle: str
    scenarios: tuple[str, ...]
    actual: str
    reason: str
    source: str


def load_divergences() -> list[Divergence]:
    """The listed divergences."""
    entries = json.loads(FILE.read_text(encoding="utf-8"))
    return [Divergence(**{**entry, "scenarios": tuple(entry["scenarios"])}) for entry in entries]


def known(cell: Cell, divergences: Iterable[Divergence]) -> Divergence | None:
    """The entry that explains a disagreement."""
    for entry in divergences:
        if entry.oracle == cell.oracle.id and cell.case.id in entry.scenarios:
            return entry if entry.actual == cell.answer.verdict else None
    return None


def stale(cells: Iterable[Cell], divergences: Iterable[Divergence]) -> list[str]:
    """Entries whose cell agrees after all."""
    listed = list(divergences)
    return [f"{cell.oracle.id} {cell.case.id}" for cell in cells if cell.agrees and known(cell, listed) is not None]
