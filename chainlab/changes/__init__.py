"""Changes to a server: each one file, each applied to a copy, each with its undoing and its commands."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from chainlab.changes.change import Change
    from chainlab.changes.commands import Commands
    from chainlab.changes.delete_certificate import DeleteCertificate
    from chainlab.changes.disable_purposes import DisablePurposes
    from chainlab.changes.import_certificate import ImportCertificate
    from chainlab.changes.import_pfx import ImportPfx
    from chainlab.changes.kind import Bundle, Kind, Lists, Phrase, RegistryEdit, Resolver, all_kinds
    from chainlab.changes.move_to_untrusted import MoveToUntrusted
    from chainlab.changes.rebind import Rebind
    from chainlab.changes.registry_file import ImportRegistryFile
    from chainlab.changes.remove_from_untrusted import RemoveFromUntrusted
    from chainlab.changes.renew_certificate import RenewCertificate
    from chainlab.changes.restart import Restart
    from chainlab.changes.restore import Restore
    from chainlab.changes.restrict_purposes import RestrictPurposes
    from chainlab.changes.root_update import SetRootUpdate
    from chainlab.changes.tidy_stores import TidyStores, misplaced
    from chainlab.changes.windows_update import WindowsUpdate

_HOMES: Final = {
    "Bundle": "kind",
    "Change": "change",
    "Commands": "commands",
    "DeleteCertificate": "delete_certificate",
    "DisablePurposes": "disable_purposes",
    "ImportCertificate": "import_certificate",
    "ImportPfx": "import_pfx",
    "ImportRegistryFile": "registry_file",
    "Kind": "kind",
    "Lists": "kind",
    "MoveToUntrusted": "move_to_untrusted",
    "Phrase": "kind",
    "Rebind": "rebind",
    "RegistryEdit": "kind",
    "RemoveFromUntrusted": "remove_from_untrusted",
    "RenewCertificate": "renew_certificate",
    "Resolver": "kind",
    "Restart": "restart",
    "Restore": "restore",
    "RestrictPurposes": "restrict_purposes",
    "SetRootUpdate": "root_update",
    "TidyStores": "tidy_stores",
    "WindowsUpdate": "windows_update",
    "all_kinds": "kind",
    "misplaced": "tidy_stores",
}
"""Name -> module: a diagnosis uses few of the changes, and each module costs a cold start more than a millisecond."""


def __getattr__(name: str) -> Any:
    """The named change, imported at its first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__} has no attribute {name}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


__all__ = [
    "Bundle", "Change", "Commands", "DeleteCertificate", "DisablePurposes", "ImportCertificate", "ImportPfx",
    "ImportRegistryFile", "Kind", "Lists", "MoveToUntrusted", "Phrase", "Rebind", "RegistryEdit",
    "RemoveFromUntrusted", "RenewCertificate", "Resolver", "Restart", "Restore", "RestrictPurposes", "SetRootUpdate",
    "TidyStores", "WindowsUpdate", "all_kinds", "misplaced",
]  # fmt: skip
