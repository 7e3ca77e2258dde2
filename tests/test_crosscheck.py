"""The independent RFC 5280 check."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chainlab.catalog.twins import load_twins
from chainlab.certificate import Certificate
from chainlab.crosscheck import second_opinion
from chainlab.diagnosis import diagnose
from chainlab.errors import UsageError
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from chainlab.request import Request
from chainlab.verifiers import Handshake, build, family_for
from tests.pki import NOW, Pki, at

DEFECTS: list[dict[str, object]] = [
    {},
    {"not_after": at("2022-01-01")},
    {"not_before": at("2030-01-01")},
    {"ca": False, "key_usage": False},
    {"permitted_dns": ("other.test",)},
    {"excluded_dns": ("example.test",)},
    {"critical_unknown": True},
    {"path_length": 0},
    {"hash": "sha384"},
]


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
@pytest.mark.parametrize("position", ["issuing", "middle"])
def test_our_judgement_of_a_path_is_that_of_pyhanko_certvalidator(
    pki: Pki, defect: dict[str, object], position: str
) -> None:
    issuing = pki.ca("I", "S", **(defect if position == "issuing" else {}))
    middle = pki.ca("S", "R", **(defect if position == "middle" else {}))
    path = (pki.leaf("I"), issuing, middle, pki.ca("R"))
    ours = build(family_for("rfc5280"), Handshake(path[:3]), RootSet([path[3]]), CertGraph(path), Question(NOW))
    assert second_opinion(path, NOW).agrees is (ours.accepted is not None)


def test_a_wrong_signature_is_refused_by_both(pki: Pki) -> None:
    pki.entity("R2", subject="O=Test, CN=R", key="other")
    opinion = second_opinion((pki.leaf("I"), pki.ca("I", "R"), pki.ca("R2")), NOW)
    assert not opinion.agrees


def test_accepted_paths_of_the_fixture_pass_the_cross_check(fixtures: Path) -> None:
    request = Request(
        ((fixtures / "r46/leaf-and-issuer.pfx", None),), NOW, twins=load_twins(fixtures / "lab.json"), cross_check=True
    )
    codes = {finding.code for finding in diagnose(request).targets[0].findings}
    assert "cross-check-differs" not in codes
    late = replace(request, at=at("2027-10-01"))
    assert diagnose(late).targets


def test_a_client_more_lenient_than_the_rfc_is_noticed(pki: Pki, tmp_path: Path) -> None:
    from chainlab.clients import parse_own_client
    from chainlab.lab.writers import pem

    chain: list[Certificate] = [pki.leaf("I"), pki.ca("I", "R", purposes=("1.3.6.1.5.5.7.3.1",), permitted_dns=())]
    weak = [chain[0], pki.ca("I", "R", critical_unknown=True)]
    for name, certificates in (("weak.pem", weak), ("roots.pem", [pki.ca("R")])):
        (tmp_path / name).write_text(pem(certificates))
    own = parse_own_client(f"x=mbedtls-2:{tmp_path / 'roots.pem'}")
    request = Request((), NOW, "none", served=tmp_path / "weak.pem", own_clients=(own,), cross_check=True)
    assert diagnose(request).targets[0].clients[0].reason == "critical-extension"


def test_without_the_extra_it_says_what_to_install(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyhanko_certvalidator", None)
    with pytest.raises(UsageError, match=r"pip install 'chainlab\[certvalidator\]'"):
        second_opinion((pki.leaf("R"), pki.ca("R")), NOW)


def test_the_real_served_chains_pass(shared: Callable[[str], Path]) -> None:
    from chainlab.catalog import Catalog
    from chainlab.evidence import ReadOptions, read_inputs

    chain = [c.certificate for c in read_inputs(
        [(shared("certs/served/icann.org-rsa-2026-10.pem"), None)], ReadOptions()).certificates]  # fmt: skip
    catalog = Catalog.load()
    (aaa,) = [root for root in catalog.by_subject(chain[-1].issuer) if root.looks_self_signed]
    assert second_opinion((*chain, aaa), NOW).agrees
