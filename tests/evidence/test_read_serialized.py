"""A user's My store: one serialized certificate a file, found by its path."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError
from chainlab.evidence import Evidence, KeyPresence, Place, ReadOptions, read_bytes, read_inputs
from chainlab.lab.writers import element, friendly_name
from chainlab.server import StoreName
from tests.pki import Pki

ROAMING = "AppData/Roaming/Microsoft/SystemCertificates/My/Certificates"


def read(data: bytes, file: str = "x") -> Evidence:
    return Evidence.of(read_bytes(data, Place(file), ReadOptions()))


@pytest.mark.parametrize(
    ("folder", "store"),
    [
        (
            "C:\\Users\\x\\AppData\\Roaming\\Microsoft\\SystemCertificates\\My\\Certificates\\",
            StoreName("CurrentUser", "My"),
        ),
        (f"/mnt/Users/x/{ROAMING}/", StoreName("CurrentUser", "My")),
        (f"/mnt/Windows/System32/config/systemprofile/{ROAMING}/", StoreName("System", "My")),
        ("elsewhere/", None),
    ],
)
def test_the_path_names_the_store(pki: Pki, folder: str, store: StoreName | None) -> None:
    certificate = pki.ca("A")
    data = element(certificate, {2: b"container", **friendly_name("Mine")})
    (item,) = read(data, folder + certificate.sha1.upper()).certificates
    assert (item.certificate, item.store, item.key) == (certificate, store, KeyPresence.PRESENT)
    assert item.properties.friendly_name == "Mine"


def test_a_profile_folder_is_read_as_a_directory(tmp_path: Path, pki: Pki) -> None:
    folder = tmp_path / ROAMING
    folder.mkdir(parents=True)
    for name in "AB":
        (folder / pki.ca(name).sha1.upper()).write_bytes(element(pki.ca(name)))
    evidence = read_inputs([(tmp_path, None)], ReadOptions())
    assert [str(item.store) for item in evidence.certificates] == ["CurrentUser/My"] * 2
    assert not evidence.findings


def test_a_file_under_another_thumbprint_and_trailing_bytes_are_reported(pki: Pki) -> None:
    evidence = read(element(pki.ca("A")) + b"junk", f"{ROAMING}/{pki.ca('B').sha1.upper()}")
    assert [finding.code for finding in evidence.findings] == ["thumbprint-mismatch", "broken-part"]
    assert len(evidence.certificates) == 1


def test_an_element_whose_certificate_is_broken_is_an_input_error(pki: Pki) -> None:
    data = element(pki.ca("A"))
    with pytest.raises(InputError, match="without a readable certificate"):
        read(data[:44] + bytes(octet ^ 0xFF for octet in data[44:]))


WHOLE = element(Pki().ca("A"), friendly_name("x"))


@given(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=6))
def test_elements_with_any_damage_never_crash(position: int, noise: bytes) -> None:
    for data in (WHOLE[:position] + noise + WHOLE[position + len(noise) :], WHOLE[:position]):
        try:
            read(data)
        except InputError:
            pass
