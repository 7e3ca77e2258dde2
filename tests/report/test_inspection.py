"""What was read, as text and as JSON."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.evidence import Limits, ReadOptions
from chainlab.inspection import Inspection, inspect
from chainlab.lab.writers import pem, sst
from chainlab.properties import encode_oid_list
from chainlab.report.inspection_json import as_json
from chainlab.report.inspection_text import render
from chainlab.report.property_text import property_text
from chainlab.report.terminal import TerminalPage
from chainlab.server import StoreName
from tests.pki import Pki

SCHEMA = json.loads((Path(__file__).parents[2] / "chainlab/report/data/chainlab.inspection-1.schema.json").read_text())
READING = ReadOptions(password=lambda _place: None)


def text(inspection: Inspection, verbose: bool = False) -> str:
    buffer = io.StringIO()
    render(inspection, TerminalPage(buffer, width=80), verbose=verbose)
    return buffer.getvalue()


def of(*paths: Path, **limits: int) -> Inspection:
    return inspect([(path, None) for path in paths], ReadOptions(Limits(**limits)))


def every_fixture() -> list[Path]:
    root = Path(__file__).parents[2] / "fixtures"
    return [path for folder in ("r46", "e46") for path in sorted((root / folder).iterdir())]


@pytest.mark.parametrize("path", every_fixture(), ids=lambda path: f"{path.parent.name}-{path.name}")
def test_json_follows_the_schema_and_text_fits_80_columns(path: Path) -> None:
    inspection = of(path)
    jsonschema.Draft202012Validator(SCHEMA).validate(as_json(inspection))
    lines = text(inspection, verbose=True).splitlines()
    assert max(len(line) for line in lines) <= 80
    assert "\x1b" not in "".join(lines)


@pytest.mark.parametrize(
    "name",
    ["sst/t0rik-roots-2021.sst", "authroot/authroot.stl", "hive/SOFTWARE", "tls", "scanners", "pyjks", "dotnet",
     "generated", "hive/test.reg"],
)  # fmt: skip
def test_real_samples_of_every_kind_follow_the_schema(shared: Callable[[str], Path], name: str) -> None:
    inspection = of(shared(f"samples/{name}"))
    document = as_json(inspection)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert any(document[part] for part in ("certificates", "lists", "handshakes", "settings", "problems"))
    assert text(inspection, verbose=True)


def test_one_unreadable_input_does_not_hide_the_others(fixtures: Path, tmp_path: Path) -> None:
    good, protected = fixtures / "r46/leaf-only.pem", fixtures / "r46/protected.pfx"
    inspection = of(tmp_path / "no-such", protected, good)
    assert inspection.exit_status == 3
    assert of(protected, good).exit_status == 4
    assert of(good).exit_status == 0
    document = as_json(inspection)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert [problem["kind"] for problem in document["problems"]] == ["input", "password"]
    assert len(document["certificates"]) == 1
    shown = text(inspection)
    assert shown.splitlines()[0].startswith("✗")
    assert "no such file" in shown
    assert "--password-env" in shown


def test_a_certificate_is_shown_once_with_all_its_sightings(fixtures: Path) -> None:
    inspection = of(fixtures / "r46/leaf-only.pem", fixtures / "r46/server.reg")
    document = as_json(inspection)
    leaf = next(facts for facts in document["certificates"].values() if not facts["is_ca"])
    assert [sighting["format"] for sighting in leaf["sightings"]] == ["PEM", "registry export"]
    assert leaf["sightings"][1]["store"] == {"location": "LocalMachine", "logical": "My", "physical": ".Default"}
    assert leaf["known_by"] == ["pem", "LocalMachine/My"]
    assert text(inspection).count(leaf["sha1"] + ", serial") == 1


def test_physical_stores_and_disabled_purposes_are_told(tmp_path: Path, pki: Pki) -> None:
    file = tmp_path / "root.sst"
    file.write_bytes(sst([(pki.ca("R"), {9: encode_oid_list([]), 104: b""})]))
    inspection = inspect([(file, StoreName("LocalMachine", "Root", ".AuthRoot"))], READING)
    shown = text(inspection)
    assert "in LocalMachine/Root, physical store .AuthRoot" in shown
    assert "CERT_ENHKEY_USAGE_PROP_ID(9): none: all purposes are disabled" in shown
    assert "CERT_DISALLOWED_FILETIME_PROP_ID(104): from the beginning" in shown
    assert "CERT_SHA1_HASH_PROP_ID(3)" not in shown
    assert "CERT_SHA1_HASH_PROP_ID(3)" in text(inspection, verbose=True)


def test_broken_parts_are_findings_beside_what_was_read(tmp_path: Path, pki: Pki) -> None:
    file = tmp_path / "bundle.pem"
    broken = "-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----\n"
    file.write_text(pem([pki.ca("R")]) + broken)
    inspection = of(file)
    assert inspection.exit_status == 0
    assert "[broken-certificate]" in text(inspection)
    assert as_json(inspection)["findings"][0]["code"] == "broken-certificate"


def test_hostile_names_cannot_leave_the_text(tmp_path: Path) -> None:
    file = tmp_path / "evil.sst"
    pki = Pki()
    pki.entity("evil", subject="O=Test, CN=a\x1b[31mred\u202egnp")
    friendly = "name\x1b]0;title\x07".encode("utf-16-le") + b"\0\0"
    file.write_bytes(sst([(pki.ca("evil"), {11: friendly})]))
    shown = text(of(file))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert r"\x1b]0;title\x07" in shown


def test_old_encodings_get_ascii(fixtures: Path) -> None:
    buffer = io.TextIOWrapper(io.BytesIO(), encoding="cp437", errors="strict")
    render(of(fixtures / "r46/evidence.zip"), TerminalPage(buffer, width=80))
    buffer.flush()
    assert b"Bindings (4)" in buffer.buffer.getvalue()


@pytest.mark.parametrize(
    ("identity", "data", "meaning"),
    [
        (9, encode_oid_list(["1.3.6.1.5.5.7.3.1", "1.2.3"]), "server authentication, 1.2.3"),
        (9, b"", "none: all purposes are disabled"),
        (9, b"\xff", "ff (does not decode)"),
        (104, b"\0" * 8, "from the beginning"),
        (104, (133_800_000_000_000_000).to_bytes(8, "little"), "2024-12-30 02:40:00 UTC"),
        (104, b"\1", "01 (does not decode)"),
        (11, "Straße".encode("utf-16-le"), "Straße"),
        (19, b"", "archived: Windows does not use the entry"),
        (67, b"", "Windows downloaded the certificate itself"),
        (92, b"\0\x10\0\0", "4096"),
        (3, b"\xab" * 20, "ab" * 20),
        (4242, b"\0" * 100, "100 bytes"),
        (4242, b"", "empty"),
        (2, b"\1\2\3", "010203 (does not decode)"),
    ],
)
def test_properties_in_words(identity: int, data: bytes, meaning: str) -> None:
    assert property_text(identity, data) == meaning


@given(st.integers(0, 200), st.binary(max_size=80))
def test_no_property_crashes(identity: int, data: bytes) -> None:
    assert property_text(identity, data)
