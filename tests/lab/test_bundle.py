"""The laboratory's evidence bundle."""

import zipfile
from pathlib import Path

from chainlab.lab import sectigo
from chainlab.lab.bundle import LabBinding, LabServer, bundle_files, evidence_bundle, key_reference
from chainlab.lab.pki import KeyRing, day
from chainlab.lab.writers import friendly_name
from chainlab.server import LM_AUTHROOT, LM_CA, LM_MY


def server(fixtures: Path) -> LabServer:
    made = sectigo.certificates(KeyRing(fixtures / "keys"))
    leaf, issuer, root = made["www"], made["ov-r36"], made["r46"]
    roots = [(LM_AUTHROOT, root, {}), (LM_AUTHROOT, made["usertrust-rsa"], {}), (LM_CA, issuer, {})]
    own = {**key_reference("chainlab-www"), **friendly_name(leaf.subject.common)}
    return LabServer(
        [*roots, (LM_MY, leaf, own)],
        [LabBinding("0.0.0.0:443", leaf), LabBinding("0.0.0.0:443", leaf, host="www.chainlab.example")],
        [(leaf, issuer, root)],
        day("2026-11-20"),
    )


def test_equal_servers_give_equal_bytes(fixtures: Path) -> None:
    assert evidence_bundle(server(fixtures)) == evidence_bundle(server(fixtures))


def test_the_committed_bundle_is_the_generated_one(fixtures: Path) -> None:
    files = bundle_files(server(fixtures))
    with zipfile.ZipFile(fixtures / "r46/evidence.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist() if name != "manifest.json"} == files
        assert len({info.date_time for info in archive.infolist()}) == 1
