"""Weak signatures and keys, and the registry's overrides."""

import pytest

from chainlab.certificate import Certificate, PublicKeyInfo, SignatureInfo
from chainlab.windows.status import TrustError
from chainlab.windows.weak_crypto import (
    DISABLE_ALL_EKU_WEAK,
    DISABLE_SERVER_AUTH_WEAK,
    ENABLE_ONLY_WEAK_LOGGING,
    ENABLE_WEAK_SETTINGS,
    WeakCryptoPolicy,
)
from tests.pki import Pki
from tests.windows.machine import Machine

ON = ENABLE_WEAK_SETTINGS


def certificate(pki: Pki, *, key: str = "RSA", bits: int = 2048, hash_name: str = "sha256") -> Certificate:
    from dataclasses import replace

    return replace(pki.leaf("I"), key=PublicKeyInfo(key, bits), signature=SignatureInfo("", hash_name))


def weakness(certificate: Certificate, third_party: bool = True, is_root: bool = False, **values: int | str) -> str:
    return WeakCryptoPolicy(values).weakness(certificate, third_party=third_party, is_root=is_root)


@pytest.mark.parametrize(("hash_name", "weak"), [("md2", True), ("md4", True), ("md5", True), ("sha1", False)])
def test_md_signatures_are_weak_without_any_setting(pki: Pki, hash_name: str, weak: bool) -> None:
    assert bool(weakness(certificate(pki, hash_name=hash_name))) == weak


def test_rsa_below_1024_bits_is_weak_and_the_limit_can_be_moved(pki: Pki) -> None:
    assert weakness(certificate(pki, bits=1023)) == "RSA-1023 key, at least 1024 bits wanted"
    assert not weakness(certificate(pki, bits=1024))
    assert weakness(certificate(pki, bits=1024), minrsapubkeybitlength=2048)
    assert not weakness(certificate(pki, bits=512), minrsapubkeybitlength=0xFFFFFFFF)
    assert weakness(certificate(pki, bits=2048), weakrsaallflags=ON | DISABLE_ALL_EKU_WEAK, weakrsaallminbitlength=3072)


def test_sha1_is_weak_once_a_policy_disables_it(pki: Pki) -> None:
    old = certificate(pki, hash_name="sha1")
    assert weakness(old, weaksha1allflags=ON | DISABLE_ALL_EKU_WEAK) == "signed with SHA1"
    assert weakness(old, weaksha1thirdpartyflags=ON | DISABLE_SERVER_AUTH_WEAK)
    assert not weakness(old, third_party=False, weaksha1thirdpartyflags=ON | DISABLE_SERVER_AUTH_WEAK)
    assert not weakness(old, weaksha1allflags=DISABLE_ALL_EKU_WEAK)
    assert not weakness(old, weaksha1allflags=ON | DISABLE_ALL_EKU_WEAK | ENABLE_ONLY_WEAK_LOGGING)


def test_a_roots_own_signature_is_not_judged(pki: Pki) -> None:
    assert not weakness(certificate(pki, hash_name="md5"), is_root=True)


def test_an_exempted_certificate_is_not_weak(pki: Pki) -> None:
    old = certificate(pki, hash_name="md5")
    listed = "-".join(old.sha256[at : at + 2] for at in range(0, 64, 2))
    assert not weakness(old, weakmd5allsha256allow=listed)


def test_the_engine_applies_the_servers_settings(pki: Pki) -> None:
    machine = Machine(pki.leaf("I"), Root=[pki.ca("R")], CA=[pki.ca("I", "R", hash="sha1")])
    assert machine.predict().chosen.status == TrustError.NO_ERROR
    machine.set(chain_config=(("weaksha1allflags", ON | DISABLE_ALL_EKU_WEAK),))
    prediction = machine.predict()
    wanted = TrustError.HAS_WEAK_SIGNATURE | TrustError.IS_NOT_SIGNATURE_VALID
    assert prediction.chosen.elements[1].error == wanted


@pytest.mark.parametrize("bits", [512, 1023, 1024, 2048])
@pytest.mark.parametrize("hash_name", ["md5", "sha1", "sha256"])
def test_no_overrides_are_the_same_as_overrides_of_something_else(pki: Pki, bits: int, hash_name: str) -> None:
    one = certificate(pki, bits=bits, hash_name=hash_name)
    for third_party in (True, False):
        assert weakness(one, third_party) == weakness(one, third_party, maxurlretrievalbytecount=1)
