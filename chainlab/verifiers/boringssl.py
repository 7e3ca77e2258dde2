"""BoringSSL's ``X509_verify_cert``: gRPC, and Android's native code.

Models: OpenSSL 1.1's trusted-first search without backtracking. ``boringssl-partial`` is the same with
X509_V_FLAG_PARTIAL_CHAIN, as gRPC sets it. Sources: Debian's android-libboringssl 13.0.0+r24 and grpcio 1.85.1,
measured 2026-11-20. Not modelled: CRLs.
"""

from dataclasses import replace

from chainlab.verifiers import openssl
from chainlab.verifiers.family import Basis, Family

VERSIONS = ("", "partial")


def family(version: str = "") -> Family:
    """BoringSSL, or ``partial`` with non-self-signed anchors."""
    partial = version == "partial"
    return replace(
        openssl.family("1.1.1"),
        id="boringssl-partial" if partial else "boringssl",
        title="BoringSSL (partial chains)" if partial else "BoringSSL",
        basis=Basis.MEASURED,
        sources=("measured 2026-11-20 with Android 13's BoringSSL and gRPC 1.85.1",),
        partial_chain=partial,
    )
