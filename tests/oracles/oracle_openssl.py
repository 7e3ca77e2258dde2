"""OpenSSL's command line: ``openssl verify``, as installed on the machine."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.oracles.oracle import ACCEPT, REJECT, Answer, Ask, Bench, Oracle, first_line, run

_PROGRAM = shutil.which("openssl") or "openssl"
_ERROR = re.compile(r"error (\d+) at (\d+) depth lookup: (.*)")


def _ask(*options: str) -> Ask:
    def ask(bench: Bench) -> list[Answer]:
        return [_one(bench, number, options) for number in range(len(bench.cases))]

    return ask


def _one(bench: Bench, number: int, options: tuple[str, ...]) -> Answer:
    case = bench.cases[number]
    command: list[str | Path] = [
        _PROGRAM, "verify", "-no-CApath", "-no-CAstore", "-CAfile", bench.file(number, "roots"), "-purpose",
        "sslserver", "-verify_hostname", case.host, "-attime", str(int(case.at.timestamp())), *options,
    ]  # fmt: skip
    if len(case.served) > 1:
        command += ["-untrusted", bench.file(number, "rest")]
    result = run([*command, bench.file(number, "leaf")])
    errors = _ERROR.findall(result.stdout + result.stderr)
    text = "; ".join(f"{code} at depth {depth}: {words}" for code, depth, words in errors)
    return Answer(ACCEPT if result.returncode == 0 else REJECT, text)


def _version() -> str:
    found = first_line([_PROGRAM, "version"])
    return found.split(" (")[0] if found.startswith("OpenSSL 3.") else ""


_INSTALL = "apt-get install openssl (3.x)"
ORACLES = (
    Oracle("openssl-cli", "openssl-3", _ask("-auth_level", "0"), _version, _INSTALL, fast=True),
    Oracle("openssl-cli-partial-chain", "openssl-3-partial", _ask("-auth_level", "0", "-partial_chain"), _version,
           _INSTALL, fast=True),
    Oracle("openssl-cli-level-2", "openssl-3-level2", _ask("-auth_level", "2"), _version, _INSTALL, fast=True),
)  # fmt: skip
