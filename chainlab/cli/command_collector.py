"""``chainlab collector``: the script that collects a server's evidence bundle, read-only."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chainlab.cli.output import write


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("collector")(collector)


def collector(
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the script to FILE (.ps1).")
    ] = None,
) -> None:
    """Print the PowerShell script that collects a Windows server's evidence bundle; it reads only.

    On the server, elevated: powershell -ExecutionPolicy Bypass -File Collect-ChainlabEvidence.ps1. The ZIP file that
    it writes is an input of every command; as the server under other inputs: --server FILE.
    """
    from chainlab.evidence.collector import script

    text = script()
    if output is None:
        write(text, None)
    else:
        write(text.replace("\n", "\r\n").encode("ascii"), output)  # Windows' own line ends
