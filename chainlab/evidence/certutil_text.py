"""The structure of certutil's text, which is the same in every language.

Labels are translated; what is not: rows of ``=`` around a heading, ``(sha1)`` before a hash, hexadecimal numbers,
``CERT_…_PROP_ID(n)``, ``CertContext[i][j]: dwInfoStatus=… dwErrorStatus=…``, indentation. Hashes are written
``37 ed 7c …`` up to 2012 and ``37ed7c…`` since 2016. [M: English, German, French, Spanish and
Chinese samples of -store, -verify, -dump]
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from chainlab.records import dataclass, field

_COLON: Final = "[ \\t\u00a0\ufffd]*[:\uff1a]"
_HEADING: Final = re.compile(r"^\s*[=-]{6,}\s+\S.{0,100}?\s+[=-]{6,}\s*$|^\s*\S{1,40}\s+[0-9]{1,6}\s*[:\uff1a]\s*$")
"""``===== Certificate 0 =====``, ``----- End Nesting Level 1 -----`` and the ``Element 0:`` of nested dumps."""
_STORE: Final = re.compile(r'^(?P<name>[^\s"=:][^"=:]{0,80}?)\s+"[^"]{0,200}"\s*$')
_HEX: Final = r"(?:[0-9a-fA-F]{2} ?)"
SHA1_LINE: Final = re.compile(rf"\(sha1\){_COLON}\s*(?P<hash>{_HEX}{{20}})\s*$")
_SERIAL: Final = re.compile(rf"^\s*[^:\uff1a(]{{1,60}}{_COLON}\s*{_HEX}{{1,64}}\s*$")
_NAME: Final = re.compile(r"(?:^|[\s:,\uff1a])(?:CN|OU|O|C|L|S|DC|E|SERIALNUMBER)=")
PROPERTY: Final = re.compile(
    rf"^\s*(?:CERT_\w{{1,60}}_PROP_ID|[^()]{{1,60}})\((?P<id>[0-9]{{1,5}})\)[^:\uff1a]{{0,40}}{_COLON}\s*$"
)
_KNOWN_PROPERTY: Final = re.compile(r"^\s*CERT_\w{1,60}_PROP_ID\([0-9]{1,5}\)")
_FACT: Final = re.compile(rf"^\s?(?P<label>[^\s:=\uff1a][^:=\uff1a]{{0,60}}?){_COLON}\s*(?P<value>\S.{{0,400}}?)\s*$")
_HEAD_OF_NAME: Final = re.compile(rf"^\s?(?P<label>[^\s:=\uff1a][^:=\uff1a]{{0,60}}?){_COLON}\s*$")
_CONTAINER: Final = re.compile("^\\s+[^\\s:=\uff1a][^:=\uff1a]{1,60}?[ \\t\u00a0\ufffd]=\\s*\\S")
_SWITCH: Final = re.compile(
    r"certutil(?:\.exe)?\b.{0,200}?\s[-/](?P<name>user|enterprise|grouppolicy)\b", re.IGNORECASE
)

ELEMENT: Final = re.compile(
    r"CertContext\[(?P<chain>[0-9]{1,3})\]\[(?P<element>[0-9]{1,3})\]\s*:\s*"
    r"dwInfoStatus=(?P<info>[0-9a-fA-F]{1,8})\s+dwErrorStatus=(?P<error>[0-9a-fA-F]{1,8})"
)
"""An element of a chain that Windows built."""
_MARKS: Final = (
    re.compile(r"\bCERT_\w{1,60}_PROP_ID\([0-9]{1,5}\)"),
    re.compile(r"\(md5\)[^\n]{0,80}\n[^\n]{0,80}\(sha1\)"),
    ELEMENT,
)
_HEADED: Final = re.compile(r"^={6,} .{1,100} ={6,}\s*$", re.MULTILINE)

MAX_FACTS: Final = 40
MAX_LINE: Final = 2_000
"""Characters of a line that are looked at."""
_SERIAL_WITHIN: Final = 3
"""A certificate's serial number stands among the first lines of its block; a CRL's block has none there."""


def looks_like_certutil(text: str) -> bool:
    """A property head, a chain element, an MD5 and a SHA-1 hash in a row, or a SHA-1 hash and a heading in ``=``."""
    return any(mark.search(text) for mark in _MARKS) or ("(sha1)" in text and _HEADED.search(text) is not None)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


@dataclass(slots=True)
class Property:
    """One property of the list at the end of a verbose block: its id and the lines of its value."""

    identity: int
    lines: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Block:
    """One certificate's part of the text, from its heading to the next; ``headed``: the heading is one in ``=``."""

    line: int
    store: str
    switch: str
    headed: bool = False
    lines: list[str] = field(default_factory=list)

    @property
    def is_certificate(self) -> bool:
        """A certificate has a serial number at its beginning, or an issuer and a subject; CRLs and CTLs do not."""
        first = [line for line in self.lines if line.strip()][:_SERIAL_WITHIN]
        return any(_SERIAL.match(line) for line in first) or self._names() >= 2

    def _names(self) -> int:
        """Distinguished names: runs of lines with attributes, one name a line or one attribute a line."""
        runs, inside = 0, False
        for line in self.lines:
            named = _NAME.search(line) is not None
            runs += named and not inside
            inside = named and ":" not in line
        return runs

    def facts(self) -> tuple[tuple[str, str], ...]:
        """Label and value of the lines before the property list; a name of several lines counts as one value."""
        found: list[tuple[str, str]] = []
        head = ""
        for line in self.lines:
            if _KNOWN_PROPERTY.match(line) or len(found) >= MAX_FACTS:
                break
            match, label = _FACT.match(line), _HEAD_OF_NAME.match(line)
            if match is not None:
                found.append((match["label"], match["value"]))
            elif head and _NAME.search(line) is not None:
                joined = f"{found.pop()[1]}, {line.strip()}" if found and found[-1][0] == head else line.strip()
                found.append((head, joined))
            if match is not None or label is not None:
                head = label["label"] if label is not None else ""
        return tuple(found)

    @property
    def sha1(self) -> str:
        """The certificate's own hash, empty where it is missing.

        Key identifiers and names have ``(sha1)`` lines too: the certificate's follows its MD5, or stands alone and is
        indented no deeper than the block.
        """
        depth = next((_depth(line) for line in self.lines if line.strip()), 0)
        found = ""
        for before, line in itertools.pairwise(["", *self.lines]):
            match = SHA1_LINE.search(line)
            if match is not None and ("(md5)" in before or (not found and _depth(line) <= depth)):
                found = match["hash"].replace(" ", "").lower()
            if match is not None and "(md5)" in before:
                break
        return found

    def has_key_container(self) -> bool:
        """Whether ``label = value`` lines (container, provider) follow the certificate's hash."""
        last = max((n for n, line in enumerate(self.lines) if SHA1_LINE.search(line)), default=None)
        following = self.lines[last + 1 : last + 4] if last is not None else []
        return any(_CONTAINER.match(line) for line in following)

    def properties(self) -> list[Property]:
        """The property list; translated heads (``Unknown Property(98):``) count only within it."""
        found: list[Property] = []
        for line in self.lines:
            head = PROPERTY.match(line) if found else None
            head = head or (PROPERTY.match(line) if _KNOWN_PROPERTY.match(line) else None)
            if head is not None:
                found.append(Property(int(head["id"])))
            elif found and line.strip():
                found[-1].lines.append(line.strip())
        return found


def blocks(text: str) -> Iterator[Block]:
    """All blocks that follow a heading, with the store named last before them and the switch of the command."""
    store, switch = "", ""
    block = Block(1, "", "")
    for number, full in enumerate(text.splitlines(), start=1):
        line = full[:MAX_LINE]
        command = _SWITCH.search(line)
        named = _STORE.match(line)
        if command is not None:
            switch = command["name"].lower()
        if _HEADING.match(line) or named is not None or line.startswith("CertUtil: -"):
            if block.lines:
                yield block
            store = named["name"].strip() if named is not None else store
            switch = "" if line.startswith("CertUtil: -") else switch
            block = Block(number, store, switch, line.lstrip().startswith("="))
        else:
            block.lines.append(line)
    if block.lines:
        yield block
