"""wolfSSL 5.5 as Debian builds it (WOLFSSL_ALT_CERT_CHAINS), over TLS."""

from __future__ import annotations

from tests.oracles.oracle import Answer, Bench, Oracle, compiled, library_version, parse_lines, run, served_over_tls


def _ask(bench: Bench) -> list[Answer]:
    program = compiled("wolfssl.c", "-lwolfssl")
    with served_over_tls(bench) as ports:
        result = run([program], bench.lines(ports))
    return parse_lines(result.stdout, len(bench.cases), result.stderr)


ORACLES = (
    Oracle("wolfssl", "wolfssl", _ask, lambda: library_version("libwolfssl-dev"), "apt-get install libwolfssl-dev"),
)  # fmt: skip
