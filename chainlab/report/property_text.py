"""The meaning of one certificate property in words; names and layouts are those of wincrypt.h."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

from chainlab import properties as props
from chainlab.oids import purpose_name

MAX_HEX: Final = 32
"""Bytes shown in hexadecimal; of longer ones only the length is told."""

_PROVIDER_HEAD: Final = struct.Struct("<7I")


def property_text(identity: int, data: bytes) -> str:
    """What the property says; its bytes in hexadecimal where it has no meaning in words or does not decode."""
    describe = _MEANINGS.get(identity, _hexadecimal)
    try:
        return describe(data)
    except (ValueError, struct.error):
        return f"{_hexadecimal(data)} (does not decode)"


def is_identifier(identity: int) -> bool:
    """Whether the property only repeats a hash of the certificate or of a part of it."""
    return identity in _IDENTIFIERS


def _hexadecimal(data: bytes) -> str:
    if not data:
        return "empty"
    return data.hex() if len(data) <= MAX_HEX else f"{len(data)} bytes"


def _purposes(data: bytes) -> str:
    return ", ".join(purpose_name(oid) for oid in props.decode_oid_list(data)) or "none: all purposes are disabled"


def _identifiers(data: bytes) -> str:
    return ", ".join(props.decode_oid_list(data)) or "none"


def _moment(data: bytes) -> str:
    if not data or not any(data):
        return "from the beginning"
    return f"{props.decode_filetime(data):%Y-%m-%d %H:%M:%S} UTC"


def _text(data: bytes) -> str:
    return props.decode_utf16(data) or "empty"


def _number(data: bytes) -> str:
    if len(data) != 4:
        raise ValueError("not a DWORD")
    return str(int.from_bytes(data, "little"))


def _provider(data: bytes) -> str:
    """CRYPT_KEY_PROV_INFO as serialized: offsets of the two names, provider type, flags; no part of the key."""
    container, provider, kind, flags, *_ = _PROVIDER_HEAD.unpack_from(data)
    names = [props.decode_utf16(data[offset:]) for offset in (container, provider) if offset >= _PROVIDER_HEAD.size]
    shown = ", ".join(name for name in names if name) or "no name"
    return f"key container {shown}" + (", machine key" if flags & 0x20 else "") + (f", type {kind}" if kind else "")


def _policies(data: bytes) -> str:
    derived, problems = props.derive({props.ROOT_PROGRAM_CERT_POLICIES: data})
    if problems:
        raise ValueError(problems[0])
    return ", ".join(sorted(derived.program_policies or ())) or "none"


def _constraints(data: bytes) -> str:
    derived, problems = props.derive({props.ROOT_PROGRAM_NAME_CONSTRAINTS: data})
    found = derived.program_name_constraints
    if problems or found is None:
        raise ValueError("; ".join(problems))
    sides = (("only", found.permitted), ("never", found.excluded))
    return "; ".join(f"{word} {', '.join(name.value for name in names)}" for word, names in sides if names) or "none"


def _present(words: str) -> Callable[[bytes], str]:
    return lambda _data: words


_MEANINGS: Final[dict[int, Callable[[bytes], str]]] = {
    props.KEY_PROV_INFO: _provider,
    props.ENHKEY_USAGE: _purposes,
    props.DISALLOWED_ENHKEY_USAGE: _purposes,
    props.NOT_BEFORE_ENHKEY_USAGE: _purposes,
    props.DISALLOWED_FILETIME: _moment,
    props.NOT_BEFORE_FILETIME: _moment,
    props.ROOT_PROGRAM_CERT_POLICIES: _policies,
    props.ROOT_PROGRAM_NAME_CONSTRAINTS: _constraints,
    props.ROOT_PROGRAM_CHAIN_POLICIES: _identifiers,
    props.FRIENDLY_NAME: _text,
    13: _text,  # DESCRIPTION
    71: _text,  # REQUEST_ORIGINATOR
    73: _text,  # SOURCE_URL
    75: _text,  # OCSP_CACHE_PREFIX
    89: _text,  # SIGN_HASH_CNG_ALG
    92: _number,  # SUBJECT_PUB_KEY_BIT_LENGTH
    props.ARCHIVED: _present("archived: Windows does not use the entry"),
    props.AIA_URL_RETRIEVED: _present("Windows downloaded the certificate itself"),
}

_IDENTIFIERS: Final = frozenset({3, 4, 15, 20, 24, 25, 28, 29, 98, 107})
