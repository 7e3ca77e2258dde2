"""BearSSL 0.6, as Debian packages it, through a small C program."""

from __future__ import annotations

from tests.oracles.oracle import Oracle, library_version, native

ORACLES = (
    Oracle("bearssl", "bearssl", native("bearssl.c", "-lbearssl"), lambda: library_version("libbearssl-dev"),
           "apt-get install libbearssl-dev", fast=True),
)  # fmt: skip
