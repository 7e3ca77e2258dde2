"""The one path search that all builders share.

Depth first from the leaf upwards. A policy says which certificates may come next and in which order (``expand``);
this file only walks, keeps to the budget and never runs in circles. Judgement of finished paths is in ``checks``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Final

from chainlab.certificate import Certificate
from chainlab.records import dataclass, field

MAX_STEPS: Final = 20_000
"""Candidate steps of one search; the cap stops exponential meshes (the remedy of
CVE-2018-16875 in Go and of rustls-webpki's budgets)."""

MAX_DEPTH: Final = 32
"""Longest path followed for builders without a limit of their own; what lies beyond is undecided."""


class Origin(Enum):
    """Where a step of a path comes from."""

    LEAF = "leaf"
    SERVED = "served"
    STORE = "store"
    ANCHOR = "anchor"
    AIA = "AIA"


class End(Enum):
    """Why a path does not go on."""

    ANCHOR = "anchor"
    SELF_SIGNED = "self-signed"
    NO_ISSUER = "no issuer"
    CYCLE = "cycle"
    DEPTH = "depth"


@dataclass(frozen=True, slots=True)
class Step:
    """One certificate of a path and where the builder took it from; ``final`` ends the path there."""

    certificate: Certificate
    origin: Origin
    final: End | None = None
    match: str = ""


@dataclass(frozen=True, slots=True)
class CandidatePath:
    """A path as found, leaf first, and why it ended."""

    steps: tuple[Step, ...]
    end: End
    _certificates: tuple[Certificate, ...] = field(default=(), init=False, compare=False, repr=False)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """The certificates, leaf first."""
        if not self._certificates:  # asked for many times, but not on every path that is found
            object.__setattr__(self, "_certificates", tuple(step.certificate for step in self.steps))
        return self._certificates

    @property
    def top(self) -> Certificate:
        """The last certificate."""
        return self.steps[-1].certificate

    @property
    def complete(self) -> bool:
        """Whether it ends in an anchor."""
        return self.end is End.ANCHOR

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """SHA-256 of each certificate, leaf first."""
        return tuple(step.certificate.sha256 for step in self.steps)


Expand = Callable[[tuple[Step, ...]], Sequence[Step]]
"""Given a path so far, the possible next steps, best first; an empty sequence means "no issuer"."""

LoopRule = Callable[[Certificate], object]
"""What must not occur twice in a path: the certificate, or its subject and key."""


def by_certificate(certificate: Certificate) -> object:
    """Loop rule: the same certificate does not come twice (two certificates of one entity may)."""
    return certificate.sha256


def by_entity(certificate: Certificate) -> object:
    """Loop rule of RFC 4158, 5.2: the same subject with the same key does not come twice."""
    return certificate.entity


@dataclass(slots=True)
class Budget:
    """What a search may spend and has spent."""

    steps: int = MAX_STEPS
    depth: int = MAX_DEPTH
    exceeded: bool = field(default=False, init=False)

    def spend(self) -> bool:
        """Take one step; ``False`` once the budget is used up."""
        if self.steps <= 0:
            self.exceeded = True
            return False
        self.steps -= 1
        return True


def search(
    leaf: Step,
    expand: Expand,
    budget: Budget,
    *,
    loop: LoopRule = by_entity,
    backtrack: bool = True,
) -> Iterator[CandidatePath]:
    """Yield candidate paths in the policy's order.

    With ``backtrack`` every path is visited; without, only the first choice at each step is followed, so exactly one
    path comes out (the behaviour of OpenSSL and of several embedded libraries).
    """
    waiting: list[tuple[tuple[Step, ...], tuple[object, ...]]] = [((leaf,), (loop(leaf.certificate),))]
    while waiting:
        path, seen = waiting.pop()
        if not budget.spend():
            return
        last = path[-1]
        if last.final is not None:
            yield CandidatePath(path, last.final)
            continue
        if len(path) >= budget.depth:
            yield CandidatePath(path, End.DEPTH)
            continue
        following = expand(path)
        marked = [(step, loop(step.certificate)) for step in following]
        fresh = [(step, mark) for step, mark in marked if mark not in seen]
        if not fresh:
            yield CandidatePath(path, End.CYCLE if following else End.NO_ISSUER)
            continue
        chosen = fresh if backtrack else fresh[:1]
        waiting.extend(((*path, step), (*seen, mark)) for step, mark in reversed(chosen))
