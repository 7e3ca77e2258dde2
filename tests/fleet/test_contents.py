"""Equal evidence has equal hashes, whatever it is called and whenever it was collected; different evidence has not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.fleet_simulator import Simulator
from chainlab.evidence import ReadOptions
from chainlab.fleet.contents import content_hash, evidence_hash, explain, read_content
from chainlab.lab.bundle import evidence_bundle
from chainlab.lab.writers import pem

OPTIONS = ReadOptions()


def hash_of(content) -> str:
    return evidence_hash(read_content(content, OPTIONS))


def bundle_of(seed: int):
    simulator = Simulator(seed)
    return next(d for d in map(simulator.deployment, range(50)) if d.bundle is not None)


def test_a_bundle_collected_again_is_the_same_evidence() -> None:
    found = bundle_of(1)
    again = found.again(90)
    assert content_hash(again) != content_hash(found.content)
    assert hash_of(again) == hash_of(found.content)


def test_another_binding_is_other_evidence() -> None:
    found = bundle_of(1)
    changed = replace(found.bundle, bindings=found.bundle.bindings[:1])
    assert hash_of(evidence_bundle(changed)) != hash_of(found.content)


def test_a_store_entry_less_is_other_evidence() -> None:
    found = bundle_of(1)
    changed = replace(found.bundle, entries=found.bundle.entries[1:])
    assert hash_of(evidence_bundle(changed)) != hash_of(found.content)


def test_text_around_certificates_makes_no_difference_but_their_order_does(fixtures: Path) -> None:
    data = (fixtures / "r46" / "served-cross.pem").read_bytes()
    assert hash_of(b"collected on Monday\n" + data) == hash_of(data)
    first, second, *others = data.split(b"-----BEGIN CERTIFICATE-----")[1:]
    swapped = b"".join(b"-----BEGIN CERTIFICATE-----" + part for part in (second, first, *others))
    assert hash_of(swapped) != hash_of(data)


def test_two_pfx_files_of_the_same_certificates_are_the_same_evidence(fixtures: Path) -> None:
    simulator = Simulator(3)
    from chainlab.lab.writers import pfx

    leaf = simulator.made["www"]
    one, two = (pfx(leaf, simulator.key, [], name=name) for name in ("old name", "new name"))
    assert one != two
    assert hash_of(one) == hash_of(two)
    assert hash_of(pem([leaf]).encode()) != hash_of(one), "a PFX has the key"


def test_a_folder_is_its_files_whatever_their_order(fixtures: Path) -> None:
    files = {path.name: path.read_bytes() for path in (fixtures / "r46").glob("*.sst")}
    other = dict(reversed(files.items()))
    assert content_hash(files) == content_hash(other)
    assert evidence_hash(read_content(files, OPTIONS)) == evidence_hash(read_content(other, OPTIONS))


@given(st.dictionaries(st.text(min_size=1), st.binary(), min_size=1), st.text(min_size=1), st.binary())
def test_a_changed_file_of_a_folder_changes_its_hash(files, name: str, data: bytes) -> None:
    changed = {**files, name: data}
    assert (content_hash(changed) == content_hash(files)) == (changed == files)


def test_an_unexpected_error_is_said_to_be_chainlabs_own_fault() -> None:
    kind, text = explain(RuntimeError("boom"))
    assert kind == "internal"
    assert "boom" in text


def test_time_zones_do_not_matter() -> None:
    found = bundle_of(2)
    later = replace(found.bundle, at=found.bundle.at + timedelta(days=30))
    assert hash_of(evidence_bundle(later)) == hash_of(found.content)
