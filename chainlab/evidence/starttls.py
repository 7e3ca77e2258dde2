"""The plain dialogue before TLS, per protocol: asks the server to start TLS on a connection that is already open.

Each function speaks over a ``Stream`` and returns when the server is ready for a ClientHello; ``DialogueError`` says
what it answered instead. Sources are named per protocol.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Final, Protocol

from chainlab.escaping import visible


class DialogueError(Exception):
    """The server did not agree to start TLS; the text says what it answered."""


class Stream(Protocol):
    """A connection with a deadline; both readers raise ``DialogueError`` at its end or beyond the cap."""

    def send(self, data: bytes) -> None:
        """Send everything."""
        ...

    def until(self, end: bytes) -> bytes:
        """What arrives, up to and including ``end``."""
        ...

    def exactly(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        ...


def _refused(answer: bytes) -> DialogueError:
    return DialogueError(f"the server answered '{visible(answer.decode('utf-8', 'replace').strip(), 120)}'")


def _reply(stream: Stream) -> bytes:
    """An SMTP or FTP reply with all its lines (RFC 5321, 4.2.1; RFC 959, 4.2)."""
    whole = b""
    while True:
        line = stream.until(b"\n")
        whole += line
        if re.match(rb"\d{3}(?: |\r?\n)", line):
            return whole


def _expect(stream: Stream, code: bytes) -> bytes:
    reply = _reply(stream)
    if not reply.startswith(code):
        raise _refused(reply)
    return reply


def smtp(stream: Stream, _host: str) -> None:
    """RFC 3207."""
    _expect(stream, b"220")
    stream.send(b"EHLO chainlab.invalid\r\n")
    if b"STARTTLS" not in _expect(stream, b"250").upper():
        raise DialogueError("the server does not offer STARTTLS")
    stream.send(b"STARTTLS\r\n")
    _expect(stream, b"220")


def ftp(stream: Stream, _host: str) -> None:
    """RFC 4217."""
    _expect(stream, b"220")
    stream.send(b"AUTH TLS\r\n")
    _expect(stream, b"234")


def imap(stream: Stream, _host: str) -> None:
    """RFC 3501, 6.2.1."""
    greeting = stream.until(b"\n")
    if not greeting.upper().startswith(b"* OK"):
        raise _refused(greeting)
    stream.send(b"a1 STARTTLS\r\n")
    while not (line := stream.until(b"\n")).startswith(b"a1 "):
        pass
    if not line.upper().startswith(b"A1 OK"):
        raise _refused(line)


def pop3(stream: Stream, _host: str) -> None:
    """RFC 2595, 4."""
    for command in (b"", b"STLS\r\n"):
        if command:
            stream.send(command)
        line = stream.until(b"\n")
        if not line.startswith(b"+OK"):
            raise _refused(line)


_LDAP_STARTTLS: Final = b"1.3.6.1.4.1.1466.20037"


def ldap(stream: Stream, _host: str) -> None:
    """RFC 4511, 4.14: an ExtendedRequest of one message; success is result code 0."""
    request = b"\x02\x01\x01\x77" + bytes([len(_LDAP_STARTTLS) + 2]) + b"\x80" + bytes([len(_LDAP_STARTTLS)])
    request += _LDAP_STARTTLS
    stream.send(b"\x30" + bytes([len(request)]) + request)
    answer = stream.exactly(2)
    if answer[0] != 0x30:
        raise _refused(answer)
    length = answer[1]
    if length & 0x80:
        length = int.from_bytes(stream.exactly(length & 0x7F), "big")
    body = stream.exactly(length)
    match = re.match(rb"\x02\x01\x01\x78(?:[\x00-\x7f]|\x81.|\x82..|\x84....)\x0a\x01(.)", body, re.DOTALL)
    if match is None or match[1] != b"\0":
        code = "" if match is None else f" (result code {match[1][0]})"
        raise DialogueError(f"the server does not start TLS{code}")


def postgres(stream: Stream, _host: str) -> None:
    """PostgreSQL manual, "Message Flow": SSLRequest, answered by S or N."""
    stream.send(struct.pack(">II", 8, 80877103))
    answer = stream.exactly(1)
    if answer != b"S":
        raise DialogueError("TLS is switched off" if answer == b"N" else "the server answered with an error")


_MYSQL_TLS: Final = 0x0800
_MYSQL_CAPABILITIES: Final = 0x0800 | 0x0200 | 0x8000
"""CLIENT_SSL, CLIENT_PROTOCOL_41, CLIENT_SECURE_CONNECTION."""


def mysql(stream: Stream, _host: str) -> None:
    """MySQL internals, "Connection Phase": the greeting's capabilities, then an SSLRequest packet."""
    length = int.from_bytes(stream.exactly(4)[:3], "little")
    greeting = stream.exactly(length)
    if not greeting or greeting[0] != 10:
        raise _refused(greeting[3:])
    capabilities = greeting[greeting.find(b"\0", 1) + 14 :][:2]
    if not int.from_bytes(capabilities, "little") & _MYSQL_TLS:
        raise DialogueError("the server does not offer TLS")
    stream.send(struct.pack("<IIIB23x", 32 | 1 << 24, _MYSQL_CAPABILITIES, 1 << 24, 45))


def xmpp(stream: Stream, host: str) -> None:
    """RFC 6120, 5."""
    name = re.sub(r"[^A-Za-z0-9.:_-]", "", host)
    stream.send(
        f"<?xml version='1.0'?><stream:stream to='{name}' version='1.0' xmlns='jabber:client' "
        "xmlns:stream='http://etherx.jabber.org/streams'>".encode()
    )
    if b"urn:ietf:params:xml:ns:xmpp-tls" not in stream.until(b"</stream:features>"):
        raise DialogueError("the server does not offer STARTTLS")
    stream.send(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    answer = stream.until(b">")
    if b"<proceed" not in answer:
        raise _refused(answer)


_RDP_REQUEST: Final = bytes.fromhex("030000130ee000000000000100080003000000")
"""[MS-RDPBCGR] 2.2.1.1: an X.224 Connection Request that offers TLS and CredSSP (which begins with TLS too)."""


def rdp(stream: Stream, _host: str) -> None:
    """[MS-RDPBCGR] 5.4.2.1: the server's negotiation response must not be a failure."""
    stream.send(_RDP_REQUEST)
    version, _, length = struct.unpack(">BBH", stream.exactly(4))
    answer = stream.exactly(min(max(length - 4, 0), 512)) if version == 3 else b""
    if len(answer) < 15 or answer[7] != 2 or not int.from_bytes(answer[11:15], "little"):
        raise DialogueError("the server does not offer TLS")


DIALOGUES: Final[dict[str, Callable[[Stream, str], None]]] = {
    "smtp": smtp, "imap": imap, "pop3": pop3, "ftp": ftp, "ldap": ldap, "postgres": postgres, "mysql": mysql,
    "xmpp": xmpp, "rdp": rdp,
}  # fmt: skip
"""Protocol -> its dialogue."""

USUAL_PORTS: Final = {
    21: "ftp", 25: "smtp", 587: "smtp", 110: "pop3", 143: "imap", 389: "ldap", 3268: "ldap", 3306: "mysql",
    3389: "rdp", 5222: "xmpp", 5432: "postgres",
}  # fmt: skip
"""Ports on which TLS begins with a dialogue."""
