"""Reading inputs: sniff the content, never trust the suffix, keep to the caps, lose nothing beside a broken part."""

from __future__ import annotations

import contextlib
import functools
import importlib
import itertools
import os
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast

from chainlab.decoding import decode_certificate
from chainlab.errors import InputError, LimitError
from chainlab.evidence.key_log import KeyLog, looks_like_key_log
from chainlab.evidence.model import CertificateEvidence, Evidence, Item, Place, StoreRecord
from chainlab.evidence.source import BoundedSource, ByteSource
from chainlab.findings import BROKEN_CERTIFICATE, BROKEN_PART, ENCRYPTED_MEMBER, Finding
from chainlab.records import dataclass, field
from chainlab.server import StoreName


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps that protect a run from hostile inputs; each is checked before the work it bounds.

    ``file_bytes``: one input. ``stream_bytes``: one input of a format that is not held in memory (captures).
    ``depth``: containers within containers. ``certificates``: certificates of one input. ``problems``: parts of
    one input that are broken or not understood. ``iterations``:
    key-derivation iterations of one PFX in total. ``files``: files of one directory. ``members``, ``unpacked_bytes``
    and ``unpacked_ratio``: members of one archive with everything nested in it, their size in total, and how many times
    the packed size that may be.
    """

    file_bytes: int = 64 * 1024 * 1024
    stream_bytes: int = 512 * 1024 * 1024
    pfx_bytes: int = 10 * 1024 * 1024
    depth: int = 3
    certificates: int = 20_000
    problems: int = 10_000
    iterations: int = 5_000_000
    files: int = 10_000
    members: int = 5_000
    unpacked_bytes: int = 256 * 1024 * 1024
    unpacked_ratio: int = 200


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

    ``key_log``: TLS secrets that open captures of TLS 1.3 (see ``with_key_logs``). ``budget``: what the archive around
    an input still allows; ``None`` outside of archives.
    """

    limits: Limits = field(default_factory=Limits)
    password: PasswordSource = no_password
    check_keys: bool = False
    key_log: KeyLog = field(default_factory=KeyLog, repr=False, compare=False)
    budget: Unpacking | None = field(default=None, repr=False, compare=False)

    @property
    def unpacking(self) -> Unpacking:
        """The budget for an archive met here: a fresh one, or what is left of the one around it."""
        return self.budget or Unpacking(self.limits.members, self.limits.unpacked_bytes)


class EncryptedMemberError(InputError):
    """A member that its archive keeps encrypted."""


