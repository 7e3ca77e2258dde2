"""Run a command where there is no network but loopback: ``python -m tools.without_network COMMAND …``.

A new network namespace of Linux (``unshare``, without privileges where the system allows user namespaces) has no
interface but loopback, which is brought up for the tests that serve themselves. Exit status: the command's; 125 where
no namespace can be had.
"""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import sys
from typing import Final

UNAVAILABLE: Final = 125
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1


def namespace() -> list[str] | None:
    """The words that start a command in a namespace of its own; ``None`` where there is none to be had."""
    tool = shutil.which("unshare")
    for words in ([tool, "--net"], [tool, "--net", "--map-root-user"]) if tool is not None else ():
        done = subprocess.run([*map(str, words), sys.executable, "-c", ""], capture_output=True, check=False)
        if done.returncode == 0:
            return [str(word) for word in words]
    return None


def loopback_up() -> None:
    """Bring the namespace's loopback interface up."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", 0)
        _, flags = struct.unpack("16sh14x", fcntl.ioctl(sock, _SIOCGIFFLAGS, request))
        fcntl.ioctl(sock, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def main() -> int:
    """Enter the namespace, then become the command."""
    if sys.argv[1:2] == ["--inside"]:
        loopback_up()
        os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - the command is the developer's own
    words = namespace()
    if words is None:
        print("no network namespace can be had here", file=sys.stderr)
        return UNAVAILABLE
    inside = [*words, sys.executable, "-m", "tools.without_network", "--inside", *sys.argv[1:]]
    return subprocess.run(inside, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
