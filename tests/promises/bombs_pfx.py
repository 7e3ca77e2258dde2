"""PFX files that ask for more key derivation than anybody waits for, and deep or broken ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from chainlab.evidence.pkcs12_crypto import pkcs12_kdf
from tests.promises import raw
from tests.promises.raw import integer, tlv

BILLION: Final = 10**9
_DATA, _ENCRYPTED = bytes.fromhex("06092a864886f70d010701"), bytes.fromhex("06092a864886f70d010706")
_SALT: Final = tlv(raw.OCTETS, bytes(range(8)))
_SHA1, _SHA256 = bytes.fromhex("06052b0e03021a"), bytes.fromhex("0609608648016503040201")
_SHA512: Final = bytes.fromhex("0609608648016503040203")
_HMAC_SHA256: Final = bytes.fromhex("06082a864886f70d0209")
_NULL: Final = b"\x05\0"


def _wrapped(content: bytes) -> bytes:
    """A ContentInfo of data around the content."""
    return tlv(raw.SEQUENCE, _DATA, tlv(0xA0, tlv(raw.OCTETS, content)))


def pbkdf2(iterations: int, prf: bytes = _HMAC_SHA256) -> bytes:
    """Its AlgorithmIdentifier."""
    parameters = tlv(raw.SEQUENCE, _SALT, integer(iterations), integer(32), tlv(raw.SEQUENCE, prf, _NULL))
    return tlv(raw.SEQUENCE, bytes.fromhex("06092a864886f70d01050c"), parameters)


def pbes2(iterations: int) -> bytes:
    """PBES2 with AES-256."""
    cipher = tlv(raw.SEQUENCE, bytes.fromhex("060960864801650304012a"), tlv(raw.OCTETS, bytes(16)))
    return tlv(raw.SEQUENCE, bytes.fromhex("06092a864886f70d01050d"), tlv(raw.SEQUENCE, pbkdf2(iterations), cipher))


def scrypt(cost: int, block: int, parallel: int) -> bytes:
    """PBES2 with scrypt."""
    parameters = tlv(raw.SEQUENCE, _SALT, integer(cost), integer(block), integer(parallel))
    derivation = tlv(raw.SEQUENCE, bytes.fromhex("06092b06010401da47040b"), parameters)
    cipher = tlv(raw.SEQUENCE, bytes.fromhex("060960864801650304012a"), tlv(raw.OCTETS, bytes(16)))
    return tlv(raw.SEQUENCE, bytes.fromhex("06092a864886f70d01050d"), tlv(raw.SEQUENCE, derivation, cipher))


def pbe(iterations: int, kind: int = 3) -> bytes:
    """A scheme of PKCS#12 itself; 3 is triple DES."""
    return tlv(raw.SEQUENCE, bytes.fromhex("060a2a864886f70d010c01") + bytes([kind]),
               tlv(raw.SEQUENCE, _SALT, integer(iterations)))  # fmt: skip


def encrypted(scheme: bytes) -> bytes:
    """A part under this encryption, whatever it holds."""
    content = tlv(raw.SEQUENCE, _DATA, scheme, tlv(0x80, bytes(64)))
    return tlv(raw.SEQUENCE, _ENCRYPTED, tlv(0xA0, tlv(raw.SEQUENCE, integer(0), content)))


def mac(iterations: int, digest: bytes = _SHA256, size: int = 32) -> bytes:
    """A MAC by the derivation of PKCS#12."""
    algorithm = tlv(raw.SEQUENCE, digest, _NULL)
    return tlv(raw.SEQUENCE, tlv(raw.SEQUENCE, algorithm, tlv(raw.OCTETS, bytes(size))), _SALT, integer(iterations))


def pbmac1(iterations: int) -> bytes:
    """A MAC of RFC 9579."""
    parameters = tlv(raw.SEQUENCE, pbkdf2(iterations), tlv(raw.SEQUENCE, _HMAC_SHA256, _NULL))
    algorithm = tlv(raw.SEQUENCE, bytes.fromhex("06092a864886f70d01050e"), parameters)
    return tlv(raw.SEQUENCE, tlv(raw.SEQUENCE, algorithm, tlv(raw.OCTETS, bytes(32))), _SALT, integer(1))


