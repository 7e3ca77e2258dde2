"""Reading inputs: sniff the content, never trust the suffix, keep to the caps, lose nothing beside a broken part."""

from __future__ import annotations

import importlib
import itertools
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Final, Protocol, cast

from chainlab.decoding import decode_certificate
from chainlab.errors import InputError, LimitError
from chainlab.evidence.model import CertificateEvidence, Evidence, Item, Place, StoreRecord
from chainlab.findings import BROKEN_CERTIFICATE, Finding
from chainlab.server import StoreName


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps that protect a run from hostile inputs; each is checked before the work it bounds.

    ``file_bytes``: one input. ``depth``: containers within containers. ``certificates``: certificates of one input.
    ``iterations``: key-derivation iterations of one PFX in total. ``files``: files of one directory.
    ``archive_members`` and ``archive_bytes`` (unpacked): one archive with everything nested in it. ``archive_ratio``:
    unpacked bytes per packed byte of one member.
    """

    file_bytes: int = 64 * 1024 * 1024
    pfx_bytes: int = 10 * 1024 * 1024
    depth: int = 3
    certificates: int = 50_000
    iterations: int = 10_000_000
    files: int = 10_000
    archive_members: int = 5_000
    archive_bytes: int = 256 * 1024 * 1024
    archive_ratio: int = 200


@dataclass(slots=True)
class Unpacking:
    """What an archive and all that is nested in it may still unpack: counts down, and ends in ``LimitError``."""

    members: int
    bytes: int

    def take_members(self, count: int, place: Place) -> None:
        """Before an archive of so many members is opened."""
        if count > self.members:
            raise LimitError(str(place), f"{count} members are more than the {self.members} that are still allowed")
        self.members -= count

    def take_bytes(self, count: int, place: Place) -> None:
        """Before a member of that size is unpacked."""
        if count > self.bytes:
            raise LimitError(str(place), f"{count} bytes are more than the {self.bytes} that may still be unpacked")
        self.bytes -= count


PasswordSource = Callable[[str], str | None]
"""Given the place that needs a password, the password to try; ``None``: there is none."""


def no_password(_place: str) -> str | None:
    """The password source that has none."""
    return None


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read: caps, where passwords come from, whether private keys may be opened to match certificates.

    ``unpacking``: what the archive around an input still allows; ``None`` outside of archives.
    """

    limits: Limits = field(default_factory=Limits)
    password: PasswordSource = no_password
    check_keys: bool = False
    unpacking: Unpacking | None = None


class Reader(Protocol):
    """One input format: a module of ``chainlab.evidence`` whose name starts with ``read_``."""

    FORMAT: str
    PRIORITY: int

    def sniff(self, data: bytes) -> bool:
        """Whether the content is of this format."""
        ...

    def read(self, data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
        """Everything in it; ``InputError`` only if nothing at all can be read."""
        ...


_PACKAGE: Final = "chainlab.evidence"


def readers() -> list[Reader]:
    """All readers, in the order in which they are asked."""
    package = importlib.import_module(_PACKAGE)
    names = [module.name for module in pkgutil.iter_modules(package.__path__) if module.name.startswith("read_")]
    found = [cast(Reader, importlib.import_module(f"{_PACKAGE}.{name}")) for name in names]
    return sorted(found, key=lambda reader: reader.PRIORITY)


def read_bytes(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Everything in ``data``; ``InputError`` when no format fits or nothing can be read."""
    if not data:
        raise InputError(str(place), "the file is empty", expected=EXPECTED)
    if place.depth > options.limits.depth:
        raise LimitError(str(place), f"containers are nested deeper than {options.limits.depth}")
    for reader in readers():
        if reader.sniff(data):
            yield from _capped(reader.read(data, place, options), place, options)
            return
    raise InputError(str(place), f"not recognised ({describe_bytes(data)})", expected=EXPECTED)


EXPECTED: Final = (
    "PFX/P12, PEM, DER, P7B, SST, a registry export (.reg), a capture, an evidence bundle, "
    "or a ZIP archive or directory of these"
)
"""What can be read, for error messages."""


def describe_bytes(data: bytes) -> str:
    """What unrecognised content looks like, for an error message."""
    head = data[:64]
    if not any(head):
        return f"{len(data)} bytes, beginning with zeros"
    printable = sum(32 <= byte < 127 or byte in b"\r\n\t" for byte in head)
    kind = "text" if printable > len(head) * 0.9 else "binary data"
    return f"{len(data)} bytes of {kind}"


def _capped(items: Iterable[Item], place: Place, options: ReadOptions) -> Iterator[Item]:
    count = 0
    for item in items:
        count += isinstance(item, CertificateEvidence)
        if count > options.limits.certificates:
            raise LimitError(str(place), f"more than {options.limits.certificates} certificates")
        yield item


def read_file(path: Path, options: ReadOptions, store: StoreName | None = None) -> Evidence:
    """One file; certificates without a store of their own get ``store``."""
    items = read_bytes(load(path, options.limits), Place(str(path)), options)
    return Evidence.of(placed(item, store) for item in items)


def placed(item: Item, store: StoreName | None) -> Item:
    """The item in ``store``, unless it names a store of its own or none is given."""
    if store is not None and isinstance(item, CertificateEvidence | StoreRecord) and item.store is None:
        return replace(item, store=store)
    return item


def load(path: Path, limits: Limits) -> bytes:
    """The bytes of a file, after checking its size; ``InputError`` says what the system said."""
    try:
        size = path.stat().st_size
        if size > limits.file_bytes:
            raise LimitError(str(path), f"{size} bytes is more than the cap of {limits.file_bytes}")
        with path.open("rb") as file:
            data = file.read(limits.file_bytes + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(str(path), f"cannot be read: {reason.lower()}") from None
    if len(data) > limits.file_bytes:
        raise LimitError(str(path), f"more than the cap of {limits.file_bytes} bytes")
    return data


def read_directory(path: Path, options: ReadOptions, store: StoreName | None = None) -> Evidence:
    """Every readable file below a directory; a sub-path like ``LocalMachine/CA`` names the store.

    Files that are not evidence are findings, a wrong password too; ``InputError`` if nothing at all was read.
    """
    from chainlab.evidence.members import Folder, member_items  # it reads through this module

    return Evidence.of(member_items(Folder(path, options.limits), options, store))


def store_of_path(relative: PurePath) -> StoreName | None:
    """The store that a path of a folder or archive names (``LocalMachine/CA/export.sst``), or ``None``."""
    parts = [part.lower() for part in relative.parts[:-1]]
    for location, logical in itertools.pairwise(parts):
        if location in ("localmachine", "currentuser", "system"):
            return StoreName.parse(f"{location}/{logical}")
    return None


def read_inputs(inputs: Iterable[tuple[Path, StoreName | None]], options: ReadOptions) -> Evidence:
    """Files and directories, each with the store it stands for (``None``: as the input says)."""
    evidence = Evidence()
    for path, store in inputs:
        read = read_directory if path.is_dir() else read_file
        evidence += read(path, options, store)
    return evidence


def certificate_item(
    der: bytes, place: Place, format_name: str, store: StoreName | None = None
) -> CertificateEvidence | Finding:
    """A decoded certificate, or the finding that it cannot be decoded."""
    try:
        return CertificateEvidence(decode_certificate(der), place, store, format=format_name)
    except (ValueError, RecursionError) as error:
        return Finding(BROKEN_CERTIFICATE, {"place": str(place), "why": str(error)})
