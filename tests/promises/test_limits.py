"""Where a cap ends the work, the answer says so: unknown, undetermined or an error, never less without a word."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path

import pytest

from chainlab.certificate import Certificate
from chainlab.clients.windows_client import build_windows
from chainlab.decoding import decode_certificate
from chainlab.der import more_than
from chainlab.diagnosis import diagnose
from chainlab.errors import LimitError, UsageError
from chainlab.evidence import Limits, Place, ReadOptions, read_bytes
from chainlab.graph import MAX_COMPARISONS, MAX_ISSUERS, CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.reasons import Reason
from chainlab.paths.switches import Switches
from chainlab.paths.trust import RootSet
from chainlab.report.graph_as_svg import MAX_EDGES
from chainlab.report.graph_as_svg import render as draw
from chainlab.report.graph_model import Edge, Picture
from chainlab.request import Request
from chainlab.server_state import Baseline
from chainlab.signatures import Signature
from chainlab.verifiers import Handshake, build, family_for
from tests.pki import NOW, Pki
from tests.promises import bombs_certificates, bombs_meshes, raw

QUESTION = Question(at=NOW)


def chain() -> list[Certificate]:
    """A chain with far more names and constraints than are compared, which nothing else speaks against."""
    return [decode_certificate(der) for der in bombs_certificates.names_times_constraints()]


def test_clients_do_not_know_what_names_too_many_to_compare_mean() -> None:
    leaf, issuer, root = chain()
    graph = CertGraph([leaf, issuer, root])
    handshake = Handshake((leaf, issuer), ())
    for family in ("openssl-3", "go", "java-17", "rfc5280"):
        result = build(family_for(family), handshake, RootSet([root]), graph, QUESTION)
        assert result.problem is not None, family
        assert result.problem.reason is Reason.UNCHECKED, family
    windows = build_windows(handshake, RootSet([root]), graph, QUESTION, Switches())
    assert windows.problem is not None
    assert windows.problem.reason.undecided
    assert graph.curtailed


def test_signatures_beyond_the_cap_are_unchecked_not_good(pki: Pki, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("chainlab.graph"), "MAX_CHECKS", -10)
    leaf, issuer, root = pki.leaf("I"), pki.ca("I", "R"), pki.ca("R")
    graph = CertGraph([leaf, issuer, root])
    assert graph.signature(leaf, issuer) is Signature.UNCHECKED
    assert graph.curtailed
    for family in ("openssl-3", "go", "wolfssl"):
        result = build(family_for(family), Handshake((leaf, issuer), ()), RootSet([root]), graph, QUESTION)
        assert result.problem is not None, family
        assert result.problem.reason is Reason.UNCHECKED, family
    windows = build_windows(Handshake((leaf, issuer), ()), RootSet([root]), graph, QUESTION, Switches())
    assert windows.problem is not None
    assert windows.problem.reason.undecided


def test_issuers_that_the_key_identifier_names_come_before_namesakes(pki: Pki) -> None:
    name = raw.name("Same")
    same = [
        decode_certificate(raw.certificate(name, name, raw.spki(f"k{n}"), f"k{n}", raw.CA, serial=n + 1))
        for n in range(MAX_ISSUERS + 50)
    ]
    named = pki.ca("Named")
    child = pki.leaf("Named")
    crowd = [replace(each, subject=named.subject) for each in same]
    graph = CertGraph([child, named, *crowd])
    assert named in graph.possible_issuers(child)
    assert len(graph.possible_issuers(child)) <= MAX_ISSUERS


def test_a_graph_made_from_another_spends_what_that_one_has_left(pki: Pki) -> None:
    first = CertGraph([pki.ca("R")])
    assert first.may_compare(MAX_COMPARISONS - 1)
    second = first.of([pki.ca("R"), pki.ca("I", "R")])
    assert not second.may_compare(2)
    assert second.curtailed
    assert not first.curtailed


def test_a_mesh_is_undetermined_and_its_search_is_said_to_have_stopped(tmp_path: Path) -> None:
    path = bombs_meshes.mesh(tmp_path, 10)
    request = Request(((path, None),), NOW, baseline=Baseline(windows=False), selector="none", with_plan=False)
    (target,) = diagnose(request).targets
    assert target.served.certainty == "undetermined"
    assert "search-stopped" in {finding.code for finding in target.findings}


def test_more_problems_than_the_cap_end_in_an_error() -> None:
    data = b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n" * 6
    with pytest.raises(LimitError, match="more than 5 parts that are broken or not used"):
        list(read_bytes(data, Place("x.pem"), ReadOptions(Limits(problems=5))))


def test_elements_are_counted_in_der_and_ber() -> None:
    three = b"\x30\x00" + b"\x30\x80\x30\x80\x00\x00\x02\x01\x05\x00\x00" + b"\x04\x01a"
    assert more_than(three, 2)
    assert not more_than(three, 3)
    assert not more_than(b"\x30\x00\x30\x05", 1), "what is damaged is counted up to there"


def test_a_graph_that_is_too_large_to_be_laid_out_is_refused_with_a_way_out(pki: Pki) -> None:
    edge = Edge(pki.ca("R"), "n0", "n0", "none", False, False, "")
    with pytest.raises(UsageError, match=r"\.json, \.graphml, \.dot and \.mmd have them all"):
        draw(Picture("many", (), (edge,) * (MAX_EDGES + 1)))
