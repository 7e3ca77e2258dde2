"""Certificates in PEM inside other formats: transcripts, JSON strings, CSV cells, XML elements."""

from __future__ import annotations

import functools
import re
from base64 import b64decode
from binascii import Error as Base64Error
from typing import Any, Final

_CERTIFICATE: Final = re.compile(r"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([^-]*)-----END ")
_NOT_BASE64: Final = re.compile(r"[^A-Za-z0-9+/=]")


def certificates_in(text: str) -> list[bytes]:
    """The bytes of every certificate block, in order; damaged base64 gives empty bytes, so that positions stay."""
    return [decoded_body(match[1]) for match in _CERTIFICATE.finditer(text)]


def first_certificate(text: Any) -> bytes:
    """The bytes of the first certificate block of what should be a text; empty if there is none."""
    found = certificates_in(text) if isinstance(text, str) else []
    return found[0] if found else b""


def decoded_body(body: str) -> bytes:
    """The bytes between BEGIN and END, whatever stands around the base64; empty if that is damaged."""
    try:
        return b64decode(_NOT_BASE64.sub("", body.replace("\\n", "").replace("\\r", "")), validate=True)
    except (Base64Error, ValueError):
        return b""


def mentions(data: bytes, *words: str) -> bool:
    """Whether text in UTF-8 or UTF-16 contains one of the words."""
    return any(needle in data for word in words for needle in needles(word, b"\0" in data[:64]))


@functools.cache
def needles(word: str, wide: bool) -> tuple[bytes, ...]:
    """The bytes to look for: in UTF-8, or in UTF-16 of either order.

    A search backwards from a last zero byte would stop at every byte of a file full of zeros; it is left out.
    """
    return (word.encode("utf-16-le")[:-1], word.encode("utf-16-be")) if wide else (word.encode(),)
