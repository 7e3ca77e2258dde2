"""GnuTLS through ``certtool --verify``, which has no date option: it judges at the system's time."""

from __future__ import annotations

import re

from tests.oracles.oracle import ACCEPT, REJECT, Answer, Bench, Oracle, debian_version, run

_OUTPUT = re.compile(r"Chain verification output: (.*)|Output: (.*)")


def _ask(bench: Bench) -> list[Answer]:
    return [_one(bench, number) for number in range(len(bench.cases))]


def _one(bench: Bench, number: int) -> Answer:
    result = run([
        "certtool", "--verify", f"--load-ca-certificate={bench.file(number, 'roots')}",
        f"--infile={bench.file(number, 'chain')}", f"--verify-hostname={bench.cases[number].host}",
        "--verify-purpose=1.3.6.1.5.5.7.3.1",
    ])  # fmt: skip
    found = ["".join(groups) for groups in _OUTPUT.findall(result.stdout)]
    error = (found or [result.stderr[-200:]])[-1]
    return Answer(ACCEPT if result.returncode == 0 else REJECT, error)


ORACLES = (
    Oracle("gnutls-certtool", "gnutls", _ask, lambda: debian_version("gnutls-bin"), "apt-get install gnutls-bin",
           fast=True),
)  # fmt: skip
