"""TLS key logs (SSLKEYLOGFILE): the traffic secrets with which a capture of TLS 1.3 can be read.

Format: ``LABEL client-random secret``, both in hexadecimal, one per line, ``#`` begins a comment
(draft-ietf-tls-keylogfile). The secrets are kept only to decrypt the certificate messages of this run; they are never
written, logged or shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from chainlab.records import dataclass, field

HANDSHAKE_LABELS: Final = frozenset({"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET"})
"""The labels whose secrets protect the certificate messages of TLS 1.3 (RFC 8446, 7.1)."""

MAX_LINES: Final = 1_000_000
"""Lines of all the key logs that are put together."""

_LINE: Final = re.compile(rb"^([A-Z][A-Z0-9_]{2,50}) ([0-9a-fA-F]{64}) ([0-9a-fA-F]{32,128})\s*$", re.MULTILINE)


@dataclass(slots=True)
class KeyLog:
    """Secrets by client random and label. ``complete``: nothing can follow any more (a capture may bring its own).

    ``lines``: how many lines were taken over.
    """

    secrets: dict[bytes, dict[str, bytes]] = field(default_factory=dict, repr=False)
    complete: bool = True
    lines: int = 0

    def __len__(self) -> int:
        return len(self.secrets)

    def copy(self, *, complete: bool = True) -> KeyLog:
        """A key log of its own with the same secrets."""
        return KeyLog({random: dict(labels) for random, labels in self.secrets.items()}, complete, self.lines)

    def add(self, text: bytes) -> int:
        """Take over the secrets of a key log; returns how many lines it had. ``ValueError`` above the cap."""
        before = self.lines
        for label, random, secret in _lines(text):
            if self.lines >= MAX_LINES:
                raise ValueError(f"more than {MAX_LINES} lines")
            self.lines += 1
            if label in HANDSHAKE_LABELS:
                self.secrets.setdefault(random, {})[label] = secret
        return self.lines - before

    def secret(self, client_random: bytes, sender: str) -> bytes | None:
        """The handshake traffic secret of one side (``server`` or ``client``) of a connection."""
        known: Mapping[str, bytes] = self.secrets.get(client_random, {})
        return known.get(f"{sender.upper()}_HANDSHAKE_TRAFFIC_SECRET")


def _lines(text: bytes) -> Iterator[tuple[str, bytes, bytes]]:
    for match in _LINE.finditer(text):
        if len(match[3]) % 2 == 0:
            yield match[1].decode("ascii"), bytes.fromhex(match[2].decode()), bytes.fromhex(match[3].decode())


def looks_like_key_log(head: bytes) -> bool:
    """Whether the beginning of a file is a key log: comments and lines of this form, nothing else before them."""
    body = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    while body.startswith(b"#"):
        body = body.partition(b"\n")[2].lstrip()
    return _LINE.match(body) is not None
