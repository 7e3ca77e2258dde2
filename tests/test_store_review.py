"""Findings about the stores."""

from chainlab.evidence import CertificateEvidence
from chainlab.findings import Finding
from chainlab.properties import StoreProperties
from chainlab.store_review import review_stores
from tests.pki import NOW, Pki, at
from tests.scene import scene_of, seen


def findings(*items) -> list[Finding]:
    return review_stores(scene_of(*items), NOW)


def codes(*items) -> list[str]:
    return [finding.code for finding in findings(*items)]


def tidy(pki: Pki) -> list[CertificateEvidence]:
    return [seen(pki.leaf("I"), "My", key=True), seen(pki.ca("I", "R"), "CA"), seen(pki.ca("R"), "Root")]


def test_a_tidy_server_has_no_findings(pki: Pki) -> None:
    assert codes(*tidy(pki)) == []


def test_an_intermediate_in_root_is_named_even_if_it_is_unrelated(pki: Pki) -> None:
    (finding,) = findings(*tidy(pki), seen(pki.ca("Y", "Z"), "Root"))
    assert finding.code == "intermediate-in-root"
    assert "403.16" in finding.kind.why


def test_a_root_in_the_intermediate_store(pki: Pki) -> None:
    assert codes(*tidy(pki)[:2], seen(pki.ca("R"), "CA")) == ["root-in-ca"]


def test_a_certificate_only_in_a_users_store(pki: Pki) -> None:
    leaf, issuing, root = tidy(pki)
    assert codes(leaf, root, seen(issuing.certificate, "UserCA")) == ["only-current-user"]
    assert codes(leaf, issuing, root, seen(issuing.certificate, "UserCA")) == []


def test_copies_in_several_stores_and_physical_stores(pki: Pki) -> None:
    leaf, issuing, root = tidy(pki)
    (doubled,) = findings(leaf, issuing, root, seen(root.certificate, "PolicyRoot"))
    assert doubled.code == "duplicate-certificate"
    assert "(.Default)" in doubled.message
    assert "(.GroupPolicy)" in doubled.message


def test_a_copy_in_local_systems_store_says_whether_the_chain_depends_on_it(pki: Pki) -> None:
    leaf, issuing, root = tidy(pki)
    (needed,) = findings(leaf, root, seen(issuing.certificate, "SystemCA"))
    assert needed.code == "system-store-copy"
    assert "without it another chain is served" in needed.message
    idle = findings(leaf, issuing, root, seen(issuing.certificate, "SystemCA"))
    assert [f.code for f in idle] == ["duplicate-certificate", "system-store-copy"]
    assert "without it" not in idle[1].message


def test_expired_and_soon_expiring_certificates(pki: Pki) -> None:
    leaf, issuing, root = tidy(pki)
    expired = seen(pki.ca("I", "S", not_after=at("2025-01-01")), "CA")
    soon = seen(pki.ca("I", "R", not_after=at("2026-12-24")), "CA")
    found = {f.code: f.message for f in findings(leaf, issuing, root, expired, soon)}
    assert set(found) == {"expired-in-store", "intermediate-expires-soon"}
    assert "in 34 days" in found["intermediate-expires-soon"]


def test_unrelated_and_archived_certificates_are_no_concern(pki: Pki) -> None:
    archived = seen(pki.ca("R"), "CA", properties=StoreProperties(archived=True))
    unrelated = seen(pki.ca("Z", not_after=at("2022-01-01")), "CA")
    assert codes(*tidy(pki), archived, unrelated) == []
