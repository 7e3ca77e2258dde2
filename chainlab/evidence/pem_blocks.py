"""Certificates in PEM inside other formats: transcripts, JSON strings, CSV cells, XML elements."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from typing import Final

_CERTIFICATE: Final = re.compile(r"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([^-]*)-----END ")
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/=]")


def certificates_in(text: str) -> list[bytes]:
    """The bytes of every certificate block, in order; damaged base64 gives empty bytes, so that positions stay."""
    return [_decoded(match[1]) for match in _CERTIFICATE.finditer(text)]


def _decoded(body: str) -> bytes:
    try:
        return b64decode(_NOT_BASE64.sub("", body.replace("\\n", "").replace("\\r", "")), validate=True)
    except (Base64Error, ValueError):
        return b""


def mentions(data: bytes, *words: str) -> bool:
    """Whether text in UTF-8 or UTF-16 contains one of the words."""
    encodings = ("utf-16-le", "utf-16-be") if b"\0" in data[:64] else ("utf-8",)
    return any(word.encode(encoding) in data for word in words for encoding in encodings)
