"""What an oracle is: a real verifier that is asked the same question as chainlab's family, a batch at a time.

One file a verifier (``oracle_openssl.py``), each with ``ORACLES``; ``all_oracles`` finds them. A verifier that is not
installed says how to install it and is skipped.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from chainlab.certificate import Certificate
from tests.oracles.scenario import CACHE, Case

ROOT: Final = Path(__file__).resolve().parents[2]
NATIVE: Final = Path(__file__).resolve().parent / "native"

TIMEOUT: Final = 900
"""Seconds that one batch of a verifier may take; the browsers need most."""

ACCEPT, REJECT, CANNOT, UNKNOWN = "accept", "reject", "cannot", "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict: accept, reject, cannot (the verifier has no support for the question), unknown (chainlab's alone).

    ``path`` are SHA-256 fingerprints, leaf first, of the path it reports; empty where it reports none.
    """

    verdict: str
    error: str = ""
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bench:
    """A directory with the files of a batch of cases, named by position: ``0.roots.pem``, ``0.chain.pem`` …"""

    directory: Path
    cases: tuple[Case, ...]

    def file(self, position: int, kind: str) -> Path:
        """``roots``, ``chain``, ``leaf``, ``rest`` (all as PEM) or ``key`` of a case."""
        return self.directory / f"{position}.{kind}.pem"

    def lines(self, ports: Sequence[int] = ()) -> str:
        """The batch as our native programs read it: position|roots|chain|host|seconds since 1970|port."""
        return "".join(
            f"{number}|{self.file(number, 'roots')}|{self.file(number, 'chain')}|{case.host}"
            f"|{int(case.at.timestamp())}|{ports[number] if ports else 0}\n"
            for number, case in enumerate(self.cases)
        )


Ask = Callable[[Bench], list[Answer]]


@dataclass(frozen=True, slots=True)
class Oracle:
    """A real verifier in one configuration, and the family of chainlab that stands for it.

    ``checks_host`` and ``checks_purpose`` False: a raw validator that leaves these to its caller. ``most`` limits a
    slow one to so many scenarios. ``fast``: runs in every test run. ``host_family``: the family whose rules for host
    names it shows, where the program around the verifier matches them itself.
    """

    id: str
    family: str
    ask: Ask
    version: Callable[[], str]
    install: str
    checks_host: bool = True
    checks_purpose: bool = True
    fast: bool = False
    most: int = 0
    host_family: str = ""


def all_oracles() -> list[Oracle]:
    """Every oracle of every ``oracle_*.py``, sorted by file."""
    package = "tests.oracles"
    files = sorted(m.name for m in pkgutil.iter_modules([str(Path(__file__).parent)]) if m.name.startswith("oracle_"))
    return [oracle for name in files for oracle in importlib.import_module(f"{package}.{name}").ORACLES]


def set_up(directory: Path, cases: Sequence[Case]) -> Bench:
    """Write the files of a batch."""
    bench = Bench(directory, tuple(cases))
    for number, case in enumerate(cases):
        texts = {
            "roots": _pem(case.roots), "chain": _pem(case.served), "leaf": _pem(case.served[:1]),
            "rest": _pem(case.served[1:]), "key": case.leaf_key,
        }  # fmt: skip
        for kind, text in texts.items():
            bench.file(number, kind).write_text(text, encoding="ascii")
    return bench


def _pem(certificates: Sequence[Certificate]) -> str:
    return "".join(pem(certificate) for certificate in certificates)


def pem(certificate: Certificate) -> str:
    """One certificate as PEM."""
    assert certificate.der is not None
    return load_der_x509_certificate(certificate.der).public_bytes(Encoding.PEM).decode()


def run(command: Sequence[str | Path], text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program with text on stdin and extra environment variables; its output is text, whatever the bytes."""
    return subprocess.run(
        [str(part) for part in command],
        input=text,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=TIMEOUT,
        env={**os.environ, **environment},
        check=False,
    )


def first_line(command: Sequence[str | Path]) -> str:
    """The first line that a program prints, or nothing if there is no such program: for version strings."""
    try:
        result = run(command)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    output = (result.stdout.strip() or result.stderr.strip()) if result.returncode == 0 else ""
    return output.splitlines()[0].strip() if output else ""


def debian_version(package: str) -> str:
    """The installed version of a Debian package, or nothing."""
    found = first_line(["dpkg-query", "-W", "-f=${db:Status-Status} ${Version}", package])
    return found.removeprefix("installed ") if found.startswith("installed ") else ""


def library_version(package: str) -> str:
    """The installed version of a Debian package with a C library, or nothing if that or the compiler is missing."""
    return debian_version(package) if shutil.which("cc") else ""


def parse_lines(output: str, count: int, errors: str = "") -> list[Answer]:
    """Answers of a native program, which prints position|verdict|error|fingerprints separated by commas."""
    answers = [Answer(CANNOT, f"no answer; {errors[-200:]}")] * count
    for line in output.splitlines():
        number, _, rest = line.partition("|")
        parts = [*rest.split("|"), "", "", ""][:3]
        if number.isdigit() and int(number) < count and parts[0] in (ACCEPT, REJECT, CANNOT):
            path = tuple(part for part in parts[2].strip().lower().split(",") if part)
            answers[int(number)] = Answer(parts[0], parts[1].strip(), path)
    return answers


def compiled(source: str, *options: str, compiler: str = "cc") -> Path:
    """Compile one of our native programs, once for each state of its source."""
    program = CACHE / "bin" / source.partition(".")[0]
    file = NATIVE / source
    if not program.exists() or program.stat().st_mtime < file.stat().st_mtime:
        program.parent.mkdir(parents=True, exist_ok=True)
        scratch = program.with_suffix(f".{os.getpid()}")
        result = run([compiler, "-O1", "-o", scratch, file, *options])
        if result.returncode:
            raise RuntimeError(f"{source} does not compile: {result.stderr[-2000:]}")
        scratch.replace(program)
    return program


def native(source: str, *options: str, mode: str = "") -> Ask:
    """An ask that compiles a C program and gives it the batch on stdin."""

    def ask(bench: Bench) -> list[Answer]:
        program = compiled(source, *options)
        result = run([program, *([mode] if mode else [])], bench.lines())
        return parse_lines(result.stdout, len(bench.cases), result.stderr)

    return ask


@contextlib.contextmanager
def served_over_tls(bench: Bench) -> Iterator[list[int]]:
    """A TLS server on its own port of 127.0.0.1 for every case; yields the ports."""
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(NATIVE / "tls_servers.py"), str(bench.directory), str(len(bench.cases))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    assert server.stdin is not None
    try:
        yield json.loads(server.stdout.readline())
    finally:
        server.stdin.close()
        server.wait(10)
        server.stdout.close()


@dataclass(frozen=True, slots=True)
class Cell:
    """One oracle's answer to one case beside chainlab's."""

    oracle: Oracle
    case: Case
    answer: Answer
    ours: Answer = field(default_factory=lambda: Answer(CANNOT))

    @property
    def counts(self) -> bool:
        """Both gave a verdict."""
        return self.answer.verdict != CANNOT and self.ours.verdict != UNKNOWN

    @property
    def undecided(self) -> bool:
        """The verifier gave a verdict and chainlab says that it does not know: neither agreement nor the opposite."""
        return self.answer.verdict != CANNOT and self.ours.verdict == UNKNOWN

    @property
    def agrees(self) -> bool:
        """The verdicts are the same."""
        return self.answer.verdict == self.ours.verdict
