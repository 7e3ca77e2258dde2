"""Certificates in PEM inside other formats: transcripts, JSON strings, CSV cells, XML elements."""

from __future__ import annotations

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
    """Whether text in UTF-8 or UTF-16 contains one of the words, which are ASCII.

    UTF-16 without its zero bytes is ASCII where it matters: looking for words with zero bytes in them takes fifteen
    times as long in a file full of zeros.
    """
    narrow = data.translate(None, b"\0") if b"\0" in data[:64] else data
    return any(word.encode() in narrow for word in words)
