"""Which certificates of a file are a client's trust anchors."""

from dataclasses import replace
from pathlib import Path

import pytest

from chainlab.errors import InputError
from chainlab.evidence import CertificateEvidence, Evidence, KeyPresence, Place, ReadOptions, read_inputs, trust_anchors
from chainlab.lab.writers import jks, pem
from chainlab.server import StoreName
from tests.captures import names
from tests.pki import Pki

FILE = Path("roots")
_PKI = Pki()
ROOT, ISSUER, LEAF = _PKI.ca("R"), _PKI.ca("I", "R"), _PKI.leaf("I")


def item(certificate, **fields: object) -> CertificateEvidence:
    return replace(CertificateEvidence(certificate, Place("roots")), **fields)  # type: ignore[arg-type]


def anchors(*items: CertificateEvidence) -> list[str]:
    return names(trust_anchors(Evidence(items), FILE))


def test_ca_certificates_and_self_signed_ones_are_anchors_and_leaves_are_not() -> None:
    device = _PKI.leaf("device", "device")
    assert anchors(item(ROOT), item(LEAF), item(ISSUER), item(device), item(ROOT)) == ["R", "I", "device"]


def test_marked_entries_alone_count_where_the_container_marks_them() -> None:
    chain = item(ISSUER, trusted=False)
    assert anchors(chain, item(ROOT), item(LEAF, trusted=True)) == [LEAF.subject.common]


@pytest.mark.parametrize(
    "fields",
    [
        {"trusted": False},
        {"key": KeyPresence.PRESENT},
        {"on_wire": True},
        {"store": StoreName.parse("LocalMachine/Disallowed")},
        {"store": StoreName.parse("LocalMachine/CA")},
    ],
    ids=["chain of a key", "key", "wire", "Disallowed", "CA"],
)
def test_what_nobody_trusts_is_no_anchor(fields: dict[str, object]) -> None:
    with pytest.raises(InputError, match="no trust anchor among 1 certificate") as caught:
        anchors(item(ROOT, **fields))
    assert "no trust anchors" in caught.value.hint
    assert anchors(item(ROOT, **fields), item(ISSUER, store=StoreName.parse("LocalMachine/AuthRoot"))) == ["I"]


def test_a_hash_named_directory_of_openssl_is_a_trust_store(tmp_path: Path) -> None:
    (tmp_path / "R.pem").write_text(pem([ROOT]))
    (tmp_path / "5ed36f99.0").write_text(pem([ROOT]))
    (tmp_path / "5ed36f99.1").write_text(pem([_PKI.ca("U")]))
    (tmp_path / "5ed36f99.r0").write_text("-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n")
    evidence = read_inputs([(tmp_path, None)], ReadOptions())
    assert names(trust_anchors(evidence, tmp_path)) == ["R", "U"]


def test_every_kind_of_file_gives_the_same_anchors(tmp_path: Path) -> None:
    (tmp_path / "a.jks").write_bytes(jks([("r", ROOT)]))
    (tmp_path / "a.pem").write_text(pem([ROOT]))
    for file in tmp_path.iterdir():
        assert trust_anchors(read_inputs([(file, None)], ReadOptions()), file) == [ROOT]
