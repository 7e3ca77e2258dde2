"""What real Windows servers were reported to do, on the real CA certificates of those days.

The leaves of 2021 are not at hand; a certificate that is known by its facts alone stands for each, as catalogued
certificates do.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from chainlab.certificate import (
    AuthorityKeyIdentifier,
    Certificate,
    Extensions,
    GeneralName,
    Name,
    PublicKeyInfo,
    SignatureInfo,
)
from chainlab.decoding import decode_certificate
from chainlab.evidence import ReadOptions, read_inputs
from chainlab.graph import CertGraph
from chainlab.windows.engine import Certainty
from chainlab.windows.selection import Policy
from chainlab.windows.status import TrustError
from tests.pki import at
from tests.windows.machine import Machine, possible, served

BEFORE, BETWEEN, AFTER = at("2021-09-22"), at("2021-09-29T19:30:00"), at("2021-10-01")


def leaf_under(issuer: Certificate, not_before: datetime, not_after: datetime) -> Certificate:
    """A server certificate by ``issuer`` known by its facts alone."""
    return Certificate(
        sha256="1e" * 32,
        sha1="1e" * 20,
        subject=Name("CN=www.example.test"),
        issuer=issuer.subject,
        serial=1,
        not_before=not_before,
        not_after=not_after,
        spki_sha256="1f" * 32,
        key=PublicKeyInfo("RSA", 2048),
        signature=SignatureInfo("", "sha256"),
        extensions=Extensions(
            subject_alternative_names=(GeneralName("dns", "www.example.test"),),
            authority_key_identifier=AuthorityKeyIdentifier(issuer.ski),
        ),
    )


@pytest.fixture(scope="module")
def real(shared: Callable[[str], Path]) -> Callable[[str], Certificate]:
    """A real CA certificate by the start of its SHA-256."""
    held = read_inputs([(shared("certs/cross-signs.pem"), None)], ReadOptions()).certificates
    by_hash = {item.certificate.sha256: item.certificate for item in held}
    archive = zipfile.ZipFile(shared("certs/ccadb.zip"))

    def find(start: str) -> Certificate:
        for sha256, certificate in by_hash.items():
            if sha256.startswith(start):
                return certificate
        (name,) = (name for name in archive.namelist() if name.startswith(start))
        return decode_certificate(archive.read(name))

    return find


@pytest.fixture
def isrg(real: Callable[[str], Certificate]) -> dict[str, Certificate]:
    """The certificates of September 2021."""
    certificates = {
        "R3d": real("730c1bdc"), "R3i": real("67add116"), "X1s": real("96bcec06"), "X1d": real("6d99fb26"),
        "DST": real("06872603"),
    }  # fmt: skip
    return {**certificates, "leaf": leaf_under(certificates["R3i"], at("2021-09-01"), at("2021-11-30"))}


def machine(c: dict[str, Certificate], **stores: str) -> Machine:
    return Machine(c["leaf"], **{store: [c[name] for name in names.split()] for store, names in stores.items()})


def test_20_windows_served_r3_by_dst(isrg: dict[str, Certificate]) -> None:
    prediction = machine(isrg, Root="X1s DST", CA="R3d R3i").predict(when=BEFORE)
    assert possible(prediction) == {"R3 [DST Root CA X3]"}
    assert prediction.chosen.status == TrustError.NO_ERROR


def test_21_until_r3_by_dst_expired(isrg: dict[str, Certificate]) -> None:
    prediction = machine(isrg, Root="X1s DST", CA="R3d R3i").predict(when=BETWEEN)
    assert possible(prediction) == {"R3 [ISRG Root X1]"}


def test_22_or_was_distrusted(isrg: dict[str, Certificate]) -> None:
    prediction = machine(isrg, Root="X1s DST", CA="R3d R3i", Disallowed="R3d").predict(when=BEFORE)
    assert possible(prediction) == {"R3 [ISRG Root X1]"}


def test_23_importing_x1_by_dst_brought_the_long_chain_which_only_one_rule_predicts(
    isrg: dict[str, Certificate],
) -> None:
    prediction = machine(isrg, Root="X1s DST", CA="R3d R3i X1d", Disallowed="R3d").predict(when=BEFORE)
    assert served(prediction, Policy.KB) == "R3 [ISRG Root X1]"
    assert served(prediction, Policy.NEWEST) == "R3 ISRG Root X1 [DST Root CA X3]"
    assert prediction.certainty is Certainty.CONTESTED


def test_24_iis_refused_the_long_chain_after_the_expiry(isrg: dict[str, Certificate]) -> None:
    prediction = machine(isrg, Root="X1s DST", CA="R3d R3i X1d", Disallowed="R3d").predict(when=AFTER)
    assert possible(prediction) == {"R3 [ISRG Root X1]"}


def test_25_with_x1_blocked_the_chain_to_the_expired_root_was_served(isrg: dict[str, Certificate]) -> None:
    prediction = machine(isrg, Root="X1s DST", CA="R3d R3i X1d", Disallowed="R3d X1s").predict(when=AFTER)
    assert possible(prediction) == {"R3 ISRG Root X1 [DST Root CA X3]"}
    assert prediction.certainty is Certainty.FIRM
    assert TrustError.IS_NOT_TIME_VALID in prediction.chosen.elements[-1].error


def test_33_globalsign_r3_by_r1_is_contested(real: Callable[[str], Certificate]) -> None:
    issuing = real("2c1b5368")
    stores = {"Root": [real("cbb522d7"), real("ebd41040")], "CA": [issuing, real("445eec78")]}
    leaf = leaf_under(issuing, at("2026-09-01"), at("2027-03-01"))
    prediction = Machine(leaf, **stores).predict()
    assert served(prediction, Policy.KB).endswith(" [GlobalSign]")
    assert served(prediction, Policy.NEWEST).endswith("GlobalSign [GlobalSign Root CA]")
    assert prediction.certainty is Certainty.CONTESTED


def test_the_real_r46_hierarchy_has_equal_dates_so_both_rules_agree(real: Callable[[str], Certificate]) -> None:
    own, by_usertrust, issuing = real("7bb647a6"), real("92f351bf"), real("6542d176")
    usertrust = real("e793c9b0")
    assert own.not_before == by_usertrust.not_before
    leaf = leaf_under(issuing, at("2026-09-01"), at("2027-09-01"))
    both = Machine(leaf, Root=[own, usertrust], CA=[issuing, by_usertrust]).predict()
    assert both.certainty is Certainty.FIRM
    assert both.chosen.root == own
    blocked = Machine(leaf, Root=[own, usertrust], CA=[issuing, by_usertrust], Disallowed=[own]).predict()
    assert blocked.certainty is Certainty.FIRM
    assert blocked.chosen.root == usertrust


def test_all_ca_certificates_of_the_ccadb_are_few_enough_for_every_signature_to_be_checked(
    shared: Callable[[str], Path],
) -> None:
    archive = zipfile.ZipFile(shared("certs/ccadb.zip"))
    graph = CertGraph(decode_certificate(archive.read(name)) for name in archive.namelist())
    assert len(graph) > 10_000
    for certificate in graph.certificates:
        graph.issuers(certificate)
    assert not graph.curtailed
