"""The server as a client, on small hierarchies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chainlab.catalog import Catalog
from chainlab.certificate import Certificate
from chainlab.changes import Change, DeleteCertificate, DisablePurposes, ImportCertificate, MoveToUntrusted
from chainlab.graph import CertGraph
from chainlab.outbound import Outbound, Reach, outbound, probe_under
from chainlab.server import LM_AUTHROOT, LM_CA, LM_ROOT, Server, StoreEntry
from chainlab.windows.engine import BOTH, predict_chain
from chainlab.windows.status import TrustError
from tests.pki import NOW, Pki
from tests.windows.machine import program_of


class Machine:
    """R and U in Root, the cross-sign of R by U known to everybody; nothing comes by itself."""

    def __init__(self, pki: Pki) -> None:
        self.root, self.other, self.cross = pki.ca("R"), pki.ca("U"), pki.ca("R", "U")
        self.issuing = pki.ca("I", "R")
        self.server = Server(
            entries=(StoreEntry(self.root, LM_ROOT), StoreEntry(self.other, LM_AUTHROOT)), root_update=False
        )
        self.graph = CertGraph([self.root, self.other, self.cross, self.issuing])

    def after(self, *changes: Change, server: Server | None = None) -> Outbound:
        before = after = server or self.server
        for change in changes:
            after = change.apply(after)
        return outbound(before, after, self.graph, Catalog([]), NOW, BOTH)


@pytest.fixture
def machine(pki: Pki) -> Machine:
    return Machine(pki)


def reaches(found: Outbound) -> dict[Certificate, tuple[Reach, Reach]]:
    return {h.certificate: (h.before, h.after) for h in (*found.lost, *found.gained)}


@pytest.mark.parametrize("change", [DeleteCertificate, DisablePurposes, MoveToUntrusted])
def test_a_blocked_root_is_valid_only_over_a_cross_sign_that_the_site_sends(machine: Machine, change) -> None:
    found = machine.after(change(machine.root))
    assert reaches(found) == {machine.root: (Reach.ALWAYS, Reach.IF_SENT)}


def test_with_the_cross_sign_in_ca_nothing_is_lost(machine: Machine) -> None:
    found = machine.after(ImportCertificate(machine.cross), MoveToUntrusted(machine.root))
    assert not found.lost
    assert found.examined >= 1


def test_what_hangs_on_the_other_root_by_the_cross_sign_is_asked_too(machine: Machine) -> None:
    """U goes: sites under U are lost, those under R are not, whose own root is there."""
    found = machine.after(MoveToUntrusted(machine.other))
    assert reaches(found) == {machine.other: (Reach.ALWAYS, Reach.NEVER)}
    without_root = replace(
        machine.server, entries=(StoreEntry(machine.other, LM_ROOT), StoreEntry(machine.cross, LM_CA))
    )
    lost = reaches(machine.after(MoveToUntrusted(machine.other), server=without_root))
    assert lost[machine.root] == (Reach.ALWAYS, Reach.NEVER)


def test_an_untrusted_intermediate_takes_the_sites_under_it(machine: Machine) -> None:
    found = machine.after(MoveToUntrusted(machine.issuing))
    assert reaches(found) == {machine.issuing: (Reach.ALWAYS, Reach.NEVER)}


def test_a_root_that_is_imported_is_gained(machine: Machine, pki: Pki) -> None:
    new = pki.ca("New")
    machine.graph = CertGraph([*machine.graph.certificates, new])
    found = machine.after(ImportCertificate(new, LM_ROOT))
    assert reaches(found) == {new: (Reach.NEVER, Reach.ALWAYS)}
    assert not found.lost


def test_root_update_brings_a_deleted_root_back_when_a_site_needs_it(machine: Machine) -> None:
    server = replace(
        machine.server, root_update=True, program=program_of(machine.root, machine.other),
        obtainable=(machine.root, machine.other),
    )  # fmt: skip
    assert not machine.after(DeleteCertificate(machine.root), server=server).lost


def test_nothing_is_asked_where_no_ca_is_touched(machine: Machine, pki: Pki) -> None:
    leaf = pki.leaf("I")
    machine.graph = CertGraph([*machine.graph.certificates, leaf])
    assert machine.after(ImportCertificate(leaf)).examined == 0


def test_the_probe_chains_to_its_authority_without_any_error(machine: Machine) -> None:
    prediction = predict_chain(machine.server, machine.graph, probe_under(machine.root, NOW), NOW)
    assert prediction.chosen.root == machine.root
    assert prediction.chosen.status == TrustError.NO_ERROR
