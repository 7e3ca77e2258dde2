"""Decryption of TLS 1.3 handshake records with a traffic secret from a key log (RFC 8446, 5.2 and 7.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from chainlab.records import dataclass

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

CIPHERS: Final = {
    0x1301: "TLS_AES_128_GCM_SHA256",
    0x1302: "TLS_AES_256_GCM_SHA384",
    0x1303: "TLS_CHACHA20_POLY1305_SHA256",
    0x1304: "TLS_AES_128_CCM_SHA256",
    0x1305: "TLS_AES_128_CCM_8_SHA256",
}
"""The suites of RFC 8446, appendix B.4."""


class _Aead(Protocol):
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


@dataclass(slots=True)
class RecordDecryption:
    """Opens the records of one direction in order."""

    aead: _Aead
    iv: bytes
    sequence: int = 0

    def open(self, header: bytes, body: bytes) -> tuple[int, bytes] | None:
        """Content type and content; ``None`` if the record does not belong to this secret."""
        from cryptography.exceptions import InvalidTag

        nonce = (int.from_bytes(self.iv, "big") ^ self.sequence).to_bytes(len(self.iv), "big")
        try:
            padded = self.aead.decrypt(nonce, body, header).rstrip(b"\0")
        except (InvalidTag, ValueError):
            return None
        self.sequence += 1
        return (padded[-1], padded[:-1]) if padded else (0, b"")


def record_decryption(cipher: int, secret: bytes) -> RecordDecryption | None:
    """The decryption for a cipher suite and secret; ``None`` for a suite that TLS 1.3 does not define."""
    from cryptography.hazmat.primitives.ciphers.aead import AESCCM, AESGCM, ChaCha20Poly1305
    from cryptography.hazmat.primitives.hashes import SHA256, SHA384

    digest: HashAlgorithm = SHA384() if cipher == 0x1302 else SHA256()
    if cipher not in CIPHERS or len(secret) != digest.digest_size:
        return None
    size = {0x1302: 32, 0x1303: 32}.get(cipher, 16)
    key, iv = _expand(secret, b"key", size, digest), _expand(secret, b"iv", 12, digest)
    if cipher == 0x1303:
        return RecordDecryption(ChaCha20Poly1305(key), iv)
    if cipher in (0x1304, 0x1305):
        return RecordDecryption(AESCCM(key, tag_length=16 if cipher == 0x1304 else 8), iv)
    return RecordDecryption(AESGCM(key), iv)


def _expand(secret: bytes, label: bytes, size: int, digest: HashAlgorithm) -> bytes:
    """HKDF-Expand-Label with an empty context (RFC 8446, 7.1)."""
    from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

    full = b"tls13 " + label
    info = size.to_bytes(2, "big") + bytes([len(full)]) + full + b"\0"
    return HKDFExpand(digest, size, info).derive(secret)
