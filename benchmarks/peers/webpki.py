"""rustls-webpki as it sits in uv: a TLS server sends the chain, uv connects, its error is the verdict.

Needs the leaf's key as ``key.pem`` beside the leaf. The verdict is that of the time of the run.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Final

from tests.oracles.native import rustls_proxy

NATIVE: Final = Path(__file__).resolve().parents[2] / "tests" / "oracles" / "native"
UV: Final = Path(sys.executable).with_name("uv")


def serving(folder: Path) -> subprocess.Popen[str]:
    """The server of the chain in ``folder``; its first line names its port."""
    command = [sys.executable, "-W", "ignore", str(NATIVE / "tls_servers.py"), str(folder), "1"]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def asked(port: int, roots: Path, host: str) -> str:
    """What uv's TLS client says of the server on this port; a proxy stands in for the host's name."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=rustls_proxy.accept, args=(listener,), daemon=True).start()
    with tempfile.TemporaryDirectory() as home:
        environment = {
            "PATH": os.environ["PATH"], "HOME": home, "SSL_CERT_FILE": str(roots), "UV_HTTP_RETRIES": "0",
            "HTTPS_PROXY": f"http://127.0.0.1:{listener.getsockname()[1]}", "UV_PYTHON_DOWNLOADS": "never",
        }  # fmt: skip
        index = f"https://{host}:{port}/simple"
        command = [str(UV), "pip", "install", "--no-cache", "--no-config", "--target", home, "--default-index", index,
                   "--python", sys.executable, "nosuchpackage"]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    return verdict_of(done.stderr)


def verdict_of(said: str) -> str:
    """A certificate that uv calls invalid is a rejection; a connection that did not come about has its last cause."""
    last = said.strip().splitlines()[-1].strip().removeprefix("cause: ")[:160] if said.strip() else ""
    if "invalid peer certificate" in said:
        return f"reject: {said.partition('invalid peer certificate: ')[2].splitlines()[0][:160]}"
    return f"refused: {last}" if "client error (Connect)" in said else "accept"


def main() -> None:
    """The arguments and the answer are those of the other peers."""
    leaf, chain, roots, _, host = sys.argv[1:6]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "0.chain.pem").write_bytes(Path(leaf).read_bytes() + Path(chain).read_bytes())
        (Path(folder) / "0.key.pem").write_bytes(Path(leaf).with_name("key.pem").read_bytes())
        with serving(Path(folder)) as server:
            assert server.stdout is not None
            assert server.stdin is not None
            (port,) = json.loads(server.stdout.readline())
            start = time.process_time()
            verdict = asked(port, Path(roots).resolve(), host)
            server.stdin.close()
    print(json.dumps({"verdict": verdict, "load": 0.0, "check": time.process_time() - start, "warm": None}))


if __name__ == "__main__":
    main()
