"""Certificate trust lists: Microsoft's root program (authroot.stl) and its list of disallowed certificates.

A CTL is a signed PKCS#7 message whose content is a list of subjects: an identifier and attributes each. An attribute of
type 1.3.6.1.4.1.311.10.11.N is certificate property N. Types: CTL_INFO in wincrypt.h; the list usages
szOID_ROOT_LIST_SIGNER, szOID_DISALLOWED_LIST and szOID_PIN_RULES_CTL of the same header. The subjects of the disallowed
list are signature hashes (property 15) or the MD5 of a public key (property 25); their length tells which.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from chainlab.catalog import ProgramEntry
from chainlab.der import MALFORMED, Element, children, element
from chainlab.errors import InputError
from chainlab.evidence.ctl_signature import SignatureProblemError, checked_signature
from chainlab.evidence.model import ContainerEvidence, Item, ListEvidence, Place
from chainlab.evidence.numbers import decimal
from chainlab.findings import BROKEN_PART, LIST_SIGNATURE, UNUSED_PART, Finding
from chainlab.properties import AUTH_ROOT_SHA256_HASH, decode_oid, derive
from chainlab.records import dataclass

if TYPE_CHECKING:
    from asn1crypto import cms

FORMAT: Final = "certificate trust list"
_MAX_PROPERTY: Final = 0xFFFFFFFF
MAX_SUBJECTS: Final = 50_000
"""Entries of one list; Microsoft's have about 560."""

_USAGES: Final = {
    "1.3.6.1.4.1.311.10.3.9": "authroot",
    "1.3.6.1.4.1.311.10.3.30": "disallowed",
}
_PROPERTY_ARC: Final = "1.3.6.1.4.1.311.10.11."
_INTEGER, _OCTETS, _OID, _UTC_TIME, _TIME, _SEQUENCE, _SET = 0x02, 0x04, 0x06, 0x17, 0x18, 0x30, 0x31


@dataclass(frozen=True, slots=True)
class TrustList:
    """The content of a CTL: its usages, number, date, and per subject the identifier and properties."""

    usages: tuple[str, ...]
    sequence: int | None
    this_update: datetime
    subjects: tuple[tuple[bytes, dict[int, bytes]], ...]


def list_items(data: bytes, place: Place) -> Iterator[Item]:
    """The list in a signed message, or the finding that it is broken."""
    try:
        yield from read_list(data, place)
    except InputError as error:
        yield Finding(BROKEN_PART, {"place": str(place), "why": error.found})


def read_list(data: bytes, place: Place) -> Iterator[Item]:
    """The list in a signed message; ``InputError`` when it cannot be read."""
    from asn1crypto import cms

    try:
        signed = cms.ContentInfo.load(data)["content"]
        content = _inner(signed["encap_content_info"]["content"].dump())
        trust_list = parse_trust_list(content)
    except MALFORMED as error:
        raise InputError(str(place), f"damaged certificate trust list ({error})", hint="fetch it again") from None
    kind = next((_USAGES[usage] for usage in trust_list.usages if usage in _USAGES), "")
    yield ContainerEvidence(place, FORMAT, _facts(kind, trust_list))
    if not kind:
        what = f"a certificate trust list for {', '.join(trust_list.usages) or 'no purpose'}"
        yield Finding(UNUSED_PART, {"place": str(place), "what": what})
        return
    yield from _evidence(kind, trust_list, signed, content, place)


def _inner(explicit: bytes) -> bytes:
    """The CTL inside the explicit tag [0] of the message's content."""
    outer = element(explicit, 0)
    return explicit[outer.content : outer.end]


def _facts(kind: str, trust_list: TrustList) -> tuple[tuple[str, str], ...]:
    dated = trust_list.this_update.strftime("%Y-%m-%dT%H:%M:%SZ")
    return (("kind", kind or "unknown"), ("this update", dated), ("entries", str(len(trust_list.subjects))))


