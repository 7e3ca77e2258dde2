"""Signature checks."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chainlab.certificate import PublicKeyInfo
from chainlab.evidence import ReadOptions, read_inputs
from chainlab.graph import CertGraph
from chainlab.signatures import Signature, check_signature, cost_of
from tests.pki import Pki, forged


def test_the_issuers_key_verifies_whichever_certificate_carries_it(pki: Pki) -> None:
    child, own, cross = pki.ca("I", "R"), pki.ca("R"), pki.ca("R", "U")
    assert check_signature(child, own) is Signature.VALID
    assert check_signature(child, cross) is Signature.VALID


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
def test_ecdsa_verifies_with_every_hash(pki: Pki, algorithm: str) -> None:
    assert check_signature(pki.ca("I", "R", hash=algorithm), pki.ca("R")) is Signature.VALID
    assert check_signature(pki.ca("I", "X", hash=algorithm), pki.ca("R")) is Signature.INVALID


def test_another_key_does_not_verify(pki: Pki) -> None:
    assert check_signature(pki.ca("I", "R"), pki.ca("X")) is Signature.INVALID


def test_rsa_and_ec_keys_are_not_mixed_up(pki: Pki, fixtures: Path) -> None:
    from chainlab.lab.pki import KeyRing
    from chainlab.lab.sectigo import certificates

    made = certificates(KeyRing(fixtures / "keys"))
    assert check_signature(made["ov-r36"], made["r46"]) is Signature.VALID
    assert check_signature(made["ov-r36"], pki.ca("X")) is Signature.INVALID
    assert check_signature(pki.ca("I", "X"), made["r46"]) is Signature.INVALID
    assert check_signature(made["usertrust-ecc-by-aaa"], made["aaa"]) is Signature.VALID


def test_a_certificate_that_the_library_refuses_to_load_is_unsupported_not_a_crash(pki: Pki) -> None:
    """Version 2 (RFC 5280, 4.1.2.1) is legal and decoded leniently; cryptography raises InvalidVersion for it."""
    from dataclasses import replace

    old = pki.ca("I", "R")
    assert old.der is not None
    version = bytes.fromhex("a003020102")
    second = replace(old, der=old.der.replace(version, bytes.fromhex("a003020101"), 1), version=2)
    assert check_signature(second, pki.ca("R")) is Signature.UNSUPPORTED
    assert check_signature(pki.ca("R"), second) is Signature.UNSUPPORTED


def test_real_self_signatures_hold_md5_included(shared: Callable[[str], Path]) -> None:
    evidence = read_inputs([(shared("certs/roots.pem"), None)], ReadOptions())
    graph = CertGraph(item.certificate for item in evidence.certificates)
    states = {}
    for certificate in graph.certificates:
        if certificate.looks_self_signed:
            states.setdefault(graph.signature(certificate, certificate), []).append(certificate)
    assert [c.subject.common for c in states[Signature.INVALID]] == ["CCA India 2015 SPL"]  # OpenSSL says so too
    unsupported = states.get(Signature.UNSUPPORTED, [])
    assert all(c.signature.hash == "md2" or c.subject.common == "SecureNet CA Class B" for c in unsupported)
    assert any(c.signature.hash == "md5" for c in states[Signature.VALID])


def test_ecdsa_with_sha1_is_checked_like_any_other(pki: Pki) -> None:
    """cryptography names no parameters for it, and old chains still hold it."""
    from asn1crypto import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    from chainlab.decoding import decode_certificate

    made = x509.Certificate.load(pki.der("I", "R"))
    for place in (made["signature_algorithm"], made["tbs_certificate"]["signature"]):
        place["algorithm"] = "sha1_ecdsa"
    key = pki.entity("R").key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    made["signature_value"] = key.sign(made["tbs_certificate"].dump(force=True), ec.ECDSA(hashes.SHA1()))
    old = decode_certificate(made.dump(force=True))
    assert old.signature.hash == "sha1"
    assert check_signature(old, pki.ca("R")) is Signature.VALID
    assert check_signature(old, pki.ca("X")) is Signature.INVALID


def test_a_key_for_key_agreement_signed_nothing(pki: Pki) -> None:
    issuer = pki.for_key_agreement("A", "R")
    assert check_signature(pki.ca("I", "A"), issuer) is Signature.INVALID
    assert check_signature(issuer, pki.ca("R")) is Signature.VALID


def test_an_unknown_algorithm_cannot_be_checked(pki: Pki) -> None:
    assert check_signature(forged(pki.leaf("I")), pki.ca("I", "R")) is Signature.UNSUPPORTED


def test_a_check_is_weighed_by_what_its_key_costs() -> None:
    weights = {bits: cost_of(PublicKeyInfo("RSA", bits)) for bits in (1024, 2048, 4096, 8192, 16384)}
    assert weights == {1024: 1, 2048: 1, 4096: 1, 8192: 4, 16384: 16}
    assert [cost_of(PublicKeyInfo("EC", bits)) for bits in (256, 384, 521)] == [1, 5, 5]
