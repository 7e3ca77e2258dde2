"""BearSSL 0.6, as Debian packages it, through a small C program."""

from __future__ import annotations

from tests.oracles.oracle import Oracle, debian_version, native

ORACLES = (
    Oracle("bearssl", "bearssl", native("bearssl.c", "-lbearssl"), lambda: debian_version("libbearssl-dev"),
           "apt-get install libbearssl-dev", fast=True),
)  # fmt: skip
