"""A planned change in the words of ``--change``, so that ``impact`` can be asked about exactly the same."""

from __future__ import annotations

from chainlab.changes import Change, DeleteCertificate, ImportCertificate


def phrase(change: Change) -> str:
    """The change as a phrase; the certificate is named by its whole SHA-256 fingerprint."""
    named = change.certificate.sha256 if change.certificate is not None else ""
    if isinstance(change, ImportCertificate):
        return f"import {named} into {change.store}"
    if isinstance(change, DeleteCertificate):
        return f"delete {named} from {change.store}"
    verb = {"move-to-untrusted": "untrust", "disable-purposes": "disable-purposes"}[change.code]
    return f"{verb} {named}"
