"""Kinds of changes, and how each is named in a ``--change``: one module of the package each, found by the registry."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from chainlab.catalog import RootProgram
from chainlab.certificate import Certificate
from chainlab.changes.change import Change
from chainlab.errors import UsageError
from chainlab.records import dataclass, field
from chainlab.server import Binding, Server, StoreEntry, StoreName

_PACKAGE: Final = "chainlab.changes"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A change as it was typed: ``text`` as a whole, the verb, what it is about, and the keywords with theirs.

    ``import cross.cer into LocalMachine/CA`` is the verb ``import``, the subject ``cross.cer`` and ``into`` with
    ``LocalMachine/CA``.
    """

    text: str
    verb: str
    subject: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)

    def need(self, what: str) -> str:
        """The subject; ``UsageError`` says ``what`` is missing."""
        if not self.subject:
            raise UsageError(f"change '{self.text}' does not say {what}")
        return self.subject

    def alone(self) -> None:
        """``UsageError`` if words stand after a verb that takes none."""
        if self.subject:
            raise UsageError(f"change '{self.text}': '{self.subject}' says nothing here; expected '{self.verb}' alone")

    def choice(self, among: Mapping[str, bool], what: str) -> bool:
        """The subject as one of a few words."""
        value = among.get(self.need(what).lower())
        if value is None:
            raise UsageError(f"change '{self.text}': expected {what}")
        return value


@dataclass(frozen=True, slots=True)
class Bundle:
    """The certificates of a file that an import brings: where each lands, and the server certificate among them."""

    file: str
    entries: tuple[StoreEntry, ...]
    leaf: Certificate | None
    tool: str
    title: str


@dataclass(frozen=True, slots=True)
class RegistryEdit:
    """What a registry file adds, deletes and sets. ``deleted``: store and SHA-1 (empty: everything in it)."""

    file: str
    added: tuple[StoreEntry, ...] = ()
    deleted: tuple[tuple[StoreName, str], ...] = ()
    root_update: bool | None = None
    chain_config: tuple[tuple[str, int | str], ...] = ()
    bound: tuple[Binding, ...] = ()
    unbound: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lists:
    """Microsoft's lists that an update brings; ``None`` and empty: the ones known already.

    ``obtainable``: the known certificates that ``program`` lists.
    """

    program: RootProgram | None = None
    obtainable: tuple[Certificate, ...] = ()
    disallowed: frozenset[str] = frozenset()


class Resolver(Protocol):
    """What a phrase needs from outside: the server so far, certificates by name, and files."""

    @property
    def server(self) -> Server:
        """The server before the change."""
        ...

    def certificates(self, text: str) -> list[Certificate]:
        """Those of a file, or the one named by fingerprint or name; ``UsageError`` if none or ambiguous."""
        ...

    def certificate(self, text: str) -> Certificate:
        """The one that is meant; ``UsageError`` lists the candidates."""
        ...

    def bundle(self, file: str, tool: str) -> Bundle:
        """The certificates of a file as ``tool`` would import them (empty: as the request says)."""
        ...

    def registry(self, file: str) -> RegistryEdit:
        """What a registry file would change."""
        ...

    def lists(self, file: str) -> Lists:
        """Microsoft's lists of a file."""
        ...

    def program_entry(self, server: Server, root: Certificate) -> StoreEntry | None:
        """The store entry that root update would make; ``None`` if the program does not list the root."""
        ...

    def server_certificates(self) -> list[Certificate]:
        """The server certificates that are looked at."""
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of change: its code, the verb that starts its phrase, the phrase's form, and how to make it.

    ``named``: the keywords after which a certificate is named; the empty one stands for the subject.
    """

    code: str
    verb: str
    syntax: str
    about: str
    make: Callable[[Phrase, Resolver], list[Change]]
    keywords: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()


def all_kinds() -> dict[str, Kind]:
    """Every kind by its verb: each module of the package that has a ``KIND``."""
    package = importlib.import_module(_PACKAGE)
    modules = (importlib.import_module(f"{_PACKAGE}.{found.name}") for found in pkgutil.iter_modules(package.__path__))
    kinds: list[Kind] = [module.KIND for module in modules if hasattr(module, "KIND")]
    return {kind.verb: kind for kind in sorted(kinds, key=lambda kind: kind.verb)}


__all__ = ["Bundle", "Kind", "Lists", "Phrase", "RegistryEdit", "Resolver", "all_kinds"]
