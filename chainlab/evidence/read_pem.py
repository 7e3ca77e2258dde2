"""PEM with any noise around it: Bag Attributes, CRLF, indentation, UTF-16, JSON-escaped line ends.

Blocks are cut out one by one, so that a broken one does not lose the others (``cryptography`` refuses the whole
bundle). ``TRUSTED CERTIFICATE`` blocks carry OpenSSL's trust settings after the certificate; they are cut off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from chainlab.decoding import MAX_CERTIFICATE_BYTES
from chainlab.errors import InputError
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.pem_blocks import decoded_body, mentions
from chainlab.evidence.reading import ReadOptions, certificate_item, read_bytes
from chainlab.findings import BROKEN_CERTIFICATE, UNUSED_PART, Finding

FORMAT = "PEM"
PRIORITY = 400

_BEGIN = "-----BEGIN "
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----(?:([^-]*)-----END ([A-Z0-9 ]{1,40})-----)?")
"""A block, or a BEGIN line alone: what is cut off has no END line."""
_CERTIFICATES = frozenset({"CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"})
_MOST = 4 * MAX_CERTIFICATE_BYTES
"""Characters of a block around a certificate: base64 is a third longer, and may be indented."""
_CONTAINERS = frozenset({"PKCS7", "PKCS #7 SIGNED DATA", "CMS"})


def text_of(data: bytes) -> str:
    """Text by its byte order mark (UTF-16 as PowerShell writes it), else UTF-8, else ANSI as Windows-1252."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if data[1:2] == b"\0" and data[3:4] == b"\0":
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def sniff(data: bytes) -> bool:
    """A BEGIN line somewhere in text."""
    return mentions(data, _BEGIN)


def read(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Certificates of all blocks in file order; other blocks are noted."""
    text = text_of(data)
    closed, line, counted = False, 1, 0
    yield ContainerEvidence(place, FORMAT)
    for number, match in enumerate(_BLOCK.finditer(text), start=1):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        position = place.at(f"block {number} (line {line})")
        closed = closed or match[3] is not None
        yield from _block(match, position, options)
    if not closed:
        raise InputError(str(place), "a PEM block is not closed", expected="an END line for every BEGIN line")


def _block(match: re.Match[str], place: Place, options: ReadOptions) -> Iterator[Item]:
    label, body, closing = match.groups()
    if label not in _CERTIFICATES | _CONTAINERS:
        yield Finding(UNUSED_PART, {"place": str(place), "what": f"a block '{label}'"})
        return
    if closing is None:
        yield Finding(BROKEN_CERTIFICATE, {"place": str(place), "why": f"'{label}' is not closed by an END line"})
        return
    if label != closing:
        why = f"'{label}' is closed by '{closing}'"
        yield Finding(BROKEN_CERTIFICATE, {"place": str(place), "why": why})
        return
    if label in _CERTIFICATES and len(body) > _MOST:
        why = f"'{label}' of {len(body)} characters, more than the cap of {_MOST}"
        yield Finding(BROKEN_CERTIFICATE, {"place": str(place), "why": why})
        return
    der = decoded_body(body)
    if not der:
        yield Finding(BROKEN_CERTIFICATE, {"place": str(place), "why": "its base64 is damaged"})
        return
    if label in _CERTIFICATES:
        yield certificate_item(der, place, FORMAT)
        return
    try:
        yield from read_bytes(der, place.within(place.position), options)
    except InputError as error:
        yield Finding(BROKEN_CERTIFICATE, {"place": str(place), "why": error.found})
