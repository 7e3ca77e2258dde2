"""``netsh http show sslcert``: the TLS bindings of http.sys, in whatever language Windows speaks.

Labels are translated, values are not: a binding begins with an endpoint (or the port of the Central Certificate
Store) in a line ``label : value``, then come the certificate's hash, the application's GUID and the store, in this
order. [M: Server 2008 R2 to 2022, English, German, Portuguese]
"""

from __future__ import annotations

from collections.abc import Iterator

from chainlab.errors import InputError
from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.read_pem import text_of
from chainlab.evidence.reading import ReadOptions
from chainlab.findings import BROKEN_PART, Finding

FORMAT = "netsh sslcert"
PRIORITY = 141

_SNIFFED = 128 * 1024
_TELLTALES = (b": {", ": {".encode("utf-16-le"), "\uff1a{".encode(), "\uff1a{".encode("utf-16-le"))
"""What stands before the application id."""


def sniff(data: bytes) -> bool:
    """A line that ends in a port number, and a GUID one to three lines on."""
    head = data[:_SNIFFED]
    if not any(mark in head for mark in _TELLTALES):
        return False
    from chainlab.evidence.netsh_text import looks_like_netsh

    return looks_like_netsh(text_of(head))


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """One binding a block; a block without application id is none."""
    from chainlab.evidence.bindings import http_sys_binding
    from chainlab.evidence.netsh_text import blocks, parts

    found = list(blocks(text_of(data)))
    yield ContainerEvidence(place, FORMAT, (("bindings", str(len(found))),))
    for block in found:
        position = place.at(f"line {block.line}")
        sha1, store, application = parts(block.values)
        try:
            yield http_sys_binding(block.endpoint, position, sha1, store, application)
        except ValueError as error:
            yield Finding(BROKEN_PART, {"place": str(position), "why": str(error)})
    if not found:
        raise InputError(str(place), "no binding in netsh text", expected="the output of netsh http show sslcert")
