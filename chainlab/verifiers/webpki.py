"""rustls-webpki: programs in Rust (uv, ripgrep-like tools, many proxies).

Models: every path is tried, anchors first; anchors are names, keys and name constraints (no expiry); names are compared
as bytes; a host must be in the SAN; SHA-1 and signatures by RSA keys below 2048 bits are refused; a CA certificate in
place of the server's is refused, and so are constrained directory names, e-mail addresses and URIs; anyExtendedKeyUsage
does not stand for serverAuth; every CA counts against path lengths; at most 6 intermediates. ``webpki-0.22`` refuses
critical name constraints. Sources: 0.103.16 inside uv 0.13.8 and webpki 0.22.0 measured 2026-11-20; src/verify_cert.rs,
src/trust_anchor.rs.
"""

from chainlab.certificate import GeneralName
from chainlab.paths.name_rules import Fit, NameRules, Names, covered_dns_subtree, other_refused, refused
from chainlab.paths.switches import BROKEN_HASHES, Anchor, Switches
from chainlab.verifiers.family import AnchorIdentity, Basis, Family, LeafTrust, Matching, named

VERSIONS = ("", "0.22")

MAX_INTERMEDIATES = 6
"""MAX_SUB_CA_COUNT [D: src/verify_cert.rs]."""


def _dns(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """Only a domain is well-formed; a wildcard that could stand for an excluded host, or one below, is excluded."""
    if tree.value.endswith(".") or "*" in tree.value:
        return Fit.REFUSED
    return covered_dns_subtree(name, tree, excluded)


_NAMES = NameRules(dns=_dns, email=refused, uri=refused, dirname=refused, other=other_refused)


def family(version: str = "") -> Family:
    """rustls-webpki 0.103, or the original 0.22."""
    old = version.startswith("0.2")
    return Family(
        id=named("webpki", version),
        title="webpki 0.22" if old else "rustls-webpki",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with rustls-webpki 0.103.16 and webpki 0.22.0", "src/verify_cert.rs"),
        matching=Matching.BYTES,
        anchors=AnchorIdentity.STORE,
        leaf_trust=LeafTrust.SELF_SIGNED,
        self_signed_ends=False,
        switches=Switches(
            anchor=Anchor.NAMES | Anchor.KEY_SIZE,
            any_on_leaf=False,
            any_on_ca=False,
            leaf_not_ca=True,
            self_issued_count=True,
            key_usage=False,
            names=NameRules(Names.REFUSED) if old else _NAMES,
            rejected_hashes=BROKEN_HASHES | {"sha1"},
            min_rsa_bits=2048,
            max_length=MAX_INTERMEDIATES + 2,
        ),
    )
