"""Microsoft's root program lists."""

from chainlab.catalog import Catalog, RootProgram
from chainlab.catalog.root_program import ALWAYS
from tests.pki import at

AAA = "d7a7a0fb5d7e2731d771e9484ebcdef71d5f0c3e0a2948782bc83ee0ea699ef4"
R46 = "7bb647a62aeeac88bf257aa522d01ffea395e0ab45c73f93f65654ec38f25a06"


def test_the_list_of_the_date_is_taken() -> None:
    assert RootProgram.load(at("2026-11-20")).this_update.date().isoformat() == "2026-10-23"
    assert RootProgram.load(at("2026-01-01")).this_update.date().isoformat() == "2025-06-16"
    assert RootProgram.load(at("2020-01-01")).this_update.date().isoformat() == "2025-06-16"


def test_aaa_left_the_list_of_2026_and_r46_is_in_both() -> None:
    older, newer = RootProgram.load(at("2026-01-01")), RootProgram.load(at("2026-11-20"))
    assert older.entry(AAA) is not None
    assert newer.entry(AAA) is None
    assert older.entry(R46) is not None
    assert newer.entry(R46) is not None


def test_restrictions_are_read() -> None:
    entries = RootProgram.load(at("2026-11-20")).entries.values()
    assert sum(entry.not_before_after is not None for entry in entries) == 302
    assert sum(entry.disallowed_after is not None for entry in entries) == 207
    assert any(entry.disallowed_after == ALWAYS for entry in entries)
    purposes_alone = [e for e in entries if e.not_before_purposes is not None and e.not_before_after is None]
    assert [entry.name for entry in purposes_alone] == ["GeoTrust Universal CA"]


def test_r46_is_allowed_for_tls_only(catalog: Catalog) -> None:
    entry = RootProgram.load(at("2026-11-20")).entry(R46)
    assert entry is not None
    assert entry.purposes == {"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"}
    assert R46 in catalog
