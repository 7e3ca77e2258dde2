"""rustls-webpki, as it sits in uv, over TLS."""

from __future__ import annotations

import sys

from tests.oracles.oracle import NATIVE, Answer, Bench, Oracle, first_line, parse_lines, run, served_over_tls
from tests.oracles.scenario import CACHE

_UV = CACHE / "python" / "uv" / "bin" / "uv"


def _ask(bench: Bench) -> list[Answer]:
    with served_over_tls(bench) as ports:
        result = run([sys.executable, NATIVE / "rustls_proxy.py", _UV], bench.lines(ports))
    return parse_lines(result.stdout, len(bench.cases), result.stderr)


ORACLES = (
    Oracle("uv-rustls", "webpki", _ask, lambda: first_line([_UV, "--version"]), "tools/install_oracles.py uv"),
)  # fmt: skip
