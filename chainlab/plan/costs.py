"""What a set of changes costs beside the clients: trust added, trust of the server's own programs, and its end.

Every cost is simulated. A cost that needs a decision keeps a plan from being recommended where another one helps too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from chainlab.certificate import Certificate
from chainlab.changes import Change
from chainlab.graph import CertGraph
from chainlab.plan.candidates import added_roots, blocked, trusted_again
from chainlab.plan.effects import PlannedOutcome, states
from chainlab.plan.served_sets import sendable_chains
from chainlab.plan.simulation import Outcome, Simulator
from chainlab.records import dataclass
from chainlab.server import Server
from chainlab.windows.engine import predict_chain
from chainlab.windows.selection import MAX_PASS1, Policy, WindowsPath
from chainlab.wording import accepting

HORIZON: Final = timedelta(days=5 * 365)
"""A plan is for a person to decide if its chain ends sooner, though another chain lasts longer, and clients fail then.

A convention of chainlab: long enough that nobody remembers what was set on the server, and why."""


MAX_NAMED: Final = 8
"""Clients named in one cost."""

_RULES: Final = {
    Policy.KB: "the shortest of equally good chains",
    Policy.NEWEST: "the newest issuer among equally good chains",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """One cost: ``code`` names its kind, ``until`` is the date that it is about, if there is one.

    ``decision``: it should be taken on only by somebody who knows that it is.
    """

    code: str
    text: str
    certificate: Certificate | None = None
    until: datetime | None = None
    decision: bool = False


def costs(
    server: Server, sites: Sequence[Simulator], outcomes: Sequence[PlannedOutcome], before: Sequence[Outcome] = ()
) -> Iterator[Cost]:
    """Every cost of the changes that led to these outcomes, one outcome a site.

    ``before``: what each site has without them, where that is known already.
    """
    yield from _at_once(server, sites, outcomes, before)
    yield from _ends(server, sites, outcomes)


def needs_decision(
    server: Server, sites: Sequence[Simulator], outcomes: Sequence[PlannedOutcome], before: Sequence[Outcome] = ()
) -> bool:
    """Whether one of the ``costs`` needs a decision; nothing is simulated that cannot change this answer."""
    if any(cost.decision for cost in _at_once(server, sites, outcomes, before)):
        return True
    first = _first_end(sites, outcomes)
    return first is not None and _early(*first[:2]) and any(cost.decision for cost in _ends(server, sites, outcomes))


def _at_once(
    server: Server, sites: Sequence[Simulator], outcomes: Sequence[PlannedOutcome], before: Sequence[Outcome]
) -> Iterator[Cost]:
    """The costs from the first day, those first that are cheapest to find."""
    changes = _changes(outcomes)
    after = _changed(server, outcomes)
    graph, at = sites[0].graph, sites[0].at
    for root in added_roots(changes):
        yield _added(server, root)
    for certificate in trusted_again(changes):
        text = f"{certificate.label} is in Untrusted now; find out who put it there, and why, before taking it out"
        yield Cost("distrust-lifted", text, certificate, decision=True)
    for position, (site, outcome) in enumerate(zip(sites, outcomes, strict=True)):
        yield from _may_lose(site, before[position] if before else site.outcome(server), outcome)
    for certificate in blocked(changes):
        if graph.is_self_signed(certificate):
            yield from _outbound(server, after, graph, certificate, at)


def _changes(outcomes: Sequence[PlannedOutcome]) -> tuple[Change, ...]:
    return tuple(dict.fromkeys(change for outcome in outcomes for change in outcome.changes))


def _changed(server: Server, outcomes: Sequence[PlannedOutcome]) -> Server:
    """The server after all the changes and a Windows Update."""
    return states(server, _changes(outcomes))[1]


def _added(server: Server, root: Certificate) -> Cost:
    program = server.program
    if program is not None and program.entry(root.sha256) is not None:
        return Cost("adds-root", f"{root.label} is put into Root by hand; {program.source} has it too", root)
    lacking = program.source if program is not None else "no list of roots seen"
    text = f"this server will trust {root.label} for every purpose, which {lacking} does not bring"
    return Cost("trusts-unlisted-root", text, root, root.not_after, decision=True)


def _may_lose(site: Simulator, before: Outcome, planned: PlannedOutcome) -> Iterator[Cost]:
    """Clients that accept now by one tie rule and no longer after the plan by the same; one cannot know which rules.

    Those that accept now by every rule are lost for sure, and are counted among the losses.
    """
    for policy, rule in _RULES.items():
        lost = _lost_under(policy, before, planned) - before.surely_accepting if policy in site.policies else ()
        if lost:
            named = sorted(v.profile.name for v in before.verdicts if v.profile.id in lost)
            shown = ", ".join(named[:MAX_NAMED]) + (f" and {len(named) - MAX_NAMED} more" * (len(named) > MAX_NAMED))
            text = (
                f"where Windows prefers {rule} (it is not known which rule this server follows), clients of "
                f"{site.leaf.subject.common} that accept now would fail: {shown}"
            )
            yield Cost("may-lose", text, decision=True)


def _lost_under(policy: Policy, before: Outcome, planned: PlannedOutcome) -> frozenset[str]:
    surely, possibly = before.under(policy)
    after, later = planned.after.under(policy), planned.after_update.under(policy)
    return (surely - (after[0] & later[0])) | (possibly - (after[1] & later[1]))


def _outbound(server: Server, after: Server, graph: CertGraph, root: Certificate, at: datetime) -> Iterator[Cost]:
    """What programs on the server make of sites under a blocked root [F: win-acme#1943]."""
    issued = [c for c in graph.certificates if c != root and c.valid_at(at) and root in graph.issuers(c)]
    before = [path for child in issued if (path := _trusted(server, graph, child, at)) is not None]
    if issued and not before:
        return
    paths = [path for child in issued if (path := _trusted(after, graph, child, at)) is not None]
    if not paths:
        text = f"programs on this server no longer trust sites under {root.label}"
        yield Cost("outbound-trust-lost", text, root, decision=True)
        return
    ends = [min(paths[0].certificates[1:], key=lambda c: c.not_after), *before[0].certificates[-1:]]
    text = (
        f"programs on this server trust sites under {root.label} only through "
        f"{' and '.join(c.label for c in paths[0].certificates[1:])}, until {ends[0].not_after:%Y-%m-%d}"
    )
    yield Cost("outbound-trust-rests", text, root, ends[0].not_after)


def _trusted(server: Server, graph: CertGraph, child: Certificate, at: datetime) -> WindowsPath | None:
    path = predict_chain(server, graph, child, at, (Policy.KB,)).chosen
    return path if path.pass1 == MAX_PASS1 and all(path.pass2) else None


def _first_end(
    sites: Sequence[Simulator], outcomes: Sequence[PlannedOutcome]
) -> tuple[datetime, Simulator, PlannedOutcome] | None:
    """The first expiry on a planned chain, and where."""
    dated = [(end, site, outcome) for site, outcome in zip(sites, outcomes, strict=True)
             if outcome.changes and (end := outcome.after.ends) is not None]  # fmt: skip
    return min(dated, key=lambda item: item[0], default=None)


def _early(end: datetime, site: Simulator) -> bool:
    """Whether a chain ends soon though another lasts longer."""
    return end - site.at < HORIZON and end < _longest(site)


def _ends(server: Server, sites: Sequence[Simulator], outcomes: Sequence[PlannedOutcome]) -> Iterator[Cost]:
    """The first expiry on a planned chain, and what is served and accepted from then on if nothing is done."""
    first = _first_end(sites, outcomes)
    if first is None:
        return
    end, site, outcome = first
    after = _changed(server, outcomes)
    expiring = min(outcome.after.prediction.chosen.certificates[1:], key=lambda c: c.not_after, default=None)
    later = site.after(end)
    then, untouched = later.outcome(after).surely_accepting, later.outcome(server).surely_accepting
    text = (
        f"the chain ends on {end:%Y-%m-%d}"
        + (f", when {expiring.label} expires" if expiring is not None and expiring.not_after == end else "")
        + f"; from then on {accepting(len(then), len(outcome.after.verdicts))} unless the plan is revised"
        + (f" ({len(untouched)} without it)" if untouched - then else "")
    )
    yield Cost("ends", text, expiring, end, decision=_early(end, site) and bool(outcome.lasting - then))


def _longest(site: Simulator) -> datetime:
    """How long the longest-lasting chain holds that could be sent for a site."""
    chains = sendable_chains(site.graph, site.leaf, site.at)
    return max((min(c.not_after for c in chain[1:]) for chain in chains if len(chain) > 1), default=site.at)
