"""Observed chains: what servers were seen to send, each distinct chain once with every sighting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from chainlab.certificate import Certificate
from chainlab.errors import InputError
from chainlab.evidence import CertificateEvidence, Evidence, HandshakeEvidence
from chainlab.records import dataclass


@dataclass(frozen=True, slots=True)
class ObservedChain:
    """A chain in wire order, its leaf as evidence, and the handshakes that showed it (none: a plain list of PEM)."""

    chain: tuple[Certificate, ...]
    leaf: CertificateEvidence
    handshakes: tuple[HandshakeEvidence, ...] = ()

    @property
    def place(self) -> str:
        """Where it was seen first."""
        return str(self.leaf.place)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The server names (SNI) that clients asked for, in order of sighting."""
        return tuple(dict.fromkeys(handshake.host for handshake in self.handshakes if handshake.host))


def observed_chains(evidence: Evidence) -> list[ObservedChain]:
    """The distinct chains that servers sent, in reading order.

    Left out: messages that the source shows in part only, and those whose server certificate cannot be decoded.
    """
    found: dict[tuple[str, ...], ObservedChain] = {}
    for handshake in evidence.handshakes:
        if handshake.sender != "server" or not handshake.complete or not handshake.chain or 0 in handshake.broken:
            continue
        key = tuple(certificate.sha256 for certificate in handshake.chain)
        known = found.get(key)
        if known is None:
            leaf = CertificateEvidence(handshake.chain[0], handshake.place, format="handshake", on_wire=True)
            known = ObservedChain(handshake.chain, leaf)
        found[key] = replace(known, handshakes=(*known.handshakes, handshake))
    return list(found.values())


def served_chains(evidence: Evidence, file: Path) -> list[ObservedChain]:
    """The chains of a ``--served`` file: of its handshakes, else its certificates in file order.

    ``InputError`` if it holds none, or only a part of one.
    """
    observed = observed_chains(evidence)
    if observed:
        return observed
    if evidence.handshakes or not evidence.certificates:
        finding = next(iter(evidence.findings), None)
        reason = finding.message.removeprefix(f"{file}: ") if finding else "no certificate"
        hint = finding.kind.remedy if finding else ""
        raise InputError(str(file), reason, expected="a served chain, leaf first", hint=hint)
    listed = evidence.certificates
    return [ObservedChain(tuple(item.certificate for item in listed), listed[0])]


def partly_seen(evidence: Evidence, observed: Iterable[ObservedChain]) -> frozenset[Certificate]:
    """Server certificates seen on the wire without the chain that was sent with them.

    None where nothing else was read: what a server sends cannot be predicted from its certificate alone, and what it
    did send is not known.
    """
    if all(item.on_wire for item in evidence.certificates):
        return frozenset()
    whole = {chain.chain[0] for chain in observed}
    seen = (h.chain[0] for h in evidence.handshakes if h.sender == "server" and h.chain and not h.complete)
    return frozenset(certificate for certificate in seen if certificate not in whole)
