"""Erlang/OTP's ssl application: RabbitMQ, ejabberd, CouchDB, Elixir programs.

Models: the served issuer is followed before the root; an unknown end or an expired root sends it back for another way,
anything else that is wrong with the first anchored path is final. Anchors are self-signed. An issuer without key usage
need not be a CA (``is_digitally_sign_cert``); anyExtendedKeyUsage does not stand for serverAuth. No RSA-PSS
certificates; a wildcard does not match unless the program asks for HTTPS rules. Not modelled: that the server's list in
order is taken as the only path, and that other lists are split into those with one certificate of each name; OTP 25
does not come to an end where served CAs certify each other in a circle. Sources: OTP 25 measured 2026-11-20;
lib/ssl/src/ssl_certificate.erl, lib/public_key/src/pubkey_cert.erl.
"""

from dataclasses import replace
from itertools import pairwise

from chainlab.certificate import Certificate
from chainlab.paths.checks import Switches
from chainlab.paths.names import HostRules
from chainlab.verifiers.family import AnchorIdentity, Basis, Family, Matching, Prefer, Prepared, Scene, Stop, named
from chainlab.verifiers.rules import signature_holds, valid_now

VERSIONS = ("",)


def family(version: str = "") -> Family:
    """OTP 25."""
    return Family(
        id=named("erlang", version),
        title="Erlang/OTP ssl",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with OTP 25", "lib/public_key/src/pubkey_cert.erl"),
        prefer=Prefer.SERVED,
        stop=Stop.FIRST_ANCHORED,
        matching=Matching.NORMALISED,
        store_rules=(signature_holds, valid_now),
        partial_chain=False,
        anchors=AnchorIdentity.STORE,
        self_signed=self_issued,
        prepare=ordered_or_several,
        switches=Switches(
            any_on_leaf=False,
            any_on_ca=False,
            only_signers_are_cas=True,
            rejected_schemes=frozenset({"RSA-PSS"}),
            host=HostRules(common_name_fallback=True, wildcards=False),
        ),
    )


def self_issued(_scene: Scene, certificate: Certificate) -> bool:
    """``pubkey_cert:is_self_signed`` compares the names alone."""
    return certificate.self_issued


def ordered_or_several(table: Family, scene: Scene) -> Prepared:
    """A list in order is one path; of another every path is made and tried (``ssl_certificate:paths``)."""
    served = scene.handshake.served
    ordered = all(child.issuer.key == issuer.subject.key for child, issuer in pairwise(served))
    stop = Stop.FIRST_ANCHORED if ordered else Stop.FIRST_GOOD
    return Prepared(replace(table, prepare=None, stop=stop), scene.handshake)
