"""Certificate policies along a path: RFC 5280, 6.1, with the valid policy graph of RFC 9618.

RFC 9618 replaces the policy tree, whose size is exponential in hostile chains, by a graph with one node per policy
and depth that gives the same answers.
"""

from __future__ import annotations

from collections.abc import Sequence

from chainlab.certificate import Certificate
from chainlab.oids import ANY_POLICY
from chainlab.records import dataclass, field


@dataclass(frozen=True, slots=True)
class PolicyInputs:
    """The user's inputs of RFC 5280, 6.1.1: acceptable policies (``None``: any) and the three initial switches."""

    acceptable: frozenset[str] | None = None
    explicit: bool = False
    inhibit_mapping: bool = False
    inhibit_any: bool = False


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """``valid``: the path satisfies its policy requirements. ``policies``: the authorities' constrained set; ``None``
    means any policy."""

    valid: bool
    policies: frozenset[str] | None


@dataclass(slots=True)
class _Level:
    """The nodes of one depth: policy -> the policies of the depth above that it came from."""

    parents: dict[str, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _State:
    """The working variables of 6.1.2, and the expected policies of the current depth by node."""

    explicit: int
    mapping: int
    any_policy: int
    levels: list[_Level]
    expected: dict[str, set[str]]
    dead: bool = False


def process_policies(path: Sequence[Certificate], inputs: PolicyInputs | None = None) -> PolicyResult:
    """Policies of a path without its anchor, from the certificate below the anchor to the leaf.

    ``path`` is leaf first, as everywhere.
    """
    inputs = inputs or PolicyInputs()
    certificates = tuple(reversed(path))
    length = len(certificates)
    state = _State(
        explicit=0 if inputs.explicit else length + 1,
        mapping=0 if inputs.inhibit_mapping else length + 1,
        any_policy=0 if inputs.inhibit_any else length + 1,
        levels=[_Level({ANY_POLICY: set()})],
        expected={ANY_POLICY: {ANY_POLICY}},
    )
    for position, certificate in enumerate(certificates, start=1):
        final = position == length
        _step(state, certificate, final)
        if state.explicit <= 0 and state.dead:
            return PolicyResult(False, frozenset())
        if not final and not _prepare(state, certificate):
            return PolicyResult(False, frozenset())
    return _wrap_up(state, certificates[-1], inputs)


def asks_for_policies(path: Sequence[Certificate]) -> bool:
    """Whether a certificate of the path requires an explicit policy; a path without such a one is always valid."""
    return any(certificate.extensions.require_explicit_policy is not None for certificate in path)


def _step(state: _State, certificate: Certificate, final: bool) -> None:
    """6.1.3 (d) to (f): the nodes that this certificate's policies give."""
    policies = certificate.extensions.policies
    if state.dead:
        return
    if policies is None:
        state.dead = True
        return
    level = _Level()
    named = [policy for policy in policies if policy != ANY_POLICY]
    expecting = _by_expected(state)
    for policy in named:
        parents = expecting.get(policy, set())
        if not parents and ANY_POLICY in state.expected:
            parents = {ANY_POLICY}
        if parents:
            level.parents[policy] = parents
    if ANY_POLICY in policies and (state.any_policy > 0 or (not final and certificate.self_issued)):
        for node, expected in state.expected.items():
            for policy in expected:
                level.parents.setdefault(policy, set()).add(node)
    state.levels.append(level)
    state.expected = {policy: {policy} for policy in level.parents}
    state.dead = not level.parents


def _by_expected(state: _State) -> dict[str, set[str]]:
    """The nodes that expect each policy."""
    found: dict[str, set[str]] = {}
    for node, expected in state.expected.items():
        for policy in expected:
            found.setdefault(policy, set()).add(node)
    return found


def _prepare(state: _State, certificate: Certificate) -> bool:
    """6.1.4 (a) to (j): mappings and the counters for the next certificate; false where anyPolicy is mapped."""
    extensions = certificate.extensions
    if any(ANY_POLICY in pair for pair in extensions.policy_mappings):
        return False
    _map(state, extensions.policy_mappings)
    if not certificate.self_issued:
        state.explicit = max(state.explicit - 1, 0)
        state.mapping = max(state.mapping - 1, 0)
        state.any_policy = max(state.any_policy - 1, 0)
    if extensions.require_explicit_policy is not None:
        state.explicit = min(state.explicit, extensions.require_explicit_policy)
    if extensions.inhibit_policy_mapping is not None:
        state.mapping = min(state.mapping, extensions.inhibit_policy_mapping)
    if extensions.inhibit_any_policy is not None:
        state.any_policy = min(state.any_policy, extensions.inhibit_any_policy)
    return True


def _map(state: _State, mappings: Sequence[tuple[str, str]]) -> None:
    """6.1.4 (b): what issuer policies are called below; without the right to map, mapped policies disappear."""
    if not mappings or state.dead:
        return
    by_issuer: dict[str, set[str]] = {}
    for issuer, subject in mappings:
        by_issuer.setdefault(issuer, set()).add(subject)
    level = state.levels[-1]
    for issuer, subjects in by_issuer.items():
        if state.mapping > 0:
            if issuer not in level.parents and ANY_POLICY in level.parents:
                level.parents[issuer] = {ANY_POLICY} if len(state.levels) == 1 else set(level.parents[ANY_POLICY])
            if issuer in level.parents:
                state.expected[issuer] = set(subjects)
        else:
            level.parents.pop(issuer, None)
            state.expected.pop(issuer, None)
    state.dead = not level.parents


def _wrap_up(state: _State, leaf: Certificate, inputs: PolicyInputs) -> PolicyResult:
    """6.1.5: the final counters, and whether an acceptable policy is left."""
    explicit = state.explicit
    if explicit > 0:
        explicit -= 1
    if leaf.extensions.require_explicit_policy == 0:
        explicit = 0
    policies = frozenset() if state.dead else _constrained(state)
    usable = policies if policies is None or inputs.acceptable is None else policies & inputs.acceptable
    if policies is None:
        usable = inputs.acceptable
    return PolicyResult(explicit > 0 or usable is None or bool(usable), policies)


def _constrained(state: _State) -> frozenset[str] | None:
    """The authorities' constrained policy set: policies named where the chain of anyPolicy nodes ends."""
    reachable = set(state.levels[-1].parents)
    found: set[str] = set()
    for level in reversed(state.levels[1:]):
        above: set[str] = set()
        for node in reachable:
            parents = level.parents.get(node, set())
            if node != ANY_POLICY and ANY_POLICY in parents:
                found.add(node)
            above |= parents
        if ANY_POLICY in reachable and level is state.levels[-1]:
            return None
        reachable = above
    return frozenset(found) if len(state.levels) > 1 else None
