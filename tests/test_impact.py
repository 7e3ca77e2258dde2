"""What a change would do: the four articles' remedies on three servers, side effects, what is on the wire when."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainlab.catalog import Catalog
from chainlab.clients import parse_own_client
from chainlab.errors import UsageError
from chainlab.impact import Effect, Impact, Seen
from chainlab.lab import sectigo
from chainlab.lab.pki import KeyRing
from chainlab.lab.writers import pem, reg
from chainlab.outbound import Reach
from chainlab.server import LM_CA, LM_MY, LM_ROOT, StoreName
from chainlab.windows.engine import Certainty
from chainlab.windows.status import TrustError
from tests.machines import NAMES, Machines, netsh, phrases
from tests.pki import Pki, at

HIERARCHIES = ("r46", "e46")
AFTER = {"delete": "cross", "disable": "cross", "untrust": "cross", "import": "short"}
LASTING = {"delete": "short", "disable": "short", "untrust": "cross", "import": "short"}
LENGTHS = {"short": 2, "cross": 3}


@pytest.fixture
def machines(fixtures: Path, tmp_path: Path) -> Machines:
    return Machines(fixtures, tmp_path)


def assert_serves(effect: Effect, machines: Machines, hierarchy: str, after: str, later: str) -> None:
    """The chains of an effect are firm, of the lengths expected, with the clients that such a chain has."""
    for answer, kind in ((effect.before, "short"), (effect.after, after), (effect.updated, later)):
        assert answer.certainty is Certainty.FIRM
        assert len(answer.first.chain) == LENGTHS[kind]
        assert len(answer.surely_accepting) == machines.accepting(hierarchy, kind)


def effect_of(answer: Impact, common: str) -> Effect:
    return next(e for e in answer.effects if e.target.leaf.certificate.subject.common == common)


@pytest.mark.parametrize("hierarchy", HIERARCHIES)
def test_the_cross_signed_chain_reaches_more_clients_than_the_short_one(machines: Machines, hierarchy: str) -> None:
    assert machines.accepting(hierarchy, "cross") > machines.accepting(hierarchy, "short") > 0


@pytest.mark.parametrize("hierarchy", HIERARCHIES)
@pytest.mark.parametrize("remedy", AFTER)
class TestTheArticlesRemedies:
    def test_on_a_server_with_one_certificate(self, machines: Machines, hierarchy: str, remedy: str) -> None:
        answer = machines.ask(machines.one(hierarchy), *phrases(hierarchy)[remedy])
        (effect,) = answer.effects
        assert_serves(effect, machines, hierarchy, AFTER[remedy], LASTING[remedy])
        assert not answer.worse
        assert (effect.seen is Seen.PENDING) == (AFTER[remedy] == "cross")

    def test_followed_by_a_windows_update_in_the_list_of_changes(
        self, machines: Machines, hierarchy: str, remedy: str
    ) -> None:
        answer = machines.ask(machines.one(hierarchy), *phrases(hierarchy)[remedy], "windows-update")
        assert_serves(answer.effects[0], machines, hierarchy, LASTING[remedy], LASTING[remedy])

    def test_on_a_server_with_rsa_and_ecdsa(self, machines: Machines, hierarchy: str, remedy: str) -> None:
        answer = machines.ask(machines.both(), *phrases(hierarchy)[remedy])
        assert [effect.target.binding and effect.target.binding.endpoint for effect in answer.effects] == [
            "0.0.0.0:443", "0.0.0.0:8443"
        ]  # fmt: skip
        for effect, of in zip(answer.effects, HIERARCHIES, strict=True):
            concerned = of == hierarchy
            after, later = (AFTER[remedy], LASTING[remedy]) if concerned else ("short", "short")
            assert_serves(effect, machines, of, after, later)
            assert effect.changed == (concerned and after == "cross")

    def test_on_a_server_with_a_second_site_of_another_ca(
        self, machines: Machines, hierarchy: str, remedy: str
    ) -> None:
        answer = machines.ask(machines.second_site(hierarchy), *phrases(hierarchy)[remedy])
        first, second = answer.effects
        assert_serves(first, machines, hierarchy, AFTER[remedy], LASTING[remedy])
        assert not second.changed
        assert [c.subject.common for c in second.after.first.chain] == ["intranet.test", "Issuing"]
        assert not answer.worse


@pytest.mark.parametrize("hierarchy", HIERARCHIES)
@pytest.mark.parametrize("remedy", ["delete", "disable", "untrust"])
def test_a_remedy_without_the_cross_sign_in_the_store_helps_nobody(
    machines: Machines, hierarchy: str, remedy: str
) -> None:
    request = machines.request(f"{hierarchy}/leaf-and-issuer.pfx")
    (effect,) = machines.ask(request, *phrases(hierarchy)[remedy]).effects
    assert_serves(effect, machines, hierarchy, "short", "short")


@pytest.mark.parametrize("hierarchy", HIERARCHIES)
def test_import_and_untrust_together_are_what_helps(machines: Machines, hierarchy: str) -> None:
    request = machines.request(f"{hierarchy}/leaf-and-issuer.pfx")
    both = (*phrases(hierarchy)["import"], *phrases(hierarchy)["untrust"])
    answer = machines.ask(request, *both)
    assert_serves(answer.effects[0], machines, hierarchy, "cross", "cross")
    assert [step.applicable for step in answer.steps] == [True, True]
    assert not answer.update_changes_stores or answer.effects[0].after.chains == answer.effects[0].updated.chains


def test_disabling_the_purposes_of_an_intermediate_leaves_no_path_for_it(machines: Machines) -> None:
    """Reported on an intermediate (win-acme#1918): the property counts on any element of a chain."""
    answer = machines.ask(machines.one("r46"), 'disable-purposes "Sectigo Public Server Authentication CA OV R36"')
    (step,) = answer.steps
    assert step.change.title.endswith("in LocalMachine/CA")
    prediction = answer.case.simulator(answer.effects[0].target).outcome(answer.after).prediction
    assert prediction.chosen.status == TrustError.IS_NOT_VALID_FOR_USAGE


def test_the_wrong_stores_change_nothing_or_not_enough(machines: Machines) -> None:
    request = machines.request("r46/leaf-and-issuer.pfx")
    untrust = phrases("r46")["untrust"][0]
    for store, length in (("CurrentUser/CA", 2), ("LocalMachine/Root", 3), ("System/CA", 3), ("LocalMachine/CA", 3)):
        answer = machines.ask(request, f'import "{NAMES["r46"]} (signed by USERTrust" into {store}', untrust)
        assert len(answer.effects[0].after.first.chain) == length, store


def test_a_client_that_knows_only_the_blocked_root_is_lost(machines: Machines, tmp_path: Path) -> None:
    """Blocking R46 serves the chain over USERTrust: a builder that follows what is served never tries R46 itself."""
    keys = KeyRing(machines.fixtures / "keys")
    only = tmp_path / "only.pem"
    only.write_text(pem([sectigo.certificates(keys)["r46"]]))
    own = parse_own_client(f"old=openssl-1.0.1:{only}")
    request = machines.request("r46/server.reg", selector="none", own_clients=(own,))
    answer = machines.ask(request, *phrases("r46")["untrust"])
    assert answer.effects[0].lost == {"own-old"}
    assert answer.worse


def test_renewing_under_another_issuing_ca_loses_whom_the_new_chain_does_not_reach(
    machines: Machines, tmp_path: Path
) -> None:
    pki = Pki("second")
    new = tmp_path / "new.pem"
    new.write_text(pem([pki.leaf("Issuing", "www.chainlab.example"), pki.ca("Issuing", "Corp")]))
    answer = machines.ask(machines.one("r46"), f"renew {new}")
    (effect,) = answer.effects
    assert effect.renewed is not None
    assert effect.renewed.issuer.common == "Issuing"
    assert effect.lost == effect.before.surely_accepting
    assert effect.waiting.chains == effect.after.chains
    assert answer.worse


def test_a_renewal_keeps_the_bindings_and_says_which_certificate_it_replaces(
    machines: Machines, tmp_path: Path
) -> None:
    pki = Pki("second")
    new = tmp_path / "new.pem"
    new.write_text(pem([pki.leaf("Issuing", "shop.chainlab.example"), pki.ca("Issuing", "Corp")]))
    answer = machines.ask(machines.both(), f"renew {new}")
    rsa, ecdsa = answer.effects
    assert rsa.renewed is None
    assert ecdsa.renewed is not None
    assert {b.endpoint for b in answer.after.bindings if b.sha1 == ecdsa.renewed.sha1} == {"0.0.0.0:8443"}


def test_names_that_a_renewal_loses_are_said(machines: Machines) -> None:
    new = machines.fixtures / "e46/with-root.pfx"
    (step,) = machines.ask(machines.one("r46"), f"renew {new} for {machines.leaf('r46').sha1}").steps
    assert step.change.side_effects[0] == ("the new certificate does not name www.chainlab.example, chainlab.example")


def test_rebinding_to_another_certificate_changes_the_endpoint(machines: Machines) -> None:
    answer = machines.ask(machines.both(), f"rebind 0.0.0.0:443 to {machines.leaf('e46').sha1}")
    assert answer.effects[0].renewed == machines.leaf("e46")
    assert answer.effects[1].renewed is None


@pytest.mark.parametrize(
    ("then", "seen"),
    [((), Seen.PENDING), (("rebind",), Seen.LIKELY), (("restart iis",), Seen.LIKELY), (("restart server",), Seen.SURE)],
)
def test_a_store_change_is_on_the_wire_only_after_the_server_looks_again(
    machines: Machines, then: tuple[str, ...], seen: Seen
) -> None:
    (effect,) = machines.ask(machines.one("r46"), *phrases("r46")["untrust"], *then).effects
    assert effect.seen is seen
    assert len(effect.after.first.chain) == 3
    assert len(effect.waiting.first.chain) == (2 if seen is Seen.PENDING else 3)


def test_what_is_served_until_then_is_what_the_last_look_gave(machines: Machines) -> None:
    changes = (*phrases("r46")["untrust"], "restart server", f'trust "{NAMES["r46"]} (self-signed"', "windows-update")
    (effect,) = machines.ask(machines.one("r46"), *changes).effects
    assert len(effect.waiting.first.chain) == 3
    assert len(effect.after.first.chain) == 2
    assert effect.seen is Seen.PENDING


def test_a_rebind_of_one_endpoint_activates_that_one(machines: Machines) -> None:
    changes = (*phrases("r46")["untrust"], *phrases("e46")["untrust"], "rebind 0.0.0.0:8443")
    rsa, ecdsa = machines.ask(machines.both(), *changes).effects
    assert (rsa.seen, ecdsa.seen) == (Seen.PENDING, Seen.LIKELY)


def test_other_certificates_in_my_are_looked_at(machines: Machines, tmp_path: Path) -> None:
    """Only one of two certificates is bound; the other one's chain changes too."""
    bindings = tmp_path / "bound.txt"
    bindings.write_text(netsh(("0.0.0.0:443", machines.leaf("e46").sha1)))
    request = machines.request("r46/server.reg", "e46/server.reg", bindings)
    answer = machines.ask(request, *phrases("r46")["untrust"])
    assert [effect.target.leaf.certificate for effect in answer.others] == [machines.leaf("r46")]
    assert not answer.effects[0].changed
    assert len(answer.others[0].after.first.chain) == 3


def test_a_registry_file_is_a_change_with_additions_and_deletions(machines: Machines, tmp_path: Path) -> None:
    keys = KeyRing(machines.fixtures / "keys")
    root = sectigo.certificates(keys)["r46"]
    text = reg([(StoreName("LocalMachine", "Disallowed"), root, {})]).decode("utf-16")
    key = "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\SystemCertificates\\AuthRoot\\Certificates"
    text += f"[-{key}\\{root.sha1.upper()}]\r\n"
    file = tmp_path / "block r46.reg"
    file.write_text(text, encoding="utf-16", newline="")
    answer = machines.ask(machines.one("r46"), str(file))
    assert len(answer.effects[0].after.first.chain) == 3
    assert answer.after.find(root, "Disallowed")
    assert not answer.after.find(root, "Root")


def test_root_update_off_costs_every_hierarchy_that_was_not_downloaded(machines: Machines) -> None:
    answer = machines.ask(machines.one("r46"), "root-update off")
    assert len(answer.outbound.lost) > 100
    assert not answer.outbound.assumed
    assert machines.ask(machines.request("r46/leaf-and-issuer.pfx"), "root-update off").outbound.assumed
    assert answer.worse
    held = {entry.certificate for entry in answer.before.held_in("Root")}
    assert not held & {hierarchy.certificate for hierarchy in answer.outbound.lost}


def test_a_pfx_that_brings_the_root_back_loses_to_untrusted_but_not_to_deletion(machines: Machines) -> None:
    """Exported "with all certificates in the path", a PFX carries the self-signed root home again [I]."""
    with_root = f"import-pfx '{machines.fixtures / 'r46/with-root.pfx'}'"
    off = "root-update off"
    untrusted = machines.ask(machines.one("r46"), off, *phrases("r46")["untrust"], with_root)
    deleted = machines.ask(machines.one("r46"), off, *phrases("r46")["delete"], with_root)
    assert len(untrusted.effects[0].after.first.chain) == 3
    assert len(deleted.effects[0].after.first.chain) == 2


def test_the_phrases_of_the_steps_give_the_same_impact(machines: Machines) -> None:
    request = machines.request("r46/leaf-and-issuer.pfx")
    answer = machines.ask(request, *phrases("r46")["import"], *phrases("r46")["untrust"], "restart iis")
    again = machines.ask(request, *(step.change.phrase for step in answer.steps))
    assert [step.after for step in again.steps] == [step.after for step in answer.steps]


def test_a_deleted_root_stays_away_once_root_update_is_off(machines: Machines) -> None:
    answer = machines.ask(machines.one("r46"), "root-update off", *phrases("r46")["delete"], "windows-update")
    assert len(answer.effects[0].updated.first.chain) == 3
    assert not answer.update_changes_stores


def real_roots(machines: Machines, tmp_path: Path, *common: str) -> Path:
    """A server's stores with real roots from the catalogue and its own certificate."""
    catalog = Catalog.load()
    roots = [c for name in common for c in catalog.search(name) if c.looks_self_signed and c.encoded]
    pki = Pki("second")
    held = [(LM_ROOT, root, {}) for root in roots]
    file = tmp_path / "stores.reg"
    leaf = pki.leaf("Issuing", "intranet.test")
    file.write_bytes(
        reg([*held, (LM_ROOT, pki.ca("Corp"), {}), (LM_CA, pki.ca("Issuing", "Corp"), {}), (LM_MY, leaf, {})])
    )
    return file


def test_blocking_isrg_root_x1_breaks_the_servers_own_acme_client(machines: Machines, tmp_path: Path) -> None:
    """The reported case (win-acme#1943, 2021-10-01): DST Root CA X3 had expired the day before."""
    file = real_roots(machines, tmp_path, "ISRG Root X1", "DST Root CA X3")
    isrg = "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6"
    request = machines.request(file, when=at("2026-11-20"), selector="none")
    after_expiry = machines.ask(request, f"untrust {isrg}")
    lost = {hierarchy.certificate.sha256: hierarchy for hierarchy in after_expiry.outbound.lost}
    assert (lost[isrg].before, lost[isrg].after) == (Reach.ALWAYS, Reach.NEVER)
    assert after_expiry.worse
    assert not after_expiry.effects[0].changed


def test_before_dst_root_ca_x3_expired_the_same_block_left_a_way(machines: Machines, tmp_path: Path) -> None:
    file = real_roots(machines, tmp_path, "ISRG Root X1", "DST Root CA X3")
    isrg = "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6"
    cross = "6d99fb265eb1c5b3744765fcbc648f3cd8e1bffafdc4c2f99b9d47cf7ff1c24f"
    request = machines.request(file, when=at("2021-09-20"), selector="none", with_plan=False)
    lost = {h.certificate.sha256: h for h in machines.ask(request, f"untrust {isrg}").outbound.lost}
    assert lost[isrg].after is Reach.IF_SENT
    imported = machines.ask(request, f"import {cross}", f"untrust {isrg}")
    assert isrg not in {h.certificate.sha256 for h in imported.outbound.lost}


def test_after_the_expiry_even_the_imported_cross_sign_does_not_help_the_acme_client(
    machines: Machines, tmp_path: Path
) -> None:
    file = real_roots(machines, tmp_path, "ISRG Root X1", "DST Root CA X3")
    isrg = "96bcec06264976f37460779acf28c5a7cfe8a3c0aae11a8ffcee05c0bddf08c6"
    cross = "6d99fb265eb1c5b3744765fcbc648f3cd8e1bffafdc4c2f99b9d47cf7ff1c24f"
    request = machines.request(file, when=at("2021-10-02"), selector="none")
    lost = {h.certificate.sha256: h for h in machines.ask(request, f"import {cross}", f"untrust {isrg}").outbound.lost}
    assert lost[isrg].after is Reach.NEVER


def test_the_impact_leaves_the_diagnosed_server_alone(machines: Machines) -> None:
    answer = machines.ask(machines.one("r46"), *phrases("r46")["delete"])
    assert answer.before == answer.case.scene.server
    assert answer.after != answer.before


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ("", "an empty change"),
        ("explode R46", "unknown change 'explode R46'; expected delete CERTIFICATE"),
        ("untrust", "does not say which certificate"),
        ("tidy now", "'now' says nothing here; expected 'tidy' alone"),
        ("renew fixtures/e46/with-root.pfx", "say which certificate is renewed with 'for …'; candidates: www.chainlab"),
        ("untrust 12345678", "no certificate '12345678'"),
        (f'untrust "{NAMES["r46"]}"', "is ambiguous; name one of"),
        ("root-update maybe", "expected on or off"),
        ("restart", "does not say iis or server"),
        ("restrict fb243876", "does not say to which purposes"),
        ("restrict fb243876 to nonsense", "unknown purpose 'nonsense'"),
        ("delete fb243876 from Nowhere/CA", "unknown store 'Nowhere/CA'"),
        ("delete fb243876 from", "nothing stands after 'from'"),
        ("delete d693b300", "no store of the server holds"),
        ("rebind 1.2.3.4:5", "no binding '1.2.3.4:5'; there is: no binding was seen"),
    ],
)
def test_a_wrong_change_is_refused_with_what_was_expected(
    machines: Machines, monkeypatch: pytest.MonkeyPatch, change: str, text: str
) -> None:
    monkeypatch.chdir(machines.fixtures.parent)
    with pytest.raises(UsageError) as refused:
        machines.ask(machines.one("r46"), change)
    assert text in str(refused.value)


