"""TLS in one TCP connection: records, handshake messages, and the certificates that both sides sent.

The beginning is looked for in the first 64 KiB of a direction, so that STARTTLS dialogues and proxies' CONNECT do not
hurt. Up to TLS 1.2 the handshake is in clear until ChangeCipherSpec; TLS 1.3 encrypts the certificates, and a key log
opens them.
"""

from __future__ import annotations

import re
from typing import Final

from chainlab.evidence import tls_messages as tls
from chainlab.evidence.client_hello import ClientHello, parse_client_hello
from chainlab.evidence.key_log import KeyLog
from chainlab.evidence.tls13 import RecordDecryption, record_decryption
from chainlab.records import dataclass, field

SCAN_BYTES: Final = 64 * 1024
"""How far into a direction TLS may begin."""

DIRECTION_BYTES: Final = 1024 * 1024
"""Bytes of one direction that are looked at before its handshake has to be over."""

HELD_BYTES: Final = 64 * 1024
"""Encrypted bytes of one direction kept until their secret turns up."""

MAX_RECORD: Final = 16384 + 2048
MAX_EARLY_RECORDS: Final = 256
"""Client records under early-data keys that are passed over before the handshake goes on."""

MAX_PROBLEMS: Final = 8
"""Distinct problems of one connection that are told."""

MAX_CERTIFICATE_MESSAGES: Final = 16
"""Certificate messages of one connection that are kept; both sides send one, and again when they renegotiate."""

CERTIFICATE_COST: Final = 128
"""Bytes counted for each certificate and each message beside its content."""

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION = 20, 21, 22, 23

_HELLO: Final = re.compile(rb"\x16\x03[\x00-\x04]..[\x01\x02]\x00..\x03[\x00-\x04]", re.DOTALL)
_HELLO_BYTES: Final = 11
_CLEAR_HELLO: Final = re.compile(rb"[\x01\x02]\x00..\x03[\x00-\x04]", re.DOTALL)


