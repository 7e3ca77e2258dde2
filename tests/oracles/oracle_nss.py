"""NSS through ``vfychain``: the classic path code and libpkix. Roots lie in a fresh certificate database."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tests.oracles.oracle import ACCEPT, REJECT, Answer, Ask, Bench, Oracle, debian_version, run

_SERVER = "1"
"""vfychain's ``-u``: certUsageSSLServer."""


def _ask(*mode: str) -> Ask:
    def ask(bench: Bench) -> list[Answer]:
        with tempfile.TemporaryDirectory(dir=_memory()) as scratch:
            empty = Path(scratch) / "empty"
            empty.mkdir()
            run(["certutil", "-N", "-d", f"sql:{empty}", "--empty-password"])
            return [_one(bench, number, mode, empty, Path(scratch) / str(number)) for number in range(len(bench.cases))]

    return ask


def _memory() -> str | None:
    """NSS waits for the disk after every change of a database; a directory in memory spares that."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def trust(database: Path, bench: Bench, number: int) -> None:
    """Make the case's roots trusted server CAs of the database, in one run of certutil."""
    commands = []
    for index, root in enumerate(bench.cases[number].roots):
        file = bench.directory / f"{number}.root{index}.der"
        file.write_bytes(root.der or b"")
        commands.append(f"-A -n root{index} -t CT,, -i {file}\n")
    batch = bench.directory / f"{number}.certutil"
    batch.write_text("".join(commands), encoding="ascii")
    run(["certutil", "-B", "-d", f"sql:{database}", "-i", batch])


def _one(bench: Bench, number: int, mode: tuple[str, ...], empty: Path, database: Path) -> Answer:
    shutil.copytree(empty, database)
    trust(database, bench, number)
    files = []
    for index, certificate in enumerate(bench.cases[number].served):
        file = bench.directory / f"{number}.served{index}.der"
        file.write_bytes(certificate.der or b"")
        files.append(file)
    moment = f"{bench.cases[number].at:%y%m%d%H%MZ}"
    result = run(["vfychain", "-d", f"sql:{database}", "-b", moment, "-u", _SERVER, *mode, *files])
    shutil.rmtree(database)
    output = " ".join((result.stdout + result.stderr).split())
    good = "Chain is good" in output
    return Answer(ACCEPT if good else REJECT, "" if good else output[:250])


def _version() -> str:
    return debian_version("libnss3-tools")


_INSTALL = "apt-get install libnss3-tools"
ORACLES = (
    Oracle("nss-vfychain", "nss-classic", _ask(), _version, _INSTALL, checks_host=False, fast=True),
    Oracle("nss-vfychain-libpkix", "nss-libpkix", _ask("-pp"), _version, _INSTALL, checks_host=False, fast=True),
)
