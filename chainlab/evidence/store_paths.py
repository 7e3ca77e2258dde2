"""Which store a file of an export folder stands for, judged by its path alone.

``LocalMachine/CA/x.cer``, ``HKLM/Root/x.cer``, ``stores/LocalMachine/AuthRoot.sst``,
``HKLM/SOFTWARE/Microsoft/SystemCertificates/CA/Certificates/<thumbprint>``, or, as certutil names stores, a folder
``CA``, ``My``, ``AuthRoot`` … alone, which then is the machine's.
"""

from __future__ import annotations

import itertools
from pathlib import PurePath
from typing import Final

from chainlab.server import StoreName

_LOCATIONS: Final = {
    "localmachine": "LocalMachine", "hklm": "LocalMachine", "hkey_local_machine": "LocalMachine",
    "currentuser": "CurrentUser", "hkcu": "CurrentUser", "hkey_current_user": "CurrentUser",
    "system": "System", "s-1-5-18": "System",
}  # fmt: skip
_STORES: Final = frozenset({
    "root", "authroot", "ca", "my", "disallowed", "webhosting", "trust", "trustedpeople", "trustedpublisher",
})  # fmt: skip
"""Names that certutil and the Cert: drive use; elsewhere than below a location only these count."""
_REGISTRY: Final = {"systemcertificates": ".Default", "enterprisecertificates": ".Enterprise"}
_PHYSICAL: Final = {
    ".default": ".Default", ".authroot": ".AuthRoot", ".grouppolicy": ".GroupPolicy", ".enterprise": ".Enterprise",
}  # fmt: skip


def store_of_path(relative: PurePath) -> StoreName | None:
    """The store that a path below the export folder names; ``None`` where it names none."""
    parts = [part.lower() for part in relative.parts]
    if not parts:  # the root of an archive, whose member has no name
        return None
    folders, stem = parts[:-1], PurePath(parts[-1]).stem
    named = [*folders, stem] if stem in _STORES else folders
    for position, (location, logical) in enumerate(itertools.pairwise(named)):
        if location in _LOCATIONS and logical != "software":
            return _store(_LOCATIONS[location], logical, named[position + 2 :], "")
    for position, (kind, logical) in enumerate(itertools.pairwise(named)):
        if kind in _REGISTRY:
            location = next((_LOCATIONS[part] for part in named[:position] if part in _LOCATIONS), "LocalMachine")
            policy = ".GroupPolicy" if "policies" in named[:position] else _REGISTRY[kind]
            return _store(location, logical, [], policy)
    if folders and folders[-1] in _STORES:
        return _store("LocalMachine", folders[-1], [], "")
    return None


def _store(location: str, logical: str, below: list[str], physical: str) -> StoreName:
    """The store, in the physical one that a folder below it or the registry's branch names."""
    parsed = StoreName.named(location, logical)
    if physical in ("", ".Default"):
        physical = _PHYSICAL.get(below[0], "") if below else ""
    return StoreName(location, parsed.logical, physical or parsed.physical)
