"""The root certificates that ship: how they are found in packages, and that the committed ones are those found."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import zipfile
from base64 import b64decode
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, KeySerializationEncryption
from cryptography.hazmat.primitives.serialization import NoEncryption as Unencrypted
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from tests.pki import Pki
from tests.tools.registries import from_registries
from tools import build_roots, root_sources
from tools.build_roots import Place
from tools.root_sources import ALTERNATIVES, SOURCES, Package, SourceError, Target, UnreachableError

NODE_IS_HERE = shutil.which("node") is not None


@pytest.fixture
def ders(pki: Pki) -> list[bytes]:
    """Three certificates."""
    return [pki.der(name, name) for name in ("A", "B", "C")]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def java_text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


def key_store(ders: Sequence[bytes], version: int = 2, tag: int = 2) -> bytes:
    entries = b""
    for number, der in enumerate(ders):
        entries += struct.pack(">I", tag) + java_text(f"alias {number}") + bytes(8)
        entries += java_text("X.509") if version == 2 else b""
        entries += struct.pack(">I", len(der)) + der
    return b"\xfe\xed\xfe\xed" + struct.pack(">II", version, len(ders)) + entries + bytes(20)


def pkcs12(ders: Sequence[bytes], encryption: KeySerializationEncryption) -> bytes:
    return serialize_key_and_certificates(
        None, None, None, [x509.load_der_x509_certificate(der) for der in ders], encryption
    )


# --- certificates in files ---


def test_pem_blocks_are_found_in_a_bundle_with_comments_and_carriage_returns(ders: list[bytes]) -> None:
    bundle = "# a bundle\n" + "\nLabel: x\n=======\n".join(build_roots.pem(der) for der in ders)
    found = build_roots.certificates_in("certifi/cacert.pem", bundle.replace("\n", "\r\n").encode())
    assert list(found) == ders


def test_pem_blocks_are_found_among_the_bytes_of_a_binary(ders: list[bytes]) -> None:
    binary = b"\x7fELF\x00\xff" + b"\x00\xfe".join(build_roots.pem(der).encode() for der in ders) + b"\x00"
    assert list(build_roots.certificates_in("package/bin/node", binary)) == ders


def test_a_damaged_pem_block_is_passed_over(ders: list[bytes]) -> None:
    damaged = "-----BEGIN CERTIFICATE-----\nMIIBA\n-----END CERTIFICATE-----\n"
    assert list(build_roots.pem_certificates((damaged + build_roots.pem(ders[0])).encode())) == ders[:1]


@pytest.mark.parametrize("version", [1, 2])
def test_both_versions_of_java_key_stores_are_read(ders: list[bytes], version: int) -> None:
    assert list(build_roots.certificates_in("lib/security/cacerts", key_store(ders, version))) == ders


def test_a_java_key_store_with_a_private_key_is_refused(ders: list[bytes]) -> None:
    with pytest.raises(ValueError, match="entry of kind 1"):
        list(build_roots.jks_certificates(key_store(ders, tag=1)))


def test_an_unencrypted_pkcs12_key_store_is_read(ders: list[bytes]) -> None:
    assert list(build_roots.certificates_in("lib/security/cacerts", pkcs12(ders, Unencrypted()))) == ders


def test_encrypted_contents_of_a_pkcs12_file_are_left_alone(ders: list[bytes]) -> None:
    assert list(build_roots.pkcs12_certificates(pkcs12(ders, BestAvailableEncryption(b"secret")))) == []


def test_certificates_embedded_in_a_binary_are_among_what_looks_like_one(ders: list[bytes]) -> None:
    decoy = b"\x30\x82\x00\x10\x30\x82"
    found = list(build_roots.embedded_certificates(decoy + ders[0] + b"\x30\x82" + ders[1] + decoy))
    assert [der for der in found if der in ders] == ders[:2]


@pytest.mark.skipif(not NODE_IS_HERE, reason="node is not installed")
def test_a_brotli_member_is_decompressed_and_searched(ders: list[bytes]) -> None:
    script = "process.stdin.pipe(zlib.createBrotliCompress()).pipe(process.stdout)"
    compressed = subprocess.run(["node", "-e", script], input=b"ELF" + ders[0], capture_output=True, check=True).stdout
    assert ders[0] in build_roots.certificates_in("package/bin/chromium.br", compressed)


@pytest.mark.skipif(not NODE_IS_HERE, reason="node is not installed")
def test_a_damaged_brotli_member_is_an_error() -> None:
    with pytest.raises(SourceError, match="node cannot decompress"):
        build_roots.brotli_decompressed(b"no brotli")


def test_a_missing_node_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SourceError, match="node is not installed"):
        build_roots.brotli_decompressed(b"")


@pytest.mark.parametrize(("make", "name"), [(zipped, "a.whl"), (zipped, "a.zip"), (tarred, "a.tar.gz")])
def test_members_of_every_kind_of_archive_come_sorted(
    make: Callable[[Path, dict[str, bytes]], Path], name: str, tmp_path: Path
) -> None:
    archive = make(tmp_path / name, {"p/b.pem": b"2", "p/a.pem": b"1"})
    assert list(build_roots.members(archive)) == [("p/a.pem", b"1"), ("p/b.pem", b"2")]


def test_folders_of_a_zip_archive_are_no_members(tmp_path: Path) -> None:
    assert [name for name, _ in build_roots.members(zipped(tmp_path / "a.zip", {"p/": b"", "p/a": b""}))] == ["p/a"]


def test_only_known_roots_are_kept_each_under_the_first_member_that_holds_it(ders: list[bytes], tmp_path: Path) -> None:
    bundles = [build_roots.pem(der).encode() for der in ders]
    archive = zipped(tmp_path / "a.whl", {"2.pem": bundles[0], "1.pem": bundles[0] + bundles[1], "3.pem": bundles[2]})
    found = build_roots.harvest(archive, {sha256(ders[0]), sha256(ders[2])})
    assert found.members == {sha256(ders[0]): "1.pem", sha256(ders[2]): "3.pem"}
    assert found.encodings == {sha256(ders[0]): ders[0], sha256(ders[2]): ders[2]}


# --- what is written ---


def test_a_root_is_attributed_to_the_first_two_packages_that_hold_it() -> None:
    held = [{"b": "1"}, {"a": "2", "b": "2"}, {"b": "3"}]
    harvests = [build_roots.Harvest({}, members) for members in held]
    assert build_roots.places(harvests) == {"a": [Place(1, "2")], "b": [Place(0, "1"), Place(1, "2")]}


def test_a_pem_block_has_64_columns_and_ends_in_a_line_feed(ders: list[bytes]) -> None:
    lines = build_roots.pem(ders[0]).split("\n")
    assert (lines[0], lines[-2:]) == ("-----BEGIN CERTIFICATE-----", ["-----END CERTIFICATE-----", ""])
    assert {len(line) for line in lines[1:-3]} == {64}
    assert b64decode("".join(lines[1:-2])) == ders[0]


def test_the_same_packages_give_the_same_files(
    ders: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles = [build_roots.pem(der).encode() for der in ders]
    archives = [zipped(tmp_path / "x.whl", {"x": bundles[1]}), zipped(tmp_path / "y.whl", {"y": bundles[0] * 2})]
    sources = [Package(name, "1", "wheel", "MIT", sha256(name.encode())) for name in "xy"]
    monkeypatch.setattr(build_roots, "fetch", lambda package, _cache: archives["xy".index(package.name)])
    fingerprints = [sha256(der) for der in ders]
    files = build_roots.build(fingerprints, tmp_path, sources)
    assert files == build_roots.build(list(reversed(fingerprints)), tmp_path, sources)
    first, second = sorted(fingerprints[:2])
    assert files["roots.sha256"] == f"{first}\n{second}\n"
    assert [sha256(der) for der in build_roots.pem_certificates(files["roots.pem"].encode())] == [first, second]
    document = json.loads(files["roots-provenance.json"])
    assert [package["file"] for package in document["packages"]] == ["x.whl", "y.whl"]
    assert document["certificates"] == {fingerprints[0]: [[1, "y"]], fingerprints[1]: [[0, "x"]]}
    assert document["unavailable"] == fingerprints[2:]
    assert f'\n"{first}":[[' in files["roots-provenance.json"]


def test_the_survey_says_what_a_source_alone_gives(
    ders: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles = [build_roots.pem(der).encode() for der in ders]
    archives = [zipped(tmp_path / f"{n}.whl", {"x": bundles[0] + bundles[n]}) for n in range(3)]
    packages = [Package(name, "1", "wheel", "MIT", "") for name in "xyz"]
    monkeypatch.setattr(build_roots, "fetch", lambda package, _cache: archives["xyz".index(package.name)])
    monkeypatch.setattr(build_roots, "SOURCES", packages[:2])
    monkeypatch.setattr(build_roots, "ALTERNATIVES", packages[2:])
    rows = [row.split() for row in build_roots.survey([sha256(der) for der in ders], tmp_path).splitlines()[1:]]
    assert rows == [["1", "0", "x", "1"], ["2", "1", "y", "1"], ["2", "1", "z", "1", "(alternative)"]]


# --- packages ---

WHEEL = Package("demo", "1.0", "wheel", "MIT", sha256(b"archive"))


def downloads(content: bytes, *names: str) -> Callable[..., subprocess.CompletedProcess[str]]:
    """In place of ``subprocess.run``: a pip or npm that puts these files where it is told to."""

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        option = "--dest" if "--dest" in command else "--pack-destination"
        for name in names:
            (Path(command[command.index(option) + 1]) / name).write_bytes(content)
        return subprocess.CompletedProcess(command, 0, "", "")

    return run


@pytest.mark.parametrize(
    ("package", "folder"),
    [(WHEEL, "demo-1.0"), (dataclasses.replace(WHEEL, name="@scope/demo", kind="npm"), "scope-demo-1.0")],
)
def test_an_archive_is_downloaded_once(
    package: Package, folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", downloads(b"archive", "demo.zip"))
    assert root_sources.fetch(package, tmp_path) == tmp_path / folder / "demo.zip"
    monkeypatch.setattr(subprocess, "run", None)
    assert root_sources.fetch(package, tmp_path).read_bytes() == b"archive"


def test_another_archive_than_the_pinned_one_is_neither_used_nor_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocess, "run", downloads(b"another", "demo.zip"))
    with pytest.raises(SourceError, match=rf"demo 1\.0: .*demo\.zip has SHA-256 .*pinned is {WHEEL.sha256}"):
        root_sources.fetch(WHEEL, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_kept_archive_is_compared_again(tmp_path: Path) -> None:
    (tmp_path / "demo-1.0").mkdir()
    (tmp_path / "demo-1.0" / "demo.zip").write_bytes(b"another")
    with pytest.raises(SourceError, match="pinned is"):
        root_sources.fetch(WHEEL, tmp_path)
    (tmp_path / "demo-1.0" / "demo-again.zip").write_bytes(b"archive")
    with pytest.raises(SourceError, match="more than one file"):
        root_sources.fetch(WHEEL, tmp_path)


def test_a_download_without_an_archive_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", downloads(b""))
    with pytest.raises(SourceError, match=r"demo 1\.0: expected one archive, got 0"):
        root_sources.fetch(WHEEL, tmp_path)


def test_a_failing_download_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "ERROR: no such version\n")
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: failed)
    with pytest.raises(UnreachableError, match=r"demo 1\.0: the download failed\n  ERROR: no such version"):
        root_sources.fetch(WHEEL, tmp_path)


def test_a_package_that_pip_finds_changed_is_no_missing_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.\n"
    failed = subprocess.CompletedProcess([], 1, "", said)
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: failed)
    with pytest.raises(SourceError, match="DO NOT MATCH") as caught:
        root_sources.fetch(WHEEL, tmp_path)
    assert not isinstance(caught.value, UnreachableError)


def test_a_missing_client_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SourceError, match="npm is not installed"):
        root_sources.fetch(dataclasses.replace(WHEEL, kind="npm"), tmp_path)


@pytest.mark.parametrize(
    ("package", "options"),
    [
        (WHEEL, "--only-binary demo"),
        (dataclasses.replace(WHEEL, kind="sdist"), "--no-binary demo"),
        (dataclasses.replace(WHEEL, target=Target("any")), "--only-binary :all: --platform any"),
        (
            dataclasses.replace(WHEEL, target=Target("linux", "27", "cp27mu")),
            "--only-binary :all: --platform linux --python-version 27 --abi cp27mu",
        ),
    ],
)
def test_pip_is_told_the_kind_of_archive_and_its_hash(
    package: Package, options: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands, requirements = [], []

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        commands.append(" ".join(command))
        requirements.append(Path(command[-1]).read_text(encoding="utf-8"))
        return downloads(b"archive", "demo.zip")(command)

    monkeypatch.setattr(subprocess, "run", run)
    root_sources.fetch(package, tmp_path)
    assert " --require-hashes " in commands[0]
    assert f" {options} --requirement " in commands[0]
    assert commands[0].startswith(f"{sys.executable} -m pip download ")
    assert requirements == [f"demo==1.0 --hash=sha256:{WHEEL.sha256}\n"]


def test_every_package_is_pinned_once() -> None:
    everything = [*SOURCES, *ALTERNATIVES]
    assert len({str(package) for package in everything}) == len({package.sha256 for package in everything})
    assert len({str(package) for package in everything}) == len(everything)
    assert all(re.fullmatch(r"[0-9a-f]{64}", package.sha256) for package in everything)


# --- command line ---


def test_known_roots_are_read_from_a_list_or_from_the_facts(tmp_path: Path) -> None:
    listed, facts, other = (tmp_path / name for name in ("roots.txt", "facts.json", "other"))
    listed.write_text(f"{'a' * 64}\n{'b' * 64}\n", encoding="utf-8")
    facts.write_text(json.dumps({"roots": [{"sha256": "b" * 64}, {"sha256": "a" * 64}]}), encoding="utf-8")
    other.write_text("something else", encoding="utf-8")
    assert build_roots.known_roots(listed) == build_roots.known_roots(facts) == {"a" * 64, "b" * 64}
    with pytest.raises(SourceError, match="neither a list"):
        build_roots.known_roots(other)


def test_check_finds_what_differs_from_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"roots.pem": "ä\n", "roots.sha256": "x\n"}
    monkeypatch.setattr(build_roots, "build", lambda *_arguments: files)
    out = ["--out", str(tmp_path / "out")]
    assert build_roots.main(out) == 0
    assert build_roots.main([*out, "--check"]) == 0
    files["roots.pem"] = "ö\n"
    (tmp_path / "out" / "roots.sha256").unlink()
    capsys.readouterr()
    assert build_roots.main([*out, "--check"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed] == ["roots.pem", "roots.sha256"]


def test_the_survey_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(build_roots, "survey", lambda _known, _cache: "a table")
    assert build_roots.main(["--survey"]) == 0
    assert capsys.readouterr().out == "a table\n"


def test_an_error_is_one_message_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build_roots.main(["--facts", str(tmp_path / "absent")]) == 1
    assert capsys.readouterr().err.startswith("error: ")


# --- the committed data ---


@pytest.fixture(scope="module")
def committed() -> dict[str, str]:
    """The data files as they are committed."""
    names = ("roots.pem", "roots.sha256", "roots-provenance.json")
    return {name: (build_roots.DATA / name).read_bytes().decode("utf-8") for name in names}


@pytest.fixture(scope="module")
def roots(committed: dict[str, str]) -> list[bytes]:
    """The committed certificates."""
    return list(build_roots.pem_certificates(committed["roots.pem"].encode()))


def test_the_committed_roots_are_sorted_and_unique_and_nothing_but_pem(
    committed: dict[str, str], roots: list[bytes]
) -> None:
    fingerprints = [sha256(der) for der in roots]
    assert fingerprints == sorted(set(fingerprints))
    assert committed["roots.pem"] == "".join(map(build_roots.pem, roots))
    assert committed["roots.sha256"].split() == fingerprints


def test_every_committed_root_is_a_certificate(roots: list[bytes]) -> None:
    decoded = [Certificate.load(der, strict=True)["tbs_certificate"] for der in roots]
    assert all(fields["subject"].native and fields["subject_public_key_info"].native for fields in decoded)


def test_the_provenance_names_just_the_committed_roots_and_the_remaining_known_ones(
    committed: dict[str, str], roots: list[bytes]
) -> None:
    document = json.loads(committed["roots-provenance.json"])
    known = build_roots.known_roots(build_roots.KNOWN_ROOTS)
    assert list(document["certificates"]) == [sha256(der) for der in roots]
    assert set(document["unavailable"]) == known - set(document["certificates"])
    assert document["unavailable"] == sorted(document["unavailable"])
    assert set(document["certificates"]) <= known


def test_the_provenance_pins_the_packages_in_use_and_every_one_of_them_gives_a_root(committed: dict[str, str]) -> None:
    document = json.loads(committed["roots-provenance.json"])
    pinned = [(package["name"], package["version"], package["sha256"]) for package in document["packages"]]
    assert pinned == [(package.name, package.version, package.sha256) for package in SOURCES]
    found = document["certificates"].values()
    assert all(1 <= len(places) <= 2 for places in found)
    assert {places[0][0] for places in found} == set(range(len(SOURCES)))


@pytest.mark.parametrize(
    ("name", "fingerprint"),
    [
        ("Sectigo R46", "7bb647a62aeeac88bf257aa522d01ffea395e0ab45c73f93f65654ec38f25a06"),
        ("Sectigo E46", "c90f26f0fb1b4018b22227519b5ca2b53e2ca5b3be5cf18efe1bef47380c5383"),
        ("USERTrust RSA", "e793c9b02fd8aa13e21c31228accb08119643b749c898964b1746d46c3d4cbd2"),
        ("USERTrust ECC", "4ff460d54b9c86dabfbcfc5712e0400d2bed3fbc4d4fbdaa86e06adcd2a9ad7a"),
        ("AAA Certificate Services", "d7a7a0fb5d7e2731d771e9484ebcdef71d5f0c3e0a2948782bc83ee0ea699ef4"),
        ("AddTrust External CA Root", "687fa451382278fff0c8b11f8d43d576671c6eb2bceab413fb83d965d06d2ff2"),
        ("ISRG Root X1", "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6"),
        ("DST Root CA X3", "0687260331a72403d909f105e69bcf0d32e1bd2493ffc6d9206d11bcd6770739"),
    ],
)
def test_the_roots_of_the_examples_are_there(name: str, fingerprint: str, roots: list[bytes]) -> None:
    assert fingerprint in {sha256(der) for der in roots}, name


@pytest.mark.network
@pytest.mark.slow
def test_the_registries_give_the_committed_files(committed: dict[str, str], tmp_path: Path) -> None:
    """Some 75 MB are downloaded."""
    with from_registries():
        rebuilt = build_roots.build(build_roots.known_roots(build_roots.KNOWN_ROOTS), tmp_path)
    assert [name for name in committed if rebuilt[name] != committed[name]] == []