class Reader(Protocol):
    """One input format: a module of ``chainlab.evidence`` whose name starts with ``read_``.

    A format whose files are too large to be held in memory also has ``read_stream(source, place, options)``, which
    reads forward only; its ``sniff`` then has to do with the first ``HEAD_BYTES``.
    """

    FORMAT: str
    PRIORITY: int

    def sniff(self, data: bytes) -> bool:
        """Whether the content is of this format."""
        ...

    def read(self, data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
        """Everything in it; ``InputError`` only if nothing at all can be read."""
        ...


class StreamReader(Reader, Protocol):
    """A reader that does not hold its input in memory."""

    def read_stream(self, source: ByteSource, place: Place, options: ReadOptions) -> Iterator[Item]:
        """Everything in it, like ``read``."""
        ...


HEAD_BYTES: Final = 4096
"""What is read of a file before it is known how to read the rest."""

_PACKAGE: Final = "chainlab.evidence"


@functools.cache  # the modules of a package do not change; an archive asks for them once a member
def readers() -> tuple[Reader, ...]:
    """All readers, in the order in which they are asked."""
    package = importlib.import_module(_PACKAGE)
    names = [module.name for module in pkgutil.iter_modules(package.__path__) if module.name.startswith("read_")]
    found = [cast(Reader, importlib.import_module(f"{_PACKAGE}.{name}")) for name in names]
    return tuple(sorted(found, key=lambda reader: reader.PRIORITY))


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
    "PFX/P12, PEM, DER, P7B, SST, a registry export (.reg) or hive, certutil or netsh text, a PowerShell export, "
    "applicationHost.config, Microsoft's lists (.stl, .cab), a Java key store, a handshake (transcript, capture, "
    "scanner report), an evidence bundle, or an archive or directory of these"
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
    limits, certificates, problems = options.limits, 0, 0
    for item in items:
        certificates += isinstance(item, CertificateEvidence)
        problems += isinstance(item, Finding)
        if certificates > limits.certificates:
            raise LimitError(str(place), f"more than {limits.certificates} certificates")
        if problems > limits.problems:
            raise LimitError(str(place), f"more than {limits.problems} parts that are broken or not used")
        yield item


def read_source(source: BoundedSource, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Everything in a source: streamed where its format can be, else read whole within ``file_bytes``."""
    reader = _stream_reader(source.head)
    if reader is not None:
        source.cap = options.limits.stream_bytes
        yield from _capped(reader.read_stream(source, place, options), place, options)
    else:
        yield from read_bytes(source.rest(), place, options)


def _stream_reader(head: bytes) -> StreamReader | None:
    reader = next((reader for reader in readers() if reader.sniff(head)), None)
    return cast(StreamReader, reader) if hasattr(reader, "read_stream") else None


def read_file(path: Path, options: ReadOptions, store: StoreName | None = None) -> Evidence:
    """One file; certificates without a store of their own get ``store``."""
    with _opened(path) as file:
        source = BoundedSource(file.read, str(path), options.limits.file_bytes, HEAD_BYTES)
        _check_size(file, path, options.limits, _stream_reader(source.head) is not None)
        items = read_source(source, Place(str(path)), options)
        return Evidence.of(placed(item, store) for item in items)


def placed(item: Item, store: StoreName | None) -> Item:
    """The item in ``store``, unless it names one of its own, was seen on the wire, or none is given."""
    if store is None or not isinstance(item, CertificateEvidence | StoreRecord) or item.store is not None:
        return item
    wire = isinstance(item, CertificateEvidence) and item.on_wire
    return item if wire else replace(item, store=store)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(str(path), f"cannot be read: {reason.lower()}") from None


def load(path: Path, limits: Limits) -> bytes:
    """The bytes of a file within ``file_bytes``; ``InputError`` says what the system said."""
    with _opened(path) as file:
        _check_size(file, path, limits, streamed=False)
        return BoundedSource(file.read, str(path), limits.file_bytes).rest()


def _check_size(file: BinaryIO, path: Path, limits: Limits, streamed: bool) -> None:
    """Refuse a file above its cap before reading it; pipes have no size and meet the cap while they are read."""
    size, cap = os.fstat(file.fileno()).st_size, limits.stream_bytes if streamed else limits.file_bytes
    if size > cap:
        raise LimitError(str(path), f"{size} bytes is more than the cap of {cap}")


def read_directory(path: Path, options: ReadOptions, store: StoreName | None = None) -> Evidence:
    """Every readable file below a directory; a sub-path like ``LocalMachine/CA`` names the store (``store_paths``).

    Files that are not evidence are findings, a wrong password too; ``InputError`` if nothing at all was read. A folder
    of PFX files named for hosts is a Central Certificate Store.
    """
    from chainlab.evidence.members import Folder, member_items  # it reads through this module

    return Evidence.of(member_items(Folder(path, options.limits), options, store))


def read_inputs(inputs: Iterable[tuple[Path, StoreName | None]], options: ReadOptions) -> Evidence:
    """Files and directories, each with the store it stands for (``None``: as the input says)."""
    evidence = Evidence()
    inputs = list(inputs)
    options = with_key_logs((path for path, _ in inputs), options)
    for path, store in inputs:
        read = read_directory if path.is_dir() else read_file
        evidence += read(path, options, store)
    return evidence


def with_key_logs(paths: Iterable[Path], options: ReadOptions) -> ReadOptions:
    """The same options with the secrets of every TLS key log among the inputs, so that captures can use them."""
    key_log = options.key_log.copy()
    for path in _files_of(paths, options.limits):
        with contextlib.suppress(InputError, ValueError), _opened(path) as file:  # reading it as an input says why
            source = BoundedSource(file.read, str(path), options.limits.file_bytes, HEAD_BYTES)
            if looks_like_key_log(source.head):
                key_log.add(source.rest())
    return replace(options, key_log=key_log)


def _files_of(paths: Iterable[Path], limits: Limits) -> Iterator[Path]:
    """Regular files only: what a pipe holds can be read just once."""
    for path in paths:
        inside = itertools.islice(path.rglob("*"), limits.files) if path.is_dir() else (path,)
        yield from (file for file in inside if file.is_file())


def certificate_item(
    der: bytes, place: Place, format_name: str, store: StoreName | None = None
) -> CertificateEvidence | Finding:
    """A decoded certificate, or the finding that it cannot be decoded."""
    try:
        return CertificateEvidence(decode_certificate(der), place, store, format=format_name)
    except (ValueError, RecursionError) as error:
        return Finding(BROKEN_CERTIFICATE, {"place": str(place), "why": str(error)})


def problem(error: InputError) -> Finding:
    """The finding that one part of an input could not be read; the others are not lost with it."""
    if isinstance(error, EncryptedMemberError):
        return Finding(ENCRYPTED_MEMBER, {"place": error.place})
    return Finding(BROKEN_PART, {"place": error.place, "why": str(error).removeprefix(f"{error.place}: ")})
