"""What a ClientHello offered: read from the very bytes that were sent, so that a capture can record it."""

from __future__ import annotations

from typing import Final

SIGNATURE_SCHEMES: Final = {
    0x0201: "rsa_pkcs1_sha1", 0x0202: "dsa_sha1", 0x0203: "ecdsa_sha1", 0x0301: "rsa_pkcs1_sha224",
    0x0302: "dsa_sha224", 0x0303: "ecdsa_sha224", 0x0401: "rsa_pkcs1_sha256", 0x0402: "dsa_sha256",
    0x0403: "ecdsa_secp256r1_sha256", 0x0501: "rsa_pkcs1_sha384", 0x0502: "dsa_sha384",
    0x0503: "ecdsa_secp384r1_sha384", 0x0601: "rsa_pkcs1_sha512", 0x0602: "dsa_sha512",
    0x0603: "ecdsa_secp521r1_sha512", 0x0804: "rsa_pss_rsae_sha256", 0x0805: "rsa_pss_rsae_sha384",
    0x0806: "rsa_pss_rsae_sha512", 0x0807: "ed25519", 0x0808: "ed448", 0x0809: "rsa_pss_pss_sha256",
    0x080A: "rsa_pss_pss_sha384", 0x080B: "rsa_pss_pss_sha512", 0x081A: "ecdsa_brainpoolP256r1tls13_sha256",
    0x081B: "ecdsa_brainpoolP384r1tls13_sha384", 0x081C: "ecdsa_brainpoolP512r1tls13_sha512",
    0x0904: "mldsa44", 0x0905: "mldsa65", 0x0906: "mldsa87",
}  # fmt: skip
"""IANA's names of TLS SignatureScheme values."""

_SIGNATURE_ALGORITHMS: Final = 13
_RECORD_HEADER: Final = 5
_HANDSHAKE_HEADER: Final = 4


def signature_algorithms(flight: bytes) -> list[str]:
    """The ``signature_algorithms`` extension of the ClientHello in the first bytes sent; empty if there is none."""
    try:
        return [SIGNATURE_SCHEMES.get(code, f"0x{code:04x}") for code in _codes(flight)]
    except IndexError:
        return []


def _codes(flight: bytes) -> list[int]:
    """Version and random, then session id, cipher suites and compression methods, then extensions (RFC 8446, 4.1.2)."""
    offset = _RECORD_HEADER + _HANDSHAKE_HEADER + 2 + 32
    offset += 1 + flight[offset]
    offset += 2 + _number(flight, offset)
    offset += 1 + flight[offset]
    end = offset + 2 + _number(flight, offset)
    offset += 2
    while offset < end:
        kind, length = _number(flight, offset), _number(flight, offset + 2)
        offset += 4
        if kind == _SIGNATURE_ALGORITHMS:
            return [_number(flight, at) for at in range(offset + 2, offset + 2 + _number(flight, offset), 2)]
        offset += length
    return []


def _number(data: bytes, offset: int) -> int:
    return data[offset] << 8 | data[offset + 1]
