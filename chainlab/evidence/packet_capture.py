"""What a network capture shows: the certificates that servers and clients sent, per TLS handshake.

Read as a stream: memory is bounded by the caps here and in ``tcp_connections``, not by the size of the file. Handshakes
that are alike (server, server name, chain) are one item with a count. What a capture cannot show is said: resumed
sessions carry no certificate, TLS 1.3 encrypts it (a key log opens it), gaps lose it; QUIC is not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from chainlab.evidence.capture_file import Damage, Frame, Secrets, frames
from chainlab.evidence.key_log import KeyLog
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.packets import address_text, tcp_segment
from chainlab.evidence.reading import ReadOptions
from chainlab.evidence.source import ByteSource
from chainlab.evidence.tcp_connections import Connection, Connections
from chainlab.evidence.tls_ciphers import cipher_name
from chainlab.evidence.tls_messages import version_name
from chainlab.evidence.wire import Message, message_items
from chainlab.findings import (
    BROKEN_PART,
    CERTIFICATE_UNSEEN,
    NO_HANDSHAKE,
    SESSION_RESUMED,
    UNUSED_PART,
    Finding,
)
from chainlab.records import dataclass, field
from chainlab.wording import number_of

FORMAT: Final = "capture"

MAX_DISTINCT_BYTES: Final = 32 * 1024 * 1024
"""Certificate bytes and texts of the distinct handshakes of one capture; what comes after is counted, not kept."""

MESSAGE_COST: Final = 256
"""Bytes counted for each of these handshakes beside its certificates and texts."""

MAX_REASONS: Final = 1_000
"""Distinct endpoints and reasons for which a missing certificate is reported."""

MAX_PROBLEMS: Final = 100
"""Distinct problems of the file itself that are reported."""

_RESUMED: Final = "resumed"
_ENCRYPTED: Final = "TLS 1.3 encrypts it, and no key log with the secrets of the connection was given"


def capture_items(source: ByteSource, place: Place, options: ReadOptions) -> Iterator[Item]:
    """The container's facts, then the distinct handshakes in order of their first sighting, then what was not seen."""
    capture = _Capture(place, options.key_log.copy(complete=False))
    for piece in frames(source):
        capture.take(piece)
    capture.end()
    yield from capture.items()


@dataclass(slots=True)
class _Capture:
    """One capture while it is read."""

    place: Place
    keys: KeyLog
    messages: dict[Message, int] = field(default_factory=dict)
    numbers: dict[Message, int] = field(default_factory=dict)
    unseen: Counter[tuple[str, str]] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    packets: int = 0
    handshakes: int = 0
    secrets: int = 0
    bytes_kept: int = 0
    left_out: int = 0
    connections: Connections = field(init=False)

    def __post_init__(self) -> None:
        self.connections = Connections(self.keys)

    def take(self, piece: Frame | Secrets | Damage) -> None:
        if isinstance(piece, Frame):
            self.packets += 1
            segment = tcp_segment(piece.link, piece.data, self.skipped)
            if segment is not None:
                for connection in self.connections.segment(segment):
                    self.connection(connection)
        elif isinstance(piece, Secrets):
            try:
                self.secrets += self.keys.add(piece.text)
            except ValueError as error:
                self._note(f"its key log: {error}")
        else:
            self._note(piece.why)

    def _note(self, problem: str) -> None:
        if problem not in self.problems and len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)

    def end(self) -> None:
        self.keys.complete = True
        for connection in self.connections.rest():
            self.connection(connection)

    def connection(self, connection: Connection) -> None:
        """Keep what a connection showed."""
        if not connection.is_tls:
            return
        self.handshakes += 1
        shown, endpoint = connection.shown, address_text(connection.server)
        for sender, ders in shown.certificates:
            if not (sender == "client" and not ders):  # a client without a certificate sends an empty list
                self._keep(_message(connection, sender or "server", ders, endpoint), connection.number)
        if not any(sender != "client" for sender, _ in shown.certificates):
            reason = (endpoint, _why_unseen(connection))
            if reason in self.unseen or len(self.unseen) < MAX_REASONS:
                self.unseen[reason] += 1

    def _keep(self, message: Message, number: int) -> None:
        if message not in self.messages:
            texts = len(message.host or "") + sum(map(len, message.notes))
            self.bytes_kept += MESSAGE_COST + texts + sum(len(der) for der in message.ders)
            if self.bytes_kept > MAX_DISTINCT_BYTES:
                self.left_out += 1
                return
            self.numbers[message] = number
        self.messages[message] = self.messages.get(message, 0) + 1

    def items(self) -> Iterator[Item]:
        facts: tuple[tuple[str, str], ...] = (
            ("packets", str(self.packets)),
            ("TCP connections", str(self.connections.count)),
            ("TLS connections", str(self.handshakes)),
            ("certificate messages", str(sum(self.messages.values()))),
        )
        if self.secrets:
            facts += (("lines of its own key log", str(self.secrets)),)
        yield ContainerEvidence(self.place, FORMAT, facts)
        decoded: dict[bytes, Item] = {}
        for message, number in sorted(self.numbers.items(), key=lambda item: item[1]):
            counted = replace(message, count=self.messages[message])
            yield from message_items(counted, self.place.at(f"TCP stream {number}"), FORMAT, decoded)
        yield from self._findings()

    def _findings(self) -> Iterator[Finding]:
        place = str(self.place)
        for why in self.problems:
            yield Finding(BROKEN_PART, {"place": place, "why": why})
        for (endpoint, why), count in self.unseen.items():
            parameters = {"place": place, "endpoint": endpoint, "count": str(count), "why": why}
            yield Finding(SESSION_RESUMED if why == _RESUMED else CERTIFICATE_UNSEEN, parameters)
        for what, count in sorted(self.skipped.items()):
            yield Finding(UNUSED_PART, {"place": place, "what": f"{what} ({number_of(count, 'packet')})"})
        if self.left_out:
            left_out = number_of(self.left_out, "message")
            what = f"what came after {MAX_DISTINCT_BYTES} bytes of distinct certificates ({left_out})"
            yield Finding(UNUSED_PART, {"place": place, "what": what})
        if not self.messages and not self.unseen:
            yield Finding(
                NO_HANDSHAKE, {"place": place, "why": f"{number_of(self.packets, 'packet')} and no TLS handshake"}
            )


def _message(connection: Connection, sender: str, ders: tuple[bytes, ...], endpoint: str) -> Message:
    shown = connection.shown
    return Message(
        ders,
        sender,
        endpoint,
        shown.client.host if shown.client else None,
        version_name(shown.server.version) if shown.server else "",
        cipher_name(shown.server.cipher) if shown.server else "",
        tuple(shown.problems),
    )


def _why_unseen(connection: Connection) -> str:
    """Why a TLS connection shows no server certificate."""
    shown = connection.shown
    server = shown.server
    if shown.resumed:
        return _RESUMED
    if shown.anonymous and server is not None:
        return f"{cipher_name(server.cipher)} works without a certificate"
    if shown.encrypted:
        return _ENCRYPTED
    if shown.problems:
        return shown.problems[0]
    if connection.gap:
        return "packets of the connection are missing in the capture"
    return "no ServerHello was captured" if server is None else "the capture ends before it"
