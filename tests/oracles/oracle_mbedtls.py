"""Mbed TLS 2.28, as Debian packages it, through a small C program."""

from __future__ import annotations

from tests.oracles.oracle import Oracle, library_version, native

ORACLES = (
    Oracle("mbedtls", "mbedtls-2", native("mbedtls.c", "-lmbedx509", "-lmbedcrypto"),
           lambda: library_version("libmbedtls-dev"), "apt-get install libmbedtls-dev", fast=True),
)  # fmt: skip
