"""CERT_TRUST_STATUS: the error and info bits of a chain element, by Windows' names and values.

Source: wincrypt.h and MicrosoftDocs/sdk-api, ns-wincrypt-cert_trust_status [D].
"""

from __future__ import annotations

from enum import IntFlag
from typing import Final


class TrustError(IntFlag):
    """``dwErrorStatus``."""

    NO_ERROR = 0
    IS_NOT_TIME_VALID = 0x00000001
    IS_NOT_TIME_NESTED = 0x00000002
    IS_REVOKED = 0x00000004
    IS_NOT_SIGNATURE_VALID = 0x00000008
    IS_NOT_VALID_FOR_USAGE = 0x00000010
    IS_UNTRUSTED_ROOT = 0x00000020
    REVOCATION_STATUS_UNKNOWN = 0x00000040
    IS_CYCLIC = 0x00000080
    INVALID_EXTENSION = 0x00000100
    INVALID_POLICY_CONSTRAINTS = 0x00000200
    INVALID_BASIC_CONSTRAINTS = 0x00000400
    INVALID_NAME_CONSTRAINTS = 0x00000800
    HAS_NOT_SUPPORTED_NAME_CONSTRAINT = 0x00001000
    HAS_NOT_DEFINED_NAME_CONSTRAINT = 0x00002000
    HAS_NOT_PERMITTED_NAME_CONSTRAINT = 0x00004000
    HAS_EXCLUDED_NAME_CONSTRAINT = 0x00008000
    IS_PARTIAL_CHAIN = 0x00010000
    HAS_WEAK_SIGNATURE = 0x00100000
    IS_OFFLINE_REVOCATION = 0x01000000
    NO_ISSUANCE_CHAIN_POLICY = 0x02000000
    IS_EXPLICIT_DISTRUST = 0x04000000
    HAS_NOT_SUPPORTED_CRITICAL_EXT = 0x08000000


NAME_CONSTRAINT_ERRORS: Final = (
    TrustError.INVALID_NAME_CONSTRAINTS
    | TrustError.HAS_NOT_SUPPORTED_NAME_CONSTRAINT
    | TrustError.HAS_NOT_DEFINED_NAME_CONSTRAINT
    | TrustError.HAS_NOT_PERMITTED_NAME_CONSTRAINT
    | TrustError.HAS_EXCLUDED_NAME_CONSTRAINT
)
"""Everything that may be wrong with name constraints."""


class TrustInfo(IntFlag):
    """``dwInfoStatus``."""

    NONE = 0
    HAS_EXACT_MATCH_ISSUER = 0x00000001
    HAS_KEY_MATCH_ISSUER = 0x00000002
    HAS_NAME_MATCH_ISSUER = 0x00000004
    IS_SELF_SIGNED = 0x00000008
    HAS_PREFERRED_ISSUER = 0x00000100
    HAS_ISSUANCE_CHAIN_POLICY = 0x00000200
    HAS_VALID_NAME_CONSTRAINTS = 0x00000400
    IS_PEER_TRUSTED = 0x00000800


def names(status: TrustError | TrustInfo) -> list[str]:
    """The names of the set bits with their ``CERT_TRUST_`` prefix, lowest bit first."""
    return [f"CERT_TRUST_{bit.name}" for bit in type(status) if bit and bit in status]


def describe(status: TrustError) -> str:
    """For people: the names without prefix, or ``no error``."""
    return ", ".join(bit.name or hex(bit) for bit in type(status) if bit and bit in status) or "no error"
