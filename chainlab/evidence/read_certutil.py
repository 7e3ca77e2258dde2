"""certutil text (``-store``, ``-v -store``, ``-dump``, ``-verifystore``, ``-verify``) in any language.

An inventory: thumbprint, store, properties and facts as written, without encodings; and the chains that Windows built.
A .sst or .reg of the same store says all of it exactly and should be preferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from chainlab.errors import InputError
from chainlab.evidence import read_netsh, read_pem
from chainlab.evidence.model import ContainerEvidence, Item, KeyPresence, Place, StoreRecord
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions, problem
from chainlab.findings import BROKEN_PART, LOCAL_DATE, Finding
from chainlab.properties import (
    DISALLOWED_ENHKEY_USAGE,
    DISALLOWED_FILETIME,
    ENHKEY_USAGE,
    FRIENDLY_NAME,
    KEY_PROV_INFO,
    NOT_BEFORE_ENHKEY_USAGE,
    NOT_BEFORE_FILETIME,
    ROOT_PROGRAM_CHAIN_POLICIES,
    SHA1_HASH,
    derive,
    encode_oid_list,
    property_name,
)
from chainlab.server import StoreName

if TYPE_CHECKING:
    from chainlab.evidence.certutil_text import Block, Property

FORMAT = "certutil text"
PRIORITY = 131

_SNIFFED = 64 * 1024
_TELLTALES = [
    encoded for mark in ("(sha1)", "_PROP_ID(", "CertContext[") for encoded in (mark.encode(), mark.encode("utf-16-le"))
]
_ACCESS_STATE = 14
_LOCAL_MACHINE, _GROUP_POLICY = 4, 8
_OID_LISTS = frozenset(
    {ENHKEY_USAGE, DISALLOWED_ENHKEY_USAGE, NOT_BEFORE_ENHKEY_USAGE, ROOT_PROGRAM_CHAIN_POLICIES}
)  # fmt: skip
_DATES = frozenset({DISALLOWED_FILETIME, NOT_BEFORE_FILETIME})
_OID = r"(?<![\d.])[0-2](?:\.[0-9]{1,40}){2,40}(?![\d.])"
_OFFSET = r"[0-9a-fA-F]{4} {2,}"
_BYTES = r"(?:[0-9a-fA-F]{2} ?)+"
_STATE = r"=\s*([0-9a-fA-F]{1,8})\b"
_PHYSICAL = {"enterprise": ".Enterprise", "grouppolicy": ".GroupPolicy"}


def sniff(data: bytes) -> bool:
    """A property head, a chain element, an MD5 and a SHA-1 hash in a row, or a SHA-1 hash and a heading in ``=``."""
    head = data[:_SNIFFED]
    if not any(mark in head for mark in _TELLTALES):
        return False
    from chainlab.evidence.certutil_text import looks_like_certutil

    return looks_like_certutil(text_of(head))


def read(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Records in text order, then the chains; a log may hold netsh's output and PEM blocks as well."""
    from chainlab.evidence.certutil_chain import chain_items
    from chainlab.evidence.certutil_text import blocks

    text = text_of(data)
    items = [item for block in blocks(text) for item in _record(block, place)]
    items += chain_items(text, place)
    if not items:
        raise InputError(str(place), "certutil text without a certificate", expected="thumbprints, a property list")
    records = sum(isinstance(item, StoreRecord) for item in items)
    yield ContainerEvidence(place, FORMAT, (("certificates", str(records)),))
    yield from items
    for other in (read_netsh, read_pem):
        if other.sniff(data):
            try:
                yield from other.read(data, place, options)
            except InputError as error:
                yield problem(error)


def _record(block: Block, place: Place) -> Iterator[Item]:
    """The record of one block; nothing for text between blocks, CRLs and trust lists."""
    listed = block.properties()
    stated = next((_raw(entry) for entry in listed if entry.identity == SHA1_HASH), None)
    position = place.at(f"line {block.line}")
    if not block.is_certificate:
        return
    sha1 = stated.hex() if stated and len(stated) == 20 else block.sha1
    if not sha1:
        if block.headed:
            yield Finding(BROKEN_PART, {"place": str(position), "why": "a certificate without its SHA-1 hash"})
        return
    raw = {entry.identity: content for entry in listed if (content := _raw(entry)) is not None}
    properties, problems = derive(raw)
    yield from (Finding(BROKEN_PART, {"place": str(position), "why": problem}) for problem in problems)
    yield from _unused_dates(listed, sha1, position)
    has_key = properties.has_key or block.has_key_container()
    yield StoreRecord(
        sha1,
        position,
        _store(block, listed),
        replace(properties, has_key=has_key),
        KeyPresence.PRESENT if has_key else KeyPresence.UNKNOWN,
        block.facts(),
    )


def _unused_dates(listed: list[Property], sha1: str, place: Place) -> Iterator[Finding]:
    for entry in listed:
        if entry.identity in _DATES and entry.lines:
            text = entry.lines[0][:60]
            parameters = {"place": str(place), "property": property_name(entry.identity), "sha1": sha1, "text": text}
            yield Finding(LOCAL_DATE, parameters)


def _raw(entry: Property) -> bytes | None:
    """The property's data as far as the text gives it; ``None`` where it does not."""
    if entry.identity in _OID_LISTS:
        return _oid_list(entry.lines)
    if entry.identity == FRIENDLY_NAME:
        return (" ".join(entry.lines[:1]) + "\0").encode("utf-16-le", "replace")
    if entry.identity == KEY_PROV_INFO:
        return b""
    digits = [_digits(line) for line in entry.lines]
    if not digits or not all(digits):
        return b"" if not entry.lines and entry.identity not in _DATES else None
    return bytes.fromhex("".join(digits))


def _oid_list(lines: list[str]) -> bytes | None:
    """The list of the identifiers that end each line; a list without any is an empty one."""
    try:
        return encode_oid_list(oid for line in lines for oid in re.findall(_OID, line)[-1:])
    except ValueError:  # an identifier longer than any real one
        return None


def _digits(line: str) -> str:
    """The hexadecimal digits of a line: bare, in pairs, or a dump with offset and characters."""
    dump = re.match(_OFFSET, line)
    text = line[dump.end() :] if dump is not None else line
    text = re.split(r" {3,}", text)[0].replace("  ", " ")
    return text.replace(" ", "") if re.fullmatch(_BYTES, text) else ""


def _store(block: Block, listed: list[Property]) -> StoreName | None:
    """The store: its name from the text, its location from the access state or the command's switch."""
    if not block.store:
        return None
    state = next((_state(entry) for entry in listed if entry.identity == _ACCESS_STATE), None)
    location = "LocalMachine"
    if block.switch == "user" or (state is not None and not state & _LOCAL_MACHINE):
        location = "CurrentUser"
    parsed = StoreName.named(location, block.store)
    physical = _PHYSICAL.get(block.switch, parsed.physical)
    if state is not None and state & _GROUP_POLICY:
        physical = ".GroupPolicy"
    return StoreName(location, parsed.logical, physical)


def _state(entry: Property) -> int | None:
    match = re.search(_STATE, entry.lines[0]) if entry.lines else None
    return int(match[1], 16) if match is not None else None
