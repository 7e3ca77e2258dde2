"""Findings about several targets together: a site's RSA and ECDSA certificates must both have a chain that works."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
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
    """For each target by its number: clients that accept the same names' other key type but not this one."""
    found: dict[int, list[Finding]] = defaultdict(list)
    for (_, better), (number, worse) in permutations(enumerate(targets), 2):
        for finding in _worse(better, worse):
            if finding not in found[number]:
                found[number].append(finding)
    return found


def _worse(better: Judged, worse: Judged) -> Iterator[Finding]:
    good, bad = better.target.leaf.certificate, worse.target.leaf.certificate
    names = sorted(set(good.dns_names) & set(bad.dns_names))
    if not names or good.key.algorithm == bad.key.algorithm:
        return
    count = len(_accepting(better) - _accepting(worse))
    if count:
        parameters = {
            "count": str(count), "good": good.key.algorithm, "bad": bad.key.algorithm, "names": ", ".join(names[:3]),
        }  # fmt: skip
        yield Finding(kinds.OTHER_KEY_DIFFERS, parameters, (good.sha256, bad.sha256))


def _accepting(judged: Judged) -> frozenset[str]:
    return frozenset(client.profile.id for client in judged.clients if client.verdict is Verdict.ACCEPT)
