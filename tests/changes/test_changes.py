"""Changes: what each does, that it can be undone, and its commands."""

import pytest

from chainlab.changes import (
    Change,
    DeleteCertificate,
    DisablePurposes,
    ImportCertificate,
    ImportPfx,
    MoveToUntrusted,
    Rebind,
    RenewCertificate,
    SetRootUpdate,
    TidyStores,
    WindowsUpdate,
    misplaced,
)
from chainlab.changes.commands import file_name
from chainlab.changes.rebind import bindings_named
from chainlab.errors import UsageError
from chainlab.properties import StoreProperties
from chainlab.server import LM_AUTHROOT, LM_CA, LM_ROOT, Binding, Server, StoreEntry, StoreName
from chainlab.windows.root_update import program_entry
from tests.pki import Pki
from tests.windows.machine import Machine, served
from tests.windows.test_engine import program


@pytest.fixture
def server(pki: Pki) -> Server:
    root = pki.ca("R")
    return Server(
        entries=(StoreEntry(root, LM_ROOT), StoreEntry(root, LM_AUTHROOT), StoreEntry(pki.ca("I", "R"), LM_CA)),
        program=program(root),
        obtainable=(root,),
    )


def changes(pki: Pki) -> list[Change]:
    root = pki.ca("R")
    return [
        ImportCertificate(pki.ca("R", "U")),
        ImportCertificate(root, StoreName("CurrentUser", "CA")),
        DeleteCertificate(root),
        DisablePurposes(root),
        MoveToUntrusted(root),
        WindowsUpdate(program_entry),
    ]


@pytest.mark.parametrize("number", range(6))
def test_apply_then_inverse_leaves_the_server_as_it_was(server: Server, pki: Pki, number: int) -> None:
    change = changes(pki)[number]
    assert change.inverse(server).apply(change.apply(server)) == server


@pytest.mark.parametrize("number", range(5))
def test_a_change_that_was_applied_is_not_applicable_again(server: Server, pki: Pki, number: int) -> None:
    change = changes(pki)[number]
    assert change.applicable(server)
    assert not change.applicable(change.apply(server))


def test_delete_takes_the_root_out_of_every_physical_store(server: Server, pki: Pki) -> None:
    assert not DeleteCertificate(pki.ca("R")).apply(server).held_in("Root")


def test_windows_update_brings_a_deleted_root_back_and_resets_purposes(server: Server, pki: Pki) -> None:
    root, update = pki.ca("R"), WindowsUpdate(program_entry)
    assert update.apply(DeleteCertificate(root).apply(server)).find(root, "Root")
    disabled = Server(
        entries=(StoreEntry(root, LM_AUTHROOT, StoreProperties(purposes=frozenset())),),
        program=server.program,
        obtainable=server.obtainable,
    )
    (entry,) = update.apply(disabled).find(root, "Root")
    assert not entry.properties.all_purposes_disabled


def test_windows_update_leaves_untrusted_alone_and_respects_the_switch(server: Server, pki: Pki) -> None:
    from dataclasses import replace

    root, update = pki.ca("R"), WindowsUpdate(program_entry)
    moved = MoveToUntrusted(root).apply(server)
    assert update.apply(moved).find(root, "Disallowed")
    off = replace(DeleteCertificate(root).apply(server), root_update=False)
    assert update.apply(off) == off


def test_commands_are_quoted_and_name_files_without_anything_to_escape(pki: Pki) -> None:
    pki.entity("evil", subject="O=Test, CN=a'; Remove-Item C:\\ -Recurse #$(x)`")
    certificate = pki.ca("evil")
    assert file_name(certificate).removesuffix(".cer").replace("-", "").isalnum()
    for change in (ImportCertificate(certificate), DeleteCertificate(certificate), MoveToUntrusted(certificate)):
        commands = change.commands()
        assert commands.powershell
        assert commands.certutil
        for line in (*commands.powershell, *commands.certutil):
            assert "Recurse" not in line or "'" not in line.split("Recurse")[1][:2]
            assert ";" not in line
            assert "$(" not in line


def test_each_change_says_what_reverts_it(pki: Pki) -> None:
    root = pki.ca("R")
    assert DeleteCertificate(root).reverted_by
    assert DisablePurposes(root).reverted_by
    assert not MoveToUntrusted(root).reverted_by
    assert not ImportCertificate(root).reverted_by


