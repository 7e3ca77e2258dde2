"""ZIP archives: members as inputs of their own, store names from paths, and every cap."""

import gzip
import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError, LimitError, PasswordError
from chainlab.evidence import Evidence, Limits, Place, ReadOptions, read_bytes, read_inputs
from chainlab.evidence.archive import SMALL
from chainlab.lab.writers import pem, sst
from tests.pki import Pki

COMPRESSIONS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def read(data: bytes, **limits: int) -> Evidence:
    return Evidence.of(read_bytes(data, Place("a.zip"), ReadOptions(Limits(**limits))))


def nested(data: bytes, times: int) -> bytes:
    for _ in range(times):
        data = zipped({"inner.zip": data})
    return data


def test_every_member_is_an_input_and_its_path_names_the_store(pki: Pki) -> None:
    root, issuing = pki.ca("R"), pki.ca("I", "R")
    evidence = read(
        zipped({
            "export/LocalMachine/Root/r.pem": pem([root]).encode(),
            "LocalMachine\\CA\\i.sst": sst([(issuing, {})]),
            "loose.pem": pem([pki.leaf("I")]).encode(),
        })
    )  # fmt: skip
    assert [str(item.store) for item in evidence.certificates] == ["LocalMachine/Root", "LocalMachine/CA", "None"]
    assert str(evidence.certificates[1].place) == "a.zip > LocalMachine/CA/i.sst, element 1"
    assert not evidence.findings


def test_a_folder_and_the_same_files_in_an_archive_give_the_same_certificates(tmp_path: Path, fixtures: Path) -> None:
    files = {f"LocalMachine/CA/{path.name}": path.read_bytes() for path in (fixtures / "r46").glob("*.p[ef]*")}
    for name, data in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    folder = read_inputs([(tmp_path, None)], ReadOptions())
    archive = read(zipped(dict(sorted(files.items()))))
    shown = [[(item.certificate.sha256, item.store, item.key) for item in e.certificates] for e in (folder, archive)]
    assert shown[0] == shown[1]
    assert len(shown[0]) > 10
    assert [f.code for f in folder.findings] == [f.code for f in archive.findings]


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_all_compressions_of_pythons_zipfile_are_read(pki: Pki, compression: int) -> None:
    assert len(read(zipped({"r.pem": pem([pki.ca("R")]).encode()}, compression)).certificates) == 1


def test_archives_nest_three_deep_and_no_deeper(pki: Pki) -> None:
    innermost = zipped({"r.pem": pem([pki.ca("R")]).encode()})
    assert len(read(nested(innermost, 2)).certificates) == 1
    too_deep = read(nested(innermost, 3))
    assert not too_deep.certificates
    assert "nested deeper than 3" in too_deep.findings[0].message


def test_too_many_members_are_refused_before_the_directory_is_read(pki: Pki) -> None:
    members = {f"{number}.txt": b"x" for number in range(20)}
    with pytest.raises(LimitError, match="20 members are more than the 19"):
        read(zipped(members), members=19)


def test_the_member_cap_counts_everything_nested(pki: Pki) -> None:
    inner = zipped({f"{number}.pem": pem([pki.ca(f"R{number}")]).encode() for number in range(3)})
    evidence = read(zipped({"a.zip": inner, "b.zip": inner}), members=6)
    assert len(evidence.certificates) == 3
    assert [f.message for f in evidence.findings] == [
        "a.zip > b.zip: 3 members are more than the 1 that are still allowed"
    ]


def test_the_byte_cap_holds_for_all_members_together(pki: Pki) -> None:
    certificate = pem([pki.ca("R")]).encode()
    data = zipped({"a.pem": certificate, "b.pem": certificate})
    evidence = read(data, unpacked_bytes=len(certificate) + 10)
    assert len(evidence.certificates) == 1
    assert "may still be unpacked" in evidence.findings[0].message


def test_gzip_inside_an_archive_share_its_byte_cap(pki: Pki) -> None:
    packed = gzip.compress(pem([pki.ca("R")]).encode() + b"#" * 50_000, mtime=0)
    data = zipped({"a.gz": packed, "b.gz": packed, "c.gz": packed})
    assert len(read(data).certificates) == 3
    capped = read(data, unpacked_bytes=3 * len(packed) + 120_000)
    assert len(capped.certificates) == 2
    assert "may still be unpacked" in capped.findings[0].message