def _evidence(kind: str, trust_list: TrustList, signed: cms.SignedData, content: bytes, place: Place) -> Iterator[Item]:
    try:
        signature = checked_signature(signed, content)
    except SignatureProblemError as problem:
        signature = f"does not hold: {problem}"
        yield Finding(LIST_SIGNATURE, {"place": str(place), "why": str(problem)})
    roots: list[ProgramEntry] = []
    if kind == "authroot":
        for number, (identifier, raw) in enumerate(trust_list.subjects, start=1):
            entry, problems = _program_entry(identifier, raw)
            roots.append(entry)
            where = str(place.at(f"entry {number}"))
            yield from (Finding(BROKEN_PART, {"place": where, "why": problem}) for problem in problems)
    yield ListEvidence(
        kind,
        place,
        trust_list.this_update,
        "" if trust_list.sequence is None else f"0x{trust_list.sequence:x}",
        tuple(roots),
        tuple(identifier.hex() for identifier, _ in trust_list.subjects) if kind == "disallowed" else (),
        signature,
    )


def _program_entry(identifier: bytes, raw: dict[int, bytes]) -> tuple[ProgramEntry, tuple[str, ...]]:
    properties, problems = derive(raw)
    entry = ProgramEntry(
        raw.get(AUTH_ROOT_SHA256_HASH, b"").hex(),
        identifier.hex(),
        properties.friendly_name,
        properties.purposes,
        properties.disallowed_after,
        properties.disallowed_purposes,
        properties.not_before_after,
        properties.not_before_purposes,
    )
    return entry, problems


def parse_trust_list(data: bytes) -> TrustList:
    """The DER CTL (``SEQUENCE`` of version, usages, …, subjects); ``ValueError`` says what does not fit."""
    fields = children(data, element(data, 0))
    position = 1 if fields and fields[0].tag == _INTEGER else 0  # version, absent when it is 1
    usages = _expected(fields, position, _SEQUENCE, "the usages")
    position += 1
    if _tag(fields, position) == _OCTETS:  # the list's identifier
        position += 1
    sequence = None
    if _tag(fields, position) == _INTEGER:
        sequence = int.from_bytes(data[fields[position].content : fields[position].end], "big")
        position += 1
    this_update = _moment(data, fields, position)
    position += 1
    while _tag(fields, position) in (_UTC_TIME, _TIME):  # next update
        position += 1
    _expected(fields, position, _SEQUENCE, "the subject algorithm")
    subjects = fields[position + 1] if _tag(fields, position + 1) == _SEQUENCE else None
    return TrustList(
        tuple(decode_oid(data[usage.content : usage.end]) for usage in children(data, usages)),
        sequence,
        this_update,
        tuple(_subjects(data, subjects)) if subjects is not None else (),
    )


def _tag(fields: list[Element], position: int) -> int:
    return fields[position].tag if position < len(fields) else 0


def _expected(fields: list[Element], position: int, tag: int, what: str) -> Element:
    if _tag(fields, position) != tag:
        raise ValueError(f"{what} of the list are missing")
    return fields[position]


def _moment(data: bytes, fields: list[Element], position: int) -> datetime:
    tag = _tag(fields, position)
    if tag not in (_UTC_TIME, _TIME):
        raise ValueError("the date of the list is missing")
    text = data[fields[position].content : fields[position].end].decode("ascii", "replace")
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(text, form).replace(tzinfo=UTC)


def _subjects(data: bytes, subjects: Element) -> Iterator[tuple[bytes, dict[int, bytes]]]:
    for number, subject in enumerate(children(data, subjects), start=1):
        if number > MAX_SUBJECTS:
            raise ValueError(f"more than {MAX_SUBJECTS} entries")
        parts = children(data, subject)
        identifier = _expected(parts, 0, _OCTETS, f"the identifier of entry {number}")
        attributes = parts[1] if _tag(parts, 1) == _SET else None
        yield data[identifier.content : identifier.end], _properties(data, attributes)


def _properties(data: bytes, attributes: Element | None) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for attribute in children(data, attributes) if attributes is not None else ():
        kind, values = (*children(data, attribute), None, None)[:2]
        if kind is None or values is None or kind.tag != _OID:
            raise ValueError("an attribute without type or values")
        dotted = decode_oid(data[kind.content : kind.end])
        number = _property_number(dotted)
        if number is not None:
            value = _expected(children(data, values), 0, _OCTETS, "a property")
            found[number] = data[value.content : value.end]
    return found


def _property_number(dotted: str) -> int | None:
    """The number of the property that an attribute's identifier stands for; ``None`` for any other attribute."""
    return decimal(dotted[len(_PROPERTY_ARC) :], _MAX_PROPERTY) if dotted.startswith(_PROPERTY_ARC) else None
