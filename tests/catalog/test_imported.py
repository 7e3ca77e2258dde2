"""Encodings that the user imports into the catalogue."""

import csv
import json
import pickle
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from chainlab.catalog import Catalog
from chainlab.catalog.catalog import DATA, IMPORTED_FILE
from chainlab.catalog.imported import Imported
from chainlab.catalog.twins import load_twins
from chainlab.cataloguing import import_files, show
from chainlab.certificate import Certificate
from chainlab.diagnosis import diagnose
from chainlab.errors import InputError
from chainlab.evidence import Limits, ReadOptions, read_inputs
from chainlab.lab.writers import pem
from chainlab.report.catalog_json import as_json
from chainlab.request import Request
from tests.pki import NOW, Pki

R46_BY_USERTRUST = "92f351bf3d54164dfa8dd8f9e1139d3150349786485d2b9eecd00e2971c1e6c5"
MANY = ReadOptions(Limits(members=50_000))
SCHEMA = json.loads((Path(__file__).parents[2] / "chainlab/report/data/chainlab.catalog-1.schema.json").read_text())


def write_pem(folder: Path, name: str, certificates: list[Certificate]) -> Path:
    file = folder / name
    file.write_text(pem(certificates))
    return file


def test_imported_certificates_are_found_by_every_key(tmp_path: Path, pki: Pki) -> None:
    root, issuing = pki.ca("R"), pki.ca("I", "R")
    report = import_files([write_pem(tmp_path, "cas.pem", [root, issuing, root])], MANY, tmp_path / "mine")
    assert (report.read, report.added, report.not_ca, report.problems) == (2, 2, 0, ())
    catalog = Catalog([], imported=Imported(tmp_path / "mine"))
    assert catalog.by_subject(issuing.subject) == (issuing,)
    assert catalog.by_ski(issuing.ski or b"") == [issuing]
    assert catalog.by_sha1([issuing.sha1]) == [issuing]
    assert catalog.closure([pki.leaf("I")]) == sorted([root, issuing], key=lambda c: c.sha256)
    assert catalog.fingerprints() == sorted([root.sha256, issuing.sha256])
    assert (catalog.encoding(root.sha256), catalog.origin(root.sha256)) == ("imported", "cas.pem")
    assert root.sha256 in catalog
    assert catalog.get(root.sha256).der == root.der  # type: ignore[union-attr]


def test_importing_again_adds_nothing_and_leaves_are_left_out(tmp_path: Path, pki: Pki) -> None:
    file = write_pem(tmp_path, "all.pem", [pki.ca("R"), pki.leaf("R")])
    assert import_files([file], MANY, tmp_path / "mine").added == 1
    again = import_files([file], MANY, tmp_path / "mine")
    assert (again.read, again.added, again.not_ca) == (1, 0, 1)


def test_a_ccadb_csv_is_read_and_a_broken_row_costs_itself(tmp_path: Path, pki: Pki) -> None:
    file = tmp_path / "AllCertificatePEMsCSVFormat.csv"
    with file.open("w", newline="") as stream:
        rows = csv.writer(stream, quoting=csv.QUOTE_ALL)
        rows.writerow(["SHA-256 Fingerprint", "X.509 Certificate (PEM)"])
        for certificate in (pki.ca("R"), pki.ca("I", "R")):
            body = pem([certificate]).split("\n", 1)[1].strip()
            rows.writerow([certificate.sha256.upper(), f"'{body}'"])
        rows.writerow(["00", "'-----BEGIN CERTIFICATE-----\nMAAA\n-----END CERTIFICATE-----'"])
    report = import_files([file], MANY, tmp_path / "mine")
    assert report.added == 2
    assert [finding.code for finding in report.findings] == ["broken-certificate"]


def test_one_unreadable_file_does_not_stop_the_import(tmp_path: Path, pki: Pki) -> None:
    report = import_files([tmp_path / "no", write_pem(tmp_path, "r.pem", [pki.ca("R")])], MANY, tmp_path / "mine")
    assert report.added == 1
    assert len(report.problems) == 1
    nothing = import_files([tmp_path / "no"], MANY, tmp_path / "other")
    assert nothing.added == 0
    assert not (tmp_path / "other").exists()


def test_facts_get_their_encoding_and_keep_where_they_are_published(
    shared: Callable[[str], Path], tmp_path: Path
) -> None:
    import_files([shared("certs/cross-signs.pem")], MANY, tmp_path)
    before, after = Catalog.load(), Catalog.load(imported=tmp_path)
    facts, encoded = before.get(R46_BY_USERTRUST), after.get(R46_BY_USERTRUST)
    assert facts is not None
    assert encoded is not None
    assert not facts.encoded
    assert encoded.encoded
    assert encoded.published_at == facts.published_at != ()
    assert encoded.entity == facts.entity


def test_a_diagnosis_works_with_the_imported_encoding(shared: Callable[[str], Path], tmp_path: Path) -> None:
    served = read_inputs([(shared("certs/served/icann.org-rsa-2026-10.pem"), None)], ReadOptions())
    leaf = write_pem(tmp_path, "leaf.pem", [served.certificates[0].certificate])
    import_files([shared("certs/cross-signs.pem")], MANY, tmp_path)

    def cross_sign(imported: Path | None) -> Certificate:
        answer = diagnose(Request(((leaf, None),), NOW, selector="none", with_plan=False, imported=imported))
        return next(c for c in answer.scene.graph.certificates if c.sha256 == R46_BY_USERTRUST)

    assert not cross_sign(None).encoded
    assert cross_sign(tmp_path).encoded


