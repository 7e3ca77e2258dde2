"""TLS servers on ports of 127.0.0.1, one a case: argv is the batch's directory and the number of cases.

Each sends exactly the listed chain: order, duplicates, roots, SHA-1 and small keys included. Prints the ports as JSON
and serves until its stdin closes.
"""

import contextlib
import json
import selectors
import socket
import ssl
import sys
import threading
from pathlib import Path

BODY = b"<p>chainlab-ok\n"
REPLY = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY) + BODY
)
TIMEOUT = 10


def context(directory: Path, number: int) -> ssl.SSLContext:
    """A server context that sends the chain of the case and accepts every old client."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_alpn_protocols(["http/1.1", "h2"])
    made.set_ciphers("ALL:@SECLEVEL=0")
    made.minimum_version = ssl.TLSVersion.TLSv1
    made.load_cert_chain(directory / f"{number}.chain.pem", directory / f"{number}.key.pem")
    return made


def answer(connection: socket.socket, made: ssl.SSLContext) -> None:
    """One handshake and one reply; whatever the client does is fine."""
    connection.settimeout(TIMEOUT)
    with contextlib.suppress(OSError, ValueError), made.wrap_socket(connection, server_side=True) as secure:
        with contextlib.suppress(OSError):
            secure.recv(4096)
        secure.sendall(REPLY)
    with contextlib.suppress(OSError):
        connection.close()


def main() -> None:
    """Listen on one port a case until stdin closes."""
    directory, count = Path(sys.argv[1]), int(sys.argv[2])
    selector = selectors.DefaultSelector()
    ports = []
    for number in range(count):
        listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        selector.register(listener, selectors.EVENT_READ, number)
        ports.append(listener.getsockname()[1])
    selector.register(sys.stdin, selectors.EVENT_READ, -1)
    sys.stdout.write(json.dumps(ports) + "\n")
    sys.stdout.flush()
    while True:
        for key, _ in selector.select():
            if key.data < 0:
                return
            connection, _ = key.fileobj.accept()  # type: ignore[union-attr]
            made = context(directory, key.data)
            threading.Thread(target=answer, args=(connection, made), daemon=True).start()


if __name__ == "__main__":
    main()
