"""Holding what is served against what was promised."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from chainlab.catalog.twins import load_twins
from chainlab.certificate import Certificate
from chainlab.errors import InputError
from chainlab.evidence import CertificateEvidence, Place
from chainlab.observation import ObservedChain
from chainlab.planning import Planned, plan
from chainlab.report.plan_json import render
from chainlab.report.terminal import TerminalPage
from chainlab.report.verify_json import as_json
from chainlab.report.verify_text import render as render_text
from chainlab.request import Request
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


def seen(promise: Promise, *chains: tuple[Certificate, ...]) -> Verification:
    place = Place("seen.pem")
    return verify(promise, [ObservedChain(c, CertificateEvidence(c[0], place, on_wire=True)) for c in chains])


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


def of_two(promise: Promise, **second: object) -> Promise:
    """The promise with a second site."""
    (one,) = promise.sites
    return replace(promise, sites=(one, replace(one, **second)))  # type: ignore[arg-type]


def said(found: Verification) -> str:
    buffer = io.StringIO()
    render_text(found, TerminalPage(buffer, color=False))
    return " ".join(buffer.getvalue().split())


def test_a_plan_of_two_sites_holds_only_if_both_were_seen(planned: Planned, promise: Promise, pki: Pki) -> None:
    two = of_two(promise, leaf="1" * 64, names=("other.example",))
    chain = planned.sites[0].promised[0]
    stranger = pki.leaf("Other", "elsewhere.test")
    other = replace(pki.leaf("Other", "other.example"), sha256="1" * 64)
    one = served(two, *chain)
    assert (one.holds, one.incomplete) == (False, True)
    assert "NOT all seen: 1 of 2 sites" in said(one)
    assert "not seen: other.example" in said(one)
    assert as_json(one)["sites"] == {"promised": 2, "seen": 1, "kept": 1}
    assert not seen(two, chain, (stranger, pki.ca("Other"))).holds
    assert seen(two, chain, (other, *chain[1:])).holds
    broken = seen(two, chain, (other, *chain[1:2]))
    assert (broken.holds, broken.incomplete, len(broken.kept)) == (False, False, 1)


def test_one_site_that_is_kept_once_and_broken_once_is_not_kept(planned: Planned, promise: Promise) -> None:
    chain = planned.sites[0].promised[0]
    assert not seen(promise, chain, chain[:2]).holds


def test_a_renewed_certificate_is_held_against_the_site_that_it_fits(planned: Planned, promise: Promise) -> None:
    """RSA and ECDSA on one server: same names, different chains above them."""
    chain = planned.sites[0].promised[0]
    ecdsa = tuple(letter * 64 for letter in "234")
    two = of_two(promise, leaf=ecdsa[0], promised=(ecdsa,), relapses=())
    two = replace(two, sites=two.sites[::-1])
    renewed = replace(chain[0], sha256="0" * 64)
    second = tuple(replace(c, sha256=sha256) for c, sha256 in zip(chain, ("5" * 64, *ecdsa[1:]), strict=True))
    found = seen(two, (renewed, *chain[1:]), second)
    assert found.holds
    assert [item.site for item in found.checked] == [two.sites[1], two.sites[0]]
    (short,) = seen(two, (renewed, chain[1])).checked
    assert short.site == two.sites[1]


def test_two_sites_that_differ_in_nothing_may_both_be_renewed(planned: Planned, promise: Promise) -> None:
    chain = planned.sites[0].promised[0]
    two = of_two(promise, leaf="1" * 64)
    both = [(replace(chain[0], sha256=digit * 64), *chain[1:]) for digit in "78"]
    assert seen(two, *both).holds
    assert seen(two, both[0]).incomplete


def test_nothing_seen_is_not_well(promise: Promise) -> None:
    assert not verify(promise, []).holds


@pytest.mark.parametrize(
    ("text", "reason"),
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
def test_what_is_no_plan_is_refused_clearly(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "plan.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=reason) as caught:
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
