"""TLS key logs (SSLKEYLOGFILE): counted, never shown; captures among the same inputs are opened with them."""

from __future__ import annotations

from collections.abc import Iterator

from chainlab.errors import LimitError
from chainlab.evidence.key_log import KeyLog, looks_like_key_log
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.reading import ReadOptions

FORMAT = "TLS key log"
PRIORITY = 163


def sniff(data: bytes) -> bool:
    """Comments, then a line of label, client random and secret."""
    return looks_like_key_log(data)


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """The container with its counts; the secrets themselves were taken over before any input was read."""
    key_log = KeyLog()
    try:
        lines = key_log.add(data)
    except ValueError as error:
        raise LimitError(str(place), str(error)) from None
    yield ContainerEvidence(place, FORMAT, (("lines", str(lines)), ("TLS 1.3 connections", str(len(key_log)))))
