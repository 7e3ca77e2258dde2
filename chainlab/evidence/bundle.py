"""The evidence bundle ``chainlab-evidence/1``: what the collector script brings from a Windows server.

A folder or archive whose ``manifest.json`` lists every file with its SHA-256. The registry exports are the truth about
the stores; the serialized stores show the same through Windows' eyes and add only what lies in no registry key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from chainlab.certificate import Certificate
from chainlab.errors import InputError
from chainlab.evidence.bundle_manifest import (
    container,
    listed,
    manifest_bindings,
    manifest_items,
    number,
    site_bindings,
)
from chainlab.evidence.json_text import load_json, objects, text
from chainlab.evidence.model import (
    BindingEvidence,
    CertificateEvidence,
    ChainEvidence,
    ContainerEvidence,
    Item,
    Place,
)
from chainlab.evidence.reading import ReadOptions, placed, problem, read_bytes
from chainlab.evidence.store_paths import store_of_path
from chainlab.evidence.wire import Message, message_items
from chainlab.findings import (
    BROKEN_PART,
    BUNDLE_FILE_CHANGED,
    BUNDLE_FILE_MISSING,
    BUNDLE_FILE_UNLISTED,
    UNUSED_PART,
    Finding,
)
from chainlab.records import dataclass

if TYPE_CHECKING:
    from chainlab.evidence.members import Member, Members

SCHEMA: Final = "chainlab-evidence/1"
MANIFEST: Final = "manifest.json"
NOT_IN_REGISTRY: Final = "(not in the registry)"
"""Physical store of what Windows shows in a logical store but its registry keys do not hold, as on a smart card."""

_SERVED_NAME: Final = re.compile(r"([0-9A-Fa-f.-]+)_([0-9]{1,5})_(.*)_(rsa|ecdsa|any)\.pem")
_REORDERED: Final = "read on the server through .NET, which loses the order; shown in the order of issuers"


@dataclass(frozen=True, slots=True)
class Bundle:
    """One bundle: its manifest and, by their paths inside the bundle, its files."""

    whole: Members
    manifest: Member
    document: Mapping[str, Any]
    files: dict[str, Member]


def find_bundles(whole: Members, members: list[Member]) -> list[Bundle]:
    """Every bundle in a folder or archive: below each ``manifest.json`` of this schema.

    A bundle within another one is a bundle of its own, and its files are not the outer one's.
    """
    found: dict[str, Bundle] = {}
    for manifest in members:
        root = manifest.path.removesuffix(MANIFEST)
        if PurePosixPath(manifest.path).name != MANIFEST or root in found:
            continue
        document = _document(whole, manifest)
        if document is not None:
            found[root] = Bundle(whole, manifest, document, {})
    owners = _owners(found, members) if found else {}
    for member, root in owners.items():
        if member != found[root].manifest:
            found[root].files[member.path.removeprefix(root)] = member
    return list(found.values())


def _owners(roots: Iterable[str], members: list[Member]) -> dict[Member, str]:
    """The innermost root around each member; in order of the paths a root comes right before what is below it."""
    owners: dict[Member, str] = {}
    around: list[str] = []
    entries: list[tuple[str, Member | None]] = [(root, None) for root in roots]
    entries += [(member.path, member) for member in members]
    for path, member in sorted(entries, key=lambda entry: entry[0]):
        while around and not path.startswith(around[-1]):
            around.pop()
        if member is None:
            around.append(path)
        elif around:
            owners[member] = around[-1]
    return owners


def _document(whole: Members, manifest: Member) -> Mapping[str, Any] | None:
    try:
        document = load_json(whole.load(manifest), whole.place_of(manifest))
    except InputError:
        return None
    return document if isinstance(document, dict) and document.get("schema") == SCHEMA else None


def bundle_items(bundle: Bundle, options: ReadOptions) -> Iterator[Item]:
    """Everything in a bundle: the registry first, then what other files add to it."""
    document, place = bundle.document, bundle.whole.place_of(bundle.manifest)
    yield container(document, place, len(bundle.files))
    yield from manifest_items(document, place)
    named = {_key(binding): binding for binding in manifest_bindings(document, place)}
    yield from _once(_files(bundle, options, _Known()), named)


def _once(items: Iterable[Item], named: Mapping[_Key, BindingEvidence]) -> Iterator[Item]:
    """Each binding of http.sys once, whichever file shows it first, with the sites that the manifest names for it."""
    shown: set[_Key] = set()
    for item in items:
        if isinstance(item, BindingEvidence) and item.sha1:
            key = _key(item)
            if key in shown:
                continue
            shown.add(key)
            yield replace(item, owner=named[key].owner) if key in named else item
        else:
            yield item
    yield from (binding for key, binding in named.items() if key not in shown)


_Key = tuple[str, str, str]


def _key(binding: BindingEvidence) -> _Key:
    return binding.endpoint.lower(), binding.host.lower(), binding.sha1


class _Known:
    """Which certificates the registry of the bundle showed, by location, logical store and SHA-1."""

    def __init__(self) -> None:
        self.entries: set[tuple[str, str, str]] = set()

    def note(self, item: Item) -> Item:
        if isinstance(item, CertificateEvidence) and item.store is not None:
            self.entries.add((item.store.location, item.store.logical, item.certificate.sha1))
        return item

    def has(self, item: CertificateEvidence) -> bool:
        """In the registry of its location; a user's logical store shows the machine's certificates too."""
        assert item.store is not None
        locations = {item.store.location, "LocalMachine"}
        return any((place, item.store.logical, item.certificate.sha1) in self.entries for place in locations)


def _files(bundle: Bundle, options: ReadOptions, known: _Known) -> Iterator[Item]:
    entries = objects(listed(bundle.document.get("files")))
    promised = {text(entry.get("path")).replace("\\", "/"): entry for entry in entries}
    ordered = sorted(promised, key=lambda path: (not path.startswith("reg/"), path))
    for path in ordered:
        member = bundle.files.get(path)
        if member is None:
            where = bundle.whole.place_of(bundle.manifest)
            yield Finding(BUNDLE_FILE_MISSING, {"place": f"{where}: {path}"})
            continue
        yield from _file(bundle, path, member, promised[path], options, known)
    for path, member in bundle.files.items():
        if path not in promised:
            yield Finding(BUNDLE_FILE_UNLISTED, {"place": str(bundle.whole.place_of(member))})


def _file(
    bundle: Bundle, path: str, member: Member, entry: Mapping[str, Any], options: ReadOptions, known: _Known
) -> Iterator[Item]:
    place = bundle.whole.place_of(member)
    try:
        data = bundle.whole.load(member)
        actual, expected = hashlib.sha256(data).hexdigest(), text(entry.get("sha256")).lower()
        if actual != expected:
            why = f"SHA-256 {actual}, in the manifest {expected or 'none'}"
            yield Finding(BUNDLE_FILE_CHANGED, {"place": str(place), "why": why})
        read = _PARTS.get(PurePosixPath(path).parts[0], _other)
        yield from read(path, data, place, options, known)
    except InputError as error:
        yield problem(error)


def _registry(_path: str, data: bytes, place: Place, options: ReadOptions, known: _Known) -> Iterator[Item]:
    yield from (known.note(item) for item in read_bytes(data, place, options))


def _store(path: str, data: bytes, place: Place, options: ReadOptions, known: _Known) -> Iterator[Item]:
    """A logical store as Windows shows it; the file's name is the store's."""
    store = store_of_path(PurePosixPath(path).with_suffix("") / "export")
    twice, container = 0, None
    for item in read_bytes(data, place, options):
        if isinstance(item, ContainerEvidence):
            container = item
        elif not isinstance(item, CertificateEvidence) or store is None:
            yield placed(item, store)
        elif known.has(replace(item, store=store)):
            twice += 1
        else:
            yield replace(item, store=replace(store, physical=NOT_IN_REGISTRY) if known.entries else store)
    if container is not None:
        yield replace(container, facts=(("also in the registry", str(twice)),))


def _sites(_path: str, data: bytes, place: Place, _options: ReadOptions, _known: _Known) -> Iterator[Item]:
    yield from site_bindings(_object(data, place), place)


def _oracle(_path: str, data: bytes, place: Place, _options: ReadOptions, _known: _Known) -> Iterator[Item]:
    """A chain that Windows built: thumbprints and CERT_TRUST_STATUS bits, leaf first."""
    document = _object(data, place)
    elements = objects(listed(document.get("elements")))
    if not elements:
        yield Finding(BROKEN_PART, {"place": str(place), "why": "a chain without elements"})
        return
    yield ChainEvidence(
        tuple(text(element.get("thumbprint")).lower() for element in elements),
        place,
        tuple(number(element.get("error")) for element in elements),
        tuple(number(element.get("info")) for element in elements if "info" in element),
        text(document.get("engine")) or "machine",
        _moment(text(document.get("at"))),
    )


def _object(data: bytes, place: Place) -> dict[str, Any]:
    document = load_json(data, place)
    return document if isinstance(document, dict) else {}


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the years 1 and 9999 end where UTC would be in another one
        return None


def _served(path: str, data: bytes, place: Place, options: ReadOptions, _known: _Known) -> Iterator[Item]:
    """A chain as the server sent it to itself: ``served/SITE/ADDRESS_PORT_SNI_KIND.pem``."""
    match = _SERVED_NAME.fullmatch(PurePosixPath(path).name)
    endpoint, host = "", None
    if match is not None:
        address = match[1].replace("-", ":")
        endpoint, host = f"[{address}]:{match[2]}" if ":" in address else f"{address}:{match[2]}", match[3]
    sent: list[Certificate] = []
    for item in read_bytes(data, place, options):
        if isinstance(item, CertificateEvidence):
            sent.append(item.certificate)
        else:
            yield item
    ders = [certificate.der for certificate in _in_order(sent) if certificate.der is not None]
    yield from message_items(
        Message(tuple(ders), endpoint=endpoint, host=host, notes=(_REORDERED,)), place, "handshake"
    )


def _in_order(sent: list[Certificate]) -> list[Certificate]:
    """The first certificate, then issuer after issuer, then the rest: the order of the file means nothing."""
    ordered, rest = sent[:1], sent[1:]
    while ordered:
        issuer = next((c for c in rest if c.subject.key == ordered[-1].issuer.key), None)
        if issuer is None:
            break
        ordered.append(issuer)
        rest.remove(issuer)
    return ordered + rest


def _other(path: str, data: bytes, place: Place, options: ReadOptions, _known: _Known) -> Iterator[Item]:
    """Text and whatever else: read if a reader knows it, noted if not."""
    try:
        yield from read_bytes(data, place, options)
    except InputError:
        yield Finding(UNUSED_PART, {"place": str(place), "what": f"'{path}'"})


_Part = Callable[[str, bytes, Place, ReadOptions, _Known], Iterator[Item]]
_PARTS: Final[dict[str, _Part]] = {
    "reg": _registry, "stores": _store, "iis": _sites, "oracle": _oracle, "served": _served,
}  # fmt: skip
