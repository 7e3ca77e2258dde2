"""What a ClientHello asks for and offers, in captures and in the very bytes that a probe sends.

RFC 8446, 4.1.2 (the same since SSL 3.0); RFC 6066 (server name).
"""

from __future__ import annotations

from typing import Final

from chainlab.evidence.fields import Fields
from chainlab.records import dataclass

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

_SERVER_NAME, _SIGNATURE_ALGORITHMS = 0, 13
_RECORD_HEADER: Final = 5
_HANDSHAKE_HEADER: Final = 4


@dataclass(frozen=True, slots=True)
class ClientHello:
    """What a client asked for; ``host``: the server name sent, empty if none was; ``schemes``: SignatureScheme codes.

    ``schemes`` is read when asked for: a malformed offer costs nothing else.
    """

    random: bytes
    session: bytes = b""
    host: str = ""
    offered: bytes = b""

    @property
    def schemes(self) -> tuple[int, ...]:
        """The signature algorithms offered, in order; ``ValueError`` if the extension is malformed."""
        codes = Fields(Fields(self.offered).vector(2)) if self.offered else Fields(b"")
        return tuple(codes.number(2) for _ in range(codes.left // 2))


def parse_client_hello(body: bytes) -> ClientHello:
    """The hello in the body of a handshake message; ``ValueError`` when it is not shaped as it should be."""
    fields = Fields(body)
    fields.take(2)
    random, session = fields.take(32), fields.vector(1)
    fields.vector(2)  # cipher suites
    fields.vector(1)  # compression methods
    extensions = extensions_of(fields)
    name = extensions.get(_SERVER_NAME)
    return ClientHello(random, session, _host(name) if name else "", extensions.get(_SIGNATURE_ALGORITHMS, b""))


def _host(extension: bytes) -> str:
    names = Fields(Fields(extension).vector(2))
    while names.left:
        kind, name = names.number(1), names.vector(2)
        if kind == 0:
            return name.decode("ascii", "backslashreplace")
    return ""


def extensions_of(fields: Fields) -> dict[int, bytes]:
    """The extensions that end a hello of either side, by type; the first counts where one stands twice."""
    found: dict[int, bytes] = {}
    if fields.left < 2:
        return found
    inner = Fields(fields.vector(2))
    while inner.left:
        kind = inner.number(2)
        found.setdefault(kind, inner.vector(2))
    return found


def signature_algorithms(flight: bytes) -> list[str]:
    """Names of the signature algorithms that the ClientHello in the first bytes sent offers; empty if none."""
    try:
        codes = parse_client_hello(flight[_RECORD_HEADER + _HANDSHAKE_HEADER :]).schemes
    except ValueError:
        return []
    return [SIGNATURE_SCHEMES.get(code, f"0x{code:04x}") for code in codes]
