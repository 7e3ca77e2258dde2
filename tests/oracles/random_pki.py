"""Random small PKIs: meshes of two to four CAs with cross-signs, spoiled certificates, served lists and trust sets.

``random_scenario(seed)`` is deterministic. The shapes are chosen so that about half of the scenarios are accepted by a
capable verifier and most differ from a plain chain in one or two respects: with more faults every verifier refuses
and nothing is learnt.
"""

from __future__ import annotations

import itertools
import random
from typing import Final

from hypothesis import strategies as st

from tests.oracles.scenario import LEAF, CertSpec, Scenario

NAMES: Final = "ABCD"

CA_TRAITS: Final = (
    "expired", "expired", "expired", "future", "no-bc", "ca-false", "no-cert-sign", "no-ku", "pathlen-0", "pathlen-0",
    "pathlen-1", "eku-server", "eku-client", "eku-any", "nc-permits", "nc-elsewhere", "nc-excludes", "no-aki",
    "aki-serial", "aki-other", "no-ski", "critical-unknown", "sha1", "sha384", "sha512", "pss", "issuer-utf8",
    "subject-utf8", "issuer-case", "bad-signature",
)  # fmt: skip
"""Faults and variants of CA certificates; what happens more often in the field stands here more often."""

LEAF_TRAITS: Final = (
    "expired", "wildcard", "wrong-host", "cn-only", "two-hosts", "no-aki", "aki-serial", "aki-other", "no-eku",
    "eku-client", "eku-any", "eku-server", "sha1", "sha384", "pss", "issuer-utf8", "critical-unknown", "no-ku",
)  # fmt: skip
"""Faults and variants of server certificates."""


def random_scenario(seed: int) -> Scenario:
    """The scenario of a seed."""
    rng = random.Random(seed)
    names = NAMES[: rng.choice((2, 2, 3, 3, 3, 4))]
    certs = _mesh(rng, names)
    _twins(rng, certs)
    _spoil(rng, certs)
    roots = _roots(rng, certs)
    return Scenario(f"random-{seed}", certs, _served(rng, certs), roots, _keys(rng, certs))


def scenarios(seeds: range) -> list[Scenario]:
    """The scenarios of a range of seeds."""
    return [random_scenario(seed) for seed in seeds]


def scenario_strategy() -> st.SearchStrategy[Scenario]:
    """The same space for hypothesis; it shrinks towards small seeds, each of which is one scenario."""
    return st.integers(0, 2**31).map(random_scenario)


def _mesh(rng: random.Random, names: str) -> dict[str, CertSpec]:
    """A issues the leaf, a chain leads up to the last CA, and further cross-signs run between any two."""
    certs = {"leaf": CertSpec(LEAF, names[0])}
    for subject, issuer in itertools.pairwise(names):
        certs[f"{subject}-by-{issuer}"] = CertSpec(subject, issuer)
    for name in names:
        if name == names[-1] or (rng.random() < 0.6 and (name != names[0] or rng.random() < 0.25)):
            certs[f"{name}-by-{name}"] = CertSpec(name, name)
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        subject, issuer = rng.sample(names, 2)
        if names.index(subject) > names.index(issuer) and rng.random() < 0.6:
            subject, issuer = issuer, subject
        certs.setdefault(f"{subject}-by-{issuer}", CertSpec(subject, issuer))
    return certs


def _twins(rng: random.Random, certs: dict[str, CertSpec]) -> None:
    """A renewed or older certificate of the same pair, or a CA of the same name with another key."""
    chance = rng.random()
    cas = [name for name in certs if name != "leaf"]
    name = rng.choice(cas)
    spec = certs[name]
    if chance < 0.15:
        certs[f"{name}-again"] = CertSpec(spec.subject, spec.issuer, (rng.choice(("older", "newer", "expired")),))
    elif chance < 0.27:
        other = f"{spec.subject}~2"
        issuer = other if spec.subject == spec.issuer else spec.issuer
        certs[f"{name}-rekeyed"] = CertSpec(other, issuer)


def _spoil(rng: random.Random, certs: dict[str, CertSpec]) -> None:
    for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 2, 3))):
        near = [name for name, spec in certs.items() if "A" in (spec.subject, spec.issuer)]  # what most paths contain
        name = rng.choice(near if rng.random() < 0.4 else list(certs))
        trait = rng.choice(LEAF_TRAITS if name == "leaf" else CA_TRAITS)
        spec = certs[name]
        certs[name] = CertSpec(spec.subject, spec.issuer, (*spec.traits, trait))


def _keys(rng: random.Random, certs: dict[str, CertSpec]) -> dict[str, str]:
    entities = sorted({entity for spec in certs.values() for entity in (spec.subject, spec.issuer)})
    rsa = rng.random() < 0.3
    keys = {}
    for entity in entities:
        chance = rng.random()
        if rsa:
            keys[entity] = "RSA-1024" if chance < 0.06 else "RSA-2048"
        elif chance < 0.06:
            keys[entity] = "P-384"
    return keys


def _roots(rng: random.Random, certs: dict[str, CertSpec]) -> tuple[str, ...]:
    self_signed = [name for name, spec in certs.items() if spec.subject == spec.issuer]
    roots = rng.sample(self_signed, rng.randint(1, len(self_signed)))
    if rng.random() < 0.08:
        roots.append(rng.choice([name for name in certs if name != "leaf" and name not in self_signed]))
    rng.shuffle(roots)
    return tuple(roots)


def _served(rng: random.Random, certs: dict[str, CertSpec]) -> tuple[str, ...]:
    pool = [name for name in certs if name != "leaf"]
    served = _walk(rng, certs) if rng.random() < 0.75 else rng.sample(pool, rng.randint(1, len(pool)))
    if served and rng.random() < 0.06:
        served.remove(rng.choice(served))
    if rng.random() < 0.15:
        rng.shuffle(served)
    if rng.random() < 0.15:
        served.insert(rng.randint(0, len(served)), rng.choice(["leaf", *pool]))
    return ("leaf", *served)


def _walk(rng: random.Random, certs: dict[str, CertSpec]) -> list[str]:
    """A chain as a careful administrator would send it: each certificate followed by one of its issuers."""
    path, at = [], certs["leaf"].issuer
    while True:
        ways = [name for name, spec in certs.items() if spec.subject == at and name not in path]
        if not ways:
            return path
        name = rng.choice(ways)
        if certs[name].issuer == at and rng.random() < 0.7:
            return path
        path.append(name)
        if certs[name].issuer == at:
            return path
        at = certs[name].issuer
