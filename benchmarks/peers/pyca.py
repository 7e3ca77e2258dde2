"""The verifier of pyca/cryptography."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from benchmarks.peers.running import Files, run


def prepare(roots: bytes, at: datetime) -> Callable[[Files], str]:
    """Its server verifier with one store."""
    builder = PolicyBuilder().store(Store(x509.load_pem_x509_certificates(roots))).time(at)

    def validate(files: Files) -> str:
        leaf = x509.load_pem_x509_certificate(files.leaf)
        try:
            builder.build_server_verifier(x509.DNSName(files.host)).verify(
                leaf, x509.load_pem_x509_certificates(files.chain)
            )
        except VerificationError as error:
            return f"reject: {str(error).splitlines()[0][:60]}"
        return "accept"

    return validate


if __name__ == "__main__":
    run(prepare)