def test_there_must_be_a_change_and_a_server(machines: Machines) -> None:
    with pytest.raises(UsageError, match="no change"):
        machines.ask(machines.one("r46"))
    request = machines.request(served=machines.fixtures / "r46/served-short.pem")
    with pytest.raises(UsageError, match="observed"):
        machines.ask(request, "windows-update")


def test_an_endpoint_whose_binding_or_certificate_goes_is_broken(machines: Machines, tmp_path: Path) -> None:
    http = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\HTTP\\Parameters\\SslBindingInfo"
    file = tmp_path / "unbind.reg"
    file.write_text(f"Windows Registry Editor Version 5.00\r\n\r\n[-{http}\\0.0.0.0:8443]\r\n")
    unbound = machines.ask(machines.both(), str(file))
    assert [effect.broken for effect in unbound.effects] == ["", "the binding is gone"]
    deleted = machines.ask(machines.both(), f"delete {machines.leaf('r46').sha256}")
    assert [bool(effect.broken) for effect in deleted.effects] == [True, False]
    assert unbound.worse
    assert deleted.worse


def test_a_certificate_must_be_in_my_before_it_can_be_bound(machines: Machines) -> None:
    with pytest.raises(UsageError, match="is not in LocalMachine/My; import-pfx it first"):
        machines.ask(machines.one("r46"), "rebind to d693b300")


def test_hundreds_of_endpoints_with_one_certificate_are_simulated_once(machines: Machines, tmp_path: Path) -> None:
    bindings = tmp_path / "many.txt"
    sha1 = machines.leaf("r46").sha1
    bindings.write_text(netsh(*((f"10.0.{number // 250}.{number % 250}:443", sha1) for number in range(500))))
    answer = machines.ask(machines.request("r46/server.reg", bindings), *phrases("r46")["untrust"])
    assert len(answer.effects) == 500
    assert len({id(effect.after) for effect in answer.effects}) == 1
