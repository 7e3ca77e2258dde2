"""A scenario as a folder of files: inputs for every command, clients, and a page that says what to try."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from chainlab.catalog.twins import SCHEMA as TWINS_SCHEMA
from chainlab.errors import UsageError
from chainlab.lab.bundle import LabBinding, LabServer, evidence_bundle, key_reference
from chainlab.lab.captures import Ends, packets, pcap, tls12
from chainlab.lab.lesson import lesson
from chainlab.lab.scenario import Made, Site
from chainlab.lab.transcript import s_client
from chainlab.lab.writers import Properties, friendly_name, pem, pfx, reg, sst
from chainlab.server import LM_MY, StoreName

SCHEMA: Final = "chainlab-scenario/1"
MARK: Final = "scenario.json"
"""The file that makes a folder one of the laboratory's; it lists the others."""


def folder_files(made: Made) -> dict[str, bytes]:
    """Every file of the folder by its relative path; the same bytes for the same scenario, size and seed."""
    files = {name: data.encode() if isinstance(data, str) else data for name, data in _files(made)}
    files["README.md"] = lesson(made, sorted(files)).encode()
    files[MARK] = _json(_description(made, sorted(files)))
    return files


def listed(mark: Path) -> set[str]:
    """Every file of a scenario's folder, by the description in it. ``UsageError`` where that is damaged."""
    try:
        return {MARK, *json.loads(mark.read_text(encoding="utf-8"))["files"]}
    except (OSError, ValueError, TypeError, KeyError):
        raise UsageError(f"{mark} is damaged, so what else in its folder is a scenario's is not known") from None


def _files(made: Made) -> Iterator[tuple[str, bytes | str]]:
    scenario = made.scenario
    for site in scenario.sites:
        yield from _site_files(made, site)
    entries = store_entries(made)
    yield "server.reg", reg(entries)
    yield "evidence.zip", evidence_bundle(_server(made))
    for store in dict.fromkeys(str(store) for store, _, _ in entries if store != LM_MY):
        held = [(certificate, properties) for name, certificate, properties in entries if str(name) == store]
        yield f"{store.replace('/', '-')}.sst", sst(held)
    for client in scenario.clients:
        yield f"clients/{client.name}.pem", pem(made.chain(client.roots))
    for role, certificate in made.certificates.items():
        yield f"certificates/{role}.pem", pem([certificate])
    if scenario.stands_for:
        yield "lab.json", _json(_twins(made))


def _site_files(made: Made, site: Site) -> Iterator[tuple[str, bytes | str]]:
    leaf, chain = made.certificates[site.leaf], made.chain(site.served)
    port = site.endpoint.rpartition(":")[2]
    ends = Ends(server=("192.0.2.1", int(port)))
    cipher = 0xC02F if leaf.key.algorithm == "RSA" else 0xC02B
    yield f"{site.leaf}.pfx", pfx(leaf, made.holder(site.leaf).key, made.chain(site.pfx), name=leaf.subject.common)
    yield f"handshake-{site.leaf}.txt", s_client(chain, site.host, port)
    yield f"handshake-{site.leaf}.pcap", pcap(packets(tls12(chain, site.host, cipher), ends))


def store_entries(made: Made) -> list[tuple[StoreName, Any, Properties]]:
    """What the server's stores hold: as the scenario says, and the server certificates with their keys."""
    entries: list[tuple[StoreName, Any, Properties]] = [
        (StoreName.parse(store), made.certificates[role], {})
        for store, roles in made.scenario.stores.items()
        for role in roles
    ]
    for site in made.scenario.sites:
        certificate = made.certificates[site.leaf]
        own = {**key_reference(f"chainlab-{site.leaf}"), **friendly_name(certificate.subject.common)}
        entries.append((LM_MY, certificate, own))
    return entries


def _server(made: Made) -> LabServer:
    bindings = [LabBinding(site.endpoint, made.certificates[site.leaf]) for site in made.scenario.sites]
    return LabServer(store_entries(made), bindings, (), made.scenario.at)


def _twins(made: Made) -> dict[str, Any]:
    twins = [
        {"role": role, "stands_for": original, "certificate": pem([made.certificates[role]]).split("\n", 1)[1]}
        for role, original in made.scenario.stands_for.items()
    ]
    about = "Laboratory twins of real certificates: same names, own keys, trusted by nobody."
    return {"schema": TWINS_SCHEMA, "about": about, "twins": twins}


def _description(made: Made, files: list[str]) -> dict[str, Any]:
    """What must come out, for programs."""
    scenario = made.scenario
    return {
        "schema": SCHEMA,
        "name": made.name,
        "seed": made.seed,
        "shows": scenario.shows,
        "at": scenario.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "sites": [
            {
                "leaf": made.certificates[site.leaf].sha256,
                "host": site.host,
                "endpoint": site.endpoint,
                "served": [certificate.sha256 for certificate in made.chain(site.served)],
                "certainty": site.certainty,
                "clients": {c.name: "accept" if c.must_accept(site.leaf) else "reject" for c in scenario.clients},
            }
            for site in scenario.sites
        ],
        "clients": [{"name": c.name, "verifier": c.family, "roots": f"clients/{c.name}.pem"} for c in scenario.clients],
        "findings": list(scenario.findings),
        "certificates": {role: certificate.sha256 for role, certificate in made.certificates.items()},
        "files": files,
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
