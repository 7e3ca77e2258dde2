"""BoringSSL's ``X509_verify_cert``: gRPC, and Android's native code.

Models: OpenSSL 1.0.2's builder with trusted-first always on: at every step the store is asked first, and once it
answers only the store; one issuer is followed, the first that fits whether valid or not; a served self-signed
certificate ends the search; of certificates of the store only validity and name constraints are judged.
``boringssl-partial`` sets X509_V_FLAG_PARTIAL_CHAIN, as gRPC does. Sources: Debian's android-libboringssl 13.0.0+r24
and grpcio 1.85.1, measured 2026-11-20; crypto/x509/x509_vfy.c. Not modelled: CRLs.
"""

from dataclasses import replace

from chainlab.paths.checks import Anchor
from chainlab.verifiers import openssl
from chainlab.verifiers.family import Basis, Family, named, names_itself_and_may_sign
from chainlab.verifiers.rules import as_found

VERSIONS = ("", "partial")


def family(version: str = "") -> Family:
    """BoringSSL, or ``partial`` with non-self-signed anchors."""
    partial = version == "partial"
    return replace(
        openssl.family("1.1.0"),
        id=named("boringssl", version),
        title="BoringSSL (partial chains)" if partial else "BoringSSL",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Android 13's BoringSSL and gRPC 1.85.1", "crypto/x509/x509_vfy.c"),
        self_signed=names_itself_and_may_sign,
        order=as_found,
        partial_chain=partial,
        climbs_store=True,
        switches=replace(openssl.SWITCHES, anchor=Anchor.VALIDITY | Anchor.NAMES, names_need_san=True),
    )
