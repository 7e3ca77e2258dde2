"""Reading inputs: sniffing, caps, directories, errors."""

from pathlib import Path

import pytest

from chainlab.errors import InputError, LimitError, PasswordError
from chainlab.evidence import Evidence, Limits, Place, ReadOptions, read_bytes, read_inputs
from chainlab.lab.writers import pem, sst
from chainlab.server import StoreName
from tests.pki import Pki

OPTIONS = ReadOptions()


def read(data: bytes, options: ReadOptions = OPTIONS) -> Evidence:
    return Evidence.of(read_bytes(data, Place("test"), options))


def test_content_decides_not_the_suffix(tmp_path: Path, pki: Pki) -> None:
    file = tmp_path / "really.pfx"
    file.write_bytes(sst([(pki.ca("A"), {})]))
    evidence = read_inputs([(file, None)], OPTIONS)
    assert [container.format for container in evidence.containers] == ["SST"]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "the file is empty"),
        (b"\0" * 1000, "beginning with zeros"),
        (b"hello, this is no certificate at all", "bytes of text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "binary data"),
    ],
)
def test_unrecognised_content_is_described(data: bytes, found: str) -> None:
    with pytest.raises(InputError, match=found) as caught:
        read(data)
    assert caught.value.exit_status == 3
    assert "PFX" in caught.value.expected


def test_a_missing_file_and_a_directory_without_certificates_are_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_inputs([(tmp_path / "none.pfx", None)], OPTIONS)
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(InputError, match=r"notes\.txt: not recognised"):
        read_inputs([(tmp_path, None)], OPTIONS)


def test_a_file_over_the_cap_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "big.pem"
    with file.open("wb") as stream:
        stream.truncate(Limits().file_bytes + 1)
    with pytest.raises(LimitError, match="more than the cap"):
        read_inputs([(file, None)], OPTIONS)


def test_too_many_certificates_are_refused(pki: Pki) -> None:
    text = pem([pki.ca(name) for name in "ABC"]).encode()
    with pytest.raises(LimitError, match="more than 2 certificates"):
        read(text, ReadOptions(Limits(certificates=2)))


def test_directory_paths_name_the_store(tmp_path: Path, pki: Pki) -> None:
    folder = tmp_path / "export" / "LocalMachine" / "CA"
    folder.mkdir(parents=True)
    (folder / "i.pem").write_text(pem([pki.ca("I", "R")]))
    (tmp_path / "export" / "readme.txt").write_text("notes")
    evidence = read_inputs([(tmp_path / "export", None)], OPTIONS)
    assert [str(item.store) for item in evidence.certificates] == ["LocalMachine/CA"]
    assert [finding.code for finding in evidence.findings] == ["broken-part"]
    assert "readme.txt" in evidence.findings[0].message


def test_a_protected_file_in_a_directory_does_not_hide_the_others(tmp_path: Path, fixtures: Path) -> None:
    for name in ("protected.pfx", "served-short.pem"):
        (tmp_path / name).write_bytes((fixtures / "r46" / name).read_bytes())
    evidence = read_inputs([(tmp_path, None)], OPTIONS)
    assert len(evidence.certificates) == 2
    assert any("password" in finding.message for finding in evidence.findings)
    (tmp_path / "served-short.pem").unlink()
    with pytest.raises(PasswordError):
        read_inputs([(tmp_path, None)], OPTIONS)


def test_a_store_option_names_the_store_of_a_nameless_export(tmp_path: Path, pki: Pki) -> None:
    file = tmp_path / "ca.sst"
    file.write_bytes(sst([(pki.ca("I", "R"), {})]))
    evidence = read_inputs([(file, StoreName.parse("LocalMachine/CA"))], OPTIONS)
    assert str(evidence.certificates[0].store) == "LocalMachine/CA"


def test_places_say_the_file_the_way_in_and_the_position() -> None:
    place = Place("a.zip").within("b.pem").at("block 2")
    assert str(place) == "a.zip > b.pem, block 2"
    assert place.depth == 1
