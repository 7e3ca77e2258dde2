"""Proposed changes as they are written: phrases, files of phrases, registry files; and what their names stand for.

A phrase is a verb, what it is about, and keywords (``chainlab.changes.kind`` and ``docs/changes.md``)::

    import r46-cross.cer into LocalMachine/CA
    untrust 7bb647a6
    "C:\\certs\\changes.reg"

A certificate is named by a file, by the start of its SHA-256 or SHA-1 fingerprint, or by its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from chainlab.catalog import Catalog
from chainlab.certificate import Certificate
from chainlab.changes import Bundle, Change, Kind, Lists, Phrase, RegistryEdit, all_kinds
from chainlab.errors import InputError, UsageError
from chainlab.evidence import CertificateEvidence, DeletionEvidence, Evidence, ReadOptions, read_inputs
from chainlab.graph import CertGraph
from chainlab.records import dataclass
from chainlab.server import Server, StoreEntry
from chainlab.server_state import disallowed_of, landing, listed, program_of
from chainlab.targets import as_binding, choose_leaves
from chainlab.windows.pfx_import import ImportTool
from chainlab.windows.root_update import program_entry

MAX_CHANGES: Final = 200
"""Changes of one proposal."""

MAX_FILE_BYTES: Final = 1024 * 1024
"""Size of a file of changes."""

MIN_PREFIX: Final = 6
"""Hexadecimal digits that a fingerprint must be named with."""

MAX_CANDIDATES: Final = 10
"""Candidates listed for an ambiguous name."""

_WORD: Final = re.compile(r"\"([^\"]*)\"|'([^']*)'|(\S+)")
_HEX: Final = re.compile(r"[0-9a-f]+")


# --- phrases -----------------------------------------------------------------------------------------------------
def parse_phrase(text: str) -> Phrase:
    """A phrase as it was typed; quotes keep words together. ``UsageError`` says which verbs there are."""
    words = [(match[1] or match[2] or match[3] or "", match[3] is None) for match in _WORD.finditer(text)]
    if not words:
        raise UsageError("an empty change; expected e.g. 'untrust FINGERPRINT'")
    kinds = all_kinds()
    verb = words[0][0].lower()
    if verb not in kinds and text.strip().strip("\"'").lower().endswith(".reg"):
        return Phrase(text, "registry-file", text.strip().strip("\"'"))
    kind = _kind(verb, text, kinds)
    subject: list[str] = []
    parts: dict[str, list[str]] = {}
    current = subject
    for word, quoted in words[1:]:
        if word.lower() in kind.keywords and not quoted:
            current = parts.setdefault(word.lower(), [])
        else:
            current.append(word)
    return _checked(Phrase(text, verb, " ".join(subject), {name: " ".join(value) for name, value in parts.items()}))


def _kind(verb: str, text: str, kinds: dict[str, Kind]) -> Kind:
    if verb not in kinds:
        raise UsageError(f"unknown change '{text}'; expected {'; '.join(kind.syntax for kind in kinds.values())}")
    return kinds[verb]


def _checked(phrase: Phrase) -> Phrase:
    for name, value in phrase.parts.items():
        if not value:
            raise UsageError(f"change '{phrase.text}': nothing stands after '{name}'")
    return phrase


def read_phrases(file: Path) -> list[Phrase]:
    """The changes of a JSON or YAML file: a list, or ``changes`` with one. ``InputError`` says what is wrong.

    An item is a phrase, or a mapping of the verb and keywords to their words; files are looked for beside the file.
    """
    document = _load(file)
    items = document.get("changes") if isinstance(document, dict) else document
    if not isinstance(items, list):
        raise InputError(str(file), "no list of changes", expected="a list, or 'changes' with a list")
    if len(items) > MAX_CHANGES:
        raise InputError(str(file), f"{len(items)} changes are more than the cap of {MAX_CHANGES}")
    return [_beside(_item(item, file, number), file.parent) for number, item in enumerate(items, start=1)]


def _load(file: Path) -> Any:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError(str(file), f"cannot be read: {(error.strerror or type(error).__name__).lower()}") from None
    if len(data) > MAX_FILE_BYTES:
        raise InputError(str(file), f"more than the cap of {MAX_FILE_BYTES} bytes")
    text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "replace")
    try:
        return json.loads(text) if text.lstrip()[:1] in ("{", "[") else _yaml(text)
    except (ValueError, RecursionError) as error:
        why = str(error).splitlines()[0] if isinstance(error, ValueError) else "nested too deeply"
        raise InputError(str(file), f"not JSON or YAML: {why}", expected="a list of changes") from None


def _yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def _item(item: Any, file: Path, number: int) -> Phrase:
    if isinstance(item, str):
        return parse_phrase(item)
    if not isinstance(item, dict) or not item:
        raise InputError(
            f"{file}, change {number}", "neither a phrase nor a mapping", expected="e.g. untrust: 7bb647a6"
        )
    words = {str(name).lower(): _words(value, file, number) for name, value in item.items()}
    verb, *keywords = words
    text = " ".join(f"{name} {value}".strip() for name, value in words.items())
    kind = _kind(verb, text, all_kinds())
    unknown = [name for name in keywords if name not in kind.keywords]
    if unknown:
        raise InputError(f"{file}, change {number}", f"'{unknown[0]}' is no part of it", expected=kind.syntax)
    return _checked(Phrase(text, verb, words[verb], {name: words[name] for name in keywords}))


def _words(value: Any, file: Path, number: int) -> str:
    """A scalar or a list of them as words; YAML takes ``on`` and ``off`` for truth values."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return ""
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return ",".join(map(str, value))
    raise InputError(f"{file}, change {number}", f"{type(value).__name__} where words are expected")


