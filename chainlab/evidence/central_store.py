"""IIS' Central Certificate Store: a folder of PFX files, each named for the host it serves.

``www.example.com.pfx`` serves that name, ``_.example.com.pfx`` any name directly below example.com. IIS opens the file
by the name in the client's hello and looks for nothing else [D: "Centralized Certificates" in the IIS documentation].
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Final

from chainlab.certificate import Certificate
from chainlab.evidence.model import BindingEvidence, CertificateEvidence, Item, KeyPresence, Place
from chainlab.findings import CCS_NAME, Finding
from chainlab.paths.hosts import WITHOUT_DNS, HostRules, matches_host

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"(?:_\.)?(?:{_LABEL}\.)*{_LABEL}")
_QUALIFIED: Final = re.compile(rf"(?:_\.)?(?:{_LABEL}\.)+[a-z][a-z0-9-]{{0,61}}[a-z0-9]")
_PORT: Final = 443
"""The file names no port; IIS' own is assumed."""


def central_store_files(files: Iterable[PurePath]) -> set[PurePath]:
    """Files that make a Central Certificate Store.

    All PFX files of one folder, when each is named like a host and at least one like a qualified one.
    """
    folders: dict[PurePath, list[PurePath]] = defaultdict(list)
    for file in files:
        if file.suffix.lower() == ".pfx":
            folders[file.parent].append(file)
    found: set[PurePath] = set()
    for members in folders.values():
        names = [member.stem.lower() for member in members]
        if all(_HOST.fullmatch(name) for name in names) and any(_QUALIFIED.fullmatch(name) for name in names):
            found.update(members)
    return found


def central_store_items(file: PurePath, place: Place, items: Sequence[Item]) -> Iterator[Item]:
    """The binding that a file at ``place`` stands for; nothing when it holds no certificate with its key."""
    evidence = (item for item in items if isinstance(item, CertificateEvidence))
    keyed = next((item for item in evidence if item.key is KeyPresence.PRESENT), None)
    if keyed is None:
        return
    host = re.sub(r"^_\.", "*.", file.stem.lower())
    endpoint = f"{host}:{_PORT}"
    yield BindingEvidence(endpoint, place, "ccs", host, keyed.certificate.sha1, "My", "Central Certificate Store")
    if not _names(keyed.certificate, host):
        names = ", ".join(keyed.certificate.dns_names[:5]) or "no host"
        parameters = {"place": str(place), "host": host, "label": keyed.certificate.label, "names": names}
        yield Finding(CCS_NAME, parameters, (keyed.certificate.sha256,))


def _names(certificate: Certificate, host: str) -> bool:
    if host.startswith("*."):
        return host in (name.lower() for name in certificate.dns_names)
    return matches_host(certificate, host, HostRules(WITHOUT_DNS))
