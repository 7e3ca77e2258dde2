"""Erlang's ssl application (RabbitMQ, CouchDB, ejabberd), as Debian packages it, over TLS."""

from __future__ import annotations

from tests.oracles.oracle import NATIVE, Answer, Bench, Oracle, debian_version, parse_lines, run, served_over_tls


def _ask(bench: Bench) -> list[Answer]:
    with served_over_tls(bench) as ports:
        result = run(["escript", NATIVE / "verify.escript"], bench.lines(ports))
    return parse_lines(result.stdout, len(bench.cases), result.stderr)


ORACLES = (
    Oracle("erlang-ssl", "erlang", _ask, lambda: debian_version("erlang-ssl"), "apt-get install erlang-ssl"),
)  # fmt: skip
