"""The registry of verifier families and the measured matrix."""

import json
from base64 import b64decode
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from chainlab.errors import UsageError
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from chainlab.verifiers import Handshake, build, family_for, known_families
from tests.pki import at


@pytest.mark.parametrize("identity", known_families())
def test_every_known_family_loads_and_names_its_sources(identity: str) -> None:
    family = family_for(identity)
    assert family.id == identity
    assert family.title
    assert family.sources


@pytest.mark.parametrize(
    "identity", ["openssl-1.0.1", "openssl-1.0.2", "openssl-1.1.1", "openssl-3", "libressl", "boringssl", "android-2",
                 "android-17", "conscrypt", "gnutls", "nss-classic", "nss-libpkix", "mozpkix", "chrome", "go", "java-8",
                 "java-sunx509", "bouncycastle", "mbedtls-2", "wolfssl", "bearssl", "webpki", "pyca", "certvalidator",
                 "apple-18", "cryptoapi", "rfc5280"],
)  # fmt: skip
def test_every_family_of_the_contract_is_there(identity: str) -> None:
    assert family_for(identity)


@pytest.mark.parametrize("identity", ["nope", "", "../x", "openssl_1", "family", "x" * 100])
def test_unknown_families_are_usage_errors(identity: str) -> None:
    with pytest.raises(UsageError, match="unknown verifier family"):
        family_for(identity)


def test_a_version_picks_the_nearest_earlier_behaviour() -> None:
    assert family_for("openssl-1.0.1m").behaviour == family_for("openssl-1.0.1").behaviour
    assert family_for("openssl-1.0.1u").behaviour == family_for("openssl-1.0.2").behaviour
    assert family_for("openssl-3.9").behaviour == family_for("openssl-3").behaviour
    assert family_for("openssl-0.9.8").behaviour == family_for("openssl-1.0.1").behaviour


MEASURED = {
    "node-0.10.4": "openssl-1.0.1e", "node-0.10.38": "openssl-1.0.1m", "node-0.10.48": "openssl-1.0.1u",
    "node-0.12.18": "openssl-1.0.1u", "node-4.0.0": "openssl-1.0.2d", "node-4.9.1": "openssl-1.0.2o",
    "node-6.17.1": "openssl-1.0.2", "node-8.17.0": "openssl-1.0.2s", "node-10.0.0": "openssl-1.1.0",
    "node-10.24.1": "openssl-1.1.1", "node-12.22.12": "openssl-1.1.1", "node-14.21.3": "openssl-1.1.1",
    "node-16.20.2": "openssl-1.1.1", "node-18.20.8": "openssl-3", "node-22.23.3": "openssl-3.5",
    "node-24.21.0": "openssl-3.5", "openssl3.0.19-verify": "openssl-3", "boringssl-android13": "boringssl",
    "boringssl-android13-partial": "boringssl-partial", "grpcio1.85-boringssl": "boringssl-partial",
    "libressl4.3.1": "libressl", "gnutls3.7.9-certtool": "gnutls", "gnutls3.7.9-cli": "gnutls",
    "nss3.87.1-tstclnt": "nss-classic", "nss3.87.1-classic": "nss-classic", "nss3.87.1-libpkix": "nss-libpkix",
    "nss3.87.1-libpkix-aia": "nss-libpkix-aia", "firefox-esr153": "mozpkix", "chromium156-nssdb": "chrome",
    "go1.19.8": "go", "java-11.0.13.1-jsse": "java-11", "java-17.0.2.1-jsse": "java-17",
    "java-17.0.21-jsse": "java-17", "java-21.0.2.1-jsse": "java-21", "java-25.0.2.1-jsse": "java-25",
    "java-17-sunx509": "java-sunx509", "bouncycastle1.72-builder": "bouncycastle", "mbedtls2.28.3": "mbedtls-2",
    "python-mbedtls2.10": "mbedtls-2", "wolfssl5.5.4-alt": "wolfssl", "bearssl0.6": "bearssl",
    "uv0.13.8-rustls": "webpki", "pyca50-verification": "pyca", "pyhanko-certvalidator0.33": "certvalidator",
    "android2.3-trustmanager-2010-bc": "android-2", "android4.0-trustmanager-2011-bc": "android-4",
    "android5-6-trustmanager-2014-bc": "android-5", "android7-trustmanager-2016-bc": "android-7",
    "android-conscrypt-2026-on-jdk17": "conscrypt", "wine8.0-crypt32": "cryptoapi",
}  # fmt: skip
"""Measured configuration -> family that stands for it."""

NO_HOST_CHECK = {
    "nss3.87.1-classic", "nss3.87.1-libpkix", "nss3.87.1-libpkix-aia", "bouncycastle1.72-builder",
    "pyhanko-certvalidator0.33", "android2.3-trustmanager-2010-bc", "android4.0-trustmanager-2011-bc",
    "android5-6-trustmanager-2014-bc", "android7-trustmanager-2016-bc", "android-conscrypt-2026-on-jdk17",
}  # fmt: skip
"""Raw validators that leave the host name to their caller; the client around them checks it."""

