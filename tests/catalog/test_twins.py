"""Laboratory twins stand for real certificates everywhere."""

import json
from pathlib import Path

import pytest

from chainlab.catalog import Catalog, RootProgram
from chainlab.catalog.twins import load_twins
from chainlab.clients import Snapshots
from chainlab.errors import InputError
from chainlab.lab.sectigo import STANDS_FOR
from tests.pki import at


def test_a_twin_replaces_the_certificate_it_stands_for(lab_catalog: Catalog, catalog: Catalog) -> None:
    original = STANDS_FOR["r46"]
    twin = lab_catalog.get(lab_catalog.held_identity(original))
    assert twin is not None
    assert lab_catalog.get(original) is None
    assert twin.subject == catalog.get(original).subject  # type: ignore[union-attr]
    assert lab_catalog.public_identity(twin.sha256) == original


def test_snapshots_know_the_twin_where_they_know_the_original(lab_catalog: Catalog, catalog: Catalog) -> None:
    original = catalog.get(STANDS_FOR["r46"])
    twin = lab_catalog.get(lab_catalog.held_identity(STANDS_FOR["r46"]))
    real, lab = Snapshots(catalog), Snapshots(lab_catalog)
    assert original is not None
    assert twin is not None
    for identity in real.ids():
        assert real.store(identity).knows(original) == lab.store(identity).knows(twin)


def test_every_twin_has_its_originals_names_validity_and_key_type(catalog: Catalog, fixtures: Path) -> None:
    lab = Catalog.load(load_twins(fixtures / "lab.json"))
    for role, original in STANDS_FOR.items():
        twin, real = lab.get(lab.held_identity(original)), catalog.get(original)
        assert twin is not None, role
        assert real is not None, role
        assert (twin.subject.text, twin.issuer.text) == (real.subject.text, real.issuer.text)
        assert str(twin.key) == str(real.key)
        assert twin.not_after.date() == real.not_after.date(), role
        assert twin.not_before.date() == real.not_before.date(), role
        assert twin.extensions.basic_constraints == real.extensions.basic_constraints, role
        assert twin.purposes == real.purposes, role


def test_the_root_program_lists_the_twins_original() -> None:
    assert RootProgram.load(at("2026-11-20")).entry(STANDS_FOR["r46"]) is not None


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("{", "not JSON"),
        ("[]", "not a laboratory file"),
        (json.dumps({"schema": "chainlab-lab/1", "twins": [{}]}), "twin 1: malformed"),
        (json.dumps({"schema": "chainlab-lab/1", "twins": [{"stands_for": "x", "certificate": "y"}]}), "malformed"),
    ],
)
def test_malformed_laboratory_files_are_named(tmp_path: Path, content: str, found: str) -> None:
    file = tmp_path / "lab.json"
    file.write_text(content)
    with pytest.raises(InputError, match=found):
        load_twins(file)


def test_a_missing_laboratory_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_twins(tmp_path / "none.json")
