"""uv's TLS stack (rustls with rustls-webpki) over a batch of cases.

argv[1] is the uv program; stdin: position|roots.pem|chain.pem|host|seconds|port; stdout: position|verdict|error|.
uv is sent through a CONNECT proxy that maps the host's name to 127.0.0.1.
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

BLOCK = 65536
ERROR = re.compile(r"invalid peer certificate:[^\n]*|[^\n]*certificate[^\n]*")


def pump(source: socket.socket, target: socket.socket) -> None:
    """Copy until one end closes, then close both."""
    try:
        while data := source.recv(BLOCK):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def tunnel(client: socket.socket) -> None:
    """Answer one CONNECT request with a connection to the same port of 127.0.0.1."""
    request = b""
    while b"\r\n\r\n" not in request:
        data = client.recv(BLOCK)
        if not data:
            return
        request += data
    server = socket.create_connection(("127.0.0.1", int(request.split()[1].rsplit(b":", 1)[1])))
    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    threading.Thread(target=pump, args=(server, client), daemon=True).start()
    pump(client, server)


def accept(listener: socket.socket) -> None:
    """Serve the proxy for ever."""
    while True:
        client, _ = listener.accept()
        threading.Thread(target=tunnel, args=(client,), daemon=True).start()


def judge(uv: str, proxy: int, line: str) -> str:
    """One request to the case's server; a certificate error is a rejection, any other an acceptance."""
    number, roots, _, host, _, port = line.strip().split("|")
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "PATH": os.environ["PATH"], "HOME": home, "SSL_CERT_FILE": roots, "UV_HTTP_RETRIES": "0",
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy}", "UV_PYTHON_DOWNLOADS": "never",
        }  # fmt: skip
        index = f"https://{host}:{port}/simple"
        command = [uv, "pip", "install", "--no-cache", "--no-config", "--target", home, "--default-index", index,
                   "--python", sys.executable, "nosuchpackage"]  # fmt: skip
        result = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    found = ERROR.findall(result.stderr)
    if not found and "simple" not in result.stderr and "nosuchpackage" not in result.stderr:
        return f"{number}|cannot|{' '.join(result.stderr.split())[-200:]}|"
    return f"{number}|reject|{found[-1].strip()}|" if found else f"{number}|accept||"


def main() -> None:
    """Read the batch, two requests at a time."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=accept, args=(listener,), daemon=True).start()
    with ThreadPoolExecutor(2) as pool:
        for answer in pool.map(lambda line: judge(sys.argv[1], listener.getsockname()[1], line), sys.stdin.readlines()):
            print(answer, flush=True)


if __name__ == "__main__":
    main()
