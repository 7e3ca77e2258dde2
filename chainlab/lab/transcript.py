"""What ``openssl s_client -showcerts`` prints of a laboratory server, up to the summary of the session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from chainlab.certificate import Certificate
from chainlab.lab.writers import pem

_SUMMARY: Final = """\
---
No client certificate CA names sent
Peer signing digest: SHA256
Server Temp Key: X25519, 253 bits
---
SSL handshake has read 3711 bytes and written 409 bytes
Verification: OK
---
New, TLSv1.2, Cipher is {cipher}
Protocol: TLSv1.2
Secure Renegotiation IS supported
---
DONE
"""
_CIPHERS: Final = {"RSA": "ECDHE-RSA-AES128-GCM-SHA256", "EC": "ECDHE-ECDSA-AES128-GCM-SHA256"}


def s_client(chain: Sequence[Certificate], host: str, port: str = "443") -> str:
    """The transcript of one connection, with the command line in front of it."""
    leaf = chain[0]
    entries = "".join(_entry(number, certificate) for number, certificate in enumerate(chain))
    block = pem([leaf]).split("\n", 1)[1]
    cipher = _CIPHERS["RSA" if leaf.key.algorithm == "RSA" else "EC"]
    return (
        f"$ openssl s_client -connect {host}:{port} -servername {host} -showcerts\nCONNECTED(00000003)\n---\n"
        f"Certificate chain\n{entries}---\nServer certificate\n{block}subject={leaf.subject}\nissuer={leaf.issuer}\n"
        + _SUMMARY.format(cipher=cipher)
    )


def _entry(number: int, certificate: Certificate) -> str:
    return f" {number} s:{certificate.subject}\n   i:{certificate.issuer}\n{pem([certificate]).split(chr(10), 1)[1]}"
