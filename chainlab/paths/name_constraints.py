"""Name constraints along a path (RFC 5280, 6.1.3 b and c), as the verifier's ``NameRules`` compare them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Final

from chainlab import oids
from chainlab.certificate import Certificate, GeneralName, NameConstraints
from chainlab.graph import CertGraph
from chainlab.paths.name_rules import CommonName, Fit, NameRules, Names
from chainlab.paths.names import names_of
from chainlab.paths.reasons import Problem, Reason
from chainlab.records import dataclass


@dataclass(frozen=True, slots=True)
class Breach:
    """A name that constraints forbid, as excluded or as not permitted, or about which ``fit`` leaves a doubt.

    ``fit``: it is inside an excluded subtree, outside all permitted ones, refused, or not known.
    """

    name: GeneralName
    excluded: bool
    fit: Fit


def breaches(constraints: NameConstraints, names: Iterable[GeneralName], rules: NameRules) -> Iterator[Breach]:
    """Every way in which ``names`` break the constraints; a name can do so in both."""
    for name in names:
        for excluded, trees in ((True, constraints.excluded), (False, constraints.permitted)):
            found = _overall((rules.compare(name, tree, excluded) for tree in trees), excluded)
            if found is not None:
                yield Breach(name, excluded, found)


def _overall(fits: Iterable[Fit], excluded: bool) -> Fit | None:
    """What the subtrees of one list mean together for a name; ``None``: nothing against it.

    A verifier goes through them in their order and stops at the first inside which the name is, or which it refuses.
    """
    met: Fit | None = None
    for each in fits:
        if each is Fit.INSIDE:
            return each if excluded else None
        if each is Fit.REFUSED:
            return each
        if each is Fit.UNKNOWN or (each is Fit.OUTSIDE and not excluded and met is None):
            met = each
    return met


def judged_breaches(
    graph: CertGraph,
    key: tuple[object, ...],
    constraints: NameConstraints,
    names: Callable[[], list[GeneralName]],
    rules: NameRules,
) -> tuple[Breach, ...] | None:
    """The first breach of each sort, in the order of the names; ``None`` where there is too much to compare.

    ``key`` says whose constraints and which names these are: each question is answered once for a graph.
    """

    def compared() -> tuple[Breach, ...] | None:
        judged = names()
        affordable = graph.may_compare(_comparisons(constraints, judged))
        return _firsts(breaches(constraints, judged, rules)) if affordable else None

    return graph.answers.once(("names", rules, *key), compared)


def _firsts(found: Iterable[Breach]) -> tuple[Breach, ...]:
    firsts: dict[tuple[bool, Fit], Breach] = {}
    for breach in found:
        firsts.setdefault((breach.excluded, breach.fit), breach)
        if firsts.keys() >= _CERTAIN:
            break
    return tuple(firsts.values())


_CERTAIN: Final = {(True, Fit.INSIDE), (False, Fit.OUTSIDE)}


def _comparisons(constraints: NameConstraints, names: Iterable[GeneralName]) -> int:
    """How many comparisons this takes, in those of host names."""
    trees = Counter(tree.kind for tree in constraints.trees)
    return sum(trees[kind] * count * _WEIGHTS.get(kind, 1) for kind, count in Counter(n.kind for n in names).items())


_WEIGHTS: Final = {"dirname": 20, "ip": 20, "uri": 5}
"""Kinds that have to be taken apart to be compared."""


def constrained(
    path: Sequence[Certificate], judged: Sequence[Certificate], rules: NameRules, graph: CertGraph
) -> Iterator[Problem]:
    """What the name constraints of the CAs ``judged`` say against the names below them on the path (leaf first)."""
    for position, issuer in enumerate(judged):
        constraints = issuer.extensions.name_constraints
        if position == 0 or constraints is None or rules.handling is Names.IGNORED:
            continue
        critical = oids.NAME_CONSTRAINTS in issuer.extensions.critical
        if rules.handling is Names.REFUSED:
            if critical:
                yield Problem(Reason.NAME_CONSTRAINT, issuer, "critical name constraints are not supported")
            continue
        if rules.need_san and not path[0].extensions.subject_alternative_names:
            yield Problem(Reason.NAME_CONSTRAINT, issuer, "constrains names, and the server certificate has no SAN")
        if constraints.bounded:
            yield Problem(
                Reason.UNCHECKED, issuer, "its name constraints have minimum or maximum, which RFC 5280 forbids"
            )
        if rules.refuses(constraints, critical):
            reason = Reason.CRITICAL_EXTENSION if critical else Reason.NAME_CONSTRAINT
            yield Problem(reason, issuer, "name constraints of a form that is not understood")
        else:
            yield from _forbidden(path[:position], issuer, constraints, rules, graph)


def _forbidden(
    below: Sequence[Certificate], issuer: Certificate, constraints: NameConstraints, rules: NameRules, graph: CertGraph
) -> Iterator[Problem]:
    """What is wrong with the first certificate whose names the constraints do not allow; self-issued CAs are exempt."""
    for position, lower in enumerate(below):
        if position and lower.self_issued:
            continue
        names = partial(judged_names, lower, rules, is_leaf=not position)
        found = judged_breaches(graph, (issuer.sha256, lower.sha256, not position), constraints, names, rules)
        if found is None:
            yield too_many_names(issuer)
        else:
            yield from (breached(issuer, breach) for breach in found)
        if found != ():
            return


def judged_names(certificate: Certificate, rules: NameRules, *, is_leaf: bool) -> list[GeneralName]:
    """The names of a certificate that the verifier compares."""
    alternative = certificate.extensions.subject_alternative_names
    names = names_of(
        certificate,
        common_name=is_leaf and rules.common_name is not CommonName.NEVER,
        email=rules.in_email and alternative is None,
        subject=rules.subject,
    )
    if is_leaf and rules.common_name is CommonName.ALWAYS and alternative is not None:
        names.append(GeneralName("dns", certificate.subject.common))
    return names


def breached(issuer: Certificate, breach: Breach) -> Problem:
    """A breach as a reason against the path."""
    name = breach.name
    if breach.fit is Fit.UNKNOWN:
        return Problem(Reason.UNCHECKED, issuer, "its name constraints are of a form that cannot be judged here")
    if breach.fit is Fit.REFUSED:
        return Problem(Reason.NAME_CONSTRAINT, issuer, f"constrains {name.kind} names in a way that is refused")
    return Problem(
        Reason.NAME_CONSTRAINT,
        issuer,
        f"does not allow the {name.kind} name '{name.value}'{_subtrees(issuer, breach)}",
    )


def _subtrees(issuer: Certificate, breach: Breach) -> str:
    """The first subtrees that it lies in or should lie in: the reader sees what the client took them for."""
    constraints = issuer.extensions.name_constraints
    if constraints is None:
        return ""
    word, trees = ("excludes", constraints.excluded) if breach.excluded else ("permits", constraints.permitted)
    values = [f"'{tree.value}'" for tree in trees if tree.kind == breach.name.kind]
    more = [f"{len(values) - SHOWN} more"] if len(values) > SHOWN else []
    return f" ({word} {', '.join([*values[:SHOWN], *more])})"


SHOWN: Final = 3
"""Subtrees that a reason names."""


def too_many_names(issuer: Certificate) -> Problem:
    """Names and constraints that were not compared may fit or not."""
    return Problem(Reason.UNCHECKED, issuer, "its name constraints and the names below are too many to be compared")
