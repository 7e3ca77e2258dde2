"""Evidence bundles: the registry first, hashes checked, null kept apart from missing, nothing lost beside damage."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError
from chainlab.evidence import Evidence, KeyPresence, Place, ReadOptions, bundle, read_bytes, read_inputs
from chainlab.evidence.bundle import NOT_IN_REGISTRY
from chainlab.lab.writers import pem, sst
from chainlab.server import StoreName
from tests.pki import Pki


@pytest.fixture(scope="module")
def members(fixtures: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(fixtures / "r46/evidence.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read(members: dict[str, bytes], change: Callable[[dict[str, Any]], object] = lambda manifest: None) -> Evidence:
    """The bundle, with its manifest changed."""
    manifest = json.loads(members["manifest.json"])
    change(manifest)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            archive.writestr(name, data)
    return Evidence.of(read_bytes(buffer.getvalue(), Place("e.zip"), ReadOptions()))


def replaced(members: dict[str, bytes], path: str, data: bytes) -> dict[str, bytes]:
    """The members with one file replaced or added, and listed as it is now."""
    manifest = json.loads(members["manifest.json"])
    manifest["files"] = [row for row in manifest["files"] if row["path"] != path]
    manifest["files"].append({"path": path, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)})
    return {**members, path: data, "manifest.json": json.dumps(manifest).encode()}


def codes(evidence: Evidence) -> list[str]:
    return [finding.code for finding in evidence.findings if finding.code != "unused-part"]


def test_the_bundle_of_the_twin_laboratory_is_read_whole(members: dict[str, bytes]) -> None:
    evidence = read(members)
    assert codes(evidence) == []
    stored = [(str(item.store), item.store.physical, item.key) for item in evidence.certificates if item.store]
    assert stored == [
        ("LocalMachine/Root", ".AuthRoot", KeyPresence.ABSENT),
        ("LocalMachine/Root", ".AuthRoot", KeyPresence.ABSENT),
        ("LocalMachine/CA", ".Default", KeyPresence.ABSENT),
        ("LocalMachine/My", ".Default", KeyPresence.PRESENT),
    ]
    leaf = evidence.certificates[3].certificate
    assert {(b.kind, b.endpoint, b.host, b.sha1) for b in evidence.bindings if b.sha1} == {
        ("ip", "0.0.0.0:443", "", leaf.sha1),
        ("sni", "www.chainlab.example:443", "www.chainlab.example", leaf.sha1),
    }
    assert [(b.kind, b.endpoint, b.host, b.owner) for b in evidence.bindings if b.kind == "site"] == [
        ("site", "0.0.0.0:443", "", "Default Web Site"),
        ("site", "0.0.0.0:443", "www.chainlab.example", "Default Web Site"),
    ]
    (chain,) = evidence.chains
    assert (len(chain.thumbprints), chain.thumbprints[0], chain.errors) == (3, leaf.sha1, (0, 0, 0))
    assert chain.at is not None
    assert [(h.endpoint, h.host, len(h.chain)) for h in evidence.handshakes] == [
        ("127.0.0.1:443", "", 2),
        ("127.0.0.1:443", "www.chainlab.example", 2),
    ]
    assert all(item.on_wire == (item.store is None) for item in evidence.certificates)


def test_the_manifest_follows_its_schema(members: dict[str, bytes]) -> None:
    schema = Path(bundle.__file__).parent / "data" / "chainlab-evidence-1.schema.json"
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(json.loads(members["manifest.json"]))


def test_a_served_chain_is_put_in_the_order_of_issuers(members: dict[str, bytes], pki: Pki) -> None:
    root, issuing, leaf = pki.ca("R"), pki.ca("I", "R"), pki.leaf("I")
    path = "served/site/--1_8443_a.example_ecdsa.pem"
    evidence = read(replaced(members, path, pem([leaf, root, issuing]).encode()))
    (shown,) = [h for h in evidence.handshakes if h.host == "a.example"]
    assert shown.chain == (leaf, issuing, root)
    assert shown.endpoint == "[::1]:8443"


def test_the_registry_and_the_serialized_stores_are_not_counted_twice(members: dict[str, bytes]) -> None:
    facts = {c.place.inside[0]: dict(c.facts) for c in read(members).containers if len(c.place.inside) == 1}
    assert facts["stores/LocalMachine/Root.sst"] == {"also in the registry": "2"}
    assert facts["stores/LocalMachine/My.sst"] == {"also in the registry": "1"}


def test_what_only_a_serialized_store_shows_is_in_no_registry_store(members: dict[str, bytes], pki: Pki) -> None:
    card = pki.ca("On a smart card")
    evidence = read(replaced(members, "stores/LocalMachine/Root.sst", sst([(card, {})])))
    (item,) = [item for item in evidence.certificates if item.certificate == card]
    assert item.store == StoreName("LocalMachine", "Root", NOT_IN_REGISTRY)


def test_a_users_stores_show_the_machines_certificates_once(members: dict[str, bytes], pki: Pki) -> None:
    own = pki.ca("The user's own")
    machine = next(c.certificate for c in read(members).certificates if str(c.store) == "LocalMachine/CA")
    evidence = read(replaced(members, "stores/CurrentUser/CA.sst", sst([(machine, {}), (own, {})])))
    user = [item.certificate for item in evidence.certificates if item.store and item.store.location == "CurrentUser"]
    assert user == [own]


def test_without_registry_the_serialized_stores_are_the_stores(members: dict[str, bytes]) -> None:
    def drop(manifest: dict[str, Any]) -> None:
        manifest["files"] = [row for row in manifest["files"] if not row["path"].startswith("reg/")]

    left = {path: data for path, data in members.items() if not path.startswith("reg/")}
    stores = [(str(item.store), item.store.physical) for item in read(left, drop).certificates if item.store]
    assert sorted(stores) == [
        ("LocalMachine/CA", ".Default"), ("LocalMachine/My", ".Default"), ("LocalMachine/Root", ".Default"),
        ("LocalMachine/Root", ".Default"),
    ]  # fmt: skip


def test_a_changed_file_is_a_finding_and_used_as_it_is(members: dict[str, bytes]) -> None:
    changed = {**members, "iis/sites.json": members["iis/sites.json"].replace(b"Default", b"Changed")}
    evidence = read(changed)
    assert codes(evidence) == ["bundle-file-changed"]
    assert hashlib.sha256(changed["iis/sites.json"]).hexdigest() in evidence.findings[0].message
    assert {b.owner for b in evidence.bindings if b.kind == "site"} == {"Changed Web Site"}


def test_missing_and_unlisted_files_are_findings(members: dict[str, bytes]) -> None:
    left = {path: data for path, data in members.items() if path != "iis/sites.json"}
    evidence = read({**left, "extra.pem": b"x"})
    assert sorted(codes(evidence)) == ["bundle-file-missing", "bundle-file-unlisted"]
    assert {f.parameters["place"] for f in evidence.findings} >= {
        "e.zip > manifest.json: iis/sites.json",
        "e.zip > extra.pem",
    }


@pytest.mark.parametrize(
    ("value", "switch", "setting"),
    [(None, 1, ""), (0, 1, 0), (1, 0, 1)],
)
def test_null_is_the_default_and_a_value_is_a_value(
    members: dict[str, bytes], value: int | None, switch: int, setting: object
) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["root_update"]["DisableRootAutoUpdate"] = value

    settings = {item.name: item.value for item in read(members, change).settings}
    assert settings["root_update"] == switch
    assert settings["update:disablerootautoupdate"] == setting


def test_a_missing_key_is_unknown_not_a_default(members: dict[str, bytes]) -> None:
    names = {item.name for item in read(members, lambda manifest: manifest["root_update"].clear()).settings}
    assert not {name for name in names if name.startswith(("root_update", "update:"))}
    assert "aia" in names


def test_what_the_collector_could_not_do_is_said(members: dict[str, bytes]) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["errors"] = {"step": "IIS configuration", "message": "Access is denied."}  # PowerShell's list of one
        manifest["elevated"] = False

    evidence = read(members, change)
    assert codes(evidence) == ["collected-unelevated", "collector-error"]
    assert "'IIS configuration': Access is denied." in evidence.findings[1].message


def test_bindings_of_the_registry_are_not_repeated_by_the_manifest(members: dict[str, bytes]) -> None:
    bound = [(b.kind, b.endpoint.lower(), b.host.lower(), b.sha1) for b in read(members).bindings if b.sha1]
    assert len(bound) == len(set(bound)) == 2


def test_sites_name_central_stores_and_other_services(members: dict[str, bytes]) -> None:
    sites = {
        "sites": {"name": "A", "bindings": [
            {"protocol": "https", "information": "*:443:a.example", "ssl_flags": 3},
            {"protocol": "https", "information": "[::1]:8443:", "ssl_flags": 0},
            {"protocol": "http", "information": "*:80:"},
        ]},
        "listeners": [{"service": "rdp", "endpoint": "0.0.0.0:3389", "cert_sha1": "AB" * 20, "store": "My"}],
    }  # fmt: skip
    evidence = read(replaced(members, "iis/sites.json", b"\xef\xbb\xbf" + json.dumps(sites).encode()))
    mine = [(b.kind, b.endpoint, b.host, b.sha1, b.owner) for b in evidence.bindings if b.place.inside[0][:3] == "iis"]
    assert mine == [
        ("ccs", "0.0.0.0:443", "a.example", "", "A"),
        ("site", "[::1]:8443", "", "", "A"),
        ("ip", "0.0.0.0:3389", "", "ab" * 20, "rdp"),
    ]


def test_a_site_binding_that_is_none_is_a_finding(members: dict[str, bytes]) -> None:
    bindings = [{"protocol": "https", "information": text} for text in ("nonsense", "*:²:", "*:70000:", "*:443:x.test")]
    sites = {"sites": [{"name": "A", "bindings": [*bindings, {"protocol": "net.tcp", "information": "808:*"}]}]}
    evidence = read(replaced(members, "iis/sites.json", json.dumps(sites).encode()))
    assert [(b.endpoint, b.host) for b in evidence.bindings if b.kind == "site"] == [
        ("0.0.0.0:443", "x.test"), ("0.0.0.0:808", ""),
    ]  # fmt: skip
    assert codes(evidence).count("broken-part") == 3


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "², ", "9" * 5000])
def test_a_chain_with_an_impossible_date_has_none(members: dict[str, bytes], at: str) -> None:
    chain = {"at": at, "elements": [{"thumbprint": "AB" * 20, "error": 0}]}
    evidence = read(replaced(members, "oracle/x.json", json.dumps(chain).encode()))
    assert [found.at for found in evidence.chains if found.thumbprints == ("ab" * 20,)] == [None]


def test_an_unpacked_bundle_and_bundles_in_folders_are_bundles(members: dict[str, bytes], tmp_path: Path) -> None:
    for name in ("first", "second"):
        for path, data in members.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
    (tmp_path / "note.txt").write_text("hello")
    evidence = read_inputs([(tmp_path, None)], ReadOptions())
    packed = read(members)
    assert len(evidence.certificates) == 2 * len(packed.certificates)
    assert [f.code for f in evidence.findings if f.code != "unused-part"] == ["broken-part"]
    assert "note.txt" in next(f for f in evidence.findings if f.code == "broken-part").message


def test_a_bundle_within_a_bundle_is_one_of_its_own(members: dict[str, bytes]) -> None:
    inner = {f"earlier/{path}": data for path, data in members.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in {**inner, **members}.items():
            archive.writestr(name, data)
    evidence = Evidence.of(read_bytes(buffer.getvalue(), Place("e.zip"), ReadOptions()))
    assert codes(evidence) == []
    assert len(evidence.certificates) == 2 * len(read(members).certificates)


def test_nested_manifests_cost_no_more_than_their_number() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for depth in range(300):
            archive.writestr("a/" * depth + "manifest.json", '{"schema":"chainlab-evidence/1"}')
            archive.writestr("a/" * depth + "x.txt", "x")
    evidence = Evidence.of(read_bytes(buffer.getvalue(), Place("e.zip"), ReadOptions()))
    assert codes(evidence) == ["bundle-file-unlisted"] * 300


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_manifest_that_is_there_twice_is_one_bundle(members: dict[str, bytes]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in [*members.items(), ("manifest.json", members["manifest.json"])]:
            archive.writestr(name, data)
    evidence = Evidence.of(read_bytes(buffer.getvalue(), Place("e.zip"), ReadOptions()))
    assert codes(evidence) == ["bundle-file-unlisted"]
    assert len(evidence.certificates) == len(read(members).certificates)


def test_windows_paths_inside_the_archive_are_understood(members: dict[str, bytes], tmp_path: Path) -> None:
    file = tmp_path / "e.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name.replace("/", "\\"), data)
    evidence = read_inputs([(file, None)], ReadOptions())
    assert codes(evidence) == []
    assert len(evidence.certificates) == len(read(members).certificates)


@pytest.mark.parametrize(
    "manifest", [b"", b"[]", b"{", b'{"schema": "chainlab-evidence/2"}', b'{"schema": ' + b"[" * 5000]
)
def test_a_manifest_that_is_none_makes_it_an_ordinary_archive(members: dict[str, bytes], manifest: bytes) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in {**members, "manifest.json": manifest}.items():
            archive.writestr(name, data)
    evidence = Evidence.of(read_bytes(buffer.getvalue(), Place("e.zip"), ReadOptions()))
    assert any("manifest.json" in finding.message for finding in evidence.findings)
    assert len({str(item.store) for item in evidence.certificates if item.store}) == 3


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_KEYS = ("files", "bindings", "errors", "host", "root_update", "chain_policy", "schannel", "tool", "redacted",
         "elevated", "stores", "services")  # fmt: skip


@given(st.dictionaries(st.sampled_from(_KEYS), _JSON, max_size=4))
def test_no_manifest_crashes_the_reader(values: dict[str, Any]) -> None:
    data = json.dumps({"schema": "chainlab-evidence/1", **values}).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("manifest.json", data)
    Evidence.of(read_bytes(buffer.getvalue(), Place("e.zip"), ReadOptions()))


@given(st.sampled_from(["iis/sites.json", "oracle/x.json", "served/s/1_2_3_rsa.pem", "reg/x.reg", "x"]), _JSON)
def test_no_file_of_a_bundle_crashes_the_reader(path: str, value: Any) -> None:
    data = json.dumps(value).encode()
    manifest = {"schema": "chainlab-evidence/1", "files": [{"path": path, "sha256": hashlib.sha256(data).hexdigest()}]}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        archive.writestr(path, data)
    try:
        Evidence.of(read_bytes(buffer.getvalue(), Place("e.zip"), ReadOptions()))
    except InputError:
        pass
