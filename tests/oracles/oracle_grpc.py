"""BoringSSL inside gRPC, which sets X509_V_FLAG_PARTIAL_CHAIN, over TLS."""

from __future__ import annotations

import importlib.metadata
import sys

from tests.oracles.oracle import NATIVE, Answer, Bench, Oracle, parse_lines, run, served_over_tls
from tests.oracles.scenario import CACHE

_PACKAGE = CACHE / "python" / "grpcio"


def _ask(bench: Bench) -> list[Answer]:
    with served_over_tls(bench) as ports:
        result = run([sys.executable, NATIVE / "grpc_client.py", _PACKAGE], bench.lines(ports), GRPC_VERBOSITY="NONE")
    return parse_lines(result.stdout, len(bench.cases), result.stderr)


def _version() -> str:
    found = list(importlib.metadata.distributions(name="grpcio", path=[str(_PACKAGE)]))
    return f"grpcio {found[0].version}" if found else ""


ORACLES = (
    Oracle("grpc", "boringssl-grpc", _ask, _version, "tools/install_oracles.py grpcio"),
)  # fmt: skip
