"""DER: a single certificate; other DER objects are named, not used."""

from __future__ import annotations

from collections.abc import Iterator

from chainlab.der import children, element, outer_length
from chainlab.errors import InputError
from chainlab.evidence.model import CertificateEvidence, ContainerEvidence, Item, Place
from chainlab.evidence.reading import ReadOptions, certificate_item
from chainlab.findings import Finding

FORMAT = "DER certificate"
PRIORITY = 600

_CTL = bytes.fromhex("06092b0601040182370a01")
_CONTENT_TYPE_WITHIN = 256
"""The content type of a SignedData stands after its version and digest algorithms: within these bytes."""
_PKCS7_PREFIX = bytes.fromhex("06092a864886f70d0107")


def shape(data: bytes) -> str:
    """What a DER SEQUENCE is, judged by its first inner element: ``certificate``, ``pkcs7``, ``pfx`` or ``other``."""
    if data[:1] != b"\x30":
        return ""
    if data[1:2] == b"\x80":  # BER, indefinite length: PKCS#7 as some CAs publish it
        return "pkcs7" if data[2:12] == _PKCS7_PREFIX else ""
    try:
        outer = element(data, 0)
        first = element(data, outer.content)
    except ValueError:
        return "truncated" if _plausible_header(data) else ""
    if data[first.start : first.start + 10] == _PKCS7_PREFIX:
        return "pkcs7"
    if first.tag == 0x02:
        return "pfx" if data[first.content : first.end] == b"\x03" else "other"
    return "certificate" if first.tag == 0x30 else "other"


def _plausible_header(data: bytes) -> bool:
    """A SEQUENCE header whose announced length is longer than what is there, as in a file cut off."""
    return len(data) > 16 and 0x81 <= data[1] <= 0x84


def is_ctl(data: bytes) -> bool:
    """Whether a PKCS#7 message announces a certificate trust list as its content."""
    return _CTL in data[:_CONTENT_TYPE_WITHIN]


def sniff(data: bytes) -> bool:
    """A SEQUENCE that is neither PKCS#7 nor PFX."""
    return shape(data) in ("certificate", "other", "truncated")


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """The certificate, and one item saying that it came alone."""
    kind = shape(data)
    if kind == "truncated":
        announced = _announced_length(data)
        raise InputError(
            str(place), f"the file is cut off: {len(data)} of {announced} bytes", hint="copy or export it again"
        )
    item = certificate_item(data, place, FORMAT)
    if not isinstance(item, CertificateEvidence):
        if kind == "other":
            found = f"a DER object, but no certificate ({_guess(data)})"
            raise InputError(str(place), found, expected="a certificate, PFX or PKCS#7")
        assert isinstance(item, Finding)
        raise InputError(str(place), item.parameters["why"], expected="an X.509 certificate")
    yield ContainerEvidence(place, FORMAT)
    yield item


def _announced_length(data: bytes) -> int:
    octets = data[1] & 0x7F
    return int.from_bytes(data[2 : 2 + octets], "big") + 2 + octets


def _guess(data: bytes) -> str:
    """A private key begins with version 0 or 1 (PKCS#1, PKCS#8, SEC 1)."""
    try:
        inner = children(data, element(data[: outer_length(data)], 0))
    except ValueError:
        return "its content is damaged"
    if inner and inner[0].tag == 0x02 and data[inner[0].content : inner[0].end] in (b"\x00", b"\x01"):
        return "it looks like a private key"
    return "its kind is not known"
