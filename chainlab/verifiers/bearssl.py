"""BearSSL's minimal engine: small devices (Arduino NINA, ESP8266).

Models: certificates are taken one by one as they are served, each must be issued by the next; the path ends at the
first one that an anchor signed, and what comes after is not looked at. Anchors are names and keys (no expiry, no
constraints), those of CAs alone sign. Extended key usages are not looked at; critical name constraints are refused;
no RSA-PSS. Sources: 0.6 measured 2026-11-20; src/x509/x509_minimal.t0 and inc/bearssl_x509.h. Not modelled: engines
set up with fewer hash functions or curves.
"""

from chainlab.paths.hosts import WITHOUT_SAN, HostRules
from chainlab.paths.name_rules import NameRules, Names
from chainlab.paths.switches import Anchor, Switches
from chainlab.verifiers.family import (
    AnchorIdentity,
    Basis,
    Family,
    LeafTrust,
    Matching,
    Prefer,
    ServedOrder,
    Stop,
    by_certificate,
    named,
)
from chainlab.verifiers.rules import says_ca, signature_holds

VERSIONS = ("",)

MIN_RSA_BITS = 1017
"""128 bytes less a few bits [D: br_x509_minimal_set_minrsa]."""


def family(version: str = "") -> Family:
    """BearSSL 0.6."""
    return Family(
        id=named("bearssl", version),
        title="BearSSL",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with BearSSL 0.6", "src/x509/x509_minimal.t0"),
        prefer=Prefer.TRUSTED,
        stop=Stop.FIRST_PATH,
        matching=Matching.BYTES,
        served_rules=(),
        store_rules=(says_ca, signature_holds),
        choices=1,
        served_order=ServedOrder.NEXT,
        self_signed_ends=False,
        anchors=AnchorIdentity.STORE,
        leaf_trust=LeafTrust.ALWAYS,
        loop=by_certificate,
        switches=Switches(
            anchor=Anchor.NOTHING,
            leaf_purpose=False,
            ca_purposes=False,
            names=NameRules(Names.REFUSED),
            rejected_schemes=frozenset({"RSA-PSS"}),
            min_rsa_bits=MIN_RSA_BITS,
            host=HostRules(WITHOUT_SAN),
        ),
    )
