"""Servers and store names."""

import pytest

from chainlab.errors import UsageError
from chainlab.server import LM_CA, LM_ROOT, Server, StoreEntry, StoreName
from tests.pki import Pki


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("LocalMachine/CA", StoreName("LocalMachine", "CA")),
        ("localmachine\\root", StoreName("LocalMachine", "Root")),
        ("CurrentUser/My", StoreName("CurrentUser", "My")),
        ("System/CA", StoreName("System", "CA")),
        ("Untrusted", StoreName("LocalMachine", "Disallowed")),
        ("LocalMachine/AuthRoot", StoreName("LocalMachine", "Root", ".AuthRoot")),
        ("LocalMachine/Special", StoreName("LocalMachine", "Special")),
    ],
)
def test_store_names_are_parsed_in_any_case(text: str, expected: StoreName) -> None:
    assert StoreName.parse(text) == expected


@pytest.mark.parametrize("text", ["Nowhere/CA", "LocalMachine/", ""])
def test_unknown_locations_are_usage_errors(text: str) -> None:
    with pytest.raises(UsageError, match="unknown store"):
        StoreName.parse(text)


def test_adding_twice_is_adding_once_and_removing_removes(pki: Pki) -> None:
    entry = StoreEntry(pki.ca("A"), LM_CA)
    server = Server().with_entry(entry).with_entry(entry)
    assert server.entries == (entry,)
    assert server.find(pki.ca("A"), "CA") == [entry]
    assert not server.find(pki.ca("A"), "Root")
    assert server.without(lambda held: held.store == LM_CA).entries == ()
    assert server.with_entry(StoreEntry(pki.ca("A"), LM_ROOT)).held_in("CA") == [entry]
