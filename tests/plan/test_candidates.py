"""Which changes are searched."""

from chainlab.certificate import Certificate
from chainlab.changes import Change, DeleteCertificate, ImportCertificate, MoveToUntrusted
from chainlab.plan.candidates import added_roots, blocked, candidate_changes, intrusion
from chainlab.server import LM_CA, LM_ROOT, SYSTEM_CA
from tests.pki import NOW, Pki, at
from tests.windows.machine import Machine


def candidates(machine: Machine, *known: Certificate) -> list[tuple[str, str, str]]:
    graph = machine.graph(known)
    above = [certificate for certificate in graph.certificates if certificate != machine.leaf]
    found = candidate_changes(machine.server, graph, above, NOW)
    return sorted(_brief(change) for change in found)


def _brief(change: Change) -> tuple[str, str, str]:
    assert change.certificate is not None
    store = getattr(change, "store", None)
    return change.code, f"{change.certificate.subject.common}<{change.certificate.issuer.common}", str(store or "")


def test_what_lacks_is_imported_and_what_has_a_stand_in_is_blocked(pki: Pki) -> None:
    machine = Machine(pki.leaf("I"), Root=[pki.ca("R")], CA=[pki.ca("I", "R")])
    assert candidates(machine, pki.ca("R", "U"), pki.ca("U")) == [
        ("import-certificate", "R<U", "LocalMachine/CA"),
        ("import-certificate", "U<U", "LocalMachine/Root"),
        ("move-to-untrusted", "R<R", ""),
    ]


def test_an_intermediate_in_one_store_is_deleted_there_and_in_two_distrusted(pki: Pki) -> None:
    leaf, root, cross = pki.leaf("I"), pki.ca("R"), pki.ca("R", "U")
    once = Machine(leaf, Root=[root], SystemCA=[cross])
    assert ("delete-certificate", "R<U", "System/CA") in candidates(once)
    twice = Machine(leaf, Root=[root], SystemCA=[cross], CA=[cross])
    assert ("move-to-untrusted", "R<U", "") in candidates(twice)


def test_expired_and_distrusted_certificates_are_not_proposed(pki: Pki) -> None:
    distrusted = pki.ca("R", "V")
    machine = Machine(pki.leaf("I"), Root=[pki.ca("R")], CA=[pki.ca("I", "R")])
    machine.set(disallowed_hashes=frozenset({distrusted.sha1}))
    assert candidates(machine, distrusted, pki.ca("R", "U", not_after=at("2024-01-01"))) == [
        ("move-to-untrusted", "R<R", "")
    ]


def test_what_an_administrator_distrusted_can_be_taken_out_again_and_imported(pki: Pki) -> None:
    machine = Machine(pki.leaf("I"), Root=[pki.ca("R")], CA=[pki.ca("I", "R")], Disallowed=[pki.ca("R", "V")])
    assert candidates(machine) == [
        ("import-certificate", "R<V", "LocalMachine/CA"),
        ("move-to-untrusted", "R<R", ""),
        ("remove-from-untrusted", "R<V", ""),
    ]


def test_a_root_that_update_would_bring_can_be_blocked(pki: Pki) -> None:
    root, cross = pki.ca("R"), pki.ca("R", "U")
    machine = Machine(pki.leaf("I"), CA=[pki.ca("I", "R"), cross]).listed(root)
    assert ("move-to-untrusted", "R<R", "") in candidates(machine)
    machine.set(root_update=False)
    assert ("move-to-untrusted", "R<R", "") not in candidates(machine)


def test_gentle_changes_come_first(pki: Pki) -> None:
    one = pki.ca("R")
    order: list[Change] = [ImportCertificate(one), DeleteCertificate(one, SYSTEM_CA), MoveToUntrusted(one)]
    order.append(ImportCertificate(one, LM_ROOT))
    weights = [intrusion([change]) for change in order]
    assert weights == sorted(weights)
    assert weights[0] == 0
    assert added_roots(order) == [one]
    assert blocked([*order, DeleteCertificate(one), DeleteCertificate(one, LM_CA)]) == [one, one]
