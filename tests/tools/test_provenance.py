"""Every committed data file stands in the table of provenance, is what was signed, and comes out of its tool again."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chainlab.evidence import ReadOptions, read_inputs
from fixtures import generate
from tests.conftest import ROOT
from tests.oracles import measurements, report
from tests.tools.registries import from_registries
from tests.verifiers import reduced
from tools import build_pkits, import_facts, provenance
from tools.root_sources import SourceError, UnreachableError

GROUPS = {group["id"]: group for group in provenance.load()}


def test_every_data_file_is_signed_and_unchanged() -> None:
    assert provenance.problems(GROUPS.values()) == [], "look at the change, then: python -m tools.provenance"


def test_every_group_says_what_made_it_from_what_and_under_which_licence() -> None:
    for group in GROUPS.values():
        assert group["kind"] in provenance.KINDS
        assert group["by"], group["id"]
        assert group["licence"], group["id"]
        assert group["kind"] not in ("built", "recorded") or group["from"], group["id"]
        assert group["kind"] != "built" or group["test"], group["id"]
        named = [*(source["list"] for source in group["from"] if "list" in source), *_paths(group["by"])]
        assert all((ROOT / path).exists() for path in [*named, *_paths(group.get("test", ""))]), group["id"]


def _paths(text: str) -> list[str]:
    return [word.strip(",()") for word in text.split() if "/" in word and ".py" in word]


def test_the_notice_names_what_comes_from_others() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for group in GROUPS.values():
        if group["licence"] != "Apache-2.0":
            assert any(pattern.rpartition("/")[0] in notice for pattern in group["patterns"]), group["id"]
    packages = json.loads((ROOT / "chainlab/catalog/data/roots-provenance.json").read_text(encoding="utf-8"))
    for package in packages["packages"]:
        assert package["name"].lower() in notice.lower(), package["name"]
    assert build_pkits.PACKAGE.name in notice


def test_the_pinned_archives_are_those_of_the_tools() -> None:
    (source,) = GROUPS["pkits"]["from"]
    assert source["sha256"] == build_pkits.ARCHIVE_SHA256


def test_a_file_that_is_new_changed_gone_or_claimed_twice_is_named(tmp_path: Path) -> None:
    for name in ("new", "changed", "twice"):
        (tmp_path / "tests" / "golden").mkdir(parents=True, exist_ok=True)
        (tmp_path / "tests" / "golden" / name).write_text(name)
    wanted = {f"tests/golden/{name}": "0" * 64 for name in ("changed", "gone")}
    groups: list[provenance.Group] = [
        {"id": "one", "kind": "recorded", "patterns": ["tests/golden/changed", "tests/golden/twice"], "files": wanted},
        {"id": "two", "kind": "measured", "patterns": ["tests/golden/twice"]},
    ]
    assert sorted(provenance.problems(groups, tmp_path)) == [
        "tests/golden/changed (one) is not what was signed",
        "tests/golden/gone (one) is signed, and is not there",
        "tests/golden/new stands in no group",
        "tests/golden/twice (one) is not signed",
        "tests/golden/twice stands in one and two",
    ]


def test_signing_brings_the_hashes_up_to_date_and_checking_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "provenance.json"
    document = json.loads(provenance.TABLE.read_text(encoding="utf-8"))
    document["groups"][0]["files"] = {"chainlab/catalog/data/gone": "0" * 64}
    table.write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setattr(provenance, "TABLE", table)
    assert provenance.main(["--check"]) == 1
    assert "is signed, and is not there" in capsys.readouterr().out
    assert provenance.main([]) == 0
    assert provenance.main(["--check"]) == 0
    assert table.read_bytes() == (ROOT / "tools" / "provenance.json").read_bytes()


# --- made again ---


def same(made: Path, group: str, below: Path) -> None:
    """Every file of the group is among those made, with the same bytes."""
    for path in GROUPS[group]["files"]:
        assert (made / Path(path).relative_to(below)).read_bytes() == (ROOT / path).read_bytes(), path


def test_the_fixtures_are_made_again_byte_for_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "fixtures" / "keys", tmp_path / "keys")
    monkeypatch.setattr(generate, "HERE", tmp_path)
    generate.main()
    same(tmp_path, "fixtures", Path("fixtures"))
    options = ReadOptions(password=lambda _place: generate.PASSWORD)
    for path in GROUPS["protected-fixtures"]["files"]:  # encryption has its random salt: the content is compared
        new, old = tmp_path / Path(path).relative_to("fixtures"), ROOT / path
        made, committed = (read_inputs([(file, None)], options).certificates for file in (new, old))
        assert [item.certificate for item in made] == [item.certificate for item in committed]
        assert len(made) == 3


def test_the_agreement_follows_from_the_measurements(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "agreement.json"
    shutil.copy(report.DATA, file)
    report.write_data(file, measurements.load())
    assert file.read_bytes() == report.DATA.read_bytes()


def test_the_facts_are_imported_again_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared: Callable[[str], Path]
) -> None:
    folder = shared("facts")
    wanted = {source["name"].rpartition(" ")[2]: source["sha256"] for source in GROUPS["facts"]["from"]}
    if any(provenance.sha256(folder / name) != known for name, known in wanted.items()):
        pytest.skip("the facts beside this checkout are others than those that were imported")
    (tmp_path / "clients" / "data").mkdir(parents=True)
    shutil.copy(ROOT / "chainlab/clients/data/roots.txt", tmp_path / "clients" / "data")
    monkeypatch.setattr(import_facts, "PACKAGE", tmp_path)
    monkeypatch.setattr(sys, "argv", ["import_facts", str(folder)])
    import_facts.main()
    same(tmp_path, "facts", Path("chainlab"))


def test_the_matrix_is_reduced_again(shared: Callable[[str], Path]) -> None:
    matrix = shared("facts/verifier-matrix.json")
    (source,) = GROUPS["reduced-matrix"]["from"]
    if provenance.sha256(matrix) != source["sha256"]:
        pytest.skip("the matrix beside this checkout is another than the one that was reduced")
    made = reduced.extract(json.loads(matrix.read_text(encoding="utf-8")))
    assert made == json.loads(reduced.FILE.read_text(encoding="utf-8"))


def test_only_what_cannot_be_had_is_skipped() -> None:
    with pytest.raises(pytest.skip.Exception, match="does not give it: no route"), from_registries():
        raise UnreachableError("no route")
    with pytest.raises(SourceError, match="another one"), from_registries():
        raise SourceError("another one")
