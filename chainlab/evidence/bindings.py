"""TLS bindings of http.sys, whatever the source writes them in: ``netsh`` text, registry keys, IIS configuration.

Endpoints are text in all of them: ``0.0.0.0:443``, ``[::]:443``, ``www.example.com:443`` (SNI), or a bare port (Central
Certificate Store). Sources: HTTP_SERVICE_CONFIG_SSL_PARAM in MicrosoftDocs/sdk-api, http.sys' own registry readers.
"""

from __future__ import annotations

import ipaddress
from typing import Final

from chainlab.evidence.model import BindingEvidence, Place
from chainlab.evidence.numbers import decimal
from chainlab.server import StoreName

_IIS: Final = "4dc3e181-e14b-4a21-b022-59fc669b0914"
"""Application id under which IIS registers its bindings."""


MAX_PORT: Final = 65_535

CENTRAL_STORE: Final = 2
"""Bit of a site binding's sslFlags: the certificate comes from the Central Certificate Store [D: IIS schema]."""

_EVERY_ADDRESS: Final = "0.0.0.0"  # noqa: S104 - http.sys' name for it; nothing is bound here


def split_endpoint(text: str) -> tuple[str, int]:
    """Address or host name, and port; ``ValueError`` unless the text ends in ``:port``."""
    host, colon, digits = text.strip().rpartition(":")
    port = decimal(digits, MAX_PORT)
    if not colon or not port:
        raise ValueError(f"'{text[:80]}' is no endpoint (address:port or host:port, port 1 to {MAX_PORT})")
    return host, port


def is_address(host: str) -> bool:
    """Whether the host part of an endpoint is an IP address or one of the wildcards."""
    try:
        ipaddress.ip_address(host.removeprefix("[").removesuffix("]").partition("%")[0])
    except ValueError:
        return host in ("", "*", "+")
    return True


def logical_store(name: str) -> str:
    """The store a binding names; http.sys takes ``My`` where none is recorded."""
    given = name.strip()
    if not given or given == "(null)":
        return "My"
    return StoreName.named("LocalMachine", given.replace("\\", "/").rpartition("/")[2] or "My").logical


def owner_of(application: str) -> str:
    """``IIS``, or the application id as it is."""
    identity = application.strip().strip("{}").lower()
    return "IIS" if identity == _IIS else identity


def http_sys_binding(endpoint: str, place: Place, sha1: str, store: str, application: str) -> BindingEvidence:
    """One http.sys record.

    A bare port, or a host name without a certificate, stands for the Central Certificate Store. ``ValueError`` when the
    endpoint is none.
    """
    text = endpoint.strip()
    host, port = split_endpoint(text if ":" in text else f"*:{text}")
    if is_address(host):
        kind = "ccs" if host == "*" and not sha1 else "ip"
        return BindingEvidence(f"{host}:{port}", place, kind, "", sha1, logical_store(store), owner_of(application))
    kind = "sni" if sha1 else "ccs"
    name = host.lower()
    return BindingEvidence(f"{name}:{port}", place, kind, name, sha1, logical_store(store), owner_of(application))


def site_binding(
    information: str, place: Place, site: str, *, flags: int = 0, sha1: str = "", store: str = ""
) -> BindingEvidence:
    """A site's TLS binding; IIS writes ``address:port:host``, net.tcp ``port:host``, ``*`` for every address.

    ``ValueError`` when the text is neither.
    """
    rest, _, host = information.rpartition(":")  # IPv6 addresses stand in brackets and hold colons
    try:
        address, port = split_endpoint(rest if ":" in rest else f"*:{rest}")
    except ValueError:
        raise ValueError(f"binding '{information[:80]}' is not address:port:host") from None
    every = address in ("", "*") or not is_address(address)
    endpoint = f"{_EVERY_ADDRESS if every else address}:{port}"
    kind = "ccs" if flags & CENTRAL_STORE else "site"
    return BindingEvidence(endpoint, place, kind, "" if host == "*" else host.lower(), sha1, logical_store(store), site)
