"""A bare base64 blob, as certificate dialogs and web pages hand it out: decoded once and sniffed again."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator

from chainlab.evidence.model import Item, Place
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions, read_bytes

FORMAT = "base64"
PRIORITY = 900

_SAMPLE = re.compile(rb"\s*(?:\xff\xfe|\xef\xbb\xbf)?([\sA-Za-z0-9+/\0]{64,})")
_SEQUENCE = b"M"
"""How the base64 of a SEQUENCE begins: the first six bits of 0x30 are twelve."""
_ONLY = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_BLANKS = b" \t\r\n\v\f"


def _decoded(data: bytes) -> bytes | None:
    wide = data[:2] == b"\xff\xfe" or b"\0" in data[:64]
    narrow = text_of(data).encode("ascii", "replace") if wide else data.removeprefix(b"\xef\xbb\xbf")
    text = narrow.translate(None, _BLANKS).strip(b"\0")
    if not _ONLY.fullmatch(text):
        return None
    try:
        return b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return None


def sniff(data: bytes) -> bool:
    """Only base64 characters and blanks, and what they decode to begins like DER."""
    sample = _SAMPLE.match(data[:4096])
    if sample is None or not sample[1].replace(b"\0", b"").lstrip().startswith(_SEQUENCE):
        return False
    decoded = _decoded(data)
    return decoded is not None and decoded[:1] == b"\x30"


def read(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """What the decoded bytes hold."""
    decoded = _decoded(data)
    assert decoded is not None
    yield from read_bytes(decoded, place.within(FORMAT), options)
