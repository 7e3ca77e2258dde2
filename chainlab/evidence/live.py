"""The live handshake: the only module of chainlab that opens a socket.

It runs as a process of its own (``python -m chainlab.evidence.live``), because OpenSSL takes the signature algorithms
of a hello from the file named in OPENSSL_CONF, once per process. Standard input holds the probes as JSON, each line of
standard output the result of one. Nothing is verified: the chain is taken as the server sent it.
"""

from __future__ import annotations

import base64
import json
import socket
import ssl
import sys
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from chainlab.evidence.client_hello import signature_algorithms
from chainlab.evidence.starttls import DIALOGUES, DialogueError
from chainlab.records import dataclass, field

CONNECT_SECONDS: Final = 5.0
"""For one connection attempt."""

HANDSHAKE_SECONDS: Final = 10.0
"""For the dialogue before TLS and the handshake together."""

MAX_HANDSHAKE_BYTES: Final = 256 * 1024
"""What a server may send before the handshake is over."""

MAX_DIALOGUE_BYTES: Final = 64 * 1024
"""What a server may send before TLS starts."""

MAX_ADDRESSES: Final = 4
"""Addresses of one name that are tried before it counts as unreachable."""

_FAMILIES: Final = {0: socket.AF_UNSPEC, 4: socket.AF_INET, 6: socket.AF_INET6}
_VERSIONS: Final = {
    "TLSv1.2": (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2),
    "TLSv1.3": (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_3),
}
"""What a probe offers: TLS 1.2 and its elders, for old servers, or TLS 1.3 alone."""

_LEGACY_SERVER: Final = 0x4
"""SSL_OP_LEGACY_SERVER_CONNECT: servers without RFC 5746 are spoken to as well."""


class StageError(Exception):
    """A probe ended early: ``connect``, ``starttls`` or ``handshake``, and why."""

    def __init__(self, stage: str, why: str) -> None:
        self.stage, self.why = stage, why
        super().__init__(why)


