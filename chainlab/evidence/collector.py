"""The script that collects an evidence bundle on a Windows server; it ships as data and is only printed here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

SCRIPT: Final = Path(__file__).parent / "data" / "Collect-ChainlabEvidence.ps1"


def script() -> str:
    """The PowerShell script: ASCII, so that every PowerShell reads it without a byte order mark."""
    return SCRIPT.read_text(encoding="ascii")


def version() -> str:
    """The script's own version, as it stands in the manifests that it writes."""
    match = re.search(r"^\$ToolVersion = '([^']+)'", script(), re.MULTILINE)
    assert match is not None, "the script names its version"
    return match[1]
