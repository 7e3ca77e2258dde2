"""The cryptography of PKCS#12: key derivation, MAC and bag decryption (RFC 7292, RFC 8018, RFC 9579).

``cryptography.load_pkcs12`` drops keys, attributes and the order of bags and cannot tell a wrong password from a
damaged file, hence this walk over the primitives. The iteration count is checked before any derivation.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Callable
from typing import Any, Final

from chainlab.records import dataclass

MAX_SALT: Final = 1024
"""Longest salt accepted; real ones have 8 to 64 bytes."""

_SHA1_BYTES: Final = 20
"""What one run of the iterations of these schemes gives: longer keys take several."""

_PBE_PREFIX: Final = "1.2.840.113549.1.12.1."
_PBES2: Final = "1.2.840.113549.1.5.13"
_PBMAC1: Final = "1.2.840.113549.1.5.14"
_PBKDF2: Final = "1.2.840.113549.1.5.12"
_SCRYPT: Final = "1.3.6.1.4.1.11591.4.11"
_PBE_CIPHERS: Final = {
    "1": ("RC4", 16, 0), "2": ("RC4", 5, 0), "3": ("3DES", 24, 8), "4": ("3DES-2", 16, 8), "5": ("RC2", 16, 8),
    "6": ("RC2", 5, 8),
}  # fmt: skip
_PBES2_CIPHERS: Final = {
    "2.16.840.1.101.3.4.1.2": ("AES", 16), "2.16.840.1.101.3.4.1.22": ("AES", 24),
    "2.16.840.1.101.3.4.1.42": ("AES", 32), "1.2.840.113549.3.7": ("3DES", 24),
}  # fmt: skip
_HMAC_HASHES: Final = {
    "1.2.840.113549.2.7": "sha1", "1.2.840.113549.2.8": "sha224", "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384", "1.2.840.113549.2.11": "sha512",
}  # fmt: skip


class WrongPasswordError(Exception):
    """The derived key does not open the data."""


class UnsupportedError(Exception):
    """An algorithm that is not known here; the text names it."""


@dataclass(slots=True)
class Iterations:
    """How many key-derivation iterations a file may still ask for."""

    left: int

    def spend(self, count: int) -> None:
        """Take ``count`` iterations; ``OverflowError`` when the file asks for more than it may."""
        if count < 1:
            raise ValueError(f"{count} key-derivation iterations")
        if count > self.left:
            raise OverflowError(f"the file asks for {count} key-derivation iterations, more than the {self.left} left")
        self.left -= count


def bmp_password(password: str) -> bytes:
    """The password as PKCS#12 derives from it: UTF-16BE with a final NUL character."""
    return password.encode("utf-16-be", "surrogatepass") + b"\0\0"


def encodings_of(password: str | None) -> list[bytes]:
    """The encodings to try: an empty password exists as a lone NUL character and as nothing at all."""
    return [bmp_password(password)] if password else [b"\0\0", b""]


