"""Servers that follow the dialogue of a protocol's specification up to TLS: ``PROTOCOL PORT CHAIN KEY``.

Written against the specifications, not against chainlab's dialogues; ``smtp`` is aiosmtpd, a server that people run.
"""

from __future__ import annotations

import socket
import ssl
import struct
import sys
import threading


def line(stream):
    return stream.readline(2000)


def imap(stream, send) -> None:
    send(b"* OK [CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED] ready\r\n")
    tag, command = line(stream).split(None, 1)
    assert command.strip().upper() == b"STARTTLS"
    send(b"* BYE is not what happens\r\n" + tag + b" OK Begin TLS negotiation now\r\n")


def pop3(stream, send) -> None:
    send(b"+OK POP3 ready <1@test>\r\n")
    assert line(stream).strip().upper() == b"STLS"
    send(b"+OK Begin TLS negotiation\r\n")


def ftp(stream, send) -> None:
    send(b"220-Welcome\r\n220 ready\r\n")
    assert line(stream).strip().upper() == b"AUTH TLS"
    send(b"234 AUTH TLS successful\r\n")


def ldap(stream, send) -> None:
    head = stream.read(2)
    body = stream.read(head[1])
    assert head[0] == 0x30
    assert b"1.3.6.1.4.1.1466.20037" in body
    send(bytes.fromhex("300c02010178070a010004000400"))


def ldap_refusing(stream, send) -> None:
    stream.read(stream.read(2)[1])
    send(bytes.fromhex("300c02010178070a013404000400"))  # unavailable (52)


def postgres(stream, send) -> None:
    assert struct.unpack(">II", stream.read(8)) == (8, 80877103)
    send(b"S")


def postgres_refusing(stream, send) -> None:
    stream.read(8)
    send(b"N")


def mysql_greeting(capabilities: int) -> bytes:
    payload = b"\x0a8.0.36-test\0" + struct.pack("<I", 7) + b"saltsalt\0"
    payload += struct.pack("<H", capabilities & 0xFFFF) + b"\x2d" + struct.pack("<H", 2)
    payload += struct.pack("<H", capabilities >> 16) + b"\x15" + b"\0" * 10 + b"saltsaltsalt\0"
    return len(payload).to_bytes(3, "little") + b"\0" + payload


def mysql(stream, send) -> None:
    send(mysql_greeting(0xFFFFF7FF | 0x0800))
    head = stream.read(4)
    assert (int.from_bytes(head[:3], "little"), head[3]) == (32, 1)
    assert int.from_bytes(stream.read(32)[:4], "little") & 0x0800


def mysql_refusing(stream, send) -> None:
    send(mysql_greeting(0xFFFFF7FF))


def xmpp(stream, send) -> None:
    opening = b""
    while not opening.endswith(b"jabber.org/streams'>"):
        opening += stream.read(1)
    send(
        b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' "
        b"id='1' version='1.0'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/>"
        b"</starttls></stream:features>"
    )
    wanted = b""
    while not wanted.endswith(b"/>"):
        wanted += stream.read(1)
    assert b"<starttls" in wanted
    send(b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")


def rdp(stream, send) -> None:
    request = stream.read(19)
    assert request[:4] == b"\x03\0\0\x13"
    assert request[5] == 0xE0
    assert request[15] & 1
    send(bytes.fromhex("030000130ed000001234000201080001000000"))


def rdp_refusing(stream, send) -> None:
    stream.read(19)
    send(bytes.fromhex("030000130ed000001234000300080002000000"))


def smtp_refusing(stream, send) -> None:
    send(b"220 mail.test ESMTP\r\n")
    line(stream)
    send(b"250-mail.test\r\n250 SIZE 1000\r\n")


def silent(stream, send) -> None:
    stream.read(1)


def chatty(stream, send) -> None:
    while True:
        send(b"x" * 65536)


def rude(stream, send) -> None:
    send(b"500 \x1b[31mno\x1b[0m\r\n")


def serve(connection: socket.socket, dialogue, context: ssl.SSLContext) -> None:
    try:
        stream = connection.makefile("rb", buffering=0)
        dialogue(stream, connection.sendall)
        context.wrap_socket(connection, server_side=True).close()
    except (OSError, AssertionError, IndexError, ValueError):
        connection.close()


def smtp_server(port: int, context: ssl.SSLContext) -> None:
    from aiosmtpd.controller import Controller
    from aiosmtpd.handlers import Sink

    controller = Controller(Sink(), hostname="127.0.0.1", port=port, tls_context=context)
    controller.start()
    threading.Event().wait()


def main() -> None:
    protocol, port, chain, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    if protocol == "smtp":
        smtp_server(int(port), context)
    listener = socket.create_server(("127.0.0.1", int(port)))
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection, globals()[protocol], context), daemon=True).start()


if __name__ == "__main__":
    main()
