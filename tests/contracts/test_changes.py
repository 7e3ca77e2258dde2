"""Every kind of change, whatever it is: it can be undone exactly, it is quiet when it has nothing to do, it is said."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.changes import Change, RegistryEdit, Restore, all_kinds
from chainlab.errors import UsageError
from chainlab.properties import StoreProperties
from chainlab.proposal import parse_phrase
from chainlab.server import (
    LM_AUTHROOT,
    LM_CA,
    LM_DISALLOWED,
    LM_MY,
    LM_ROOT,
    SYSTEM_CA,
    Binding,
    Server,
    StoreEntry,
    StoreName,
)
from tests.changes.resolving import Names
from tests.pki import Pki
from tests.windows.machine import program_of

PKI = Pki("changes")
R, U, I, J = (PKI.ca("R"), PKI.ca("U"), PKI.ca("I", "R"), PKI.ca("J", "U"))  # noqa: E741 - as in the drawings of the field
CROSS, OLD, NEW = PKI.ca("R", "U"), PKI.leaf("I"), PKI.leaf("J")
KNOWN = {"R": R, "U": U, "I": I, "J": J, "cross": CROSS, "old": OLD, "new": NEW}
POLICY_CA = StoreName("LocalMachine", "CA", ".GroupPolicy")
EDIT = RegistryEdit(
    "changes.reg",
    added=(StoreEntry(CROSS, LM_CA), StoreEntry(R, LM_AUTHROOT, StoreProperties(purposes=frozenset()))),
    deleted=((LM_ROOT, ""), (LM_CA, I.sha1)),
    root_update=False,
    chain_config=(("minrsapubkeybitlength", 2048),),
    bound=(Binding("0.0.0.0:8443", OLD.sha1),),
    unbound=("0.0.0.0:443",),
)

PHRASES = """
import cross
import cross into LocalMachine/Root
import R into CurrentUser/CA
import cross into System/CA
import U into Root
delete R
delete I from LocalMachine/CA
disable-purposes R
disable-purposes I
disable-purposes R in LocalMachine/CA
restrict R to client-auth,1.3.6.1.5.5.7.3.3
untrust R
untrust I
trust R
trust J
tidy
root-update off
root-update on
windows-update
windows-update with disallowed.stl
import-pfx new.pfx
import-pfx new.pfx with certutil-noroot
import-pfx new.pfx with powershell
rebind
rebind 0.0.0.0:443 to new
rebind 0.0.0.0:443 WWW.example.test
rebind 0.0.0.0:443, www.example.test:443 to new
renew new.pfx
renew new.pfx for old
restart iis
restart server
changes.reg
""".strip().splitlines()
"""At least one phrase of every kind."""


def machine() -> Server:
    """A server with something for every change to do."""
    entries = [
        StoreEntry(R, LM_AUTHROOT), StoreEntry(R, LM_ROOT), StoreEntry(R, LM_CA), StoreEntry(I, LM_CA),
        StoreEntry(I, LM_MY), StoreEntry(I, SYSTEM_CA), StoreEntry(I, POLICY_CA), StoreEntry(CROSS, LM_ROOT),
        StoreEntry(J, LM_DISALLOWED), StoreEntry(NEW, LM_MY), StoreEntry(OLD, LM_MY, StoreProperties(has_key=True)),
        StoreEntry(U, LM_AUTHROOT, StoreProperties(purposes=frozenset({"1.3.6.1.5.5.7.3.1"}))),
    ]  # fmt: skip
    bindings = (Binding("0.0.0.0:443", OLD.sha1), Binding("www.example.test:443", OLD.sha1, "www.example.test", "sni"))
    return Server(tuple(entries), bindings, program=program_of(R, U), obtainable=(R, U))


def made(phrase: str, server: Server) -> list[Change]:
    parsed = parse_phrase(phrase)
    return all_kinds()[parsed.verb].make(parsed, Names(server, KNOWN, (NEW, J, U), EDIT))


def apply_all(changes: Sequence[Change], server: Server) -> tuple[Server, list[Change]]:
    """The server after the changes, and what undoes them, last first."""
    undo: list[Change] = []
    for change in changes:
        undo.insert(0, change.inverse(server))
        server = change.apply(server)
    return server, undo


def test_there_is_a_phrase_for_every_kind() -> None:
    assert {parse_phrase(phrase).verb for phrase in PHRASES} == set(all_kinds())
    assert len({kind.code for kind in all_kinds().values()}) == len(all_kinds())


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_change_carries_the_code_of_its_kind_and_says_what_it_does(phrase: str) -> None:
    kind = all_kinds()[parse_phrase(phrase).verb]
    for change in made(phrase, machine()):
        assert change.code == kind.code
        assert change.title
        assert change.commands().__class__.__name__ == "Commands"


@pytest.mark.parametrize("phrase", PHRASES)
def test_the_inverse_of_the_applied_change_gives_the_server_back(phrase: str) -> None:
    server = machine()
    for change in made(phrase, server):
        assert change.inverse(server).apply(change.apply(server)) == server


@pytest.mark.parametrize("phrase", PHRASES)
def test_what_is_not_applicable_changes_nothing_and_what_was_applied_stays(phrase: str) -> None:
    server = machine()
    for change in made(phrase, server):
        after = change.apply(server)
        assert (after != server) == change.applicable(server)
        assert change.apply(after) == after
        assert not change.applicable(after)


@given(st.lists(st.sampled_from(PHRASES), max_size=8))
def test_any_sequence_applied_and_rolled_back_leaves_the_server_as_it_was(phrases: list[str]) -> None:
    server = machine()
    undo: list[Change] = []
    now = server
    for phrase in phrases:
        try:
            changes = made(phrase, now)
        except UsageError:  # what the phrase refers to is gone by now
            continue
        now, back = apply_all(changes, now)
        undo = back + undo
    for change in undo:
        now = change.apply(now)
    assert now == server


@pytest.mark.parametrize("phrase", PHRASES)
def test_the_inverse_of_an_inverse_is_the_change_again(phrase: str) -> None:
    server = machine()
    after, undo = apply_all(made(phrase, server), server)
    for change in undo:
        again = change.inverse(after)
        assert isinstance(again, Restore)
        back = change.apply(after)
        assert again.apply(back) == after
        after = back


def test_changes_are_values() -> None:
    for phrase in PHRASES:
        assert made(phrase, machine()) == made(phrase, machine())


def test_shuffled_entries_do_not_change_what_a_change_does() -> None:
    """Set-wise: the order of a store's entries means nothing."""
    server = machine()
    entries = list(server.entries)
    random.Random(7).shuffle(entries)
    shuffled = replace(server, entries=tuple(entries))
    for phrase in PHRASES:
        first, _ = apply_all(made(phrase, server), server)
        second, _ = apply_all(made(phrase, shuffled), shuffled)
        assert set(first.entries) == set(second.entries), phrase


@pytest.mark.parametrize("phrase", PHRASES)
def test_the_phrase_of_a_change_says_that_change(phrase: str) -> None:
    server = machine()
    everything = {certificate.sha256: certificate for certificate in KNOWN.values()}
    names = Names(server, everything, (NEW, J, U), EDIT)
    for change in made(phrase, server):
        if change.phrase:
            parsed = parse_phrase(change.phrase)
            assert all_kinds()[parsed.verb].make(parsed, names) == [change]
        else:
            assert phrase == "windows-update with disallowed.stl"
