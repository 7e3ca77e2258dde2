"""pyca/cryptography's X.509 verifier (``cryptography.x509.verification``).

Models: every path is tried, issuers with a fitting key identifier first; names are compared as bytes; a host must be in
the SAN; the anchor is judged like every other CA. CAs need critical basic constraints and a key usage, the server's
certificate an authority key identifier and, where it has extended key usages, serverAuth itself; a CA certificate in
its place is refused. SHA-1 and RSA below 2048 bits are refused (the server's own key is not looked at). Nothing keeps a
certificate from coming twice. Of names that are constrained it compares host names, e-mail and IP addresses and refuses
others; constraints that are no plain domain are refused, and critical ones of directory names. Self-issued CAs count
against path lengths; at most 8 intermediates. Sources: 50.0.2 measured 2026-11-20;
src/rust/cryptography-x509-verification/src/policy. Not modelled: the limit on signature checks.
"""

from chainlab.certificate import GeneralName, NameConstraints
from chainlab.paths.name_rules import Fit, NameRules, covered_dns_subtree, other_refused, refused
from chainlab.paths.switches import BROKEN_HASHES, Anchor, Demand, Switches
from chainlab.verifiers.family import Basis, Family, Matching, anything_goes, named
from chainlab.verifiers.rules import by_key_id

VERSIONS = ("",)

MAX_INTERMEDIATES = 8
"""DEFAULT_MAX_CHAIN_DEPTH [D: policy/mod.rs]."""


def _dns(name: GeneralName, tree: GeneralName, excluded: bool) -> Fit:
    """Only a plain domain is well-formed; a wildcard that could stand for an excluded host is excluded."""
    if not tree.value.strip(".") or "*" in tree.value or tree.value != tree.value.strip("."):
        return Fit.REFUSED
    return covered_dns_subtree(name, tree, excluded)


def _unhandled(constraints: NameConstraints, critical: bool) -> bool:
    """Critical constraints on directory names [M: 50.0.2]."""
    return critical and any(tree.kind == "dirname" for tree in constraints.trees)


def family(version: str = "") -> Family:
    """cryptography 50."""
    return Family(
        id=named("pyca", version),
        title="pyca/cryptography",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with cryptography 50.0.2", "cryptography-x509-verification/src/policy"),
        matching=Matching.BYTES,
        order=by_key_id,
        self_signed_ends=False,
        depth=MAX_INTERMEDIATES + 2,
        loop=anything_goes,
        switches=Switches(
            anchor=Anchor.ALL,
            names=NameRules(
                dns=_dns, uri=refused, dirname=refused, other=other_refused, refuses=_unhandled, subject=False
            ),
            any_on_leaf=False,
            self_issued_count=True,
            leaf_not_ca=True,
            rejected_hashes=BROKEN_HASHES | {"sha1"},
            min_rsa_bits=2048,
            leaf_key_size=False,
            max_length=MAX_INTERMEDIATES + 2,
            demands=Demand.LEAF_AKI | Demand.CA_KEY_USAGE | Demand.CRITICAL_BASIC_CONSTRAINTS,
        ),
    )
