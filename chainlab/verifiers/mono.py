"""Mono's managed ``X509Chain``: old Unity games, .NET programs on Linux before .NET Core.

Models: one issuer is taken at each step: of the served certificates, then the roots, those valid now, of these the one
with the fitting key identifier, else the first. Anchors are self-signed. No elliptic curves, no RSA-PSS, no critical
name constraints; extended key usages are not looked at, nor the host (the program does). Sources: 6.8 measured
2026-11-20; mcs/class/System/System.Security.Cryptography.X509Certificates/X509ChainImplMono.cs.
"""

from __future__ import annotations

from chainlab.paths.hosts import WITHOUT_DNS, HostRules
from chainlab.paths.name_rules import NameRules, Names
from chainlab.paths.switches import Switches
from chainlab.verifiers.family import Basis, Candidate, Family, Matching, Stop, named
from chainlab.verifiers.rules import key_id_rank, valid_now

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """Mono 6.8."""
    return Family(
        id=named("mono", version),
        title="Mono X509Chain",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Mono 6.8", "X509ChainImplMono.cs"),
        stop=Stop.FIRST_PATH,
        matching=Matching.NORMALISED,
        served_rules=(),
        store_rules=(),
        select=_best_from_collection,
        choices=1,
        partial_chain=False,
        switches=Switches(
            leaf_purpose=False,
            ca_purposes=False,
            names=NameRules(Names.REFUSED),
            rejected_schemes=frozenset({"RSA-PSS", "ECDSA"}),
            host=HostRules(WITHOUT_DNS),
        ),
    )


def _best_from_collection(candidates: list[Candidate]) -> list[Candidate]:
    listed = sorted(candidates, key=lambda candidate: candidate.trusted)
    valid = [candidate for candidate in listed if valid_now(candidate)] or listed
    return sorted(valid, key=lambda candidate: key_id_rank(candidate) != 0)
