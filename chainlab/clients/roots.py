"""Questions about trust stores: who knows a root and since when, and what one client knows that another does not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from chainlab.catalog import Catalog
from chainlab.certificate import Certificate
from chainlab.clients.profiles import Profile
from chainlab.clients.snapshots import Snapshots
from chainlab.errors import UsageError
from chainlab.records import dataclass

MIN_PREFIX: Final = 8
"""Hexadecimal digits from which a text counts as the start of a fingerprint."""


@dataclass(frozen=True, slots=True)
class RootName:
    """A root as lists name it: fingerprint, subject in short, and until when it is valid (ISO date; empty unknown)."""

    sha256: str
    name: str
    not_after: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """The roots that the second client has and the first lacks, and the other way round, sorted by name."""

    gained: tuple[RootName, ...]
    lost: tuple[RootName, ...]
    common: int


@dataclass(frozen=True, slots=True)
class Holding:
    """What the snapshots of one platform say of a root.

    ``holders`` of ``snapshots`` know it; ``first`` and ``last`` are the earliest and latest that do; ``gone``: the
    platform's latest snapshot does not know it any more.
    """

    platform: str
    holders: int
    snapshots: int
    first: Profile
    last: Profile
    gone: bool


@dataclass(frozen=True, slots=True)
class TrustAnswer:
    """One root: who knows it, by platform, and which of the named clients do and do not."""

    root: RootName
    holdings: tuple[Holding, ...]
    trusted_by: tuple[Profile, ...]
    not_trusted_by: tuple[Profile, ...]


def name_root(catalog: Catalog, sha256: str) -> RootName:
    """The name of a root; its fingerprint where the catalogue has no facts."""
    certificate = catalog.get(catalog.held_identity(sha256))
    if certificate is None:
        return RootName(sha256, "(not catalogued)")
    return RootName(sha256, certificate.subject.common, f"{certificate.not_after:%Y-%m-%d}")


def difference(catalog: Catalog, snapshots: Snapshots, one: Profile, other: Profile) -> Difference:
    """How the root list of ``other`` differs from that of ``one``."""
    before, after = set(snapshots.roots(one.store)), set(snapshots.roots(other.store))
    return Difference(_named(catalog, after - before), _named(catalog, before - after), len(before & after))


def _named(catalog: Catalog, fingerprints: Iterable[str]) -> tuple[RootName, ...]:
    names = (name_root(catalog, sha256) for sha256 in fingerprints)
    return tuple(sorted(names, key=lambda root: (root.name.casefold(), root.sha256)))


def find_roots(catalog: Catalog, snapshots: Snapshots, text: str) -> list[Certificate]:
    """The roots of any snapshot that a fingerprint (or its start) or a part of a name means.

    ``UsageError`` where nothing fits.
    """
    known = set(snapshots.all_roots())
    wanted = text.replace(":", "").strip().casefold()
    digits = len(wanted) >= MIN_PREFIX and all(character in "0123456789abcdef" for character in wanted)
    found = [sha256 for sha256 in sorted(known) if digits and sha256.startswith(wanted)]
    held = [catalog.get(catalog.held_identity(sha256)) for sha256 in (found or sorted(known))]
    roots = [c for c in held if c is not None and (found or wanted in c.subject.text.casefold() or wanted == c.sha1)]
    if not wanted or not roots:
        raise UsageError(f"no known root matches '{text}'; give a SHA-256 (or its first 8 digits) or a part of a name")
    return sorted(roots, key=lambda certificate: (certificate.subject.common.casefold(), certificate.sha256))


def who_trusts(catalog: Catalog, snapshots: Snapshots, profiles: Sequence[Profile], root: Certificate) -> TrustAnswer:
    """Which of the clients know a root, and since when each platform does."""
    knows = {profile.id: snapshots.store(profile.store).knows(root) for profile in profiles}
    platforms: dict[str, list[Profile]] = {}
    for profile in profiles:
        platforms.setdefault(profile.platform or "other", []).append(profile)
    holdings = [holding for name, group in platforms.items() if (holding := _holding(name, group, knows)) is not None]
    named = [profile for profile in profiles if profile.default]
    return TrustAnswer(
        name_root(catalog, catalog.public_identity(root.sha256)),
        tuple(sorted(holdings, key=lambda holding: (holding.first.date, holding.platform))),
        tuple(profile for profile in named if knows[profile.id]),
        tuple(profile for profile in named if not knows[profile.id]),
    )


def _holding(platform: str, group: list[Profile], knows: dict[str, bool]) -> Holding | None:
    dated = sorted(group, key=lambda profile: (profile.date or "9999", profile.id))
    holders = [profile for profile in dated if knows[profile.id]]
    if not holders:
        return None
    return Holding(platform, len(holders), len(dated), holders[0], holders[-1], not knows[dated[-1].id])
