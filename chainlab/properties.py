"""Certificate properties: what a Windows store says of a certificate beside the certificate itself.

Ids and names are those of the SDK header wincrypt.h (mingw-w64 10.0.0, lines 3541-3648); meanings were read off a
434-certificate store made by ``certutil -generateSSTFromWU`` and the AuthRoot list. What they do to trust is derived
here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from chainlab.certificate import NameConstraints
from chainlab.der import Element, children, element
from chainlab.records import dataclass

KEY_PROV_INFO: Final = 2
SHA1_HASH: Final = 3
ENHKEY_USAGE: Final = 9
FRIENDLY_NAME: Final = 11
SIGNATURE_HASH: Final = 15
ARCHIVED: Final = 19
KEY_IDENTIFIER: Final = 20
CERTIFICATE: Final = 32
CRL: Final = 33
CTL: Final = 34
AIA_URL_RETRIEVED: Final = 67
ROOT_PROGRAM_CERT_POLICIES: Final = 83
ROOT_PROGRAM_NAME_CONSTRAINTS: Final = 84
AUTH_ROOT_SHA256_HASH: Final = 98
DISALLOWED_FILETIME: Final = 104
ROOT_PROGRAM_CHAIN_POLICIES: Final = 105
DISALLOWED_ENHKEY_USAGE: Final = 122
NOT_BEFORE_FILETIME: Final = 126
NOT_BEFORE_ENHKEY_USAGE: Final = 127

NAMES: Final[dict[int, str]] = {
    2: "KEY_PROV_INFO", 3: "SHA1_HASH", 4: "MD5_HASH", 9: "ENHKEY_USAGE", 10: "NEXT_UPDATE_LOCATION",
    11: "FRIENDLY_NAME", 13: "DESCRIPTION", 14: "ACCESS_STATE", 15: "SIGNATURE_HASH", 19: "ARCHIVED",
    20: "KEY_IDENTIFIER", 23: "CROSS_CERT_DIST_POINTS", 24: "ISSUER_PUBLIC_KEY_MD5_HASH",
    25: "SUBJECT_PUBLIC_KEY_MD5_HASH", 28: "ISSUER_SERIAL_NUMBER_MD5_HASH", 29: "SUBJECT_NAME_MD5_HASH",
    32: "CERT", 33: "CRL", 34: "CTL", 64: "RENEWAL", 65: "ARCHIVED_KEY_HASH", 67: "AIA_URL_RETRIEVED",
    68: "AUTHORITY_INFO_ACCESS", 71: "REQUEST_ORIGINATOR", 73: "SOURCE_URL", 75: "OCSP_CACHE_PREFIX",
    83: "ROOT_PROGRAM_CERT_POLICIES", 84: "ROOT_PROGRAM_NAME_CONSTRAINTS", 89: "SIGN_HASH_CNG_ALG",
    92: "SUBJECT_PUB_KEY_BIT_LENGTH", 98: "AUTH_ROOT_SHA256_HASH", 104: "DISALLOWED_FILETIME",
    105: "ROOT_PROGRAM_CHAIN_POLICIES", 107: "SHA256_HASH", 122: "DISALLOWED_ENHKEY_USAGE",
    126: "NOT_BEFORE_FILETIME", 127: "NOT_BEFORE_ENHKEY_USAGE",
}  # fmt: skip
"""Property names without their ``CERT_`` prefix and ``_PROP_ID`` suffix."""

_SHORT: Final = 512
_SEQUENCE_TAG: Final = 0x30
_OID_TAG: Final = 0x06
_FILETIME_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)


def property_name(identity: int) -> str:
    """``CERT_…_PROP_ID(n)``, or the bare number for an id that the header does not name."""
    name = NAMES.get(identity)
    return f"CERT_{name}_PROP_ID({identity})" if name else f"property {identity}"


@dataclass(frozen=True, slots=True)
class StoreProperties:
    """What the properties of one store entry mean; ``None`` always means "property absent".

    ``purposes``: the entry is restricted to these EKUs; the empty set is "disable all purposes". ``disallowed_after``
    and ``not_before_after`` are times (file time zero: from the beginning), ``disallowed_purposes`` and
    ``not_before_purposes`` the EKUs they are limited to. ``program_policies`` are the certificate policies that the
    root program lets the root assert as extended validation (property 83; its qualifiers stay in ``raw``),
    ``program_name_constraints`` the names it restricts the root to (84), ``program_chain_policies`` the OIDs of the
    chain policies it asks for (105). ``fetched_by_aia``: Windows downloaded the certificate itself (67). ``raw`` keeps
    every property as (id, bytes).
    """

    purposes: frozenset[str] | None = None
    disallowed_after: datetime | None = None
    disallowed_purposes: frozenset[str] | None = None
    not_before_after: datetime | None = None
    not_before_purposes: frozenset[str] | None = None
    friendly_name: str = ""
    archived: bool = False
    has_key: bool = False
    raw: tuple[tuple[int, bytes], ...] = ()
    program_policies: frozenset[str] | None = None
    program_name_constraints: NameConstraints | None = None
    program_chain_policies: frozenset[str] | None = None
    fetched_by_aia: bool = False

    @property
    def all_purposes_disabled(self) -> bool:
        """The administrator's "disable all purposes for this certificate"."""
        return self.purposes is not None and not self.purposes


NO_PROPERTIES: Final = StoreProperties()


