"""The incidents everybody remembers, on real certificates, real root lists and their dates.

Server certificates of the time are not at hand: the leaf stands for one, as a catalogued certificate of which only
names, dates and key identifiers are known. Every CA certificate above it is real and its signature is checked.
"""

from __future__ import annotations

import re
import zipfile
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from chainlab.catalog import Catalog
from chainlab.certificate import (
    AuthorityKeyIdentifier,
    BasicConstraints,
    Certificate,
    Extensions,
    GeneralName,
    Name,
    PublicKeyInfo,
    SignatureInfo,
)
from chainlab.clients import ClientVerdict, Judge, Profile, Snapshots, Verdict, load_profiles
from chainlab.decoding import decode_certificate
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from tests.pki import at

SECTIGO_DV, USERTRUST_BY_ADDTRUST = "7fa4ff68ec04", "1a5174980a29"
R3, X1_BY_DST = "67add1166b02", "6d99fb265eb1"
WR1, GTS_R1_BY_GLOBALSIGN = "b10b6f00e609", "3ee0278df71f"
R36, R46_BY_AAA, R46_BY_USERTRUST = "6542d176", "ce75580b", "92f351bf"


@cache
def real_certificates(folder: Path) -> dict[str, Certificate]:
    """The cross-signs and CA certificates beside the checkout, by the start of their fingerprints."""
    blocks = re.findall(
        r"-----BEGIN CERTIFICATE-----(.*?)-----END", (folder / "cross-signs.pem").read_text(), re.DOTALL
    )
    found = [decode_certificate(b64decode("".join(block.split()))) for block in blocks]
    with zipfile.ZipFile(folder / "ccadb.zip") as archive:
        names = [name for name in archive.namelist() if name.startswith((SECTIGO_DV, R3, WR1, R36))]
        found += [decode_certificate(archive.read(name)) for name in names]
    return {certificate.sha256: certificate for certificate in found}


def leaf_of(issuer: Certificate, moment: datetime) -> Certificate:
    """A server certificate of the time, as published facts would describe it."""
    extensions = Extensions(
        basic_constraints=BasicConstraints(ca=False),
        key_usage=frozenset({"digital_signature", "key_encipherment"}),
        extended_key_usage=("1.3.6.1.5.5.7.3.1",),
        authority_key_identifier=AuthorityKeyIdentifier(issuer.ski),
        subject_alternative_names=(GeneralName("dns", "www.example.test"),),
    )
    return Certificate(
        sha256="00" * 32, sha1="00" * 20, subject=Name("CN=www.example.test"), issuer=issuer.subject, serial=1,
        not_before=moment.replace(year=moment.year - 1), not_after=moment.replace(year=moment.year + 1),
        spki_sha256="11" * 32, key=PublicKeyInfo("RSA", 2048), signature=SignatureInfo("RSA", "sha256"),
        extensions=extensions,
    )  # fmt: skip


Ask = Callable[..., dict[str, ClientVerdict]]


@pytest.fixture
def ask(shared: Callable[[str], Path], catalog: Catalog, snapshots: Snapshots) -> Ask:
    """What named clients say to a chain of real CA certificates at a moment; ``as_family`` exchanges the verifier."""
    real = real_certificates(shared("certs/ccadb.zip").parent)
    profiles = {profile.id: profile for profile in load_profiles()}

    def answer(moment: str, above: list[str], clients: list[str], as_family: str = "") -> dict[str, ClientVerdict]:
        when = at(moment)
        cas = [next(c for sha256, c in real.items() if sha256.startswith(start)) for start in above]
        leaf = leaf_of(cas[0], when)
        graph = CertGraph([leaf, *cas, *catalog.closure(cas)])
        chosen = [_as(profiles[identity], as_family) for identity in clients]
        judge = Judge([(p, snapshots.store(p.store)) for p in chosen], graph, Question(when, "www.example.test"))
        return {verdict.profile.id: verdict for verdict in judge.verdicts((leaf, *cas))}

    return answer


def _as(profile: Profile, family: str) -> Profile:
    from dataclasses import replace

    return replace(profile, family=family) if family else profile


def accepting(answers: dict[str, ClientVerdict]) -> set[str]:
    return {identity for identity, answer in answers.items() if answer.verdict is Verdict.ACCEPT}


ADDTRUST = [SECTIGO_DV, USERTRUST_BY_ADDTRUST]
BOTH_ROOTS = "py-certifi-2018.1.18"
"""A list with AddTrust and USERTrust, with DST X3 and ISRG X1."""


@pytest.mark.parametrize(
    ("family", "survives"),
    [("openssl-1.0.1e", False), ("openssl-1.0.1u", False), ("openssl-1.0.2u", False), ("libressl-2.8", False),
     ("gnutls-2", False), ("gnutls-3.6.13", False), ("erlang", True), ("python-2.7", True),
     ("openssl-1.0.2-trusted-first", True), ("openssl-1.1.1", True), ("gnutls", True),
     ("libressl", True), ("java-8", True), ("go", True), ("mozpkix", True),
     ("chrome", True), ("cryptoapi", True), ("apple-13", True), ("android-7", True)],
)  # fmt: skip
def test_addtrust_2020_05_30(ask: Ask, family: str, survives: bool) -> None:
    """The served cross-sign USERTrust by AddTrust expired: who knew USERTrust itself and yet followed it, failed."""
    assert accepting(ask("2020-05-29", ADDTRUST, [BOTH_ROOTS], family)) == {BOTH_ROOTS}
    after = ask("2020-05-31", ADDTRUST, [BOTH_ROOTS], family)
    assert bool(accepting(after)) is survives
    if not survives:
        assert after[BOTH_ROOTS].reason in ("expired-intermediate", "expired-anchor")


