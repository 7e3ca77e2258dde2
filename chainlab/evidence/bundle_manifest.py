"""The manifest of an evidence bundle as evidence: settings, bindings, what went wrong while collecting.

``null`` says that a value is absent on the server, so that Windows' default applies; a missing key says that it was
not collected. The first becomes a setting (empty text, or the default of a switch), the second nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from chainlab.evidence.bindings import site_binding
from chainlab.evidence.json_text import get, objects, text
from chainlab.evidence.model import BindingEvidence, ContainerEvidence, Item, Place, SettingEvidence
from chainlab.findings import BROKEN_PART, COLLECTED_UNELEVATED, COLLECTOR_ERROR, Finding

FORMAT: Final = "evidence bundle"

_SWITCHES: Final = {
    ("root_update", "DisableRootAutoUpdate"): "root_update",
    ("chain_policy", "DisableAIAUrlRetrieval"): "aia",
}
"""(section, value name) -> the switch that a non-zero value turns off; absent, it is on (Windows' default) [D]."""

_SECTIONS: Final = {"root_update": "update", "chain_policy": "policy", "schannel": "schannel", "host": "host"}
"""Section of the manifest -> prefix of its settings' names."""

_BINDING_KINDS: Final = frozenset({"ip", "sni", "ccs"})


def container(manifest: Mapping[str, Any], place: Place, files: int) -> ContainerEvidence:
    """The bundle itself: who collected it, when, where, and what was left out on purpose."""
    facts = {
        "collected by": " ".join(filter(None, (text(get(manifest, "tool", part)) for part in ("name", "version")))),
        "collected at": text(manifest.get("collected_at")),
        "elevated": _shown(manifest.get("elevated")),
        "host": text(get(manifest, "host", "os_caption")),
        "Windows version": ".".join(filter(None, (text(get(manifest, "host", part)) for part in ("version", "ubr")))),
        "left out": ", ".join(map(text, listed(manifest.get("redacted")))),
        "files": str(files),
    }
    return ContainerEvidence(place, FORMAT, tuple((label, value) for label, value in facts.items() if value))


def manifest_items(manifest: Mapping[str, Any], place: Place) -> Iterator[Item]:
    """Settings, and what the collector could not do."""
    for section, prefix in _SECTIONS.items():
        for name, value in _flat(manifest.get(section)):
            yield from _setting(section, prefix, name, value, place)
    if manifest.get("elevated") is False:
        yield Finding(COLLECTED_UNELEVATED, {"place": str(place)})
    for error in objects(listed(manifest.get("errors"))):
        step, why = text(error.get("step")), text(error.get("message"))
        yield Finding(COLLECTOR_ERROR, {"place": str(place), "step": step, "why": why})


def _flat(section: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Values by name; nested objects (two levels: SCHANNEL's protocols) become ``outer/inner``, lists one text."""
    for name, value in section.items() if isinstance(section, dict) else ():
        if isinstance(value, dict) and before.count("/") < 2:
            yield from _flat(value, f"{before}{name}/")
        else:
            yield before + name, ", ".join(map(_shown, value)) if isinstance(value, list) else value


def _setting(section: str, prefix: str, name: str, value: Any, place: Place) -> Iterator[SettingEvidence]:
    switch = _SWITCHES.get((section, name))
    if switch is not None and (value is None or isinstance(value, int)):
        yield SettingEvidence(switch, int(not value), place)
    yield SettingEvidence(f"{prefix}:{name.lower()}", number(value) if _is_number(value) else _shown(value), place)


def listed(value: Any) -> list[Any]:
    """A list; PowerShell may write a list of one as its only member, and an empty one as ``null``."""
    return value if isinstance(value, list) else [] if value is None else [value]


def number(value: Any) -> int:
    """A whole number of at most 64 bits, else 0."""
    return value if _is_number(value) else 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 64


def _shown(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else text(value)


def manifest_bindings(manifest: Mapping[str, Any], place: Place) -> Iterator[BindingEvidence]:
    """http.sys bindings as the collector read them from the registry."""
    for entry in objects(listed(manifest.get("bindings"))):
        kind, endpoint = text(entry.get("kind")).lower(), text(entry.get("endpoint"))
        if kind not in _BINDING_KINDS or not endpoint:
            continue
        owner = ", ".join(map(text, listed(entry.get("sites")))) or text(entry.get("app_id"))
        yield BindingEvidence(
            endpoint, place, kind, text(entry.get("hostname")), _thumbprint(entry.get("cert_sha1")),
            text(entry.get("store")) or "My", owner,
        )  # fmt: skip


def site_bindings(document: Mapping[str, Any], place: Place) -> Iterator[Item]:
    """``iis/sites.json``: TLS bindings of sites, and services beside IIS that use a certificate of their own."""
    for site in objects(listed(document.get("sites"))):
        name = text(site.get("name"))
        for entry in objects(listed(site.get("bindings"))):
            if text(entry.get("protocol")).lower() in ("https", "ftps", "net.tcp"):
                yield _site_binding(entry, name, place)
    for listener in objects(listed(document.get("listeners"))):
        endpoint, sha1 = text(listener.get("endpoint")), _thumbprint(listener.get("cert_sha1"))
        if endpoint and sha1:
            store, service = text(listener.get("store")) or "My", text(listener.get("service"))
            yield BindingEvidence(endpoint, place, "ip", "", sha1, store, service)


def _site_binding(entry: Mapping[str, Any], site: str, place: Place) -> Item:
    try:
        return site_binding(text(entry.get("information")), place, site, flags=number(entry.get("ssl_flags")))
    except ValueError as error:
        return Finding(BROKEN_PART, {"place": str(place), "why": f"site '{site[:80]}': {error}"})


def _thumbprint(value: Any) -> str:
    digits = "".join(text(value).split()).lower()
    return digits if len(digits) == 40 and all(digit in "0123456789abcdef" for digit in digits) else ""
