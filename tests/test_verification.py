"""Holding what is served against what was promised."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chainlab.catalog.twins import load_twins
from chainlab.certificate import Certificate
from chainlab.diagnosis import Request
from chainlab.errors import InputError
from chainlab.evidence import CertificateEvidence, Place
from chainlab.observation import ObservedChain
from chainlab.planning import Planned, plan
from chainlab.report.plan_json import render
from chainlab.verification import Promise, Verification, read_promise, verify
from tests.pki import Pki, at


@pytest.fixture(scope="module")
def planned(fixtures: Path) -> Planned:
    twins = load_twins(fixtures / "lab.json")
    return plan(Request(((fixtures / "r46/leaf-and-issuer.pfx", None),), at("2026-11-20"), twins=twins))


@pytest.fixture
def promise(planned: Planned, tmp_path: Path) -> Promise:
    (tmp_path / "plan.json").write_text(render(planned), encoding="utf-8")
    return read_promise(tmp_path)


def served(promise: Promise, *chain: Certificate) -> Verification:
    seen = ObservedChain(chain, CertificateEvidence(chain[0], Place("seen.pem"), on_wire=True))
    return verify(promise, [seen])


def certificates(planned: Planned) -> dict[str, Certificate]:
    """The CA certificates by ``subject<issuer``, shortened."""
    words = {"R36": "R36", "R46": "R46", "USERTrust": "UT", "AAA": "AAA", "www": "www"}
    short = lambda text: next((word for key, word in words.items() if key in text), "?")  # noqa: E731
    graph = planned.case.scene.graph
    return {f"{short(c.subject.common)}<{short(c.issuer.common)}": c for c in graph.certificates}


def test_the_promised_chain_holds(planned: Planned, promise: Promise) -> None:
    found = served(promise, *planned.sites[0].promised[0])
    assert found.holds
    assert not found.unseen
    assert not found.checked[0].renewed


def test_the_short_chain_is_explained_by_either_step_undone(planned: Planned, promise: Promise) -> None:
    (checked,) = served(promise, *planned.sites[0].promised[0][:2]).checked
    assert not checked.kept
    assert checked.undone == ((1,), (2,))


def test_one_step_alone_is_blamed_where_only_it_leads_there(fixtures: Path, tmp_path: Path) -> None:
    """The five-step plan: with USERTrust's root back, R46 by USERTrust ends the chain."""
    twins = load_twins(fixtures / "lab.json")
    request = Request(((fixtures / "r46/leaf-and-issuer.pfx", None),), at("2026-11-20"), twins=twins)
    planned = plan(request, number=1)
    (tmp_path / "plan.json").write_text(render(planned), encoding="utf-8")
    promise = read_promise(tmp_path / "plan.json")
    chain = planned.sites[0].promised[0]
    (checked,) = served(promise, *chain[:-1]).checked
    blamed = {promise.steps[number - 1].title.split(" (")[0] for (number,) in checked.undone}
    assert "move USERTrust RSA Certification Authority" in blamed
    assert all("Root R46 (self-signed" not in promise.steps[n - 1].title for (n,) in checked.undone)


def test_a_renewed_certificate_keeps_the_promise(planned: Planned, promise: Promise) -> None:
    leaf, *above = planned.sites[0].promised[0]
    renewed = replace(leaf, sha256="0" * 64)
    found = served(promise, renewed, *above)
    assert found.holds
    assert found.checked[0].renewed


def test_a_certificate_of_another_ca_needs_another_plan(planned: Planned, promise: Promise, pki: Pki) -> None:
    leaf = planned.sites[0].leaf
    other = pki.leaf("Other", leaf.dns_names[0])
    (checked,) = served(promise, other, pki.ca("Other")).checked
    assert not checked.kept
    assert "issued by another CA" in checked.why


def test_a_strange_server_is_not_the_plans(promise: Promise, pki: Pki) -> None:
    found = served(promise, pki.leaf("Other", "elsewhere.test"), pki.ca("Other"))
    assert not found.holds
    assert "knows no certificate" in found.checked[0].why
    assert len(found.unseen) == 1


def test_what_no_step_explains_is_described(planned: Planned, promise: Promise) -> None:
    chain, known = planned.sites[0].promised[0], certificates(planned)
    more = served(promise, *chain, known["UT<UT"]).checked[0]
    assert (more.kept, more.undone) == (False, ())
    assert "more is sent than promised: USERTrust" in more.why
    assert "breaks off" in served(promise, chain[0]).checked[0].why
    assert "another order" in served(promise, chain[0], chain[2], chain[1]).checked[0].why
    elsewhere = served(promise, chain[0], chain[1], known["R46<AAA"]).checked[0]
    assert "no combination" in elsewhere.why


def test_nothing_seen_is_not_well(promise: Promise) -> None:
    assert not verify(promise, []).holds


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not a plan"),
        ("[]", "not a plan"),
        ("{}", "no 'schema'"),
        ('{"schema": "chainlab.diagnosis/1"}', "its schema is 'chainlab.diagnosis/1'"),
        ('{"schema": "chainlab.plan/1"}', "no 'chosen'"),
        ('{"schema": "chainlab.plan/1", "chosen": null}', "promises nothing"),
        ('{"schema": "chainlab.plan/1", "chosen": 3, "certificates": {}}', "not a plan"),
        ("[" * 100_000, "not a plan"),
        ("\x00", "not a plan"),
    ],
)
def test_what_is_no_plan_is_refused_clearly(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said) as caught:
        read_promise(file)
    assert "plan.json" in str(caught.value)


def test_a_chain_must_consist_of_fingerprints(planned: Planned, tmp_path: Path) -> None:
    document = json.loads(render(planned))
    document["sites"][0]["promised"] = [["$(reboot)"]]
    (tmp_path / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match="no SHA-256"):
        read_promise(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_promise(tmp_path / "nothing.json")
