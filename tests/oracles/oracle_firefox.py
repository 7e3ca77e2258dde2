"""Firefox ESR, headless, driven through Marionette (JSON over a socket); a fresh profile and five seconds a case.

A profile is not used twice because Firefox keeps the intermediates it has seen.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.oracles.oracle import NATIVE, Answer, Bench, Oracle, debian_version, parse_lines, run, served_over_tls
from tests.oracles.oracle_nss import trust


def _ask(bench: Bench) -> list[Answer]:
    for number in range(len(bench.cases)):
        database = _profile(bench, number)
        run(["certutil", "-N", "-d", f"sql:{database}", "--empty-password"])
        trust(database, bench, number)
    with served_over_tls(bench) as ports:
        result = run([sys.executable, NATIVE / "firefox_client.py", bench.directory], bench.lines(ports))
    return parse_lines(result.stdout, len(bench.cases), result.stderr)


def _profile(bench: Bench, number: int) -> Path:
    profile = bench.directory / f"profile{number}"
    profile.mkdir()
    return profile


ORACLES = (
    Oracle("firefox-esr", "mozpkix", _ask, lambda: debian_version("firefox-esr"),
           "apt-get install firefox-esr libnss3-tools", most=100),
)  # fmt: skip
