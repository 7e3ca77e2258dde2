"""The suites by name, and where chainlab knowingly differs from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.conformance.bettertls import bettertls_cases, every_edge
from tests.conformance.case import Case
from tests.conformance.limbo import FILE as LIMBO_FILE
from tests.conformance.limbo import limbo_cases
from tests.conformance.pkits import pkits_cases

FILE: Final = Path(__file__).with_name("divergences.json")


@dataclass(frozen=True, slots=True)
class Divergence:
    """Cases of a suite in which chainlab says ``actual`` and the suite something else, and why that is right.

    ``settled_by`` names the judge that gives the suite's answer to all of them.
    """

    suite: str
    actual: str
    reason: str
    source: str
    cases: tuple[str, ...]
    settled_by: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """A named collection of cases. ``needs`` is a path beside the checkout without which there are none."""

    name: str
    about: str
    cases: Callable[[Path], list[Case]]
    needs: str = ""


SUITES: Final = (
    Suite("x509-limbo", "C2SP's suite for verifiers of the public web", limbo_cases, LIMBO_FILE),
    Suite("PKITS", "NIST's Public Key Interoperability Test Suite 1.0.1", lambda _path: pkits_cases()),
    Suite("BetterTLS", "Netflix' path-building cases, remade", lambda _path: bettertls_cases()),
    Suite(
        "figure 7",
        "every certificate and pair of RFC 4158's figure 7 broken in six ways, for four anchors",
        lambda _path: list(every_edge()),
    ),
)


def divergences(suite: str) -> list[Divergence]:
    """The listed divergences of a suite."""
    entries = json.loads(FILE.read_text(encoding="utf-8"))
    return [Divergence(**{**e, "cases": tuple(e["cases"])}) for e in entries if e["suite"] == suite]
