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

_SAMPLE = re.compile(rb"\s*(?:\xff\xfe|\xef\xbb\xbf)?[\sA-Za-z0-9+/\0]{64,}")
_ONLY = re.compile(r"[\sA-Za-z0-9+/]+={0,2}\s*")


def _decoded(data: bytes) -> bytes | None:
    text = text_of(data).strip("\0 \t\r\n")
    if not _ONLY.fullmatch(text):
        return None
    try:
        return b64decode("".join(text.split()), validate=True)
    except (Base64Error, ValueError):
        return None


def sniff(data: bytes) -> bool:
    """Only base64 characters and blanks, and what they decode to begins like DER."""
    if not _SAMPLE.match(data[:4096]):
        return False
    decoded = _decoded(data)
    return decoded is not None and decoded[:1] == b"\x30"


def read(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """What the decoded bytes hold."""
    decoded = _decoded(data)
    assert decoded is not None
    yield from read_bytes(decoded, place.within(FORMAT), options)
