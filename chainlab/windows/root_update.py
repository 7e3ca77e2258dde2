"""Automatic root update: when Windows brings a root of Microsoft's program into the Root store by itself.

The engine may pull a program root "when the next chain building occurs" [D: KB 2831004]; the header has separate log
switches for "untrusted root" and "partial chain", so those two conditions are taken for the trigger [I]. A path that
is complete and trusted triggers nothing [I].
"""

from __future__ import annotations

from collections.abc import Iterable

from chainlab.catalog import ProgramEntry
from chainlab.certificate import Certificate
from chainlab.paths.search import CandidatePath, End
from chainlab.properties import StoreProperties
from chainlab.server import LM_AUTHROOT, Server, StoreEntry
from chainlab.windows.matching import match_of
from chainlab.windows.stores import world


def program_properties(entry: ProgramEntry) -> StoreProperties:
    """The properties that Windows sets on the copy it installs [D header]."""
    return StoreProperties(
        purposes=entry.purposes,
        disallowed_after=entry.disallowed_after,
        disallowed_purposes=entry.disallowed_purposes,
        not_before_after=entry.not_before_after,
        not_before_purposes=entry.not_before_purposes,
    )


def program_entry(server: Server, root: Certificate) -> StoreEntry | None:
    """The store entry that root update would make for ``root``; ``None`` if the program does not list it."""
    listed = server.program.entry(root.sha256) if server.program is not None else None
    if listed is None or server.program is None:
        return None
    return StoreEntry(root, LM_AUTHROOT, program_properties(listed), server.program.source)


def roots_to_fetch(server: Server, paths: Iterable[CandidatePath]) -> list[StoreEntry]:
    """What root update brings when no path is trusted: the paths' own self-signed ends and missing issuers."""
    if not server.root_update:
        return []
    held = world(server).trusted.keys()
    found: dict[str, StoreEntry] = {}
    for path in paths:
        for root in server.obtainable:
            if root.sha256 not in held and _wanted(path, root):
                entry = program_entry(server, root)
                if entry is not None:
                    found[root.sha256] = entry
    return [found[key] for key in sorted(found)]


def _wanted(path: CandidatePath, root: Certificate) -> bool:
    if path.end is End.SELF_SIGNED:
        return path.top == root
    return path.end is End.NO_ISSUER and match_of(path.top, root) is not None