def pkcs12_kdf(hash_name: str, password: bytes, salt: bytes, iterations: int, purpose: int, length: int) -> bytes:
    """RFC 7292, appendix B.2; ``purpose`` is 1 for keys, 2 for IVs, 3 for MAC keys."""
    new = _hash(hash_name)
    block = new().block_size

    def fill(data: bytes) -> bytes:
        return (
            (data * (block * -(-len(data) // block) // len(data) + 1))[: block * -(-len(data) // block)]
            if data
            else b""
        )

    diversifier, blocks = bytes([purpose]) * block, bytearray(fill(salt) + fill(password))
    derived = b""
    while len(derived) < length:
        digest = new(diversifier + blocks).digest()
        for _ in range(iterations - 1):
            digest = new(digest).digest()
        derived += digest
        addend = int.from_bytes((digest * (block // len(digest) + 1))[:block], "big") + 1
        for start in range(0, len(blocks), block):
            value = int.from_bytes(blocks[start : start + block], "big") + addend
            blocks[start : start + block] = value.to_bytes(block + 1, "big")[1:]
    return derived[:length]


def _hash(name: str) -> Callable[..., Any]:
    """What makes a hash; by its own constructor where there is one, which takes half the time of ``hashlib.new``."""
    made: Callable[..., Any] = getattr(hashlib, name, None) or functools.partial(hashlib.new, name)
    return functools.partial(made, usedforsecurity=False)


def mac_holds(mac: Any, content: bytes, password: bytes, budget: Iterations) -> bool:
    """Whether the MAC of a PFX (``asn1crypto.pkcs12.MacData``) holds for this encoded password."""
    algorithm = mac["mac"]["digest_algorithm"]
    expected = mac["mac"]["digest"].native
    oid = algorithm["algorithm"].dotted
    if oid == _PBMAC1:
        return hmac.compare_digest(_pbmac1(algorithm["parameters"], content, password, budget), expected)
    hash_name = _hash_name(algorithm["algorithm"].native)
    salt, iterations = _salt(mac["mac_salt"].native), mac["iterations"].native
    budget.spend(iterations)
    size = hashlib.new(hash_name, usedforsecurity=False).digest_size
    key = pkcs12_kdf(hash_name, password, salt, iterations, 3, size)
    return hmac.compare_digest(hmac.new(key, content, hash_name).digest(), expected)


def mac_name(mac: Any) -> str:
    """The MAC for people: ``HMAC-SHA256, 2048 iterations`` or ``PBMAC1``."""
    algorithm = mac["mac"]["digest_algorithm"]["algorithm"]
    if algorithm.dotted == _PBMAC1:
        return "PBMAC1"
    return f"HMAC-{str(algorithm.native).upper()}, {mac['iterations'].native} iterations"


def _pbmac1(parameters: Any, content: bytes, password: bytes, budget: Iterations) -> bytes:
    """RFC 9579: PBKDF2 with the password in UTF-8, then HMAC."""
    derivation, scheme = (_algorithm(part) for part in _sequence(parameters.dump()))
    hash_name = _HMAC_HASHES.get(scheme[0])
    if derivation[0] != _PBKDF2 or hash_name is None:
        raise UnsupportedError(f"PBMAC1 with {derivation[0]} and {scheme[0]}")
    size = hashlib.new(hash_name, usedforsecurity=False).digest_size
    key = _pbkdf2(derivation[1], utf8_of(password), size, budget)
    return hmac.new(key, content, hash_name).digest()


def utf8_of(password: bytes) -> bytes:
    """The UTF-8 form of a PKCS#12 password, as PBES2 and PBMAC1 want it."""
    return password.decode("utf-16-be", "replace").removesuffix("\0").encode()


def decrypt(algorithm: Any, data: bytes, password: bytes, budget: Iterations) -> bytes:
    """Decrypt with an ``asn1crypto`` AlgorithmIdentifier; ``WrongPasswordError`` when the padding does not fit."""
    oid = algorithm["algorithm"].dotted
    if oid.startswith(_PBE_PREFIX):
        return _decrypt_pbe(oid, algorithm["parameters"], data, password, budget)
    if oid == _PBES2:
        return _decrypt_pbes2(algorithm["parameters"], data, password, budget)
    raise UnsupportedError(f"encryption {oid}")


def encryption_name(algorithm: Any) -> str:
    """The encryption for people."""
    oid = algorithm["algorithm"].dotted
    if oid.startswith(_PBE_PREFIX):
        name, key_bytes, _iv = _PBE_CIPHERS.get(oid[len(_PBE_PREFIX) :], (oid, 0, 0))
        return f"{name}-{key_bytes * 8} (legacy)"
    if oid == _PBES2:
        scheme = algorithm["parameters"]["encryption_scheme"]["algorithm"].dotted
        name, key_bytes = _PBES2_CIPHERS.get(scheme, (scheme, 0))
        return f"{name}-{key_bytes * 8}"
    return str(oid)


def _decrypt_pbe(oid: str, parameters: Any, data: bytes, password: bytes, budget: Iterations) -> bytes:
    cipher = _PBE_CIPHERS.get(oid[len(_PBE_PREFIX) :])
    if cipher is None:
        raise UnsupportedError(f"encryption {oid}")
    name, key_size, iv_size = cipher
    salt, iterations = _salt(parameters["salt"].native), parameters["iterations"].native
    budget.spend(iterations * (-(-key_size // _SHA1_BYTES) + bool(iv_size)))
    key = pkcs12_kdf("sha1", password, salt, iterations, 1, key_size)
    iv = pkcs12_kdf("sha1", password, salt, iterations, 2, iv_size) if iv_size else b""
    if name == "RC2":
        from chainlab.evidence.rc2 import decrypt_cbc

        return _unpad(decrypt_cbc(key, iv, data), 8)
    if name == "RC4":
        return _rc4(key, data)
    return _unpad(_block_cipher("3DES", key + key[:8] if name == "3DES-2" else key, iv, data), 8)


def _decrypt_pbes2(parameters: Any, data: bytes, password: bytes, budget: Iterations) -> bytes:
    scheme = parameters["encryption_scheme"]
    cipher = _PBES2_CIPHERS.get(scheme["algorithm"].dotted)
    if cipher is None:
        raise UnsupportedError(f"encryption {scheme['algorithm'].dotted}")
    name, key_size = cipher
    derivation = parameters["key_derivation_func"]
    secret, oid = utf8_of(password), derivation["algorithm"].dotted
    if oid == _PBKDF2:
        key = _pbkdf2(derivation["parameters"].dump(), secret, key_size, budget)
    elif oid == _SCRYPT:
        key = _scrypt(derivation["parameters"].dump(), secret, key_size, budget)
    else:
        raise UnsupportedError(f"key derivation {oid}")
    return _unpad(_block_cipher(name, key, scheme["parameters"].native, data), 16 if name == "AES" else 8)


def _pbkdf2(parameters: bytes, password: bytes, size: int, budget: Iterations) -> bytes:
    """RFC 8018, A.2: salt, iteration count, optional key length, optional PRF (default HMAC-SHA-1)."""
    fields = _sequence(parameters)
    salt, iterations = _salt(fields[0].native), int(fields[1].native)
    functions = [field for field in fields[2:] if field.tag == 16]
    oid = _algorithm(functions[0])[0] if functions else "1.2.840.113549.2.7"
    hash_name = _HMAC_HASHES.get(oid)
    if hash_name is None:
        raise UnsupportedError(f"PBKDF2 with {oid}")
    budget.spend(iterations * -(-size // hashlib.new(hash_name, usedforsecurity=False).digest_size))
    return hashlib.pbkdf2_hmac(hash_name, password, salt, iterations, size)


def _scrypt(parameters: bytes, password: bytes, size: int, budget: Iterations) -> bytes:
    """RFC 7914: salt, N, r, p; memory is 128 N r bytes and capped at 64 MiB."""
    salt, cost, block, parallel = (field.native for field in _sequence(parameters)[:4])
    if 128 * cost * block > 64 * 1024 * 1024:
        raise OverflowError(f"the file asks for {128 * cost * block // 2**20} MiB of scrypt memory, more than 64")
    budget.spend(cost * block * parallel)
    maxmem = 128 * 1024 * 1024
    return hashlib.scrypt(password, salt=_salt(salt), n=cost, r=block, p=parallel, maxmem=maxmem, dklen=size)


def _block_cipher(name: str, key: bytes, iv: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, modes
    from cryptography.hazmat.primitives.ciphers.algorithms import AES

    if name == "AES":
        algorithm: Any = AES(key)
    else:
        from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES

        algorithm = TripleDES(key)
    if not data or len(data) % (algorithm.block_size // 8):
        raise ValueError("encrypted data is not a whole number of blocks")
    decryptor = Cipher(algorithm, modes.CBC(iv)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _rc4(key: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
    from cryptography.hazmat.primitives.ciphers import Cipher

    return Cipher(ARC4(key), None).decryptor().update(data)


def _unpad(data: bytes, block: int) -> bytes:
    count = data[-1] if data else 0
    if not 1 <= count <= block or data[-count:] != bytes([count]) * count:
        raise WrongPasswordError
    return data[:-count]


def _salt(salt: bytes) -> bytes:
    if not salt or len(salt) > MAX_SALT:
        raise ValueError(f"salt of {len(salt or b'')} bytes, expected 1 to {MAX_SALT}")
    return salt


def _hash_name(name: str) -> str:
    if name not in hashlib.algorithms_available:
        raise UnsupportedError(f"MAC with {name}")
    return name


def _sequence(data: bytes) -> list[Any]:
    from asn1crypto.core import Any as AnyType
    from asn1crypto.core import SequenceOf

    spec: Callable[..., Any] = type("_Fields", (SequenceOf,), {"_child_spec": AnyType})
    return [field.parse() if isinstance(field, AnyType) else field for field in spec.load(data)]  # type: ignore[attr-defined]


def _algorithm(field: Any) -> tuple[str, bytes]:
    """An AlgorithmIdentifier as (OID, encoded parameters)."""
    parts = _sequence(field.dump())
    return parts[0].dotted, parts[1].dump() if len(parts) > 1 else b""
