"""The content of one input, wherever it came from: its hash, its evidence, and the hash of what matters in that.

Nothing of an answer depends on what the input's file is called: evidence is read under a name that all inputs share.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final

from chainlab.certificate import Certificate
from chainlab.errors import InputError
from chainlab.evidence import ChainEvidence, ContainerEvidence, Evidence, Item, Place, ReadOptions, SettingEvidence
from chainlab.evidence.members import Member, member_items
from chainlab.evidence.reading import read_bytes
from chainlab.properties import StoreProperties
from chainlab.records import dataclass

NAME: Final = "the evidence"
"""What the file of every input is called in messages; the row beside it has the real name."""

Content = bytes | Mapping[str, bytes]
"""A file, or the files of a folder by their relative paths."""

_WITHOUT_EFFECT: Final = {StoreProperties: {"raw", "friendly_name", "has_key"}, ChainEvidence: {"at"}}
"""Fields that no answer depends on: names for people, key containers, times of collection."""


def content_hash(content: Content) -> str:
    """The SHA-256 of the bytes; of a folder that of its files' paths and hashes."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    whole = hashlib.sha256(b"folder")
    for path in sorted(content):
        whole.update(f"\0{path}\0".encode("utf-8", "surrogatepass") + hashlib.sha256(content[path]).digest())
    return whole.hexdigest()


def read_content(content: Content, options: ReadOptions) -> Evidence:
    """The evidence in it; ``InputError`` if there is none."""
    if isinstance(content, bytes):
        return Evidence.of(read_bytes(content, Place(NAME), options))
    return Evidence.of(member_items(Held(content), options))


@dataclass(frozen=True, slots=True)
class Held:
    """The files of a folder that are in memory (``chainlab.evidence.members.Members``)."""

    files: Mapping[str, bytes]

    @property
    def place(self) -> Place:
        """The whole."""
        return Place(NAME)

    def members(self) -> list[Member]:
        """Every file, sorted."""
        return [Member(path, number) for number, path in enumerate(sorted(self.files))]

    def place_of(self, member: Member) -> Place:
        """Below the common name."""
        return Place(f"{NAME}/{member.path}")

    def load(self, member: Member) -> bytes:
        """The file's bytes."""
        return self.files[member.path]

    def items(self, member: Member, options: ReadOptions) -> Iterable[Item]:
        """The file as an input of its own."""
        return read_bytes(self.load(member), self.place_of(member), options)


def evidence_hash(evidence: Evidence) -> str:
    """The SHA-256 of what matters: equal evidence gets equal answers.

    Left out are file names, places in files, times of collection, facts of containers, settings that nothing is
    decided by, and property values for people. The order of items counts: targets follow it.
    """
    digest = hashlib.sha256()
    for item in evidence.items:
        if _matters(item):
            digest.update(repr(_essence(item)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _matters(item: Item) -> bool:
    if isinstance(item, SettingEvidence):
        return item.name in ("root_update", "aia") or item.name.startswith("chain:")
    return not isinstance(item, ContainerEvidence)


def _essence(value: Any) -> Any:
    """The value as nested tuples of plain values, in an order that does not depend on hashing."""
    if isinstance(value, Certificate):
        return value.sha256
    if isinstance(value, Place):
        return value.file  # PFX files of one folder are told apart by it
    if isinstance(value, Enum):
        return value.name
    if is_dataclass(value):
        return (type(value).__name__, *_fields(value))
    if isinstance(value, frozenset):
        return tuple(sorted(map(repr, map(_essence, value))))
    if isinstance(value, Mapping):
        return tuple(sorted((repr(key), _essence(held)) for key, held in value.items()))
    if isinstance(value, tuple | list):
        return tuple(map(_essence, value))
    return value


def _fields(value: Any) -> Iterator[Any]:
    left_out = _WITHOUT_EFFECT.get(type(value), ())
    for each in fields(value):
        if each.name not in left_out:
            yield _essence(getattr(value, each.name))


def explain(error: Exception) -> tuple[str, str]:
    """What kind of error ended an input, and its sentence: an input's own, else a fault of chainlab's."""
    from chainlab.errors import LimitError, PasswordError

    if isinstance(error, PasswordError):
        return "password", str(error)
    if isinstance(error, LimitError):
        return "limit", str(error)
    if isinstance(error, InputError):
        return "input", f"{error}; {error.hint}" if error.hint else str(error)
    return "internal", f"{type(error).__name__}: {error} (a fault of chainlab; please report it with this input)"


__all__ = ["NAME", "Content", "content_hash", "evidence_hash", "explain", "read_content"]