@dataclass(slots=True)
class Shown:
    """What a connection showed so far. ``certificates``: sender, certificates in wire order."""

    client: ClientHello | None = None
    server: tls.ServerHello | None = None
    certificates: list[tuple[str, tuple[bytes, ...]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    encrypted: bool = False
    resumed: bool = False
    anonymous: bool = False
    held: int = 0

    def note(self, problem: str) -> None:
        """Take over a problem; each is kept once, and only the first few."""
        if len(self.problems) < MAX_PROBLEMS and problem not in self.problems:
            self.problems.append(problem)

    def keep(self, sender: str, ders: tuple[bytes, ...]) -> None:
        """Take over a certificate message; ``held`` counts what it costs."""
        if len(self.certificates) == MAX_CERTIFICATE_MESSAGES:
            raise ValueError(f"more than {MAX_CERTIFICATE_MESSAGES} certificate messages in one connection")
        self.certificates.append((sender, ders))
        self.held += CERTIFICATE_COST + sum(CERTIFICATE_COST + len(der) for der in ders)


class Direction:
    """One direction of a connection: from bytes in order to handshake messages."""

    __slots__ = ("_buffer", "_ciphered", "_decryption", "_hidden", "_messages", "_shown", "_skipped", "_taken",
                 "done", "keys", "sender", "started")  # fmt: skip

    def __init__(self, shown: Shown, keys: KeyLog) -> None:
        self._shown, self.keys = shown, keys
        self._buffer, self._messages, self._hidden = bytearray(), bytearray(), bytearray()
        self._taken = self._skipped = 0
        self._ciphered = self.started = self.done = False
        self._decryption: RecordDecryption | None = None
        self.sender = ""

    def feed(self, data: bytes) -> None:
        """Bytes in order; nothing is done with them once the handshake is over."""
        self._taken += len(data)
        self._buffer += data
        if not self.started:
            self._look()
        if self.started and not self.done:
            self._records()
        if self._taken > DIRECTION_BYTES and not self.done:
            self._stop("")

    @property
    def held(self) -> int:
        """Bytes that wait for more."""
        return len(self._buffer) + len(self._messages) + len(self._hidden)

    def close(self) -> None:
        """The connection is over: whatever is held is tried a last time."""
        if not self.done and self._hidden:
            self._decrypt()
        self.done = True

    def _look(self) -> None:
        """Find the first hello: at the very beginning a record header is enough, later it has to be a whole one."""
        buffer = self._buffer
        if self._taken == len(buffer) and len(buffer) >= 3 and buffer[0] in (ALERT, HANDSHAKE) and buffer[1] == 3:
            self.started = buffer[2] <= 4
        if not self.started and (found := _HELLO.search(buffer)):
            del buffer[: found.start()]
            self.started = True
        elif not self.started and self._taken > SCAN_BYTES:
            self._stop("")
        elif not self.started:
            del buffer[: 1 - _HELLO_BYTES]  # a hello may have begun; everything before has been looked at

    def _records(self) -> None:
        buffer, offset = self._buffer, 0
        while not self.done and len(buffer) - offset >= 5:
            kind, length = buffer[offset], int.from_bytes(buffer[offset + 3 : offset + 5], "big")
            if not 20 <= kind <= 24 or buffer[offset + 1] != 3 or length > MAX_RECORD:
                self._stop("what follows is no TLS record")
                break
            if len(buffer) - offset < 5 + length:
                break
            self._record(kind, bytes(buffer[offset : offset + 5]), bytes(buffer[offset + 5 : offset + 5 + length]))
            offset += 5 + length
        del buffer[:offset]

    def _record(self, kind: int, header: bytes, body: bytes) -> None:
        if kind == CHANGE_CIPHER_SPEC:
            self._change_cipher()
        elif kind == HANDSHAKE and (not self._ciphered or _CLEAR_HELLO.match(body)):
            self._messages += body
            self._handshake(self._messages, tls13=False)
        elif kind == HANDSHAKE:
            self._stop("")  # an encrypted Finished: the clear part is over
        elif kind == ALERT and not self._ciphered and len(body) == 2 and body[0] == 2:
            self._shown.note(f"the {self.sender or 'other side'} ends the handshake with alert {body[1]}")
        elif kind == APPLICATION:
            self._encrypted(header, body)

    def _change_cipher(self) -> None:
        self._ciphered = True
        server = self._shown.server
        if server is None or server.is_tls13:
            return  # TLS 1.3 sends it for the sake of middleboxes only
        if self.sender == "server" and not any(sender == "server" for sender, _ in self._shown.certificates):
            self._shown.resumed = not self._shown.anonymous
        self._stop("")

    def _handshake(self, buffer: bytearray, tls13: bool) -> None:
        while not self.done and len(buffer) >= 4:
            kind, length = buffer[0], int.from_bytes(buffer[1:4], "big")
            if length > tls.MAX_MESSAGE:
                self._stop(f"a handshake message of {length} bytes is more than the cap of {tls.MAX_MESSAGE}")
                return
            if len(buffer) < 4 + length:
                return
            body = bytes(buffer[4 : 4 + length])
            del buffer[: 4 + length]
            try:
                self._message(kind, body, tls13)
            except ValueError as error:
                self._shown.note(f"a handshake message of type {kind} cannot be read: {error}")

    def _message(self, kind: int, body: bytes, tls13: bool) -> None:
        shown = self._shown
        if kind == tls.CLIENT_HELLO:
            self.sender = "client"
            shown.client = parse_client_hello(body)
        elif kind == tls.SERVER_HELLO:
            self._server_hello(tls.parse_server_hello(body))
        elif kind == tls.CERTIFICATE:
            shown.keep(self.sender, tls.parse_certificates(body, tls13))
        elif kind == tls.COMPRESSED_CERTIFICATE:
            plain = tls.decompress_certificate(body)
            shown.keep(self.sender, tls.parse_certificates(plain, tls13=True))
        elif kind in (tls.SERVER_KEY_EXCHANGE, tls.SERVER_HELLO_DONE):
            sent = any(sender == self.sender for sender, _ in shown.certificates)
            shown.anonymous = shown.anonymous or not sent
            if kind == tls.SERVER_HELLO_DONE:
                self._stop("")
        elif kind == tls.FINISHED:
            self._stop("")

    def _server_hello(self, hello: tls.ServerHello) -> None:
        self.sender = "server"
        if not hello.retry:
            self._shown.server = hello
            self._shown.resumed = hello.is_tls13 and hello.psk

    def _encrypted(self, header: bytes, body: bytes) -> None:
        server = self._shown.server
        if server is not None and not server.is_tls13:
            self._stop("")
            return
        self._hidden += header + body
        known = server is not None and self._shown.client is not None
        if self._secret() is not None:
            self._decrypt()
        elif len(self._hidden) > HELD_BYTES or (known and self.keys.complete):
            self._shown.encrypted = True
            self._stop("")

    def _secret(self) -> bytes | None:
        shown = self._shown
        if shown.client is None or shown.server is None or not self.sender:
            return None
        return self.keys.secret(shown.client.random, self.sender)

    def _decrypt(self) -> None:
        """Open what is held, record by record, up to the Finished message."""
        secret, server = self._secret(), self._shown.server
        if secret is None or server is None:
            self._shown.encrypted = True
            return
        self._decryption = self._decryption or record_decryption(server.cipher, secret)
        offset, hidden, self._hidden = 0, self._hidden, bytearray()
        while not self.done and offset < len(hidden):
            header = bytes(hidden[offset : offset + 5])
            end = offset + 5 + int.from_bytes(header[3:5], "big")
            self._open(header, bytes(hidden[offset + 5 : end]))
            offset = end

    def _open(self, header: bytes, body: bytes) -> None:
        opened = self._decryption.open(header, body) if self._decryption is not None else None
        if opened is None:
            self._skipped += 1
            early = self.sender == "client" and self._decryption is not None and self._decryption.sequence == 0
            if not early or self._skipped > MAX_EARLY_RECORDS:
                self._stop(f"the {self.sender}'s records cannot be decrypted with the key log")
        elif opened[0] == HANDSHAKE:
            self._messages += opened[1]
            self._handshake(self._messages, tls13=True)

    def _stop(self, problem: str) -> None:
        if problem:
            self._shown.note(problem)
        self.done = True
        self._buffer, self._messages, self._hidden = bytearray(), bytearray(), bytearray()
