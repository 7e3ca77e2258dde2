"""Bouncy Castle's PKIX CertPathBuilder, as Debian packages it, on the machine's Java."""

from __future__ import annotations

import shutil

from tests.oracles.java_program import BOUNCY_PROVIDER, java_ask
from tests.oracles.oracle import Oracle, debian_version

ORACLES = (
    Oracle("bouncycastle-builder", "bouncycastle", java_ask("builder", provider=BOUNCY_PROVIDER),
           lambda: debian_version("libbcprov-java") if shutil.which("javac") else "",
           "apt-get install libbcprov-java openjdk-17-jdk-headless", checks_host=False, checks_purpose=False),
)  # fmt: skip