def derive(raw: Mapping[int, bytes]) -> tuple[StoreProperties, tuple[str, ...]]:
    """The meaning of raw properties, and one sentence for each that did not decode (it then counts as absent)."""
    problems: list[str] = []
    fields: dict[str, Any] = {}
    for identity, data in raw.items():
        rule = _MEANINGS.get(identity)
        if rule is None:
            continue
        name, decode = rule
        try:
            fields[name] = decode(data)
        except ValueError as broken:
            problems.append(f"{property_name(identity)}: {broken}")
    return StoreProperties(**fields, raw=tuple(sorted(raw.items()))), tuple(problems)


def _oid_set(data: bytes) -> frozenset[str]:
    """The identifiers of a list; the few short lists that a store repeats hundreds of times are decoded once."""
    return _short_oid_set(data) if len(data) <= _SHORT else frozenset(decode_oid_list(data))


@lru_cache(maxsize=256)
def _short_oid_set(data: bytes) -> frozenset[str]:
    return frozenset(decode_oid_list(data))


def _policy_set(data: bytes) -> frozenset[str]:
    """The policy identifiers of a DER CertificatePolicies; the qualifiers (root program flags) are left in ``raw``."""
    return _short_policy_set(data) if len(data) <= _SHORT else _decode_policies(data)


def _decode_policies(data: bytes) -> frozenset[str]:
    policies = children(data, _sequence(data, 0))
    identifiers = [element(data, _sequence(data, policy.start).content) for policy in policies]
    if any(identifier.tag != _OID_TAG for identifier in identifiers):
        raise ValueError("a certificate policy without identifier")
    return frozenset(decode_oid(data[identifier.content : identifier.end]) for identifier in identifiers)


_short_policy_set = lru_cache(maxsize=256)(_decode_policies)


def _name_constraints(data: bytes) -> NameConstraints:
    from chainlab.decoding_lenient import decode_name_constraints

    return decode_name_constraints(data)


def _sequence(data: bytes, offset: int) -> Element:
    found = element(data, offset)
    if found.tag != _SEQUENCE_TAG:
        raise ValueError(f"expected a SEQUENCE at offset {offset}, found tag 0x{found.tag:02x}")
    return found


def decode_oid_list(data: bytes) -> list[str]:
    """A DER ``SEQUENCE OF OBJECT IDENTIFIER``; no data at all is read as the empty list (no purposes)."""
    if not data:
        return []
    return [decode_oid(data[child.content : child.end]) for child in children(data, _sequence(data, 0))]


def encode_oid_list(oids: Iterable[str]) -> bytes:
    """The DER ``SEQUENCE OF OBJECT IDENTIFIER`` for dotted forms; ``ValueError`` for one that is none."""
    content = b"".join(bytes([_OID_TAG, len(oid)]) + oid for oid in map(encode_oid, oids))
    size = len(content)
    if size > 0xFFFF:
        raise ValueError(f"{size} bytes of object identifiers")
    length = bytes([size]) if size < 0x80 else bytes([0x82, *divmod(size, 256)])
    return bytes([_SEQUENCE_TAG]) + length + content


def encode_oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER's content octets."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    octets = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc >> shift & 0x7F for shift in range(0, max(arc.bit_length(), 1), 7)]
        octets += bytes([*(group | 0x80 for group in reversed(groups[1:])), groups[0]])
    if len(octets) > 0x7F:
        raise ValueError(f"object identifier of {len(octets)} octets")
    return bytes(octets)


def decode_oid(content: bytes) -> str:
    """The dotted form of an OBJECT IDENTIFIER's content octets."""
    if not content or content[-1] & 0x80:
        raise ValueError("truncated object identifier")
    arcs, value = [], 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if value.bit_length() > 256:
            raise ValueError("object identifier arc of more than 256 bits")
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))


def decode_filetime(data: bytes) -> datetime:
    """A FILETIME (100 ns since 1601, little endian); no data means "from the beginning", i.e. 1601."""
    if not data:
        return _FILETIME_EPOCH
    if len(data) != 8:
        raise ValueError(f"FILETIME of {len(data)} bytes, expected 8 or none")
    microseconds = int.from_bytes(data, "little") // 10
    try:
        return _FILETIME_EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        raise ValueError(f"FILETIME 0x{data.hex()} lies beyond the year 9999") from None


def _present(_data: bytes) -> bool:
    return True


def decode_utf16(data: bytes) -> str:
    """A UTF-16LE string up to its NUL; undecodable units become U+FFFD."""
    return data.decode("utf-16-le", "replace").split("\0", 1)[0]


_MEANINGS: Final[dict[int, tuple[str, Callable[[bytes], object]]]] = {
    KEY_PROV_INFO: ("has_key", _present),
    ENHKEY_USAGE: ("purposes", _oid_set),
    FRIENDLY_NAME: ("friendly_name", decode_utf16),
    ARCHIVED: ("archived", _present),
    AIA_URL_RETRIEVED: ("fetched_by_aia", _present),
    ROOT_PROGRAM_CERT_POLICIES: ("program_policies", _policy_set),
    ROOT_PROGRAM_NAME_CONSTRAINTS: ("program_name_constraints", _name_constraints),
    DISALLOWED_FILETIME: ("disallowed_after", decode_filetime),
    ROOT_PROGRAM_CHAIN_POLICIES: ("program_chain_policies", _oid_set),
    DISALLOWED_ENHKEY_USAGE: ("disallowed_purposes", _oid_set),
    NOT_BEFORE_FILETIME: ("not_before_after", decode_filetime),
    NOT_BEFORE_ENHKEY_USAGE: ("not_before_purposes", _oid_set),
}
"""Property id -> the field of StoreProperties that it decides, and how its data is read."""
