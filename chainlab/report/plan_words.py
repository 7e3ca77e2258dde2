"""Sentences about a plan that its text, its Markdown and its runbook share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from chainlab.certificate import Certificate
from chainlab.plan import Option, SendableChain
from chainlab.planning import Planned
from chainlab.report.traffic import traffic_words
from chainlab.report.words import by_series
from chainlab.wording import accepting, number_of


def headline(planned: Planned) -> Iterator[tuple[str, str]]:
    """The answer in one or two lines, each with its style."""
    names = ", ".join(dict.fromkeys(site.leaf.subject.common for site in planned.sites[:3]))
    more = f" and {len(planned.sites) - 3} more" if len(planned.sites) > 3 else ""
    yield f"Plan for {names}{more}, as of {planned.at:%Y-%m-%d}", "bold"
    option, baseline = planned.chosen, planned.plan.baseline
    if option is not None:
        then, now = counted(planned, option), counted(planned, baseline, short=True)
        yield f"With {number_of(len(option.changes), 'change')} {then} (now {now})", "bold green"
        if option.needs_decision:
            yield "This needs your decision; see what it costs.", "yellow"
    elif planned.well_as_it_is:
        yield "Nothing to do: every client accepts.", "bold green"
    else:
        why = "Nothing is recommended, see the alternatives" if planned.plan.alternatives else "No change helps"
        yield f"{why}; {counted(planned, baseline)} as it is", "bold red"


def counted(planned: Planned, option: Option, *, short: bool = False) -> str:
    """How many clients accept with an option, over all distinct sites, and what they weigh where weights were given."""
    lasting = [option.outcomes[position].lasting for position in planned.distinct]
    accepted, total = sum(map(len, lasting)), len(everyone(planned)) * len(lasting)
    objective = planned.plan.objective
    if objective.weights is not None:
        everything = objective.weigh(everyone(planned)) * len(lasting)
        weight = f"{sum(map(objective.weigh, lasting))} of {everything} {objective.unit}"
        return weight if short else f"{weight} are accepted ({accepted} of {number_of(total, 'client profile')})"
    return str(accepted) if short else accepting(accepted, total)


def sites_apart(planned: Planned) -> Iterator[tuple[int, str]]:
    """The distinct sites by position, each with a name that no other one has."""
    commons = Counter(planned.sites[position].leaf.subject.common for position in planned.distinct)
    leaves = Counter(planned.sites[position].leaf for position in planned.distinct)
    for position in planned.distinct:
        site = planned.sites[position]
        common = site.leaf.subject.common
        more = [f"sha256 {site.leaf.sha256[:8]}"] if commons[common] > 1 else []
        more += [f"as {site.target.host or 'any name'}"] if leaves[site.leaf] > 1 else []
        yield position, f"{common} ({', '.join(more)})" if more else common


def everyone(planned: Planned) -> frozenset[str]:
    """Ids of all clients asked."""
    return frozenset(verdict.profile.id for verdict in planned.plan.baseline.outcomes[0].after.verdicts)


def outcome_words(planned: Planned, option: Option, position: int) -> str:
    """What an option brings to one site."""
    outcome, before = option.outcomes[position], planned.plan.baseline.outcomes[position]
    total = len(outcome.after.verdicts)
    text = accepting(len(outcome.after.surely_accepting), total) + f" (now {len(before.after.surely_accepting)})"
    text += f", after a Windows Update {len(outcome.lasting)}"
    if len(outcome.after.judged) > 1:
        text += f"; what is served is {outcome.after.prediction.certainty.value}, the worst case is counted"
    return text


def other_method(planned: Planned, best: Option, other: Option) -> str:
    """How the same plan does with roots blocked in another way."""
    ways = ", ".join(dict.fromkeys(c.code.replace("-", " ") for c in other.changes if c not in best.changes))
    if (other.weight, -other.loss) >= (best.weight, -best.loss):
        return f"Blocking another way ({ways}) does as well on this server."
    return f"Blocking another way ({ways}) does not last: after a Windows Update {counted(planned, other)}."


def clients_named(planned: Planned, clients: Iterable[str]) -> str:
    """Clients by name, versions of one series together."""
    wanted = set(clients)
    verdicts = [v for v in planned.plan.baseline.outcomes[0].after.verdicts if v.profile.id in wanted]
    return "; ".join(f"{name} {', '.join(members)}" if members else name for name, members in by_series(verdicts))


def chain_words(chain: Sequence[Certificate]) -> str:
    """The CA certificates of a chain that is sent, each with who signed it, and the root that is not sent."""
    links = [f"{certificate.subject.common} ← {certificate.issuer.common}" for certificate in chain[1:-1]]
    return "; ".join(links or ["only the server certificate"]) + f" (root: {chain[-1].subject.common})"


def sent_by(chain: SendableChain) -> str:
    """What makes IIS send a chain; a front end with a fixed chain file sends whatever one puts there."""
    if chain.changes is None:
        return "IIS cannot be made to send this surely; a front end with a fixed chain file can"
    if not chain.changes:
        return "what IIS sends as it is"
    changes = number_of(len(chain.changes), "change")
    return f"IIS sends it after {changes}; a front end with a fixed chain file sends it without any"


def search_words(planned: Planned) -> Iterator[str]:
    """How the plan was found, and what its numbers do not say."""
    plan = planned.plan
    extent = "every combination" if plan.exhaustive else "stopped there: towards the best chains only"
    combinations, changes = number_of(plan.simulated, "combination"), number_of(len(plan.candidates), "possible change")
    yield f"{combinations} of {changes} simulated ({extent})."
    traffic = planned.case.request.traffic
    if traffic is None:
        yield "Counts are of client profiles, not of users: no share of real users follows from them (see --traffic)."
    else:
        yield from traffic_words(traffic)
