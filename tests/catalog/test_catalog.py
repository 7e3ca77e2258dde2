"""The catalogue of known CA certificates."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chainlab.catalog import Catalog
from chainlab.catalog.catalog import DATA
from chainlab.clients import Snapshots, load_profiles
from chainlab.evidence import ReadOptions, read_inputs

R46 = "7bb647a62aeeac88bf257aa522d01ffea395e0ab45c73f93f65654ec38f25a06"
R46_BY_USERTRUST = "92f351bf3d54164dfa8dd8f9e1139d3150349786485d2b9eecd00e2971c1e6c5"


def test_the_root_of_the_r46_story_is_encoded_and_its_cross_sign_catalogued(catalog: Catalog) -> None:
    root, cross = catalog.get(R46), catalog.get(R46_BY_USERTRUST)
    assert root is not None
    assert cross is not None
    assert root.encoded
    assert not cross.encoded
    assert root.entity == cross.entity
    assert cross.published_at


def test_every_encoding_is_the_certificate_it_is_filed_under(catalog: Catalog) -> None:
    encoded = (DATA / "roots.sha256").read_text().split()
    assert len(encoded) > 600
    known = [catalog.get(sha256) for sha256 in encoded if sha256 in catalog]
    assert all(certificate is not None and certificate.encoded for certificate in known)


def test_encodings_agree_with_the_published_facts(catalog: Catalog) -> None:
    for sha256 in catalog.fingerprints():
        certificate, facts = catalog.get(sha256), catalog.facts(sha256)
        assert certificate is not None
        assert certificate.subject.text == facts["subject"]
        if certificate.subject.common != "Halcom Root CA G2":  # its key lacks the NULL that re-encoding adds
            assert certificate.spki_sha256 == facts["spki_sha256"]
        assert f"{certificate.not_after:%Y-%m-%dT%H:%M:%SZ}" == facts["not_after"]


def test_closure_holds_every_cross_sign_above(catalog: Catalog) -> None:
    issuing = catalog.get("6542d176b6cd5b6053e9c53a4fa0eaeb2cb03b5f4e1cfb6f42ee7d2f2d0bd1f7")
    issuing = issuing or next(
        c for c in map(catalog.get, catalog.fingerprints()) if c and c.subject.common.endswith("CA OV R36")
    )
    names = {certificate.label.rsplit(",", 1)[0] for certificate in catalog.closure([issuing])}
    assert {name for name in names if "Root R46" in name} == {
        "Sectigo Public Server Authentication Root R46 (self-signed",
        "Sectigo Public Server Authentication Root R46 (signed by USERTrust RSA Certification Authority",
        "Sectigo Public Server Authentication Root R46 (signed by AAA Certificate Services",
    }
    assert any(name.startswith("AAA Certificate Services (self-signed") for name in names)


def test_damaged_data_is_noticed(catalog: Catalog) -> None:
    facts = {**catalog.facts(R46), "sha256": "0" * 64}
    from base64 import b64encode

    encoding = b64encode(catalog.get(R46).der or b"").decode()  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="catalogue data is damaged"):
        Catalog([facts], {"0" * 64: encoding}).get("0" * 64)


def test_loading_knowledge_for_one_diagnosis_costs_little() -> None:
    """Under 30 ms on the development machine; the generous bound here only catches decoding everything."""
    best = min(_load_once() for _ in range(3))
    assert best < 0.3


def _load_once() -> float:
    start = time.perf_counter()
    catalog = Catalog.load()
    Snapshots(catalog)
    load_profiles()
    return time.perf_counter() - start


def test_shipped_roots_agree_with_independent_copies(shared: Callable[[str], Path], catalog: Catalog) -> None:
    seen = {
        item.certificate.sha256: item.certificate
        for item in read_inputs([(shared("certs/roots.pem"), None)], ReadOptions()).certificates
    }
    for sha256 in (DATA / "roots.sha256").read_text().split():
        if sha256 in catalog:
            certificate = catalog.get(sha256)
            assert certificate is not None
            assert seen[sha256].der == certificate.der
