"""An evidence bundle (``chainlab-evidence/1``) of a laboratory server, as the collector script would write it."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import uuid
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from chainlab.certificate import Certificate
from chainlab.evidence.bundle import SCHEMA
from chainlab.lab.writers import Properties, pem, reg, sst
from chainlab.properties import KEY_PROV_INFO
from chainlab.records import dataclass
from chainlab.server import StoreName

_APPLICATION: Final = "{4dc3e181-e14b-4a21-b022-59fc669b0914}"
"""The application id under which IIS registers its bindings."""

_HTTP: Final = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\HTTP\Parameters"
_SNI_KEY: Final = "{00000000-0000-4000-8000-000000000001}"


@dataclass(frozen=True, slots=True)
class LabBinding:
    """One TLS endpoint of a site: ``host`` makes it an SNI binding."""

    endpoint: str
    certificate: Certificate
    site: str = "Default Web Site"
    host: str = ""
    store: str = "My"


@dataclass(frozen=True, slots=True)
class LabServer:
    """What the bundle shows: store entries, bindings, the chains (root last) that Windows builds, when it was read."""

    entries: Sequence[tuple[StoreName, Certificate, Properties]]
    bindings: Sequence[LabBinding]
    chains: Sequence[Sequence[Certificate]]
    at: datetime


def key_reference(container: str, provider: str = "Microsoft Software Key Storage Provider") -> Properties:
    """The property that names the private key of a certificate: container and provider, nothing of the key."""
    names = [name.encode("utf-16-le") + b"\0\0" for name in (container, provider)]
    head = struct.pack("<7I", 28, 28 + len(names[0]), 0, 0x20, 0, 0, 0)
    return {KEY_PROV_INFO: head + b"".join(names)}


def evidence_bundle(server: LabServer) -> bytes:
    """The ZIP file; equal servers give equal bytes."""
    files = bundle_files(server)
    manifest = {**_manifest(server), "files": [_listed(path, data) for path, data in files.items()], "errors": []}
    files["manifest.json"] = _json(manifest)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data in files.items():
            member = zipfile.ZipInfo(path)  # its date is 1980-01-01
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return buffer.getvalue()


def bundle_files(server: LabServer) -> dict[str, bytes]:
    """Every file of the bundle but the manifest, by its path."""
    files = {
        "reg/lm_systemcertificates.reg": reg(server.entries),
        "reg/http_parameters.reg": _http_parameters(server.bindings),
        **_logical_stores(server.entries),
        "iis/sites.json": _json(_sites(server.bindings)),
        "text/netsh_sslcert.txt": _netsh(server.bindings).encode(),
    }
    for chain in server.chains:
        files[f"oracle/{chain[0].sha1}.json"] = _json(_oracle(chain, server.at))
        for binding in server.bindings:
            if binding.certificate == chain[0]:
                files[_served_path(binding)] = pem(chain[:-1]).encode()
    return files


def _listed(path: str, data: bytes) -> dict[str, Any]:
    return {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _logical_stores(entries: Iterable[tuple[StoreName, Certificate, Properties]]) -> dict[str, bytes]:
    stores: dict[str, list[tuple[Certificate, Properties]]] = {}
    for store, certificate, properties in entries:
        stores.setdefault(f"stores/{store.location}/{store.logical}.sst", []).append((certificate, properties))
    return {path: sst(held) for path, held in sorted(stores.items())}


def _http_parameters(bindings: Sequence[LabBinding]) -> bytes:
    """http.sys' records as ``reg export`` writes them."""
    text = f"Windows Registry Editor Version 5.00\r\n\r\n[{_HTTP}]\r\n\r\n"
    for binding in bindings:
        if binding.host:
            key, named = f"{_HTTP}\\SslSniBindingInfo\\{_SNI_KEY}", f'"HostnamePort"="{_endpoint(binding)}"\r\n'
        else:
            key, named = f"{_HTTP}\\SslBindingInfo\\{binding.endpoint}", ""
        application, thumbprint = uuid.UUID(_APPLICATION).bytes_le, bytes.fromhex(binding.certificate.sha1)
        text += f'[{key}]\r\n{named}"AppId"=hex:{application.hex(",")}\r\n"SslCertHash"=hex:{thumbprint.hex(",")}\r\n'
        text += f'"SslCertStoreName"="{binding.store}"\r\n"DefaultFlags"=dword:00000000\r\n\r\n'
    return b"\xff\xfe" + text.encode("utf-16-le")


def _endpoint(binding: LabBinding) -> str:
    return f"{binding.host}:{binding.endpoint.rpartition(':')[2]}" if binding.host else binding.endpoint