def pfx(parts: bytes, integrity: bytes = b"") -> bytes:
    """A PFX around encoded parts."""
    return tlv(raw.SEQUENCE, integer(3), _wrapped(tlv(raw.SEQUENCE, parts)), integrity)


def deep_bags(depth: int) -> bytes:
    """Safe contents within safe contents."""
    bag = b""
    for _ in range(depth):
        bag = tlv(
            raw.SEQUENCE, tlv(raw.SEQUENCE, bytes.fromhex("060b2a864886f70d010c0a0106"), tlv(0xA0, bag or b"\x30\0"))
        )
    return pfx(_wrapped(bag))


def many_bags(count: int) -> bytes:
    """Bags of a kind that nobody knows."""
    bag = tlv(raw.SEQUENCE, bytes.fromhex("060b2a864886f70d010c0a0109"), tlv(0xA0, b"\x04\0"))
    return pfx(_wrapped(tlv(raw.SEQUENCE, bag * count)))


def opening(iterations: int) -> bytes:
    """A part that opens without a password, and holds nothing."""
    salt = bytes(range(8))
    key, iv = (pkcs12_kdf("sha1", b"\0\0", salt, iterations, purpose, size) for purpose, size in ((1, 24), (2, 8)))
    encryptor = Cipher(TripleDES(key), modes.CBC(iv)).encryptor()
    hidden = encryptor.update(b"\x30\0" + b"\6" * 6)
    content = tlv(raw.SEQUENCE, _DATA, pbe(iterations), tlv(0x80, hidden))
    return tlv(raw.SEQUENCE, _ENCRYPTED, tlv(0xA0, tlv(raw.SEQUENCE, integer(0), content)))


def _file(folder: Path, make: Callable[[], bytes]) -> Path:
    path = folder / "input.pfx"
    path.write_bytes(make())
    return path


_ITERATIONS: Final = "key-derivation iterations, more than the"

_MADE: Final[tuple[tuple[str, Callable[[], bytes], str], ...]] = (
    ("MAC with 10^9 iterations", lambda: pfx(b"", mac(BILLION)), _ITERATIONS),
    ("MAC with 10^9 iterations of SHA-512", lambda: pfx(b"", mac(BILLION, _SHA512, 64)), _ITERATIONS),
    ("PBMAC1 with 10^9 iterations", lambda: pfx(b"", pbmac1(BILLION)), _ITERATIONS),
    ("PBES2 with 10^9 iterations", lambda: pfx(encrypted(pbes2(BILLION))), _ITERATIONS),
    ("PBE with 10^9 iterations", lambda: pfx(encrypted(pbe(BILLION))), _ITERATIONS),
    ("RC2 with 10^9 iterations", lambda: pfx(encrypted(pbe(BILLION, 6))), _ITERATIONS),
    ("scrypt with 2^40", lambda: pfx(encrypted(scrypt(2**40, 8, 1))), ""),
    ("scrypt in 2 GB", lambda: pfx(encrypted(scrypt(2**21, 8, 1))), ""),
    ("1000 parts of 10^5 PBE iterations", lambda: pfx(opening(10**5) * 1000), _ITERATIONS),
    ("MAC with as many iterations as allowed", lambda: pfx(b"", mac(1_666_000, _SHA512, 64)), "password"),
    ("MAC with 4.9 million iterations", lambda: pfx(b"", mac(4_900_000, _SHA512, 64)), ""),
    ("PBES2 with 4.9 million iterations", lambda: pfx(encrypted(pbes2(4_900_000))), ""),
    ("a negative count", lambda: pfx(b"", mac(1).replace(integer(1), b"\x02\x01\xff")), "-1 key-derivation"),
    ("a count of 10^6 bytes", lambda: pfx(b"", mac(1 << 8_000_000)), ""),
    ("10^5 nested SEQUENCEs", lambda: pfx(raw.nested(100_000)), ""),
    ("10^4 nested bags", lambda: deep_bags(2_000), ""),
    ("3*10^6 empty bags", lambda: pfx(_wrapped(tlv(raw.SEQUENCE, b"\x30\0" * 3_000_000))), "more than 10000 bags"),
    ("3*10^6 empty parts", lambda: pfx(b"\x30\0" * 3_000_000), "more than 10000 parts"),
    ("10^5 bags", lambda: many_bags(100_000), "more than"),
)

ALL: Final = tuple((name, partial(_file, make=make), says) for name, make, says in _MADE)
