"""Handshakes for tests: captures of TLS 1.3 with its key log, transcripts of s_client, and forms that compare."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, HashAlgorithm
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from chainlab.certificate import Certificate
from chainlab.evidence import Evidence, Place, ReadOptions, read_bytes
from chainlab.lab import captures as lab
from chainlab.lab.writers import pem

RANDOM = hashlib.sha256(b"client random").digest()
_SECRETS = {side: hashlib.sha256(side.encode()).digest() for side in ("CLIENT", "SERVER")}
TLS13 = lab.extension(43, b"\x03\x04")


def key_log(random: bytes = RANDOM) -> bytes:
    """The key log of ``tls13`` handshakes."""
    return b"# secrets\n" + b"".join(
        f"{side}_HANDSHAKE_TRAFFIC_SECRET {random.hex()} {secret.hex()}\n".encode() for side, secret in _SECRETS.items()
    )


def tls13(
    certificate: bytes,
    host: str = "www.example.test",
    client: bytes = b"",
    early: int = 0,
    padding: int = 0,
) -> list[tuple[int, bytes]]:
    """The flights of a TLS 1.3 handshake; ``certificate`` and ``client`` are handshake messages of the two sides."""
    finished = lab.message(20, bytes(32))
    encrypted = lab.message(8, b"\0\0") + certificate + lab.message(15, bytes(80)) + finished
    hello = lab.client_hello(host, RANDOM, bytes(32))
    return [
        (lab.CLIENT, lab.record(22, hello) + lab.record(20, b"\1") + lab.record(23, bytes(50)) * early),
        (lab.SERVER, lab.record(22, lab.server_hello(0x1301, bytes(32), TLS13)) + lab.record(20, b"\1")),
        (lab.SERVER, _seal("SERVER", encrypted, padding)),
        (lab.CLIENT, _seal("CLIENT", client + finished, padding)),
        (lab.SERVER, lab.record(23, bytes(200))),
    ]


def expand_label(secret: bytes, label: bytes, size: int, digest: HashAlgorithm | None = None) -> bytes:
    """HKDF-Expand-Label of RFC 8446 with an empty context; SHA-256 unless told."""
    full = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(full)]) + full + b"\0"
    return HKDFExpand(digest or SHA256(), size, info).derive(secret)


def _seal(side: str, content: bytes, padding: int) -> bytes:
    secret, made = _SECRETS[side], b""
    key, iv = AESGCM(expand_label(secret, b"key", 16)), int.from_bytes(expand_label(secret, b"iv", 12), "big")
    for number, start in enumerate(range(0, len(content), 1000)):
        plain = content[start : start + 1000] + b"\x16" + bytes(padding)
        header = b"\x17\x03\x03" + (len(plain) + 16).to_bytes(2, "big")
        made += header + key.encrypt((iv ^ number).to_bytes(12, "big"), plain, header)
    return made


def read(data: bytes, options: ReadOptions | None = None) -> Evidence:
    """What a capture in memory holds."""
    return Evidence.of(read_bytes(data, Place("x.pcap"), options or ReadOptions()))


def chains(evidence: Evidence) -> list[tuple[str, list[str]]]:
    """Sender and common names of every handshake."""
    return [(h.sender, [c.subject.common for c in h.chain]) for h in evidence.handshakes]


def codes(evidence: Evidence) -> list[str]:
    """The codes of the findings."""
    return [finding.code for finding in evidence.findings]


def names(chain: Iterable[Certificate]) -> list[str]:
    """Common names."""
    return [certificate.subject.common for certificate in chain]


_TAIL = """---
No client certificate CA names sent
---
SSL handshake has read 3000 bytes and written 400 bytes
---
New, TLSv1/SSLv3, Cipher is ECDHE-RSA-AES256-GCM-SHA384
SSL-Session:
    Protocol  : TLSv1.2
    Cipher    : ECDHE-RSA-AES256-GCM-SHA384
---
"""


def block(certificate: Certificate) -> str:
    """One PEM block without a comment line."""
    return pem([certificate]).split("\n", 1)[1]


def transcript(chain: list[Certificate], newer: bool = True, showcerts: bool = True) -> str:
    """What s_client prints, in the layout of 3.x or of 1.0.x."""
    slash, facts = ("", "   a:PKEY: RSA, 2048 (bit); sigalg: sha256\n   v:NotBefore: x\n") if newer else ("/O=T/", "")
    text = "CONNECTED(00000003)\n---\nCertificate chain\n"
    for number, certificate in enumerate(chain):
        text += f" {number} s:{slash}CN = {certificate.subject.common}\n   i:{slash}CN = x\n{facts}"
        text += block(certificate) if showcerts else ""
    leaf = "" if showcerts else block(chain[0])
    return text + f"---\nServer certificate\n{leaf}subject={slash}CN = x\n\nissuer={slash}CN = y\n" + _TAIL
