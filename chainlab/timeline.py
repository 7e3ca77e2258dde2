"""When will it break? The dates on which the served chain or a client's verdict changes, each with its cause.

Between two of these dates nothing can change, so only they are evaluated: the ends of every certificate's validity, and
the dates that root programs set. After the server certificate's own expiry the timeline goes on as if it had been
renewed in time by the same issuing CA, each time anew: that is where programs that distrust "what is issued after"
come in.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from chainlab import oids
from chainlab.assembly import certificates_above
from chainlab.certificate import Certificate
from chainlab.clients import Judge, Profile
from chainlab.comparison import Answer, Difference, compare
from chainlab.diagnosis import Case, open_case
from chainlab.graph import CertGraph
from chainlab.paths.reach import ways_up
from chainlab.paths.search import Budget
from chainlab.plan import Simulator
from chainlab.properties import StoreProperties
from chainlab.records import dataclass
from chainlab.request import Request
from chainlab.targets import Target
from chainlab.windows.root_update import program_entry

_TICK: Final = timedelta(seconds=1)
"""A certificate is valid through the last second of its validity [D: RFC 5280, 4.1.2.5]."""

LAST: Final = datetime(9998, 1, 1, tzinfo=UTC)
"""Later dates are not looked at: certificates without a planned end say 9999-12-31 [D: RFC 5280, 4.1.2.5]."""


MAX_MET: Final = 2_000
"""Certificates met on all ways up from a server certificate; where there are more, no date is looked at."""

MAX_EFFORT: Final = 20_000
"""Certificates met, and such as bring dates, over all dates that are looked at: 200 dates where there are a hundred.
Chosen so that the worst bomb of ``tests/promises`` stays within its five seconds."""


class Turn(Enum):
    """What happens on a date."""

    EXPIRES = "expires"
    BEGINS = "becomes valid"
    DISALLOWED = "is distrusted by Microsoft's root program"
    NOT_BEFORE = "is no longer trusted by Windows for certificates issued from now on"
    CLIENTS = "is no longer trusted by some clients for certificates issued from now on"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a date matters: which certificate, what happens to it, and the clients whose programs say so."""

    turn: Turn
    certificate: Certificate
    clients: tuple[Profile, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """A date on which something changes; ``renewed``: seen with a server certificate that was renewed in time.

    ``at`` is the first moment at which it is so, ``happening`` is everything that happens then.
    """

    at: datetime
    happening: tuple[Cause, ...]
    renewed: bool
    before: Answer
    after: Answer

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What happens to certificates that stand in a chain or in a client's path; else everything that happens."""
        used = _used(self.before) | _used(self.after)
        return tuple(cause for cause in self.happening if cause.certificate.sha256 in used) or self.happening

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Before against after."""
        return compare(self.before, self.after)

    @property
    def changes_something(self) -> bool:
        """Whether a chain or a verdict differs."""
        return any(not d.same_chain or d.gained or d.lost for d in self.differences)

    @property
    def worse(self) -> bool:
        """Whether a client stops accepting in at least one way in which it can go."""
        return any(difference.lost for difference in self.differences)


def _used(answer: Answer) -> set[str]:
    """Certificates that are sent, that end a chain, or that a client's path leads over."""
    found = {certificate.sha256 for serving in answer.servings for certificate in serving.chain}
    found |= {serving.root.sha256 for serving in answer.servings if serving.root is not None}
    paths = (verdict.path for serving in answer.servings for verdict in serving.verdicts)
    return found | {certificate.sha256 for path in set(paths) for certificate in path}


@dataclass(frozen=True, slots=True)
class Timeline:
    """One target: how it stands at the start, and every date on which that changes.

    ``quiet``: dates that were looked at and change nothing. ``left_out``: dates that were not looked at, which are the
    latest, from ``left_out_from`` on (``None`` where there are none).
    """

    target: Target
    start: Answer
    events: tuple[Event, ...]
    quiet: int
    left_out: int = 0
    left_out_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Timelines:
    """The whole answer; ``until``: the last date looked at."""

    at: datetime
    until: datetime
    case: Case
    targets: tuple[Timeline, ...]

    @property
    def worse(self) -> bool:
        """Whether a client stops accepting within the time."""
        return any(event.worse for timeline in self.targets for event in timeline.events)

    @property
    def complete(self) -> bool:
        """Whether every date within the time was looked at."""
        return not any(timeline.left_out for timeline in self.targets)


def timeline(request: Request, until: datetime | None = None) -> Timelines:
    """The dates after ``request.at``, up to ``until`` (default: the last end of any certificate concerned)."""
    return timelines_of(open_case(replace(request, with_plan=False)), until)


def timelines_of(case: Case, until: datetime | None = None) -> Timelines:
    """The same for a case that is open already."""
    request = case.request
    courses: dict[object, _Course] = {}
    for target in case.scene.targets:
        key = _answer_key(case, target)
        courses[key] = courses.get(key) or _Course.of(case, target)
    end = until or max((moment for course in courses.values() for moment in course.moments), default=request.at)
    answers = {key: course.timeline(end) for key, course in courses.items()}
    found = (replace(answers[_answer_key(case, target)], target=target) for target in case.scene.targets)
    return Timelines(request.at, end, case, tuple(found))


def _answer_key(case: Case, target: Target) -> object:
    """Endpoints that share certificate and host share their timeline; an observed chain has its own."""
    return target.leaf.certificate.sha256, case.question(target).host, target.observed


@dataclass(frozen=True, slots=True)
class _Course:
    """What a target's answers over time share. ``moments``: every date that may matter, with its causes.

    ``limits``: dates that matter for certificates issued from then on. ``most``: how many dates are looked at.
    """

    case: Case
    target: Target
    judge: Judge
    moments: dict[datetime, list[Cause]]
    limits: dict[datetime, list[Cause]]
    most: int

    @classmethod
    def of(cls, case: Case, target: Target) -> _Course:
        judge = case.judge(case.question(target))
        leaf = target.leaf.certificate
        concerned = [leaf, *certificates_above(case.scene.graph, [leaf])]
        moments, limits = defaultdict[datetime, list[Cause]](list), defaultdict[datetime, list[Cause]](list)
        for moment, cause in _validity(concerned):
            moments[moment].append(cause)
        for moment, cause in _program(case, concerned):
            (limits if cause.turn is Turn.NOT_BEFORE else moments)[moment].append(cause)
        for moment, cause in _client_limits(judge, concerned):
            limits[moment].append(cause)
        known = {moment: causes for moment, causes in moments.items() if moment < LAST}
        served = target.observed.chain if target.observed is not None else ()
        most = _most(case.scene.graph, leaf, len(concerned) + 2 * len(served))
        return cls(case, target, judge, known, dict(limits), most)

    def timeline(self, until: datetime) -> Timeline:
        start, now = self.answer(self.case.request.at, self.target.leaf.certificate), self.case.request.at
        dates = sorted(moment for moment in {*self.moments, *self.limits} if now < moment <= until)
        later = dates[self.most :]
        events = list(self._events(start, later[0] - _TICK if later else until))
        return Timeline(self.target, start, tuple(e for e in events if e.changes_something),
                        sum(not e.changes_something for e in events), len(later), min(later, default=None))  # fmt: skip

    def _events(self, before: Answer, until: datetime) -> Iterator[Event]:
        start, leaf = self.case.request.at, self.target.leaf.certificate
        end = leaf.not_after + _TICK
        own = [moment for moment in sorted(self.moments) if start < moment <= until and moment < end]
        for moment in own:
            after = self.answer(moment, leaf)
            yield Event(moment, tuple(self.moments[moment]), False, before, after)
            before = after
        if end > until:
            return
        if end > start:
            expiry = tuple(self.moments[end])
            yield Event(end, expiry, False, before, self.answer(end, leaf))
        yield from self._renewed_events(before, max(end, start), until)

    def _renewed_events(self, before: Answer, since: datetime, until: datetime) -> Iterator[Event]:
        """From the server certificate's expiry on; what was limited meanwhile shows at the first renewal."""
        issued = self.target.leaf.certificate.not_before
        passed = [c for moment in sorted(self.limits) if issued < moment <= since for c in self.limits[moment]]
        now = self.renewed_answer(since)
        yield Event(since, tuple(passed), True, before, now)
        both = {*self.moments, *self.limits}
        for moment in sorted(moment for moment in both if since < moment <= until):
            causes = (*self.moments.get(moment, ()), *self.limits.get(moment, ()))
            after = self.renewed_answer(moment)
            yield Event(moment, causes, True, now, after)
            now = after

    def _renewed(self, at: datetime) -> Certificate:
        """The same certificate as if issued at that moment, for as long as before (a year at most)."""
        leaf = self.target.leaf.certificate
        digest = hashlib.sha256(f"{leaf.sha256} renewed at {at.isoformat()}".encode()).hexdigest()
        lifetime = min(leaf.not_after - leaf.not_before, timedelta(days=366))
        renewed = replace(leaf, sha256=digest, sha1=digest[:40], not_before=at, not_after=min(at, LAST) + lifetime)
        self.case.scene.graph.stands_for(renewed, leaf)
        return renewed

    def renewed_answer(self, at: datetime) -> Answer:
        """The answer for a certificate issued at that moment; it stands in the chain as the one it renews."""
        leaf = self.target.leaf.certificate
        found = self.answer(at, self._renewed(at))
        return replace(found, servings=tuple(replace(s, chain=(leaf, *s.chain[1:])) for s in found.servings))

    def _simulator(self, at: datetime, leaf: Certificate) -> Simulator:
        case, target = self.case, self.target
        if at == case.request.at and leaf == target.leaf.certificate:  # the diagnosis may have asked the same
            return case.simulator(target)
        judge = self.judge.asked(replace(case.question(target), at=at))
        return Simulator(case.scene.graph, leaf, at, judge, case.policies)

    def answer(self, at: datetime, leaf: Certificate) -> Answer:
        """What is served at a moment, and every client's verdict."""
        simulator, seen = self._simulator(at, leaf), self.target.observed
        if seen is None:
            return Answer.of(simulator.outcome(self.case.scene.server))
        chain = (leaf, *seen.chain[1:])
        return Answer.observed(chain, simulator.verdicts(chain))


def _most(graph: CertGraph, leaf: Certificate, at_hand: int) -> int:
    """How many dates may be looked at: each costs about what there is to meet on the way up, and to look through."""
    budget = Budget(MAX_MET)
    for _ in ways_up(graph, leaf, budget):
        pass
    return 0 if budget.exceeded else MAX_EFFORT // (MAX_MET - budget.steps + at_hand)


def _validity(certificates: list[Certificate]) -> Iterator[tuple[datetime, Cause]]:
    for certificate in certificates:
        if certificate.not_after < LAST:
            yield certificate.not_after + _TICK, Cause(Turn.EXPIRES, certificate)
        yield certificate.not_before, Cause(Turn.BEGINS, certificate)


def _program(case: Case, certificates: list[Certificate]) -> Iterator[tuple[datetime, Cause]]:
    """What Microsoft's list, or a store's own copy of it, says of the roots concerned."""
    server = case.scene.server
    for certificate in certificates:
        listed = program_entry(server, certificate)
        entries = [*server.find(certificate, "Root"), *([listed] if listed is not None else [])]
        for properties in {entry.properties for entry in entries}:
            yield from _dates(certificate, properties)


def _dates(certificate: Certificate, properties: StoreProperties) -> Iterator[tuple[datetime, Cause]]:
    disallowed, limit = properties.disallowed_after, properties.not_before_after
    if disallowed is not None and _concerns(properties.disallowed_purposes):
        yield disallowed, Cause(Turn.DISALLOWED, certificate)
    if limit is not None and _concerns(properties.not_before_purposes):
        yield limit + _TICK, Cause(Turn.NOT_BEFORE, certificate)


def _concerns(purposes: frozenset[str] | None) -> bool:
    return purposes is None or oids.SERVER_AUTH in purposes


def _client_limits(judge: Judge, certificates: list[Certificate]) -> Iterator[tuple[datetime, Cause]]:
    for limit, pairs in judge.issuance_limits(certificates).items():
        clients: dict[Certificate, list[Profile]] = defaultdict(list)
        for profile, certificate in pairs:
            clients[certificate].append(profile)
        for certificate, profiles in clients.items():
            yield limit + _TICK, Cause(Turn.CLIENTS, certificate, tuple(profiles))
