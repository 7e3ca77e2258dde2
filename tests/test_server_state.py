"""From evidence to the server: stores, lists, switches, and where a PFX lands."""

import pytest

from chainlab.catalog import Catalog, ProgramEntry
from chainlab.certificate import Certificate
from chainlab.evidence import Evidence, Item, ListEvidence, Place, SettingEvidence, StoreRecord
from chainlab.graph import CertGraph
from chainlab.properties import StoreProperties
from chainlab.server import LM_AUTHROOT, LM_CA, LM_MY, LM_ROOT, Server
from chainlab.server_state import Baseline, known_thumbprints, server_of
from chainlab.windows.pfx_import import ImportTool
from tests.pki import NOW, Pki, at
from tests.scene import BARE, seen


def server(*items: Item, baseline: Baseline = BARE, further: tuple[Certificate, ...] = ()) -> Server:
    evidence = Evidence.of(items)
    graph = CertGraph([*(item.certificate for item in evidence.certificates), *further])
    return server_of(evidence, graph, NOW, baseline, Catalog([]))


def places(made: Server) -> dict[str, str]:
    return {entry.certificate.subject.common: str(entry.store) for entry in made.entries}


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        (ImportTool.IIS, {"I": "LocalMachine/CA", "R": "LocalMachine/Root"}),
        (ImportTool.MMC_PERSONAL, {"I": "LocalMachine/My", "R": "LocalMachine/My"}),
        (ImportTool.POWERSHELL, {"I": "LocalMachine/My", "R": "LocalMachine/My"}),
        (ImportTool.CERTUTIL, {"I": "LocalMachine/CA", "R": "LocalMachine/Root"}),
        (ImportTool.CERTUTIL_NOROOT, {"I": "LocalMachine/CA"}),
        (ImportTool.CERTUTIL_NOCHAIN, {}),
    ],
    ids=lambda value: value.code if isinstance(value, ImportTool) else "",
)
def test_each_tool_puts_the_certificates_of_a_pfx_where_it_does(
    pki: Pki, tool: ImportTool, expected: dict[str, str]
) -> None:
    bags = [seen(c, format="PFX", key=not c.is_ca) for c in (pki.leaf("I"), pki.ca("I", "R"), pki.ca("R"))]
    made = server(*bags, baseline=Baseline(windows=False, import_tool=tool))
    assert places(made) == {"www.example.test": "LocalMachine/My", **expected}
    assert any(tool.title in text and tool.effect in text for text in made.assumptions)


def test_what_a_store_was_seen_to_hold_wins_over_an_import_in_any_order(pki: Pki) -> None:
    root, disabled = pki.ca("R"), StoreProperties(purposes=frozenset())
    stored, loose = seen(root, "Root", properties=disabled), seen(root, format="PFX")
    for items in ((stored, loose), (loose, stored)):
        (entry,) = server(*items).entries
        assert entry.properties.all_purposes_disabled


def test_the_servers_own_list_replaces_the_one_that_ships(pki: Pki) -> None:
    root = pki.ca("R")
    listed = ListEvidence(
        "authroot", Place("authroot.stl"), at("2024-05-01"), roots=(ProgramEntry("", root.sha1, "R"),)
    )  # fmt: skip
    made = server(listed, seen(pki.leaf("R")), baseline=Baseline(), further=(root,))
    assert made.program is not None
    assert made.program.entry(root.sha256) is not None
    assert made.obtainable == (root,)
    assert "server's own root program list of 2024-05-01" in " ".join(made.assumptions)


def test_the_newest_disallowed_list_counts(pki: Pki) -> None:
    lists = [
        ListEvidence("disallowed", Place("x"), at(day), hashes=(digest,))
        for day, digest in (("2026-01-01", "bb"), ("2025-01-01", "aa"))
    ]
    assert server(*lists).disallowed_hashes == {"bb"}


def test_settings_switch_root_update_and_weak_crypto(pki: Pki) -> None:
    made = server(
        SettingEvidence("root_update", 0, Place("x")), SettingEvidence("chain:minrsapubkeybitlength", 2048, Place("x")),
        baseline=Baseline(),
    )  # fmt: skip
    assert not made.root_update
    assert made.chain_config == (("minrsapubkeybitlength", 2048),)
    assert server(SettingEvidence("root_update", 0, Place("x")), baseline=Baseline(root_update=True)).root_update


def test_records_by_thumbprint_are_joined_with_known_certificates(pki: Pki) -> None:
    issuing = pki.ca("I", "R")
    records = [
        StoreRecord(issuing.sha1, Place("ca.txt"), LM_CA, StoreProperties(archived=True)),
        StoreRecord("00" * 20, Place("ca.txt"), LM_CA),
    ]
    made = server(*records, further=(issuing,))
    assert [(entry.certificate, entry.store, entry.properties.archived) for entry in made.entries] == [
        (issuing, LM_CA, True)
    ]
    assert known_thumbprints(Evidence.of(records), [issuing]) == (1, 1)


def test_a_record_never_doubles_an_entry_with_its_encoding(pki: Pki) -> None:
    root = pki.ca("R")
    made = server(seen(root, "Root"), StoreRecord(root.sha1, Place("x"), LM_ROOT))
    assert [entry.source for entry in made.entries] == ["server.reg"]


def test_wire_sightings_are_no_store_entries(pki: Pki) -> None:
    from dataclasses import replace

    assert server(replace(seen(pki.leaf("I")), on_wire=True)).entries == ()


def test_a_windows_server_without_its_root_store_is_assumed_and_said(pki: Pki) -> None:
    made = server(seen(pki.leaf("I"), format="PFX", key=True), baseline=Baseline())
    assert made.assumptions[0].startswith("the server's Root store was not seen: a current Windows Server")
    off = server(seen(pki.leaf("I"), format="PFX", key=True), baseline=Baseline(root_update=False))
    assert off.assumptions[0].endswith("no public root is trusted")
    assert {LM_AUTHROOT.logical, LM_MY.logical} == {"Root", "My"}