def test_a_member_over_the_file_cap_is_left_out(pki: Pki) -> None:
    certificate = pem([pki.ca("R")]).encode()
    evidence = read(zipped({"a.pem": certificate, "big.pem": certificate * 9}), file_bytes=len(certificate) * 5)
    assert len(evidence.certificates) == 1
    assert "more than the cap of" in evidence.findings[0].message


def test_a_bomb_is_refused_by_its_ratio_and_the_rest_is_read(pki: Pki) -> None:
    evidence = read(zipped({"bomb": b"\0" * (SMALL + 1), "r.pem": pem([pki.ca("R")]).encode()}))
    assert len(evidence.certificates) == 1
    assert "more than 200 times as many" in evidence.findings[0].message


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_an_understated_size_does_not_unpack_more(compression: int) -> None:
    data = bytearray(zipped({"a.pem": b"-----BEGIN " + b"\0" * 30_000_000}, compression))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.index(signature) + offset, 20)
    hostile = bytes(data)
    tracemalloc.start()
    with pytest.raises(InputError):
        read(hostile)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000  # LZMA has a dictionary of 8 MiB


@pytest.mark.parametrize("compression", COMPRESSIONS[2:])
def test_damage_within_every_compression_is_told(pki: Pki, compression: int) -> None:
    data = bytearray(zipped({"r.pem": pem([pki.ca("R")]).encode()}, compression))
    data[200] ^= 0xFF
    with pytest.raises(InputError):
        read(bytes(data))


def test_an_unknown_compression_is_named(pki: Pki) -> None:
    data = bytearray(zipped({"a.pem": b"x" * 50, "r.pem": pem([pki.ca("R")]).encode()}))
    for signature, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", data, data.index(signature) + offset, 93)
    evidence = read(bytes(data))
    assert len(evidence.certificates) == 1
    assert "compression method 93" in evidence.findings[0].message


def test_encrypted_members_and_links_are_findings_and_the_rest_is_read(pki: Pki) -> None:
    data = bytearray(zipped({"secret.pem": b"x" * 50, "r.pem": pem([pki.ca("R")]).encode()}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    evidence = read(bytes(data))
    assert [(f.code, f.parameters["place"]) for f in evidence.findings] == [("encrypted-member", "a.zip > secret.pem")]
    assert len(evidence.certificates) == 1
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("r.pem", pem([pki.ca("R")]))
    assert "symbolic link" in read(buffer.getvalue()).findings[0].message


def test_member_paths_are_labels_and_nothing_is_written(
    pki: Pki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    evidence = read(zipped({"../../evil.pem": pem([pki.ca("R")]).encode(), "/abs.pem": pem([pki.ca("Q")]).encode()}))
    assert [item.place.inside for item in evidence.certificates] == [("../../evil.pem",), ("/abs.pem",)]
    assert list(tmp_path.iterdir()) == []


def test_a_protected_pfx_alone_asks_for_its_password(fixtures: Path) -> None:
    data = zipped({"p.pfx": (fixtures / "r46/protected.pfx").read_bytes()})
    with pytest.raises(PasswordError) as caught:
        read(data)
    assert caught.value.place == "a.zip > p.pfx"
    options = ReadOptions(password=lambda place: "chainlab" if place == "a.zip > p.pfx" else None)
    assert len(Evidence.of(read_bytes(data, Place("a.zip"), options)).certificates) == 3


@pytest.mark.parametrize("data", [b"PK\x03\x04" + b"\xff" * 60, b"PK\x05\x06" + b"\0" * 18, b"PK\x03\x04"])
def test_damaged_and_empty_archives_are_refused_clearly(data: bytes) -> None:
    with pytest.raises(InputError, match=r"damaged ZIP|no certificate in 0 files"):
        read(data)


@given(st.data())
def test_damage_never_crashes(choose: st.DataObject) -> None:
    data = bytearray(zipped({"r.pem": pem([Pki().ca("R")]).encode(), "x": b"y"}))
    for _ in range(choose.draw(st.integers(1, 4))):
        data[choose.draw(st.integers(0, len(data) - 1))] = choose.draw(st.integers(0, 255))
    try:
        read(bytes(data[: choose.draw(st.integers(1, len(data)))]))
    except InputError:
        pass
