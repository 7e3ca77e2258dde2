"""Two answers side by side: which chain was and would be on the wire, and which clients that gains and loses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Protocol, TypeVar

from chainlab.certificate import Certificate
from chainlab.clients import ClientVerdict
from chainlab.plan import Judgement, Outcome, surely_accepting
from chainlab.records import dataclass, field
from chainlab.server import Binding
from chainlab.targets import Target
from chainlab.windows.engine import Certainty
from chainlab.windows.selection import Policy

Chain = tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class Serving:
    """A chain that is or may be on the wire, leaf first, and what every client makes of it.

    ``policies``: the tie rules that serve it; none for a rival in a full tie and for a chain that was observed.
    ``root``: the self-signed end, which is not sent (``None``: there is none, or it is not known).
    ``accepting``: ids of the clients that accept.
    """

    policies: tuple[Policy, ...]
    chain: Chain
    root: Certificate | None
    verdicts: tuple[ClientVerdict, ...]
    accepting: frozenset[str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "accepting", Judgement.of(self.verdicts).accepting)


@dataclass(frozen=True, slots=True)
class Answer:
    """Every chain that may be on the wire at one moment, the documented rule's first; never empty."""

    servings: tuple[Serving, ...]
    certainty: Certainty

    @classmethod
    def of(cls, outcome: Outcome) -> Answer:
        """What a simulated server state leads to."""
        servings = tuple(
            Serving(judged.possibility.policies, judged.possibility.served, judged.possibility.path.root,
                    judged.verdicts)
            for judged in outcome.judged
        )  # fmt: skip
        return cls(servings, outcome.prediction.certainty)

    @classmethod
    def observed(cls, chain: Chain, verdicts: tuple[ClientVerdict, ...]) -> Answer:
        """A chain that stays what it was seen to be."""
        return cls((Serving((), chain, None, verdicts),), Certainty.FIRM)

    @property
    def first(self) -> Serving:
        """The chain under the documented rule."""
        return self.servings[0]

    @property
    def chains(self) -> frozenset[Chain]:
        """Every chain that may be on the wire."""
        return frozenset(serving.chain for serving in self.servings)

    @property
    def surely_accepting(self) -> frozenset[str]:
        """Clients that accept whichever chain is served."""
        return surely_accepting(self.servings)

    @property
    def total(self) -> int:
        """How many clients were asked."""
        return len(self.first.verdicts)

    def under(self, policy: Policy) -> Serving:
        """What is served under a tie rule; the documented rule's where this one is not in force."""
        return next((serving for serving in self.servings if policy in serving.policies), self.first)


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which it can go: the chain before and after under the same rules, and the clients that changes."""

    policies: tuple[Policy, ...]
    before: Serving
    after: Serving

    @property
    def gained(self) -> frozenset[str]:
        """Clients that start to accept."""
        return self.after.accepting - self.before.accepting

    @property
    def lost(self) -> frozenset[str]:
        """Clients that stop accepting."""
        return self.before.accepting - self.after.accepting

    @property
    def same_chain(self) -> bool:
        """Whether the same certificates are on the wire, in the same order."""
        return self.before.chain == self.after.chain


class Answered(Protocol):
    """A result about one target: a diagnosis, an effect or a timeline."""

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def target(self) -> Target:
        """What it is about."""
        ...


A = TypeVar("A", bound=Answered)


def grouped(answers: Iterable[A]) -> list[tuple[A, list[Binding]]]:
    """Results that are equal in all but their endpoint once, each with all its endpoints, in their order."""
    groups: list[tuple[A, list[Binding]]] = []
    of_leaf = defaultdict[str, list[tuple[A, list[Binding]]]](list)
    for answer in answers:
        candidates = of_leaf[answer.target.leaf.certificate.sha256]
        bindings = next((known for first, known in candidates if _alike(first, answer)), None)
        if bindings is None:
            bindings = list[Binding]()
            groups.append((answer, bindings))
            candidates.append(groups[-1])
        if answer.target.binding is not None:
            bindings.append(answer.target.binding)
    return groups


def _alike(one: A, other: A) -> bool:
    endpoint = one.target
    return replace(other, target=replace(other.target, binding=endpoint.binding, host=endpoint.host)) == one


def compare(before: Answer, after: Answer) -> tuple[Difference, ...]:
    """Every way in which it can go: rule by rule, equal ways joined, then the rivals in full ties."""
    ways: dict[tuple[Chain, Chain], Difference] = {}
    for policy in _policies((before, after)):
        _add(ways, before.under(policy), after.under(policy), (policy,))
    for serving in after.servings:
        if not serving.policies:
            _add(ways, before.first, serving, ())
    for serving in before.servings:
        if not serving.policies:
            _add(ways, serving, after.first, ())
    return tuple(ways.values())


def _policies(answers: Sequence[Answer]) -> list[Policy]:
    used = {policy for answer in answers for serving in answer.servings for policy in serving.policies}
    return [policy for policy in Policy if policy in used]


def _add(
    ways: dict[tuple[Chain, Chain], Difference], before: Serving, after: Serving, policies: tuple[Policy, ...]
) -> None:
    key = before.chain, after.chain
    known = ways.get(key)
    ways[key] = Difference((*known.policies, *policies) if known is not None else policies, before, after)


def lost_by(differences: Sequence[Difference]) -> frozenset[str]:
    """Clients lost in at least one way in which it can go."""
    return frozenset().union(*(difference.lost for difference in differences))


def gained_by(differences: Sequence[Difference]) -> frozenset[str]:
    """Clients gained in every way in which it can go."""
    return frozenset.intersection(*(difference.gained for difference in differences))
