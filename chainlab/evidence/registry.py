"""What Windows' registry keys mean for certificates: shared by .reg files and offline hives.

A source hands over keys by their full path with the values that ``wanted`` keys have; the interpreters below turn them
into evidence: stores, Microsoft's lists, settings, http.sys bindings. Nothing else of a registry is looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from chainlab.evidence.ctl import list_items
from chainlab.evidence.model import DeletionEvidence, Item, Place, SettingEvidence
from chainlab.evidence.registry_http import HTTP_KEY, binding_key_items
from chainlab.evidence.registry_stores import STORE_KEY, blob_items, store_deletion
from chainlab.findings import BROKEN_PART, DELETION, Finding
from chainlab.properties import decode_filetime
from chainlab.records import dataclass, field

Content = bytes | int | str


@dataclass(frozen=True, slots=True)
class RegistryKey:
    """One key: its full path beginning with the hive (``HKEY_LOCAL_MACHINE\\…`` or ``HKLM\\…``), its values by name.

    Names are in lower case; a content is an int (DWORD, QWORD), a str (SZ, EXPAND_SZ, MULTI_SZ by lines) or the
    bytes of anything else.
    """

    path: str
    place: Place
    values: Mapping[str, Content] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Setting:
    """A value that means something: the setting it is, and whether a non-zero number turns that switch *off*."""

    name: str
    inverted: bool = False


_UPDATE_POLICY: Final = r"\policies\microsoft\systemcertificates\authroot"
_UPDATE_STATE: Final = r"\microsoft\systemcertificates\authroot\autoupdate"
_ENGINE: Final = r"\certdllcreatecertificatechainengine\config"
_SETTINGS: Final = {
    _UPDATE_POLICY: {
        "disablerootautoupdate": _Setting("root_update", inverted=True),
        "enabledisallowedcertautoupdate": _Setting("disallowed_update"),
    },
    r"\microsoft\systemcertificates\authroot": {"disablerootautoupdate": _Setting("root_update", inverted=True)},
    _UPDATE_STATE: {
        "rootdirurl": _Setting("root_list_url"),
        "syncfromdirurl": _Setting("root_list_url"),
        "lastsynctime": _Setting("root_list_synced"),
        "disallowedcertlastsynctime": _Setting("disallowed_list_synced"),
    },
    r"\systemcertificates\root\protectedroots": {"flags": _Setting("protected_roots")},
    r"\systemcertificates\chainengine\config": {"disableaiaurlretrieval": _Setting("aia", inverted=True)},
    _ENGINE: {"disableaiaurlretrieval": _Setting("aia", inverted=True)},
    rf"{_ENGINE}\default": {},
}
"""End of the key, value name -> setting. Sources: wincrypt.h 3852-3930 and the value names beside them;
"Configure Trusted Roots and Disallowed Certificates" [D]."""

_ENGINE_VALUES: Final = ("weak", "minrsa", "disablemandatorybasicconstraints", "disablecanameconstraints")
"""Values of the chain engine's Config keys that are handed on as ``chain:NAME`` (beginnings of their names)."""

_MACHINE: Final = ("hkey_local_machine\\", "hklm\\")
"""Only the machine's settings decide about the chains of its services."""

_LISTS: Final = ("encodedctl", "disallowedcertencodedctl", "pinrulesencodedctl")

_WANTED: Final = re.compile(
    rf"{STORE_KEY.pattern}|{HTTP_KEY.pattern}|.*(?:{'|'.join(re.escape(end) for end in _SETTINGS)})$", re.IGNORECASE
)


def wanted(path: str) -> bool:
    """Whether a key of this path can hold evidence."""
    return _WANTED.match(path) is not None


def key_items(key: RegistryKey, format_name: str) -> Iterator[Item]:
    """The evidence that one key holds."""
    blob = key.values.get("blob")
    if isinstance(blob, bytes):
        yield from blob_items(key.path, blob, key.place, format_name)
        return  # a store's entry holds nothing else
    if key.path.lower().endswith(_UPDATE_STATE):
        yield from _lists(key)
    yield from _settings(key)
    yield from binding_key_items(key.path, key.values, key.place)


def _lists(key: RegistryKey) -> Iterator[Item]:
    for name in _LISTS:
        content = key.values.get(name)
        if isinstance(content, bytes) and content:
            yield from list_items(content, key.place.within(name))


def _settings(key: RegistryKey) -> Iterator[Item]:
    for name, setting in _settings_of(key.path, key.values):
        try:
            value = _setting_value(setting, key.values[name])
        except ValueError as error:
            yield Finding(BROKEN_PART, {"place": str(key.place), "why": f"{name}: {error}"})
        else:
            yield SettingEvidence(setting.name, value, key.place)


def _settings_of(path: str, names: Mapping[str, Content]) -> Iterator[tuple[str, _Setting]]:
    lower = path.lower()
    if not lower.startswith(_MACHINE):
        return
    known = next((settings for ending, settings in _SETTINGS.items() if lower.endswith(ending)), {})
    for name in names:
        if name in known:
            yield name, known[name]
        elif lower.endswith((_ENGINE, rf"{_ENGINE}\default")) and name.startswith(_ENGINE_VALUES):
            yield name, _Setting(f"chain:{name}")


def _setting_value(setting: _Setting, content: Content) -> int | str:
    if setting.name.endswith("_synced"):
        data = content if isinstance(content, bytes) else b""
        return decode_filetime(data).strftime("%Y-%m-%dT%H:%M:%SZ")
    if setting.inverted:
        if not isinstance(content, int):
            raise ValueError("not a number (a DWORD is expected)")
        return int(not content)
    if isinstance(content, bytes):  # the weak-crypto times are REG_BINARY file times
        return int.from_bytes(content, "little") if len(content) <= 8 else content[:64].hex()
    return content


def deletion_items(path: str, name: str | None, place: Place) -> Iterator[Item]:
    """What deleting a key (``name`` is ``None``) or one of its values would take away; nothing for any other key."""
    for deletion in _deletions(path, name, place):
        yield Finding(DELETION, {"place": str(place), "what": path if name is None else f"{path} value {name}"})
        yield deletion


def _deletions(path: str, name: str | None, place: Place) -> Iterator[DeletionEvidence]:
    in_store = store_deletion(path, place)
    if in_store is not None and name in (None, "blob"):
        yield in_store
    binding = HTTP_KEY.match(path)
    if binding is not None and name in (None, "sslcerthash"):
        yield DeletionEvidence(place, setting=f"binding {binding['endpoint']}")
    lower = path.lower()
    for ending, settings in _SETTINGS.items():
        if lower.startswith(_MACHINE) and lower.endswith(ending):
            named = [setting.name for value, setting in settings.items() if name in (None, value)]
            yield from (DeletionEvidence(place, setting=setting) for setting in dict.fromkeys(named))
            return