def test_the_wrong_store_is_said_to_be_wrong(pki: Pki) -> None:
    assert "IIS does not see" in ImportCertificate(pki.ca("I", "R"), StoreName("CurrentUser", "CA")).side_effects[0]
    assert "403.16" in ImportCertificate(pki.ca("I", "R"), LM_ROOT).side_effects[0]


def test_a_disallowed_list_that_arrives_distrusts_by_hash(pki: Pki) -> None:
    """The list's switch is not that of root update: it arrives even where that is off."""
    root, issuing = pki.ca("R"), pki.ca("I", "R")
    machine = Machine(pki.leaf("I"), Root=[root], CA=[issuing, pki.ca("I", "U")], AuthRoot=[pki.ca("U")])
    before = served(machine.predict())
    (name,) = [c.sha1 for c in (issuing, pki.ca("I", "U")) if before == f"I [{c.issuer.common}]"]
    machine.server = WindowsUpdate(program_entry, disallowed=frozenset({name})).apply(machine.server)
    assert served(machine.predict()) == ("I [U]" if before == "I [R]" else "I [R]")


def test_only_what_a_domains_policy_distributes_stays_when_deleted(pki: Pki) -> None:
    root = pki.ca("R")
    policy = StoreName("LocalMachine", "Root", ".GroupPolicy")
    server = Server(entries=(StoreEntry(root, LM_ROOT), StoreEntry(root, LM_AUTHROOT), StoreEntry(root, policy)))
    assert [entry.store for entry in DeleteCertificate(root).apply(server).entries] == [policy]
    assert [entry.store for entry in MoveToUntrusted(root).apply(server).held_in("Root")] == [policy]


def test_tidying_moves_what_is_misplaced_and_keeps_the_programs_copy(pki: Pki) -> None:
    root, issuing = pki.ca("R"), pki.ca("I", "R")
    server = Server(
        entries=(
            StoreEntry(root, LM_ROOT), StoreEntry(root, LM_AUTHROOT), StoreEntry(root, LM_CA),
            StoreEntry(issuing, LM_ROOT), StoreEntry(issuing, StoreName("System", "CA")),
        )
    )  # fmt: skip
    change = TidyStores(misplaced(server))
    after = change.apply(server)
    assert {(e.certificate, str(e.store), e.store.physical) for e in after.entries} == {
        (root, "LocalMachine/Root", ".AuthRoot"), (issuing, "LocalMachine/CA", ".Default"),
        (issuing, "System/CA", ".Default"),
    }  # fmt: skip
    again = TidyStores(misplaced(after))
    assert again.title.endswith("1 misplaced or doubled entry")
    assert not misplaced(again.apply(after))


def test_root_update_without_a_program_cannot_be_switched() -> None:
    assert not SetRootUpdate(on=False).applicable(Server())


def test_every_name_of_the_package_can_be_had_and_no_other() -> None:
    import chainlab.changes as package

    for name in package.__all__:
        assert getattr(package, name).__module__.startswith("chainlab.changes.")
    with pytest.raises(AttributeError, match="no attribute Nothing"):
        _ = package.Nothing


def test_a_rebinding_of_some_bindings_is_not_said_as_one_of_all(pki: Pki) -> None:
    three = tuple(Binding(f"0.0.0.0:{port}", "") for port in (443, 444, 445))
    assert Rebind(three[:2]).phrase == "rebind 0.0.0.0:443 0.0.0.0:444"
    assert Rebind().phrase == "rebind"
    assert bindings_named("0.0.0.0:443 0.0.0.0:444", three, "") == three[:2]
    assert bindings_named("", three, "") == three
    with pytest.raises(UsageError, match=r"no binding '0\.0\.0\.0:1'; there is: 0\.0\.0\.0:443"):
        bindings_named("0.0.0.0:443,0.0.0.0:1", three, "rebind")


def test_no_phrase_is_given_that_would_be_read_as_something_else(pki: Pki) -> None:
    old, new = pki.leaf("I"), pki.leaf("J")
    file = "a\"b'c.pfx"
    assert RenewCertificate(new, old, ImportPfx(file, (), "iis", "IIS")).phrase == ""
    assert ImportPfx(file, (), "iis", "IIS").phrase == ""
    assert Rebind((Binding("a b:443", ""),)).phrase == ""