def _sites(bindings: Sequence[LabBinding]) -> dict[str, Any]:
    sites: dict[str, list[dict[str, Any]]] = {}
    for binding in bindings:
        address, _, port = binding.endpoint.rpartition(":")
        information = f"{'*' if address.strip('0.') == '' else address}:{port}:{binding.host}"
        entry = {"protocol": "https", "information": information, "ssl_flags": int(bool(binding.host))}
        sites.setdefault(binding.site, []).append(entry)
    named = [
        {"name": name, "id": str(number), "bindings": held} for number, (name, held) in enumerate(sites.items(), 1)
    ]
    central = {"enabled": None, "location": None}
    return {"schema": SCHEMA, "sites": named, "ccs": central, "listeners": []}


def _netsh(bindings: Sequence[LabBinding]) -> str:
    text = "\r\nSSL Certificate bindings: \r\n------------------------- \r\n\r\n"
    for binding in bindings:
        label = "Hostname:port" if binding.host else "IP:port"
        rows = (
            (label, _endpoint(binding)), ("Certificate Hash", binding.certificate.sha1),
            ("Application ID", _APPLICATION), ("Certificate Store Name", binding.store),
            ("Verify Client Certificate Revocation", "Enabled"),
        )  # fmt: skip
        text += "".join(f"    {name:<29}: {value} \r\n" for name, value in rows) + "\r\n"
    return text


def _oracle(chain: Sequence[Certificate], at: datetime) -> dict[str, Any]:
    elements = [{"thumbprint": certificate.sha1, "error": 0} for certificate in chain]
    head = {"thumbprint": chain[0].sha1, "engine": "machine", "revocation": "NoCheck", "built": True}
    return {**head, "at": _instant(at), "elements": elements}


def _served_path(binding: LabBinding) -> str:
    port, kind = binding.endpoint.rpartition(":")[2], "rsa" if binding.certificate.key.algorithm == "RSA" else "ecdsa"
    return f"served/{binding.site.replace(' ', '-')}/127.0.0.1_{port}_{binding.host}_{kind}.pem"


def _manifest(server: LabServer) -> dict[str, Any]:
    protocols = {f"TLS {version}/Server": {"Enabled": None, "DisabledByDefault": None} for version in ("1.2", "1.3")}
    return {
        "schema": SCHEMA,
        "tool": {"name": "Collect-ChainlabEvidence.ps1", "version": "1.0", "sha256": None},
        "collected_at": _instant(server.at),
        "elevated": True,
        "redacted": ["computer_name"],
        "host": {
            "os_caption": "Microsoft Windows Server 2022 Datacenter", "version": "10.0.20348", "ubr": 2700,
            "edition": "ServerDatacenter", "installation_type": "Server Core", "arch": "AMD64", "domain_joined": False,
            "time_zone": "UTC", "clock": _instant(server.at), "crypt32": "10.0.20348.2700",
            "schannel": "10.0.20348.2700", "hotfixes": ["KB5044281"], "fips": 0,
        },
        "root_update": {
            "DisableRootAutoUpdate": None, "EnableDisallowedCertAutoUpdate": None, "DisablePinRulesAutoUpdate": None,
            "RootDirUrl": None, "SyncFromDirUrl": None, "LastSyncTime": _instant(server.at),
            "DisallowedCertLastSyncTime": _instant(server.at), "authroot_ctl_sha256": None,
            "disallowed_ctl_sha256": None, "turn_off_windows_update_policy": None, "winhttp_proxy": "direct",
        },
        "chain_policy": {"Options": None, "DisableAIAUrlRetrieval": None, "ProtectedRoots.Flags": None},
        "schannel": {
            "protocols": protocols, "SendTrustedIssuerList": None,
            "cipher_suites": ["TLS_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"],
            "curves": ["curve25519", "NistP256", "NistP384"],
        },
        "services": {"IIS": "Version 10.0", "w3wp_identity": ["ApplicationPoolIdentity"]},
        "stores": _store_facts(server.entries),
        "bindings": [_binding(binding) for binding in server.bindings],
        "hosts": sorted({binding.host for binding in server.bindings if binding.host}),
    }  # fmt: skip


def _store_facts(entries: Iterable[tuple[StoreName, Certificate, Properties]]) -> list[Mapping[str, Any]]:
    counts: dict[tuple[str, str], int] = {}
    for store, _, _ in entries:
        counts[store.location, store.logical] = counts.get((store.location, store.logical), 0) + 1
    return [
        {"location": location, "logical": logical, "source": f"stores/{location}/{logical}.sst", "count": count}
        for (location, logical), count in sorted(counts.items())
    ]


def _binding(binding: LabBinding) -> dict[str, Any]:
    return {
        "kind": "sni" if binding.host else "ip",
        "endpoint": _endpoint(binding),
        "hostname": binding.host or None,
        "cert_sha1": binding.certificate.sha1,
        "store": binding.store,
        "app_id": _APPLICATION,
        "default_flags": 0,
        "sites": [binding.site],
    }
