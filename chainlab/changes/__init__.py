"""Changes to a server: each one file, each applied to a copy, each with its undoing and its commands."""

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

__all__ = [
    "Bundle", "Change", "Commands", "DeleteCertificate", "DisablePurposes", "ImportCertificate", "ImportPfx",
    "ImportRegistryFile", "Kind", "Lists", "MoveToUntrusted", "Phrase", "Rebind", "RegistryEdit",
    "RemoveFromUntrusted", "RenewCertificate", "Resolver", "Restart", "Restore", "RestrictPurposes", "SetRootUpdate",
    "TidyStores", "WindowsUpdate", "all_kinds", "misplaced",
]  # fmt: skip