KNOWN_DIVERGENCES = {
    ("gnutls", "69_Rexp_and_U_long"): "GnuTLS goes on to another root when the first one has expired",
    ("java-sunx509", "24_bothpaths_RfirstU"): "the simple manager skips a self-signed certificate in the list",
    ("java-sunx509", "32_extra_end_U"): "the simple manager refuses certificates after the anchor's issuer",
    ("java-sunx509", "45_twin_ab"): "the simple manager refuses twins in the list",
    ("java-sunx509", "47_twin_explast"): "the simple manager refuses twins in the list",
    ("mbedtls-2", "24_bothpaths_RfirstU"): "Mbed TLS skips an untrusted self-signed certificate",
    ("mbedtls-2", "67_rekeyroot_first"): "Mbed TLS tries roots of one name until a signature fits",
    ("wolfssl", "09_xexp_UR"): "wolfSSL loads every served certificate and refuses expired ones",
    ("wolfssl", "10_addtrust_store"): "wolfSSL loads every served certificate and refuses expired ones",
    ("wolfssl", "11_addtrust_chain"): "wolfSSL loads every served certificate and refuses expired ones",
    ("wolfssl", "47_twin_explast"): "wolfSSL loads every served certificate and refuses expired ones",
    ("bearssl", "24_bothpaths_RfirstU"): "BearSSL goes past a self-signed certificate in the list",
    ("bearssl", "57_pss"): "BearSSL knows no RSA-PSS",
    ("certvalidator", "37_1024_I"): "refuses RSA keys below 2048 bits",
    ("certvalidator", "38_1024_root"): "refuses RSA keys below 2048 bits",
    ("android-2", "24_bothpaths_RfirstU"): "the old trust manager goes past a self-signed certificate",
    ("android-2", "67_rekeyroot_first"): "the old trust manager tries roots of one name",
    ("android-4", "24_bothpaths_RfirstU"): "the old trust manager goes past a self-signed certificate",
    ("android-4", "67_rekeyroot_first"): "the old trust manager tries roots of one name",
    ("android-5", "24_bothpaths_RfirstU"): "the old trust manager goes past a self-signed certificate",
    ("android-5", "67_rekeyroot_first"): "the old trust manager tries roots of one name",
    ("conscrypt", "60_cn_only"): "the trust manager alone checks no host name",
    ("cryptoapi", "52_eku_bad"): "Wine accepts a CA whose purposes exclude the request; Windows does not",
    ("cryptoapi", "57_pss"): "Wine cannot check RSA-PSS; Windows can",
}
"""(family, case) where chainlab's verdict is known to differ, and why. An entry that no longer differs fails."""


@cache
def load_matrix(path: Path):
    matrix = json.loads(path.read_text())
    certificates = {
        name: decode_certificate(b64decode("".join(entry["pem"].split("-----")[2].split())))
        for name, entry in matrix["certs"].items()
    }
    return matrix, certificates, CertGraph(certificates.values())


@pytest.mark.parametrize("configuration", MEASURED)
def test_verdicts_agree_with_the_real_verifier(shared: Callable[[str], Path], configuration: str) -> None:
    matrix, certificates, graph = load_matrix(shared("facts/verifier-matrix.json"))
    identity = MEASURED[configuration]
    family = family_for(identity)
    for case in matrix["cases"]:
        name = case["id"]
        recorded = matrix["verdicts"][configuration].get(name)
        if recorded is None or (name == "59_wronghost" and configuration in NO_HOST_CHECK):
            continue
        if recorded["verdict"] not in ("accept", "reject"):
            continue
        agrees = _verdict(family, case, certificates, graph) == recorded["verdict"]
        known = KNOWN_DIVERGENCES.get((identity, name))
        assert agrees is (known is None), f"{configuration} {name}: {known or 'unexpected divergence'}"


def _verdict(family, case, certificates: dict[str, Certificate], graph: CertGraph) -> str:
    served = tuple(certificates[name] for name in case["served"])
    fetchable = (certificates["I"],) if case["id"] == "72_aia_I" else ()
    question = Question(at("2026-11-20T12:00"), case["host"])
    trust = RootSet([certificates[name] for name in case["roots"]])
    result = build(family, Handshake(served, fetchable), trust, graph, question)
    return "accept" if result.accepted else "reject"


def test_known_divergences_name_real_cases(shared: Callable[[str], Path]) -> None:
    matrix, _, _ = load_matrix(shared("facts/verifier-matrix.json"))
    cases = {case["id"] for case in matrix["cases"]}
    assert {case for _, case in KNOWN_DIVERGENCES} <= cases
    assert {family for family, _ in KNOWN_DIVERGENCES} <= set(MEASURED.values())