def _beside(phrase: Phrase, folder: Path) -> Phrase:
    def found(text: str) -> str:
        return str(folder / text) if _is_file(folder / text) else text

    return replace(phrase, subject=found(phrase.subject), parts={k: found(v) for k, v in phrase.parts.items()})


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def names_in(phrases: Iterable[Phrase]) -> list[str]:
    """Everything in the phrases that may name a file or a certificate, once each."""
    return list(dict.fromkeys(text for p in phrases for text in (p.subject, *p.parts.values()) if text))


# --- what the names stand for ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Files:
    """The files that phrases name, read once each."""

    evidence: dict[str, Evidence]

    @classmethod
    def of(cls, phrases: Sequence[Phrase], options: ReadOptions) -> Files:
        """Read every file that is named; errors name the file."""
        named = [text for text in names_in(phrases) if _is_file(Path(text))]
        return cls({text: read_inputs([(Path(text), None)], options) for text in named})

    def certificates(self) -> list[Certificate]:
        """All certificates of all files."""
        return [item.certificate for read in self.evidence.values() for item in read.certificates]


@dataclass(frozen=True, slots=True)
class Names:
    """Resolves what phrases name (``chainlab.changes.Resolver``) in one server, one graph and the files read."""

    server: Server
    graph: CertGraph
    catalog: Catalog
    files: Files
    at: datetime
    tool: ImportTool
    leaves: tuple[Certificate, ...]

    program_entry: Callable[[Server, Certificate], StoreEntry | None] = program_entry

    def server_certificates(self) -> list[Certificate]:
        """The server certificates that are looked at."""
        return list(self.leaves)

    def certificates(self, text: str) -> list[Certificate]:
        """Every certificate of a file, in file order, or the one named."""
        read = self.files.evidence.get(text)
        if read is None:
            return [self.certificate(text)]
        found = list(dict.fromkeys(item.certificate for item in read.certificates))
        if not found:
            raise UsageError(f"{text} holds no certificate")
        return found

    def certificate(self, text: str) -> Certificate:
        """The one that a file holds, or that a fingerprint or a name stands for."""
        read = self.files.evidence.get(text)
        found = list(dict.fromkeys(i.certificate for i in read.certificates)) if read else self._named(text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise UsageError(
                f"no certificate '{text}'; expected a file, the start of a fingerprint (at least {MIN_PREFIX} "
                "digits), or a name, of a certificate in the inputs, the changes' files or the catalogue"
            )
        raise UsageError(f"'{text}' is ambiguous; name one of: {_listed(found)}")

    def _named(self, text: str) -> list[Certificate]:
        digits = fingerprint_digits(text)
        known = self.graph.certificates
        if digits:
            found = [c for c in known if c.sha256.startswith(digits) or c.sha1.startswith(digits)]
            if found:
                return found
        wanted = text.casefold()
        exact = [c for c in known if wanted in (c.subject.common.casefold(), c.label.casefold())]
        return exact or [c for c in known if len(text) >= MIN_PREFIX and wanted in c.label.casefold()]

    def bundle(self, file: str, tool: str) -> Bundle:
        """The certificates of a PFX, or of any other file, as the tool imports them."""
        used = self._tool(tool)
        read = self._read(file)
        placed = ((item, item.store or landing(item, self.graph, used)) for item in read.certificates)
        entries = tuple(
            StoreEntry(item.certificate, store, item.properties, str(item.place)) for item, store in placed if store
        )
        leaves = choose_leaves(read)
        if len(leaves) > 1:
            raise UsageError(f"{file} holds {len(leaves)} server certificates; expected one")
        return Bundle(file, entries, leaves[0].certificate if leaves else None, used.code, used.title)

    def _tool(self, code: str) -> ImportTool:
        try:
            return ImportTool.named(code) if code else self.tool
        except KeyError:
            known = ", ".join(tool.code for tool in ImportTool)
            raise UsageError(f"unknown import tool '{code}'; expected {known}") from None

    def _read(self, file: str) -> Evidence:
        read = self.files.evidence.get(file)
        if read is None:
            raise InputError(file, "cannot be read: no such file", expected="the file of a change")
        return read

    def registry(self, file: str) -> RegistryEdit:
        """What a registry file adds, deletes and sets."""
        read = self._read(file)
        switches = {item.name: item.value for item in read.settings}
        deleted = read.deletions
        edit = RegistryEdit(
            file,
            tuple(_entry(item) for item in read.certificates if item.store is not None),
            tuple((d.store, d.sha1) for d in deleted if d.store is not None),
            _root_update(switches, deleted),
            tuple((name.removeprefix("chain:"), v) for name, v in switches.items() if name.startswith("chain:")),
            tuple(as_binding(item) for item in read.bindings if item.sha1),
            tuple(d.setting.removeprefix("binding ") for d in deleted if d.setting.startswith("binding ")),
        )
        if edit == RegistryEdit(file):
            raise UsageError(f"{file} changes nothing that chainlab looks at (stores, root update, bindings)")
        return edit

    def lists(self, file: str) -> Lists:
        """Microsoft's lists of a file."""
        read = self._read(file)
        if not read.lists:
            raise UsageError(f"{file} holds no certificate trust list; expected authroot.stl or disallowedcert.stl")
        if not any(item.kind == "authroot" for item in read.lists):
            return Lists(disallowed=disallowed_of(read))
        program = program_of(read, self.graph, self.at, self.catalog)
        return Lists(program, listed(program, self.graph), disallowed_of(read))


def fingerprint_digits(text: str) -> str:
    """The digits of a fingerprint as people paste it (blanks, colons, upper case); empty if it is none."""
    digits = re.sub(r"[\s:\u200e-]", "", text).lower()
    return digits if len(digits) >= MIN_PREFIX and _HEX.fullmatch(digits) else ""


def _listed(found: Sequence[Certificate]) -> str:
    shown = "; ".join(f"{c.label} sha256 {c.sha256[:16]}" for c in found[:MAX_CANDIDATES])
    return shown + (f" and {len(found) - MAX_CANDIDATES} more" if len(found) > MAX_CANDIDATES else "")


def _entry(item: CertificateEvidence) -> StoreEntry:
    assert item.store is not None
    return StoreEntry(item.certificate, item.store, item.properties, str(item.place))


def _root_update(switches: dict[str, int | str], deleted: Iterable[DeletionEvidence]) -> bool | None:
    if "root_update" in switches:
        return bool(switches["root_update"])
    return True if any(d.setting == "root_update" for d in deleted) else None


def make_changes(phrases: Sequence[Phrase], names: Names) -> list[Change]:
    """The changes of the phrases, in order; each is looked up on the server as the ones before leave it."""
    kinds, made = all_kinds(), list[Change]()
    for phrase in phrases:
        for change in kinds[phrase.verb].make(phrase, names):
            made.append(change)
            names = replace(names, server=change.apply(names.server))
    return made


def catalogued(phrases: Sequence[Phrase], files: Files, catalog: Catalog) -> list[Certificate]:
    """Certificates of the catalogue that the phrases may mean; of an ambiguous name only so many as are listed."""
    kinds = all_kinds()
    named = (text for p in phrases for key, text in (("", p.subject), *p.parts.items()) if key in kinds[p.verb].named)
    wanted = dict.fromkeys(text for text in named if text and text not in files.evidence)
    found = (
        catalog.search(fingerprint_digits(text) or text.partition(" (")[0]) for text in wanted
    )  # labels go on " ("
    return [certificate for hits in found for certificate in hits[: MAX_CANDIDATES + 1]]
