"""The forms in which a secret could come out: what to search outputs and files for."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from typing import Any, Final

PIECE: Final = 20
"""Bytes of a number that are searched for: a fragment of a key is a secret too."""


def numbers(key: Any) -> dict[str, int]:
    """The secret integers of a private key, RSA or elliptic."""
    private = key.private_numbers()
    if hasattr(private, "private_value"):
        return {"d": private.private_value}
    return {name: getattr(private, name) for name in ("d", "p", "q", "dmp1", "dmq1", "iqmp")}


def of_number(value: int) -> Iterator[bytes]:
    """Decimal digits; the first and last bytes raw (either order), in hexadecimal and in base64."""
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    digits = str(value).encode()
    yield from (digits[:40], digits[-40:])
    for piece in (raw[:PIECE], raw[-PIECE:]):
        yield from (piece, piece[::-1])
        yield from of_bytes(piece)


def of_text(text: str) -> Iterator[bytes]:
    """A password: in the encodings of PKCS #12 and of consoles, each also in hexadecimal and base64."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        raw = text.encode(encoding)
        yield raw
        yield from of_bytes(raw)


def of_bytes(raw: bytes) -> Iterator[bytes]:
    """Hexadecimal with and without separators, and base64 at each of its three alignments."""
    for text in (raw.hex(), raw.hex(":"), raw.hex(" "), repr(raw)[2:-1]):
        yield from (text.encode(), text.upper().encode())
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + raw)
        inner = encoded[4 if shift else 0 : len(encoded) - 4]
        yield from (inner, inner.replace(b"+", b"-").replace(b"/", b"_"))


def all_needles(keys: Iterable[Any], passwords: Iterable[str]) -> list[bytes]:
    """Everything to search for; each long enough to be no accident."""
    found = [needle for key in keys for value in numbers(key).values() for needle in of_number(value)]
    found += [needle for password in passwords for needle in of_text(password)]
    assert all(len(needle) >= 12 for needle in found)
    return list(dict.fromkeys(found))
