"""Mbed TLS: ESP32 (ESP-IDF) and much other embedded firmware.

Models: ``x509_crt_verify_chain``: at every step the trusted list is asked first, then the certificates served after
the child; a candidate must name itself the issuer, be a CA, be allowed to sign and have room in its path length; a
trusted one must also verify, a served one need not; the first one valid now is taken, else the first expired one; no
way back. A trusted certificate ends the path whether self-signed or not, a served self-signed one does not. Critical
extensions it does not know (name constraints among them) refuse the handshake. SHA-1 and RSA below 2048 bits are
refused by the default profile, key usages of CAs are checked, extended ones are not. At most 8 intermediates. Sources:
2.28.3 (Debian) and 2.28.8 (python-mbedtls) measured 2026-11-20; library/x509_crt.c. 3.x is taken to be the same
(inferred). ``mbedtls-esp`` is ESP-IDF's certificate bundle: the served list is followed to its end, and only for the
last certificate, if nothing else is wrong with it, the bundle is asked for its issuer by name; a bundle holds names
and keys alone. So a cross-sign whose issuer has left the bundle breaks the chain even where the bundle holds the root
that was cross-signed. ``mbedtls-esp-cross`` has the option against that
(CONFIG_MBEDTLS_CERTIFICATE_BUNDLE_CROSS_SIGNED_ VERIFY, off by default): the bundle is asked first at every step.
Sources of these two: ESP-IDF's components/mbedtls/esp_crt_bundle/esp_crt_bundle.c [D]; field reports of GTS roots
cross-signed by GlobalSign [F].
"""

from dataclasses import replace

from chainlab import oids
from chainlab.certificate import Certificate
from chainlab.paths.hosts import WITHOUT_SAN, HostRules
from chainlab.paths.name_rules import NameRules, Names
from chainlab.paths.reasons import Problem, Reason
from chainlab.paths.switches import BROKEN_HASHES, Anchor, Switches
from chainlab.verifiers.family import (
    AnchorIdentity,
    Basis,
    Candidate,
    Family,
    LeafTrust,
    Matching,
    Prefer,
    Prepared,
    Scene,
    ServedOrder,
    Stop,
    by_certificate,
)
from chainlab.verifiers.rules import (
    may_sign,
    not_denied_ca,
    path_length_fits,
    same_bytes,
    signature_holds,
    valid_first,
)

VERSIONS = ("2", "esp", "esp-cross")

_BASIS = {"2": Basis.MEASURED, "e": Basis.DOCUMENTED}

_PARENT = (not_denied_ca, may_sign, path_length_fits)

_PARSED = frozenset({
    oids.BASIC_CONSTRAINTS, oids.KEY_USAGE, oids.EXTENDED_KEY_USAGE, oids.SUBJECT_ALT_NAME, oids.CERTIFICATE_POLICIES,
})  # fmt: skip
"""The extensions that the parser knows; another critical one refuses the certificate [D: x509_get_crt_ext]."""

MAX_INTERMEDIATES = 8
"""MBEDTLS_X509_MAX_INTERMEDIATE_CA [D: include/mbedtls/x509.h]."""


def family(version: str = "2") -> Family:
    """Mbed TLS 2.28's default profile, or ESP-IDF's bundle on it."""
    table = Family(
        id=f"mbedtls-{version or '2'}",
        title=f"Mbed TLS {version or '2'}",
        basis=_BASIS.get(version[:1], Basis.INFERRED),
        sources=("measured 2026-11-20 with Mbed TLS 2.28.3", "library/x509_crt.c"),
        prefer=Prefer.TRUSTED,
        stop=Stop.FIRST_PATH,
        matching=Matching.CASELESS,
        served_rules=_PARENT,
        store_rules=(readable, *_PARENT, signature_holds),
        order=valid_first,
        choices=1,
        served_order=ServedOrder.LATER,
        prepare=_parsed,
        self_signed_ends=False,
        anchors=AnchorIdentity.STORE,
        leaf_trust=LeafTrust.SELF_SIGNED,
        loop=by_certificate,
        switches=Switches(
            ca_purposes=False,
            names=NameRules(Names.REFUSED),
            rejected_hashes=BROKEN_HASHES | {"sha1"},
            min_rsa_bits=2048,
            max_length=MAX_INTERMEDIATES + 2,
            host=HostRules(WITHOUT_SAN),
        ),
    )
    return _bundle(table, cross_signed=version.endswith("cross")) if version.startswith("esp") else table


def _bundle(table: Family, *, cross_signed: bool) -> Family:
    """ESP-IDF's bundle of names and keys in place of a trusted list."""
    found = replace(
        table,
        sources=("esp_crt_bundle.c of ESP-IDF", "field reports of cross-signed GTS roots"),
        store_rules=(same_bytes, signature_holds),
        anchors=AnchorIdentity.CERTIFICATE,
        switches=replace(table.switches, anchor=Anchor.NOTHING),
    )
    return found if cross_signed else replace(found, prefer=Prefer.SERVED)


def readable(candidate: Candidate) -> bool:
    """It has no critical extension that the parser refuses: such a root is not in the trusted list at all."""
    return not _unreadable(candidate.issuer)


def _unreadable(certificate: Certificate) -> frozenset[str]:
    return certificate.extensions.critical - _PARSED


def _parsed(table: Family, scene: Scene) -> Prepared:
    """A served certificate that the parser refuses ends the handshake, wherever it stands."""
    refused = [certificate for certificate in scene.handshake.served if _unreadable(certificate)]
    problems = tuple(
        Problem(Reason.CRITICAL_EXTENSION, certificate, "has a critical extension that the parser refuses")
        for certificate in refused[:1]
    )
    return Prepared(replace(table, prepare=None), scene.handshake, problems)
