"""HAR files: recognised only to say that they hold no certificates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NoReturn

from chainlab.errors import InputError
from chainlab.evidence.model import Item, Place
from chainlab.evidence.pem_blocks import mentions
from chainlab.evidence.reading import ReadOptions

FORMAT = "HAR"
PRIORITY = 363


def sniff(data: bytes) -> bool:
    """The log object with its creator, near the beginning, and entries."""
    return mentions(data[:4096], '"log"') and mentions(data[:4096], '"creator"') and mentions(data, '"entries"')


def read(_data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """Always ``InputError``: the format has no certificates."""
    _refuse(place)
    yield from ()


def _refuse(place: Place) -> NoReturn:
    hint = "export a NetLog (chrome://net-export) while the page loads, or use openssl s_client -showcerts"
    raise InputError(
        str(place), "a HAR file, which holds no certificates", expected="a handshake with certificates", hint=hint
    )
