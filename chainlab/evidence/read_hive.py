"""Offline registry hives: SOFTWARE, SYSTEM, NTUSER.DAT, DEFAULT (``reg save``, or a disk image).

A hive does not know where it was mounted. What is in it tells: ``Microsoft\\SystemCertificates`` is SOFTWARE,
``Software\\…`` a user's hive, ``Select`` and ``ControlSet00n`` SYSTEM.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from chainlab.errors import InputError
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.reading import ReadOptions
from chainlab.findings import BROKEN_PART, DIRTY_HIVE, Finding

if TYPE_CHECKING:
    from chainlab.evidence.hive import Hive, HiveKey

FORMAT = "registry hive"
PRIORITY = 121

_STORES: Final = (
    r"Microsoft\SystemCertificates", r"Microsoft\EnterpriseCertificates", r"Policies\Microsoft\SystemCertificates",
)  # fmt: skip
_ENGINE: Final = r"Microsoft\Cryptography\OID\EncodingType 0\CertDllCreateCertificateChainEngine\Config"
_SOFTWARE: Final = (*_STORES, _ENGINE)
_HTTP: Final = r"Services\HTTP\Parameters"
_MAX_DEPTH: Final = 6
"""Deepest level of interest below one of these keys: ``ROOT\\Certificates\\<thumbprint>`` is the third."""


def sniff(data: bytes) -> bool:
    """The signature regf."""
    return data.startswith(b"regf")


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """The evidence of all keys of interest, and whether the hive was closed cleanly."""
    if importlib.util.find_spec("regipy") is None:
        found = "a registry hive needs the extra 'hive' (pip install 'chainlab[hive]')"
        hint = "or export the key on the server: reg export HKLM\\SOFTWARE\\Microsoft\\SystemCertificates stores.reg"
        raise InputError(str(place), found, hint=hint)
    from chainlab.evidence.hive import Hive, HiveError

    try:
        hive = Hive(data, str(place))
        mounts = list(_mounts(hive))
    except HiveError as error:
        raise InputError(str(place), f"damaged hive ({error})", hint="save it again with reg save") from None
    yield ContainerEvidence(place, FORMAT, (("name", hive.head.name), ("mounted as", _names(mounts))))
    if hive.head.primary != hive.head.secondary:
        numbers = {"primary": str(hive.head.primary), "secondary": str(hive.head.secondary)}
        yield Finding(DIRTY_HIVE, {"place": str(place), **numbers})
    for path, key in mounts:
        yield from _tree(hive, path, key, place, _MAX_DEPTH)


def _names(mounts: list[tuple[str, HiveKey]]) -> str:
    return ", ".join(dict.fromkeys("\\".join(path.split("\\")[:2]) for path, _ in mounts)) or "nothing of interest"


def _mounts(hive: Hive) -> Iterator[tuple[str, HiveKey]]:
    """The keys to walk, each with the full path it has on a running Windows."""
    user = _user_root(hive.head.name)
    for prefix, mounted in (("", r"HKEY_LOCAL_MACHINE\SOFTWARE"), ("Software\\", rf"{user}\Software")):
        for path in _SOFTWARE:
            key = hive.find(prefix + path)
            if key is not None:
                yield rf"{mounted}\{path}", key
    key = hive.find(rf"{_control_set(hive)}\{_HTTP}")
    if key is not None:
        yield rf"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\{_HTTP}", key


def _user_root(name: str) -> str:
    """Where a user's hive belongs: LocalSystem's is called DEFAULT or lies in the system profile."""
    path = name.replace("/", "\\").lower()
    if path.endswith("\\default") or "\\systemprofile\\" in path:
        return r"HKEY_USERS\S-1-5-18"
    return "HKEY_CURRENT_USER"


def _control_set(hive: Hive) -> str:
    """The control set that ``Select`` names as current."""
    select = hive.find("Select")
    current = hive.values(select)[0].get("current") if select is not None else None
    return f"ControlSet{current:03d}" if isinstance(current, int) and 0 < current < 1000 else "ControlSet001"


def _tree(hive: Hive, path: str, key: HiveKey, place: Place, depth: int) -> Iterator[Item]:
    """The evidence of a key and everything below it; a damaged key costs itself and what is below."""
    from chainlab.evidence.hive import HiveError
    from chainlab.evidence.registry import RegistryKey, key_items, wanted

    position = place.at(path)
    try:
        if wanted(path):
            values, why = hive.values(key)
            yield from key_items(RegistryKey(path, position, values), FORMAT)
            if why:
                yield Finding(BROKEN_PART, {"place": str(position), "why": why})
        for child in hive.children(key) if depth else ():
            yield from _tree(hive, rf"{path}\{child.name}", child, place, depth - 1)
    except HiveError as error:
        yield Finding(BROKEN_PART, {"place": str(position), "why": str(error)})