def test_addtrust_2020_05_30_left_no_way_for_clients_that_knew_only_addtrust(ask: Ask) -> None:
    old = ["android-4.4-aosp", "macos-10.11.6", "debian-ca-certificates-20141019"]
    assert accepting(ask("2020-05-29", ADDTRUST, old)) == set(old)
    assert accepting(ask("2020-05-31", ADDTRUST, old)) == set()


LONG = [R3, X1_BY_DST]


@pytest.mark.parametrize(
    ("family", "survives"),
    [("openssl-1.0.1e", False), ("openssl-1.0.2u", False), ("libressl-2.8", False), ("gnutls-3.6.13", False),
     ("openssl-1.0.2-trusted-first", True), ("python-2.7", True), ("curl-7.60", True), ("openssl-1.1.1", True),
     ("gnutls", True), ("java-8", True), ("go", True), ("mozpkix", True), ("cryptoapi", True), ("mbedtls-2", True)],
)  # fmt: skip
def test_dst_root_ca_x3_2021_09_30(ask: Ask, family: str, survives: bool) -> None:
    """Let's Encrypt's long chain ended in an expired root; OpenSSL 1.0.x did not look for the short way."""
    assert accepting(ask("2021-09-29", LONG, [BOTH_ROOTS], family)) == {BOTH_ROOTS}
    after = ask("2021-10-01", LONG, [BOTH_ROOTS], family)
    assert bool(accepting(after)) is survives


def test_dst_root_ca_x3_2021_09_30_android_went_on_with_the_long_chain_only(ask: Ask) -> None:
    """Android does not look at the dates of its roots: the reason why Let's Encrypt kept the long chain until 2024."""
    androids = ["android-2.3", "android-4.4-aosp", "android-6.0", "android-7.0", "android-7.1.1"]
    assert accepting(ask("2021-10-01", LONG, androids)) == set(androids)
    assert accepting(ask("2021-10-01", [R3], androids)) == {"android-7.1.1"}
    assert accepting(ask("2024-10-01", LONG, ["android-7.0", "android-7.1.1"])) == {"android-7.1.1"}


def test_dst_root_ca_x3_2021_09_30_by_the_profiles(ask: Ask) -> None:
    clients = ["node-8.17.0", "node-12.22.12", "nss-3.53.1", "java-8u252-openjdk", "macos-10.11.6"]
    answers = ask("2021-10-01", LONG, clients)
    assert accepting(answers) == {"node-12.22.12", "nss-3.53.1", "java-8u252-openjdk"}
    assert {answers[client].reason for client in ("node-8.17.0", "macos-10.11.6")} == {"expired-anchor"}


def test_the_removal_of_globalsign_r1_hurts_nobody_who_has_gts_r1(ask: Ask) -> None:
    gone = ["android-16", "android-17", "nss-3.112", "py-certifi-2026.10.18"]
    answers = ask("2026-11-20", [WR1, GTS_R1_BY_GLOBALSIGN], [*gone, "android-4.4-aosp", "py-botocore-1.44.5"])
    assert accepting(answers) == set(answers)
    ends = {identity: answer.path[-1].subject.common for identity, answer in answers.items()}
    assert {ends[identity] for identity in gone} == {"GTS Root R1"}
    assert {ends["android-4.4-aosp"], ends["py-botocore-1.44.5"]} == {"GlobalSign Root CA"}


def test_the_removal_of_aaa_hurts_who_has_neither_r46_nor_aaa(ask: Ask) -> None:
    clients = ["android-16", "nss-3.112", "android-4.4-aosp", "py-botocore-1.44.5"]
    by_aaa = ask("2026-11-20", [R36, R46_BY_AAA], clients)
    assert accepting(by_aaa) == {"android-16", "nss-3.112", "android-4.4-aosp"}
    assert by_aaa["py-botocore-1.44.5"].reason == "no-anchor"
    by_usertrust = ask("2026-11-20", [R36, R46_BY_USERTRUST], clients)
    assert accepting(by_usertrust) == {"android-16", "nss-3.112", "py-botocore-1.44.5"}


def test_esp_idf_needs_the_issuer_of_the_last_certificate_served(ask: Ask) -> None:
    """Its bundle has GTS R1, but what counts is who signed the last certificate: GlobalSign R1 must be there too."""
    device = "esp-idf-v5.3-full"
    chain = [WR1, GTS_R1_BY_GLOBALSIGN]
    with_globalsign = ask("2026-11-20", chain, [device])[device]
    assert with_globalsign.path[-1].subject.common == "GlobalSign Root CA"
    without = ask("2026-11-20", chain, ["nss-3.112"], "mbedtls-esp")
    assert accepting(without) == set()
    assert without["nss-3.112"].reason == "no-anchor"
    assert accepting(ask("2026-11-20", [WR1], ["nss-3.112"], "mbedtls-esp")) == {"nss-3.112"}
    assert accepting(ask("2026-11-20", chain, ["nss-3.112"], "mbedtls-esp-cross")) == {"nss-3.112"}


def test_esp_idf_takes_a_served_root_and_looks_at_no_dates_of_its_bundle(ask: Ask) -> None:
    assert accepting(ask("2021-10-01", LONG, [BOTH_ROOTS], "mbedtls-esp")) == {BOTH_ROOTS}
    assert accepting(ask("2020-05-31", ADDTRUST, [BOTH_ROOTS], "mbedtls-esp")) == set()
