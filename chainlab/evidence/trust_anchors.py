"""The trust anchors in an input that stands for a client's trust store."""

from __future__ import annotations

from pathlib import Path

from chainlab.certificate import Certificate
from chainlab.errors import InputError
from chainlab.evidence.model import CertificateEvidence, Evidence, KeyPresence
from chainlab.wording import number_of


def trust_anchors(evidence: Evidence, file: Path) -> list[Certificate]:
    """Each trust anchor once, in reading order; ``InputError`` if there is none.

    Where the container marks trusted entries (Java), exactly those. Else CA certificates and self-signed ones; never
    the chain of a key entry, what was seen on the wire, or what lies in another store than Root.
    """
    marked = [item for item in evidence.certificates if item.trusted]
    chosen = marked or [item for item in evidence.certificates if _may_be_anchor(item)]
    if not chosen:
        count = len({item.certificate.sha256 for item in evidence.certificates})
        found = f"no trust anchor among {number_of(count, 'certificate')}" if count else "no certificate"
        hint = "key entries and server certificates are no trust anchors; export the CA certificates"
        raise InputError(str(file), found, expected="CA certificates or trusted entries", hint=hint if count else "")
    return list(dict.fromkeys(item.certificate for item in chosen))


def _may_be_anchor(item: CertificateEvidence) -> bool:
    elsewhere = item.store is not None and item.store.logical != "Root"
    if elsewhere or item.on_wire or item.trusted is False or item.key is KeyPresence.PRESENT:
        return False
    return item.certificate.is_ca or item.certificate.looks_self_signed
