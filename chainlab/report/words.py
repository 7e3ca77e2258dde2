"""Numbers and names in words, for every report; loads nothing else."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from chainlab.certificate import Certificate
    from chainlab.clients import ClientVerdict

_SERIES: Final = re.compile(r"^([A-Za-z][A-Za-z.\- ]*?)[ -]+(\d.*)$")


def short(certificate: Certificate) -> str:
    """A certificate within a chain of arrows."""
    return certificate.subject.common or certificate.sha256[:8]


def by_series(clients: Iterable[ClientVerdict]) -> list[tuple[str, list[str]]]:
    """Client names by what they are versions of: ``Android`` with ``2.2``, ``4.4`` …; most members first."""
    series: dict[str, list[str]] = defaultdict(list)
    for client in clients:
        name, version = series_of(client.profile.name)
        series[name] += [version] if version else []
    ordered = sorted(series.items(), key=lambda item: (-len(item[1]), item[0]))
    return [(name, sorted(members, key=version_key)) for name, members in ordered]


def series_of(name: str) -> tuple[str, str]:
    """What a client is a version of, and the version; empty where its name tells none."""
    match = _SERIES.match(name)
    return (match[1], match[2]) if match is not None else (name, "")


def version_key(text: str) -> list[tuple[int, str]]:
    """Sorts ``4.4`` before ``10``: numbers by value, everything else by text."""
    found = re.findall(r"\d+|[^\d.]+", text)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in found]
