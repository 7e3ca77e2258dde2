"""The target of critical extensions: what the cryptographic library cannot read, no path may be accepted with."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from typing import Final

from cryptography import x509
from cryptography.x509 import oid as oids

from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from chainlab.verifiers import Handshake, build, family_for
from tests.fuzz.target import Target
from tests.pki import NOW, Pki

_PKI: Final = Pki("fuzz constraints")

KINDS: Final = ("2.5.29.30", "2.5.29.36", "2.5.29.37", "2.5.29.54", "2.5.29.32")
"""Name constraints, policy constraints, extended key usage, inhibitAnyPolicy, certificate policies."""

TOLERATED: Final = re.compile(
    "host bits set"  # an address that its mask cuts: every verifier compares under the mask
    "|At least one of"  # an empty sequence constrains nothing
    "|kind: InvalidValue"  # numbers and object identifiers in more octets than needed, or in none
)
"""What the library refuses and the RFC's algorithm can do with."""


def constraints_target() -> Target:
    """The target ``constraints``."""
    return Target("constraints", run, seeds, max_bytes=512, tries=60)


def seeds() -> list[bytes]:
    """A sound value of each kind; the first byte of an input chooses the kind."""
    name = x509.DirectoryName(x509.Name([x509.NameAttribute(oids.NameOID.COMMON_NAME, "q")]))
    network = x509.IPAddress(ipaddress.ip_network("10.0.0.0/8"))
    policy = x509.PolicyInformation(x509.ObjectIdentifier("1.2.3.4"), None)
    values: Sequence[tuple[int, x509.ExtensionType]] = (
        (0, x509.NameConstraints([x509.DNSName("example.test"), network], [name])),
        (1, x509.PolicyConstraints(5, 6)),
        (2, x509.ExtendedKeyUsage([oids.ExtendedKeyUsageOID.SERVER_AUTH, oids.ExtendedKeyUsageOID.CLIENT_AUTH])),
        (3, x509.InhibitAnyPolicy(3)),
        (4, x509.CertificatePolicies([policy])),
    )
    return [bytes([kind]) + value.public_bytes() for kind, value in values]


def run(data: bytes) -> None:
    """A CA with this critical extension between a sound leaf and its root."""
    if not data:
        return
    root, leaf = _PKI.ca("R"), _PKI.leaf("I")
    ca = _PKI.with_extension("I", "R", KINDS[data[0] % len(KINDS)], data[1:], critical=True)
    graph = CertGraph([leaf, ca, root])
    result = build(family_for("rfc5280"), Handshake((leaf, ca)), RootSet([root]), graph, Question(NOW))
    if result.accepted is None:
        assert result.problem is not None
        return
    assert ca.der is not None
    try:
        _ = x509.load_der_x509_certificate(ca.der).extensions
    except x509.UnsupportedGeneralNameType:
        return  # sound, and of a form that the library does not know
    except ValueError as refused:
        assert TOLERATED.search(str(refused)), f"accepted with a critical extension that does not decode: {refused}"
