"""Findings about several targets together: a site's RSA and ECDSA certificates must both have a chain that works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from chainlab import findings as kinds
from chainlab.clients import ClientVerdict, Verdict
from chainlab.findings import Finding
from chainlab.targets import Target


class Judged(Protocol):
    """A target with its clients' verdicts."""

    @property
    def target(self) -> Target:
        """What was judged."""
        ...

    @property
    def clients(self) -> tuple[ClientVerdict, ...]:
        """The verdicts on what it serves."""
        ...


def other_key_types(targets: Sequence[Judged]) -> Mapping[int, list[Finding]]:
    """For each target by its number: clients that accept the same names' other key type but not this one.

    Of several certificates of another key type, the one that most of these clients accept is named.
    """
    sites = defaultdict[str, dict[tuple[str, frozenset[str]], Judged]](dict)
    accepting = [_accepting(target) for target in targets]
    for target, clients in zip(targets, accepting, strict=True):
        for name in _names(target):
            sites[name].setdefault((_algorithm(target), clients), target)
    found: dict[int, list[Finding]] = {}
    for number, (worse, clients) in enumerate(zip(targets, accepting, strict=True)):
        better: dict[str, tuple[int, Judged]] = {}
        others = {answer: other for name in sorted(_names(worse)) for answer, other in sites[name].items()}
        for (kind, theirs), other in others.items():
            count = len(theirs - clients)
            if kind != _algorithm(worse) and count > better.get(kind, (0,))[0]:
                better[kind] = count, other
        if better:
            found[number] = [_finding(count, other, worse) for count, other in better.values()]
    return found


def _finding(count: int, better: Judged, worse: Judged) -> Finding:
    good, bad = better.target.leaf.certificate, worse.target.leaf.certificate
    names = ", ".join(sorted(_names(better) & _names(worse))[:3])
    parameters = {"count": str(count), "good": _algorithm(better), "bad": _algorithm(worse), "names": names}
    return Finding(kinds.OTHER_KEY_DIFFERS, parameters, (good.sha256, bad.sha256))


def _names(judged: Judged) -> set[str]:
    return set(judged.target.leaf.certificate.dns_names)


def _algorithm(judged: Judged) -> str:
    return judged.target.leaf.certificate.key.algorithm


def _accepting(judged: Judged) -> frozenset[str]:
    return frozenset(client.profile.id for client in judged.clients if client.verdict is Verdict.ACCEPT)
