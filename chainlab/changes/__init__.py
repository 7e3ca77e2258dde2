"""Changes to a server: each one file, each applied to a copy, each with its undoing and its commands."""

from chainlab.changes.change import Change, Commands, Restore
from chainlab.changes.delete_certificate import DeleteCertificate
from chainlab.changes.disable_purposes import DisablePurposes
from chainlab.changes.import_certificate import ImportCertificate
from chainlab.changes.move_to_untrusted import MoveToUntrusted
from chainlab.changes.windows_update import WindowsUpdate

__all__ = [
    "Change", "Commands", "DeleteCertificate", "DisablePurposes", "ImportCertificate", "MoveToUntrusted", "Restore",
    "WindowsUpdate",
]  # fmt: skip
