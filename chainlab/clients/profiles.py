"""Client profiles: one data row each, and how users select them."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from chainlab.catalog.catalog import read_json_lines
from chainlab.errors import UsageError
from chainlab.records import dataclass

DATA: Final = Path(__file__).parent / "data"
GRADES: Final = "ABCD"
"""How well a snapshot is known (``Profile.grade``)."""

LIST_HINT: Final = "see 'chainlab clients list --clients all'"
_DATE: Final = re.compile(r"[0-9]{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01]))?)?")


@dataclass(frozen=True, slots=True)
class Profile:
    """One client: its name, the snapshot of its trust store, its verifier family, and where that is known from.

    ``grade``: A the vendor's own list or a labelled version, B a third-party copy or a release picked by date, C
    derived, D matched by name only; empty for other snapshots. ``date`` is that of the snapshot (ISO, may be short).
    ``family_basis`` says whether the family is documented for this client or inferred. ``default`` marks the named
    clients judged when nothing else is asked for.
    """

    id: str
    name: str
    family: str
    store: str
    platform: str = ""
    version: str = ""
    date: str = ""
    grade: str = ""
    kind: str = ""
    source: str = ""
    notes: str = ""
    family_basis: str = "documented"
    default: bool = False


def load_profiles(data: Path = DATA) -> list[Profile]:
    """Every profile that ships, in the order of the data file (by id)."""
    return [_profile(row) for row in read_json_lines(data / "clients.jsonl")]


def core_ids(data: Path = DATA) -> set[str]:
    """Ids of the curated core: clients that span families and years without near-duplicates."""
    return set((data / "core.txt").read_text(encoding="ascii").split())


def _profile(row: dict[str, Any]) -> Profile:
    return Profile(**row)


def select(profiles: Sequence[Profile], selector: str = "") -> list[Profile]:
    """The profiles that a selector names, in their own order.

    Comma-separated terms: an id, a glob over ids (``android-*``), a family or its stem (``openssl``, ``java-17``),
    ``all``, ``default``, ``core`` (families and years without near-duplicates), ``none``; and filters that narrow the
    rest: ``grade:A``, ``min-date:2016``, ``max-date:2020-06``; capitals mean nothing. Without any naming term the
    default profiles are narrowed. ``UsageError`` names a term that matches nothing, or a filter that leaves nothing.
    """
    terms = [term.strip().lower() for term in selector.split(",") if term.strip()]
    filters = [term for term in terms if ":" in term]
    naming = [term for term in terms if ":" not in term] or ["default"]
    chosen: set[str] = set()
    for term in naming:
        chosen |= _named(profiles, term)
    kept = [profile for profile in profiles if profile.id in chosen]
    for term in filters:
        kept = _filtered(kept, term)
    if not kept and chosen:
        raise UsageError(f"no client is left of the selection '{selector}'; {LIST_HINT}")
    return kept


def _named(profiles: Iterable[Profile], term: str) -> set[str]:
    if term == "none":
        return set()
    if term == "core":
        return core_ids() & {profile.id for profile in profiles}
    if term in ("all", "default"):
        return {profile.id for profile in profiles if profile.default or term == "all"}
    exact = {profile.id for profile in profiles if profile.id.lower() == term}
    found = exact or {profile.id for profile in profiles if _matches(profile, term)}
    if not found:
        raise UsageError(f"no client matches '{term}'{near_hint(profiles, term)}")
    return found


def _matches(profile: Profile, term: str) -> bool:
    """By a glob over the id, or by the family."""
    return within_family(profile.family, term) or fnmatch.fnmatchcase(profile.id.lower(), term)


def within_family(family: str, term: str) -> bool:
    """Whether a family is the named one, or a version or update of it: ``java-8u252`` of ``java-8`` and of ``java``."""
    rest = family.removeprefix(term)
    return family.startswith(term) and (rest[:1] in ("", "-", ".") or (term[-1:].isdigit() and not rest[0].isdigit()))


def near_hint(profiles: Iterable[Profile], identity: str) -> str:
    """The end of an error message about an unknown id: ids much like it, or where they are listed."""
    import difflib

    near = difflib.get_close_matches(identity.lower(), [profile.id for profile in profiles], 3)
    return f"; did you mean {', '.join(near)}?" if near else f"; {LIST_HINT}"


def _filtered(profiles: list[Profile], term: str) -> list[Profile]:
    name, _, value = term.partition(":")
    if name == "grade":
        if not value or set(value) - set(GRADES.lower()):
            raise UsageError(f"'{term}' names no grade; expected one or several of {', '.join(GRADES)}, as in grade:AB")
        return [profile for profile in profiles if profile.grade and profile.grade in value.upper()]
    if name in ("min-date", "max-date") and not _DATE.fullmatch(value):
        raise UsageError(f"'{term}' has no date; expected a year, month or day, as in {name}:2016 or {name}:2016-08")
    if name == "min-date":
        return [profile for profile in profiles if profile.date[: len(value)] >= value]
    if name == "max-date":
        return [profile for profile in profiles if profile.date and profile.date[: len(value)] <= value]
    raise UsageError(f"unknown client filter '{term}'; expected grade:A, min-date:2016 or max-date:2020")


def parse_own_client(text: str) -> tuple[Profile, Path]:
    """An own client ``NAME=FAMILY:FILE`` as a profile and the file of its roots; ``UsageError`` if malformed.

    Quotes around the whole or around a part are dropped: Windows' cmd keeps single quotes.
    """
    text = text.strip().strip("\"'")
    name, equals, rest = text.partition("=")
    family, colon, file = rest.partition(":")
    if not (name.strip() and equals and family and colon and file):
        raise UsageError(f"own client '{text}' is malformed; expected NAME=FAMILY:ROOTS.pem")
    from chainlab.verifiers import family_for

    verifier = family_for(family.strip())
    family = family.strip()
    identity = "own-" + "-".join(name.lower().split())
    source = f"roots from {file}" + (f"; verifier {family}: {verifier.note}" if verifier.note else "")
    profile = Profile(identity, name.strip(), family, identity, platform="own device", source=source)
    return profile, Path(file.strip("\"'"))
