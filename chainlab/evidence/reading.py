"""Reading inputs: sniff the content, never trust the suffix, keep to the caps, lose nothing beside a broken part."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol, cast

from chainlab.decoding import decode_certificate
from chainlab.errors import InputError, LimitError, PasswordError
from chainlab.evidence.model import CertificateEvidence, Evidence, Item, Place, StoreRecord
from chainlab.findings import BROKEN_CERTIFICATE, BROKEN_PART, Finding
from chainlab.server import StoreName


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps that protect a run from hostile inputs; each is checked before the work it bounds.

    ``file_bytes``: one input. ``depth``: containers within containers. ``certificates``: certificates of one input.
    ``iterations``: key-derivation iterations of one PFX in total. ``files``: files of one directory. ``members``,
    ``unpacked_bytes`` and ``unpacked_ratio``: members of one archive, their size in total, and how many times the
    archive's own size that may be.
    """

    file_bytes: int = 64 * 1024 * 1024
    pfx_bytes: int = 10 * 1024 * 1024
    depth: int = 3
    certificates: int = 50_000
    iterations: int = 10_000_000
    files: int = 10_000
    members: int = 5_000
    unpacked_bytes: int = 256 * 1024 * 1024
    unpacked_ratio: int = 200


PasswordSource = Callable[[str], str | None]
"""Given the place that needs a password, the password to try; ``None``: there is none."""


def no_password(_place: str) -> str | None:
    """The password source that has none."""
    return None


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How to read: caps, where passwords come from, whether private keys may be opened to match certificates."""

    limits: Limits = field(default_factory=Limits)
    password: PasswordSource = no_password
    check_keys: bool = False


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
        raise InputError(str(place), "the file is empty", expected=_EXPECTED)
    if place.depth > options.limits.depth:
        raise LimitError(str(place), f"containers are nested deeper than {options.limits.depth}")
    for reader in readers():
        if reader.sniff(data):
            yield from _capped(reader.read(data, place, options), place, options)
            return
    raise InputError(str(place), f"not recognised ({describe_bytes(data)})", expected=_EXPECTED)


_EXPECTED: Final = "PFX/P12, PEM, DER, P7B, SST, a registry export (.reg) or a directory of these"


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
    return Evidence.of(_placed(item, store) for item in items)


def _placed(item: Item, store: StoreName | None) -> Item:
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
    """Every readable file below a directory; a sub-path like ``LocalMachine/CA`` names the store (``store_paths``).

    Files that are not evidence are findings, a wrong password too; ``InputError`` if nothing at all was read. A folder
    of PFX files named for hosts is a Central Certificate Store.
    """
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
    if len(files) > options.limits.files:
        raise LimitError(str(path), f"{len(files)} files are more than the cap of {options.limits.files}")
    from chainlab.evidence.central_store import central_store_files, central_store_items
    from chainlab.evidence.store_paths import store_of_path

    evidence, password_problem = Evidence(), None
    central = central_store_files(files)
    for file in files:
        try:
            found = read_file(file, options, store or store_of_path(file.relative_to(path)))
            evidence += found
            if file in central:
                evidence += Evidence.of(central_store_items(file, found.items))
        except InputError as error:
            password_problem = password_problem or (error if isinstance(error, PasswordError) else None)
            problem = Finding(BROKEN_PART, {"place": error.place, "why": str(error).removeprefix(f"{error.place}: ")})
            evidence += Evidence.of([problem])
    if all(isinstance(item, Finding) for item in evidence.items):
        raise password_problem or InputError(str(path), f"no certificate in {len(files)} files", expected=_EXPECTED)
    return evidence


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
