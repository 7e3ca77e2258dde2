"""Laboratory PKIs are deterministic and the committed fixtures are what the generator makes."""

from dataclasses import replace
from pathlib import Path

from chainlab.evidence import ReadOptions, read_inputs
from chainlab.lab import sectigo
from chainlab.lab.pki import Entity, KeyRing, Profile, issue, make_name
from chainlab.signatures import Signature, check_signature
from tests.pki import Pki


def test_equal_seeds_give_equal_certificates() -> None:
    assert Pki("a").ca("R") == Pki("a").ca("R")
    assert Pki("a").ca("R") != Pki("b").ca("R")


def test_different_profiles_get_different_serial_numbers() -> None:
    pki = Pki()
    assert pki.ca("R", path_length=1).serial != pki.ca("R").serial


def test_names_are_printable_strings_where_they_fit() -> None:
    assert make_name("CN=Plain").public_bytes()[-7:-5] == b"\x13\x05"
    assert make_name("CN=Zürich").public_bytes()[-9:-7] == b"\x0c\x07"


def test_rsa_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "keys")
    first = Entity(make_name("CN=A"), ring.get("a", "RSA-2048"))
    again = Entity(make_name("CN=A"), KeyRing(tmp_path / "keys").get("a", "RSA-2048"))
    assert issue(first, first, Profile()) == issue(again, again, replace(Profile()))


def test_every_twin_verifies_with_its_issuers_key(fixtures: Path) -> None:
    made = sectigo.certificates(KeyRing(fixtures / "keys"))
    for certificate in made.values():
        issuers = [other for other in made.values() if other.subject == certificate.issuer]
        assert any(check_signature(certificate, issuer) is Signature.VALID for issuer in issuers), certificate.label


def test_the_committed_fixtures_hold_what_the_generator_makes(fixtures: Path) -> None:
    made = sectigo.certificates(KeyRing(fixtures / "keys"))
    read = read_inputs([(fixtures / "r46", None)], ReadOptions(password=lambda _place: "chainlab"))
    known = {certificate.sha256 for certificate in made.values()}
    assert {item.certificate.sha256 for item in read.certificates} <= known
    assert [finding.code for finding in read.findings] == ["pfx-modern-encryption"]  # protected.pfx
