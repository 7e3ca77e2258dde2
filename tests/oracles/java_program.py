"""Compiling and running ``native/Verify.java`` on one Java or another."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from tests.oracles.oracle import NATIVE, Answer, Ask, Bench, parse_lines, run, served_over_tls
from tests.oracles.scenario import CACHE

BOUNCY_CASTLE: Final = Path("/usr/share/java/bcprov.jar")
BOUNCY_PROVIDER: Final = "org.bouncycastle.jce.provider.BouncyCastleProvider"

_HANDSHAKES: Final = ("PKIX", "SunX509")


def classes() -> Path:
    """The compiled class's directory; byte code of Java 8, so that every release runs it."""
    source, directory = NATIVE / "Verify.java", CACHE / "bin"
    compiled = directory / "Verify.class"
    if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=directory) as scratch:
            result = run(["javac", "--release", "8", "-Xlint:-options", "-d", scratch, source])
            if result.returncode:
                raise RuntimeError(f"Verify.java does not compile: {result.stderr[-2000:]}")
            (Path(scratch) / compiled.name).replace(compiled)
    return directory


def java_ask(mode: str, java: str | Path = "java", provider: str = "") -> Ask:
    """Ask a Java in one of the program's modes; with a provider, Bouncy Castle is on the class path."""

    def ask(bench: Bench) -> list[Answer]:
        path = f"{classes()}:{BOUNCY_CASTLE}" if provider else str(classes())
        command = [java, "-cp", path, "Verify", mode, *([provider] if provider else [])]
        if mode in _HANDSHAKES:
            with served_over_tls(bench) as ports:
                result = run(command, bench.lines(ports))
        else:
            result = run(command, bench.lines())
        return parse_lines(result.stdout, len(bench.cases), result.stderr)

    return ask
