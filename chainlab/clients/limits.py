"""Limits of clients beyond path building: algorithms they lack, how long and how large a served chain may be.

Data with sources in ``data/limits.jsonl``: each row names clients (globs over profile ids) or verifier families (globs)
and one limit. Rows add up; of two numbers the smaller counts.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from chainlab.catalog.catalog import read_json_lines
from chainlab.certificate import Certificate
from chainlab.clients.profiles import DATA, Profile
from chainlab.paths.reasons import Problem, Reason
from chainlab.records import dataclass, field
from chainlab.wording import number_of

HEADER_BYTES: Final = 3
"""What TLS 1.2 adds to each certificate of the list (RFC 5246, 7.4.2), and once for the list."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client cannot take. 0: no limit known.

    ``missing``: signature schemes that it cannot check (names as in ``SignatureInfo.scheme``). ``max_certificates`` and
    ``max_bytes`` of the served list, ``max_rsa_bits`` of keys; ``sni`` False: it does not say which host it wants, so
    that it gets a server's default certificate. ``sources`` has one line for each limit with its tag.
    """

    missing: frozenset[str] = frozenset()
    max_certificates: int = 0
    max_bytes: int = 0
    max_rsa_bits: int = 0
    sni: bool = True
    sources: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One row of the data file."""

    limit: Limits
    clients: tuple[str, ...] = ()
    families: tuple[str, ...] = ()

    def concerns(self, client: str, family: str) -> bool:
        """Whether the row is about the client of this id, or about its verifier family."""
        return _names(self.clients, client) or _names(self.families, family)


@cache  # clients are many, families few
def _names(patterns: tuple[str, ...], name: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


@cache
def load_limits(data: Path = DATA) -> tuple[LimitRow, ...]:
    """Every row that ships."""
    return tuple(_row(row) for row in read_json_lines(data / "limits.jsonl"))


def _row(row: dict[str, Any]) -> LimitRow:
    limit = Limits(
        missing=frozenset(row.get("missing", ())),
        max_certificates=row.get("max_certificates", 0),
        max_bytes=row.get("max_bytes", 0),
        max_rsa_bits=row.get("max_rsa_bits", 0),
        sni=row.get("sni", True),
    )
    said = replace(limit, sources=(f"{describe(limit)} [{row['tag']}: {row['source']}]",))
    return LimitRow(said, tuple(row.get("clients", ())), tuple(row.get("families", ())))


def describe(limit: Limits) -> str:
    """A limit in words."""
    parts = []
    if limit.missing:
        parts.append(f"no {', '.join(sorted(limit.missing))}")
    if limit.max_certificates:
        parts.append(f"at most {number_of(limit.max_certificates, 'certificate')} served")
    if limit.max_bytes:
        parts.append(f"at most {limit.max_bytes} bytes of certificates")
    if limit.max_rsa_bits:
        parts.append(f"RSA keys up to {limit.max_rsa_bits} bits")
    if not limit.sni:
        parts.append("sends no SNI")
    return "; ".join(parts)


def limits_of(profile: Profile, rows: Iterable[LimitRow] | None = None) -> Limits:
    """All limits of a client together, from the rows that ship unless others are given."""
    return _shipped(profile.id, profile.family) if rows is None else _together(rows, profile.id, profile.family)


@cache
def _shipped(client: str, family: str) -> Limits:
    return _together(load_limits(), client, family)


def _together(rows: Iterable[LimitRow], client: str, family: str) -> Limits:
    total = Limits()
    for row in rows:
        if row.concerns(client, family):
            total = _both(total, row.limit)
    return total


def _both(one: Limits, other: Limits) -> Limits:
    return Limits(
        one.missing | other.missing,
        _smaller(one.max_certificates, other.max_certificates),
        _smaller(one.max_bytes, other.max_bytes),
        _smaller(one.max_rsa_bits, other.max_rsa_bits),
        one.sni and other.sni,
        one.sources + other.sources,
    )


def _smaller(one: int, other: int) -> int:
    return min(one, other) if one and other else one or other


def exceeded(limits: Limits, served: Sequence[Certificate], path: Sequence[Certificate]) -> Iterator[Problem]:
    """What a served list and the path taken through it ask too much of a client."""
    if limits.max_certificates and len(served) > limits.max_certificates:
        detail = f"{number_of(len(served), 'certificate')} served, the client takes {limits.max_certificates}"
        yield Problem(Reason.TOO_LONG, detail=detail)
    size = HEADER_BYTES + sum(HEADER_BYTES + len(certificate.der or b"") for certificate in served)
    if limits.max_bytes and size > limits.max_bytes:
        yield Problem(Reason.TOO_LARGE, detail=f"{size} bytes of certificates, the client takes {limits.max_bytes}")
    for certificate in path:
        scheme, key = certificate.signature.scheme, certificate.key
        if scheme in limits.missing and certificate != path[-1]:
            yield Problem(Reason.UNSUPPORTED_ALGORITHM, certificate, f"signed with {scheme}, which the client lacks")
        if limits.max_rsa_bits and key.algorithm == "RSA" and key.bits > limits.max_rsa_bits:
            detail = f"{key} key, the client takes up to {limits.max_rsa_bits} bits"
            yield Problem(Reason.UNSUPPORTED_ALGORITHM, certificate, detail)
