"""Counts: requests and distinct clients for every profile, and what could not be mapped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from chainlab.clients import Profile
from chainlab.records import dataclass, field
from chainlab.traffic.agents import Agents
from chainlab.traffic.logs import Log, LogReader

MAX_AGENTS: Final = 200_000
"""Distinct user agents told apart; later new ones count as not mapped."""

MAX_CLIENTS: Final = 2_000_000
"""Distinct pairs of address and user agent told apart; beyond, the numbers of clients are lower bounds."""

MAX_UNKNOWN_NAMED: Final = 10
"""User agents named among those not mapped, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the logs say.

    ``requests`` and ``clients`` (distinct pairs of address and user agent) are by profile id. ``unmapped_*`` count what
    no profile stands for, ``unmapped`` names the most frequent user agents among it. ``skipped`` are lines that are
    no requests. ``capped``: there were more distinct clients than are told apart.
    """

    requests: dict[str, int]
    clients: dict[str, int]
    unmapped_requests: int
    unmapped_clients: int
    unmapped: tuple[tuple[str, int], ...]
    skipped: int
    files: int
    capped: bool = False

    @property
    def total_requests(self) -> int:
        """All requests of the logs."""
        return sum(self.requests.values()) + self.unmapped_requests

    @property
    def total_clients(self) -> int:
        """All distinct clients of the logs."""
        return sum(self.clients.values()) + self.unmapped_clients


@dataclass(slots=True)
class Tally:
    """Collects sightings by user agent, in bounded memory."""

    requests: Counter[str] = field(default_factory=Counter)
    clients: Counter[str] = field(default_factory=Counter)
    seen: set[int] = field(default_factory=set)
    skipped: int = 0
    capped: bool = False

    def add(self, address: str, agent: str) -> None:
        """Count one request."""
        if agent not in self.requests and len(self.requests) >= MAX_AGENTS:
            agent = ""
        self.requests[agent] += 1
        pair = hash((address, agent))
        if pair in self.seen:
            return
        if len(self.seen) >= MAX_CLIENTS:
            self.capped = True
            return
        self.seen.add(pair)
        self.clients[agent] += 1

    def mapped(self, agents: Agents, files: int) -> Traffic:
        """The counts by profile."""
        requests: Counter[str] = Counter()
        clients: Counter[str] = Counter()
        unknown: Counter[str] = Counter()
        for agent, count in self.requests.items():
            profile = agents.profile(agent) if agent else None
            if profile is None:
                unknown[agent] = count
            else:
                requests[profile] += count
                clients[profile] += self.clients[agent]
        named = sorted(((a, n) for a, n in unknown.items() if a), key=lambda item: (-item[1], item[0]))
        return Traffic(
            dict(sorted(requests.items())),
            dict(sorted(clients.items())),
            sum(unknown.values()),
            sum(self.clients[agent] for agent in unknown),
            tuple(named[:MAX_UNKNOWN_NAMED]),
            self.skipped,
            files,
            self.capped,
        )


def read_traffic(
    files: Sequence[Path], profiles: Iterable[Profile], progress: Callable[[int, int], None] | None = None
) -> Traffic:
    """Read the logs one after the other; ``progress`` is told how many bytes are read of how many, over all of them.

    ``InputError`` if one cannot be read, ``UsageError`` if the extra is not installed.
    """
    agents, tally, done = Agents(profiles), Tally(), 0
    total = 0 if progress is None else sum(file.stat().st_size for file in files)
    for file in files:
        told = None if progress is None else _from(progress, done, total)
        reader = LogReader(Log(file, told))
        for sighting in reader:
            tally.add(sighting.address, sighting.agent)
        tally.skipped += reader.skipped
        done += file.stat().st_size
    return tally.mapped(agents, len(files))


def _from(progress: Callable[[int, int], None], start: int, total: int) -> Callable[[int], None]:
    return lambda position: progress(start + position, total)
