"""Trust-store snapshots against the facts they come from."""

import json
from collections.abc import Callable
from pathlib import Path

from chainlab.catalog import Catalog
from chainlab.clients import Snapshots
from chainlab.paths.trust import TrustLevel


def test_snapshots_are_the_facts(shared: Callable[[str], Path], snapshots: Snapshots) -> None:
    facts = json.loads(shared("facts/trust-stores.json").read_text())
    for profile in facts["profiles"]:
        wanted = sorted(facts["roots"][position]["sha256"] for position in profile["roots"])
        assert snapshots.roots(profile["id"]) == wanted


def test_blocked_roots_are_distrusted_not_absent(catalog: Catalog, snapshots: Snapshots) -> None:
    store = snapshots.store("windows-program-2026-07")
    blocked = next(c for sha256 in store.blocked if (c := catalog.get(sha256)) is not None)
    assert store.setting(blocked).level is TrustLevel.DISTRUSTED


def test_mozillas_distrust_after_is_an_issuance_limit(catalog: Catalog, snapshots: Snapshots) -> None:
    store = snapshots.store("nss-3.53.1")
    assert store.distrust_after
    limited = [c for sha256 in store.distrust_after if (c := catalog.get(sha256)) is not None]
    assert any(store.setting(certificate).issued_before is not None for certificate in limited)


def test_anchors_are_found_by_name(catalog: Catalog, snapshots: Snapshots) -> None:
    r46 = catalog.get("7bb647a62aeeac88bf257aa522d01ffea395e0ab45c73f93f65654ec38f25a06")
    assert r46 is not None
    assert snapshots.store("android-15").anchors_named(r46.subject) == [r46]
    assert snapshots.store("android-14").anchors_named(r46.subject) == []