@dataclass(slots=True)
class Connection:
    """A socket with one deadline for everything that is still to come."""

    sock: socket.socket
    deadline: float
    buffer: bytes = b""

    def send(self, data: bytes) -> None:
        """Send everything."""
        self.sock.settimeout(self._left())
        self.sock.sendall(data)

    def receive(self) -> bytes:
        """What comes next; empty at the end."""
        if self.buffer:
            data, self.buffer = self.buffer, b""
            return data
        self.sock.settimeout(self._left())
        return self.sock.recv(16384)

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def until(self, end: bytes) -> bytes:
        """What arrives, up to and including ``end``."""
        while end not in self.buffer:
            self._more()
        cut = self.buffer.index(end) + len(end)
        return self._cut(cut)

    def exactly(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        if count > MAX_DIALOGUE_BYTES:
            raise DialogueError("the server's answer is too long")
        while len(self.buffer) < count:
            self._more()
        return self._cut(count)

    def _more(self) -> None:
        if len(self.buffer) > MAX_DIALOGUE_BYTES:
            raise DialogueError("the server's answer is too long")
        self.sock.settimeout(self._left())
        data = self.sock.recv(4096)
        if not data:
            raise DialogueError("the server closed the connection")
        self.buffer += data

    def _cut(self, count: int) -> bytes:
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data


@dataclass(slots=True)
class Result:
    """What became of one probe; ``as_json`` is one line of output."""

    number: int
    at: str
    endpoint: str = ""
    protocol: str = ""
    cipher: str = ""
    signature_algorithms: list[str] = field(default_factory=list)
    chain: list[bytes] = field(default_factory=list)
    stage: str = ""
    error: str = ""
    seconds: float = 0.0

    def as_json(self) -> str:
        """One line."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({**values, "chain": [base64.b64encode(der).decode("ascii") for der in self.chain]})


def run(probe: dict[str, Any], connect_seconds: float, handshake_seconds: float) -> Result:
    """One probe from connection to certificate message; every failure becomes part of the result."""
    result = Result(probe["number"], datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    started = time.monotonic()
    try:
        with _connect(probe, connect_seconds) as sock:
            result.endpoint = _endpoint(sock)
            connection = Connection(sock, time.monotonic() + handshake_seconds)
            _start_tls(connection, probe)
            _shake_hands(connection, probe, result)
    except StageError as error:
        result.stage, result.error = error.stage, error.why
    result.seconds = round(time.monotonic() - started, 3)
    return result


def _connect(probe: dict[str, Any], seconds: float) -> socket.socket:
    host = probe["address"] or probe["host"]
    try:
        found = socket.getaddrinfo(host, probe["port"], _FAMILIES[probe["family"]], socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise StageError("connect", f"no address for '{host}': {_system(error)}") from None
    problem = "no address"
    for family, kind, protocol, _, address in found[:MAX_ADDRESSES]:
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(seconds)
        try:
            sock.connect(address)
        except OSError as error:
            sock.close()
            problem = f"{address[0]}: {_system(error, seconds)}"
        else:
            return sock
    raise StageError("connect", problem)


def _endpoint(sock: socket.socket) -> str:
    host, port = sock.getpeername()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _system(error: Exception, seconds: float = 0) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {seconds:g} s" if seconds else "no answer in time"
    return (getattr(error, "strerror", None) or type(error).__name__).lower()


def _start_tls(connection: Connection, probe: dict[str, Any]) -> None:
    if not probe["starttls"]:
        return
    try:
        DIALOGUES[probe["starttls"]](connection, probe["host"])
    except DialogueError as error:
        raise StageError("starttls", str(error)) from None
    except (OSError, ValueError) as error:
        raise StageError("starttls", _system(error)) from None


def _shake_hands(connection: Connection, probe: dict[str, Any], result: Result) -> None:
    try:
        context = _context(probe)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname=probe["sni"] or None)
    except (ssl.SSLError, ValueError, UnicodeError) as error:
        raise StageError("handshake", f"this OpenSSL cannot offer that: {_tls(error)}") from None
    try:
        for _ in _flights(tls, incoming, outgoing, connection, result):
            pass
    except (ssl.SSLError, OSError) as error:
        result.chain = _chain(tls)
        raise StageError("handshake", _tls(error)) from None
    result.chain = _chain(tls)
    result.protocol = tls.version() or ""
    cipher = tls.cipher()
    result.cipher = cipher[0] if cipher else ""


def _context(probe: dict[str, Any]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= _LEGACY_SERVER
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old versions are offered on purpose
        context.minimum_version, context.maximum_version = _VERSIONS[probe["protocol"]]
    if probe["ciphers"]:
        context.set_ciphers(probe["ciphers"])
    return context


def _flights(
    tls: ssl.SSLObject, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, connection: Connection, result: Result
) -> Iterator[None]:
    """One step per flight, until the handshake is over."""
    received, done = 0, False
    while not done:
        try:
            tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            pass
        finally:
            _forward(outgoing, connection, result)
        if done:
            return
        data = connection.receive()
        received += len(data)
        if received > MAX_HANDSHAKE_BYTES:
            raise ssl.SSLError(f"the server sent more than {MAX_HANDSHAKE_BYTES} bytes")
        if data:
            incoming.write(data)
        else:
            incoming.write_eof()
        yield


def _forward(outgoing: ssl.MemoryBIO, connection: Connection, result: Result) -> None:
    data = outgoing.read()
    if data:
        result.signature_algorithms = result.signature_algorithms or signature_algorithms(data)
        connection.send(data)


def _tls(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ConnectionResetError | BrokenPipeError):
        return "the server closed the connection"
    reason = getattr(error, "reason", None)
    return str(reason).replace("_", " ").lower() if reason else str(error)


def _chain(tls: ssl.SSLObject) -> list[bytes]:
    """The certificates as sent; public in Python since 3.13, before that on the object underneath."""
    getter = getattr(tls, "get_unverified_chain", None) or tls._sslobj.get_unverified_chain  # type: ignore[attr-defined]
    chain = getter() or ()
    return [der if isinstance(der, bytes) else _der(der) for der in chain]


def _der(certificate: Any) -> bytes:
    import _ssl

    return bytes(certificate.public_bytes(_ssl.ENCODING_DER))


def main() -> None:
    """Run the probes of standard input, one after the other."""
    request = json.load(sys.stdin)
    for probe in request["probes"]:
        result = run(probe, request["connect_seconds"], request["handshake_seconds"])
        print(result.as_json(), flush=True)  # noqa: T201 - the parent process reads it


if __name__ == "__main__":
    main()
