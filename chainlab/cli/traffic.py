"""The options that weigh clients by access logs, and the progress bar while these are read."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from chainlab.cli.progress import bar
from chainlab.errors import InputError

if TYPE_CHECKING:
    from chainlab.request import Request


class Unit(StrEnum):
    """What a client profile weighs."""

    CLIENTS = "clients"
    REQUESTS = "requests"


TrafficFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--traffic", metavar="LOG", help="Weigh clients by this access log (IIS W3C, common, combined; .gz); "
        "repeatable, patterns such as u_ex*.log are expanded.",
    ),
]  # fmt: skip
Weigh = Annotated[
    Unit, typer.Option("--weigh", help="With --traffic: count distinct clients (address and user agent) or requests.")
]

_UNITS: Final = {Unit.CLIENTS: "clients in the logs", Unit.REQUESTS: "requests in the logs"}


def with_traffic(request: Request, patterns: list[str] | None, unit: Unit, *, quiet: bool = False) -> Request:
    """The request with its clients weighed by the logs, if any are given."""
    if not patterns:
        return request
    from chainlab.clients import load_profiles, select
    from chainlab.plan import Objective
    from chainlab.traffic import read_traffic

    files = [file for pattern in patterns for file in _files(pattern)]
    with bar("reading access logs", in_bytes=True, quiet=quiet) as progress:
        traffic = read_traffic(files, select(load_profiles(), request.selector), progress)
    weights = traffic.clients if unit is Unit.CLIENTS else traffic.requests
    return replace(request, traffic=traffic, objective=Objective(weights, _UNITS[unit]))


def _files(pattern: str) -> list[Path]:
    """A file of this name, else all that match: Windows' shells do not expand patterns."""
    if Path(pattern).is_file():
        return [Path(pattern)]
    whole = Path(pattern)
    found = sorted(file for file in whole.parent.glob(whole.name) if file.is_file()) if whole.name else []
    if not found:
        raise InputError(pattern, "no such log file", expected="an access log, or a pattern that matches some")
    return found
