"""http.sys bindings in the registry: one subkey a binding under ``Services\\HTTP\\Parameters``.

``SslBindingInfo``: the subkey's name is the endpoint (``0.0.0.0:443``, ``[::]:443``). ``SslSniBindingInfo``: it is a
GUID, the endpoint stands in the value ``HostnamePort``. ``SslCcsBindingInfo``: it is the port number in decimal.
Values: ``SslCertHash`` and ``AppId`` (binary), ``SslCertStoreName`` (text). [D: the readers in
http.sys parse these names as text; M: Azure DevOps Server and other products read the same values]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from chainlab.evidence.bindings import http_sys_binding
from chainlab.evidence.model import Item, Place
from chainlab.findings import BROKEN_PART, Finding

HTTP_KEY: Final = re.compile(
    r"^(?:HKEY_LOCAL_MACHINE|HKLM)\\SYSTEM\\(?:CurrentControlSet|ControlSet\d{3})\\Services\\HTTP\\Parameters"
    r"\\Ssl(?P<table>\w{0,20}?)BindingInfo\\(?P<endpoint>[^\\]{1,300})$",
    re.IGNORECASE,
)
"""One binding's key."""


def binding_key_items(path: str, values: Mapping[str, bytes | int | str], place: Place) -> Iterator[Item]:
    """The binding that the key stands for; nothing for any other key."""
    match = HTTP_KEY.match(path)
    if match is None:
        return
    named = values.get("hostnameport")
    endpoint = named if isinstance(named, str) and named else match["endpoint"]
    try:
        yield http_sys_binding(
            endpoint,
            place,
            _binary(values, "sslcerthash").hex(),
            str(values.get("sslcertstorename", "")),
            _application(_binary(values, "appid")),
        )
    except ValueError as error:
        yield Finding(BROKEN_PART, {"place": str(place), "why": str(error)})


def _binary(values: Mapping[str, bytes | int | str], name: str) -> bytes:
    content = values.get(name)
    return content if isinstance(content, bytes) else b""


def _application(data: bytes) -> str:
    if len(data) != 16:
        return ""
    from uuid import UUID

    return str(UUID(bytes_le=data))
