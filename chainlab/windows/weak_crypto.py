"""Windows' policy against weak signatures and keys, with its registry overrides.

Key: HKLM\\SOFTWARE\\Microsoft\\Cryptography\\OID\\EncodingType 0\\CertDllCreateCertificateChainEngine\\Config, values
``Weak<Alg><Scope><Type>`` and ``MinRsaPubKeyBitLength`` [D: windowsserverdocs "Protecting against weak cryptographic
algorithms"; KB 2661254; KB 2862973]. Without overrides MD2, MD4 and MD5 signatures and RSA keys below 1024 bits are
weak. SHA-1 is weak only for programs that opt in, which Schannel does not do for its own chain [I].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chainlab.certificate import Certificate
from chainlab.records import dataclass, field

ENABLE_WEAK_SETTINGS: Final = 0x80000000
ENABLE_ONLY_WEAK_LOGGING: Final = 0x00000008
DISABLE_ALL_EKU_WEAK: Final = 0x00010000
DISABLE_SERVER_AUTH_WEAK: Final = 0x00100000

DEFAULT_MIN_RSA_BITS: Final = 1024
_CHECK_DISABLED: Final = 0xFFFFFFFF
_ALWAYS_WEAK: Final = frozenset({"md2", "md4"})
_DEFAULT_WEAK: Final = frozenset({"md5"})

Values = Mapping[str, int | str]
"""Registry values of the Config key by their lower-case names."""


@dataclass(frozen=True, slots=True)
class WeakCryptoPolicy:
    """What counts as weak for server authentication; ``values`` are the registry's overrides."""

    values: Values = field(default_factory=dict)

    def weakness(self, certificate: Certificate, *, third_party: bool, is_root: bool) -> str:
        """Why the certificate is weak, in words; empty if it is not. A root's own signature is not judged [M].

        ``third_party``: the chain ends in a root of Microsoft's program, not in one that the organisation added.
        """
        if self._allowed(certificate):
            return ""
        hash_name = certificate.signature.hash
        if not is_root and self._hash_is_weak(hash_name, third_party):
            return f"signed with {hash_name.upper()}"
        key = certificate.key
        minimum = self._minimum_bits(key.algorithm, third_party)
        return f"{key} key, at least {minimum} bits wanted" if 0 < key.bits < minimum else ""

    def _hash_is_weak(self, name: str, third_party: bool) -> bool:
        if name in _ALWAYS_WEAK:
            return True
        flags = self._flags(name, third_party)
        if flags is None:
            return name in _DEFAULT_WEAK
        return self._disables(flags)

    def _minimum_bits(self, algorithm: str, third_party: bool) -> int:
        default = DEFAULT_MIN_RSA_BITS if algorithm == "RSA" else 0
        override = self._number("minrsapubkeybitlength") if algorithm == "RSA" else None
        if override is not None:
            default = 0 if override == _CHECK_DISABLED else override
        name = {"RSA": "rsa", "DSA": "dsa", "EC": "ecdsa"}.get(algorithm)
        flags = self._flags(name, third_party) if name else None
        if name is None or flags is None or not self._disables(flags):
            return default
        scopes = ("all", "thirdparty") if third_party else ("all",)
        lengths = [self._number(f"weak{name}{scope}minbitlength") or 0 for scope in scopes]
        return max(default, *lengths)

    def _flags(self, name: str, third_party: bool) -> int | None:
        """The flags in force, ``None`` where the operating system's settings apply.

        ThirdPartyFlags take the bits of enabled AllFlags as well [D].
        """
        if not self.values:
            return None
        own = self._number(f"weak{name}allflags") or 0
        own = own if own & ENABLE_WEAK_SETTINGS else 0
        third = (self._number(f"weak{name}thirdpartyflags") or 0) if third_party else 0
        third = third if third & ENABLE_WEAK_SETTINGS else 0
        return own | third or None

    @staticmethod
    def _disables(flags: int) -> bool:
        concerned = flags & (DISABLE_ALL_EKU_WEAK | DISABLE_SERVER_AUTH_WEAK)
        return bool(concerned) and not flags & ENABLE_ONLY_WEAK_LOGGING

    def _number(self, name: str) -> int | None:
        value = self.values.get(name)
        return value if isinstance(value, int) else None

    def _allowed(self, certificate: Certificate) -> bool:
        """Certificates that an administrator exempts by SHA-256 (``Sha256Allow``; other characters are skipped)."""
        for name, value in self.values.items():
            if name.endswith("sha256allow") and isinstance(value, str):
                digits = "".join(character for character in value.lower() if character in "0123456789abcdef")
                if certificate.sha256 in digits:
                    return True
        return False