def test_a_laboratory_leaves_imported_certificates_out(tmp_path: Path, fixtures: Path, pki: Pki) -> None:
    root = pki.ca("R")
    Imported(tmp_path).add([(root, "x")])
    twins = load_twins(fixtures / "lab.json")
    assert root.sha256 not in Catalog.load(twins, imported=tmp_path)
    assert root.sha256 in Catalog.load(imported=tmp_path)


def test_a_folder_without_imports_is_no_folder(tmp_path: Path) -> None:
    assert len(Catalog.load(imported=tmp_path)) == len(Catalog.load(imported=tmp_path / "no")) == len(Catalog.load())


def test_damage_is_told_with_what_to_do(tmp_path: Path, pki: Pki) -> None:
    (tmp_path / IMPORTED_FILE).write_bytes(b"no database, long enough to be looked at" * 50)
    with pytest.raises(InputError, match="cannot be read") as caught:
        Catalog.load(imported=tmp_path).by_subject(pki.ca("R").subject)
    assert "import the certificates again" in caught.value.hint
    with pytest.raises(InputError, match="cannot be read"):
        Imported(tmp_path).add([(pki.ca("R"), "x")])


def test_an_encoding_filed_under_another_fingerprint_is_not_used(tmp_path: Path, pki: Pki) -> None:
    root, other = pki.ca("R"), pki.ca("S")
    Imported(tmp_path).add([(root, "x")])
    connection = sqlite3.connect(tmp_path / IMPORTED_FILE)
    with connection:
        connection.execute("UPDATE certificate SET der = ?", (other.der,))
    connection.close()
    with pytest.raises(InputError, match="is another one"):
        Catalog.load(imported=tmp_path).get(root.sha256)


def test_a_file_of_another_version_is_refused(tmp_path: Path, pki: Pki) -> None:
    Imported(tmp_path).add([(pki.ca("R"), "x")])
    connection = sqlite3.connect(tmp_path / IMPORTED_FILE)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for work in (Imported(tmp_path).fingerprints, lambda: Imported(tmp_path).add([(pki.ca("S"), "x")])):
        with pytest.raises(InputError, match=r"written by a newer chainlab \(version 99\)") as caught:
            work()
        assert "update chainlab" in caught.value.hint


def test_a_database_of_another_program_is_left_as_it_is(tmp_path: Path, pki: Pki) -> None:
    file = tmp_path / IMPORTED_FILE
    connection = sqlite3.connect(file)
    with connection:
        connection.execute("CREATE TABLE bookmark (url TEXT)")
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    before = file.read_bytes()
    for work in (Imported(tmp_path).fingerprints, lambda: Imported(tmp_path).add([(pki.ca("R"), "x")])):
        with pytest.raises(InputError, match="a database of another program"):
            work()
    assert file.read_bytes() == before


def test_an_empty_file_is_filled(tmp_path: Path, pki: Pki) -> None:
    (tmp_path / IMPORTED_FILE).touch()
    assert Imported(tmp_path).add([(pki.ca("R"), "x")]) == 1


def test_what_an_authority_issued_is_found_among_the_imported_too(tmp_path: Path, pki: Pki) -> None:
    pki.entity("R2", subject="O=Test, CN=R")
    root, issuing, renewed = pki.ca("R"), pki.ca("I", "R"), pki.ca("R2")
    assert renewed.subject == root.subject
    Imported(tmp_path).add([(c, "x") for c in (root, issuing, renewed, pki.ca("S"))])
    catalog = Catalog.load(imported=tmp_path)
    assert catalog.issued_by(root) == [issuing]
    assert catalog.issued_by(pki.ca("S")) == []


def test_other_processes_open_their_own_connection(tmp_path: Path, pki: Pki) -> None:
    imported = Imported(tmp_path)
    imported.add([(pki.ca("R"), "x")])
    assert pickle.loads(pickle.dumps(imported)).fingerprints() == imported.fingerprints()


def test_ten_thousand_imported_certificates_cost_a_diagnosis_little(
    shared: Callable[[str], Path], tmp_path: Path
) -> None:
    """Both under 40 ms on the development machine; the generous bound here only catches reading everything."""
    report = import_files([shared("certs/ccadb.zip")], MANY, tmp_path)
    assert report.added > 10_000
    served = shared("certs/served/icann.org-rsa-2026-10.pem")
    seen = [item.certificate for item in read_inputs([(served, None)], ReadOptions()).certificates]

    def cost(imported: Path | None) -> float:
        start = time.perf_counter()
        Catalog.load(imported=imported).closure(seen)
        return time.perf_counter() - start

    assert min(cost(tmp_path) for _ in range(3)) < min(cost(None) for _ in range(3)) + 0.3


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (R46_BY_USERTRUST, 1),
        ("92:F3:51:BF", 1),
        ("2B18947A 6A9FC776", 1),
        ("authentication root r46", 3),
        ("no such authority", 0),
        ("000000", 0),
    ],
)
def test_search_takes_fingerprints_and_names(catalog: Catalog, wanted: str, count: int) -> None:
    assert len(catalog.search(wanted)) == count


def test_the_view_follows_its_schema_and_says_who_knows_a_root(tmp_path: Path) -> None:
    view = show(tmp_path, "7bb647a6", NOW)
    document = as_json(view)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    (known,) = document["certificates"].values()
    assert known["encoding"] == "shipped"
    assert known["root_program"]["name"]
    assert len(known["snapshots"]) > 20
    jsonschema.Draft202012Validator(SCHEMA).validate(as_json(show(tmp_path, "", NOW)))
    assert view.shipped == len((DATA / "roots.sha256").read_text().split())
