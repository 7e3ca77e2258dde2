"""Folders and lists become partitions that keep their identity as long as nothing changes, and can be read by row."""

from __future__ import annotations

import base64
import shutil
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError, UsageError
from chainlab.evidence.reading import Limits
from chainlab.fleet import inputs, lists
from chainlab.fleet.inputs import Each, partitions

LIMITS = Limits()


def rows(parts):
    return [row for part in parts for _, row in part.rows(LIMITS)]


def test_every_file_below_a_folder_is_a_server_named_by_its_path(tmp_path: Path) -> None:
    for name in ("b.pem", "a/x.pfx", "a/.hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    found = rows(partitions([tmp_path], tmp_path))
    assert [(row.server, row.content) for row in found] == [("a/x", b"a/x.pfx"), ("b", b"b.pem")]


def test_an_unpacked_bundle_is_one_server(fixtures: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(fixtures / "r46" / "evidence.zip") as archive:
        archive.extractall(tmp_path / "in" / "web01")
    (row,) = rows(partitions([tmp_path / "in"], tmp_path))
    assert row.server == "web01"
    assert isinstance(row.content, dict)
    assert "manifest.json" in row.content


def test_each_folder_can_be_a_server(fixtures: Path, tmp_path: Path) -> None:
    for name in ("web01", "web02"):
        shutil.copytree(fixtures / "e46", tmp_path / "in" / name)
    (tmp_path / "in" / "note.txt").write_text("not a server")
    found = rows(partitions([tmp_path / "in"], tmp_path, Each.FOLDER))
    assert [row.server for row in found] == ["web01", "web02"]


def test_partitions_are_bounded_and_change_only_where_a_file_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "PARTITION_FILES", 10)
    for number in range(35):
        (tmp_path / f"{number:02d}.pem").write_bytes(b"x")
    before = partitions([tmp_path], tmp_path)
    assert [part.count for part in before] == [10, 10, 10, 5]
    (tmp_path / "12.pem").write_bytes(b"changed")
    after = partitions([tmp_path], tmp_path)
    assert [old.identity == new.identity for old, new in zip(before, after, strict=True)] == [True, False, True, True]


def test_a_file_that_vanished_is_an_error_of_its_row(tmp_path: Path) -> None:
    for name in ("a.pem", "b.pem"):
        (tmp_path / name).write_bytes(b"x")
    parts = partitions([tmp_path], tmp_path)
    (tmp_path / "a.pem").unlink()
    first, second = rows(parts)
    assert isinstance(first.content, InputError)
    assert second.content == b"x"


def test_a_list_gives_content_or_path_in_any_case_and_encoding(tmp_path: Path) -> None:
    (tmp_path / "held.pem").write_bytes(b"in a file")
    table = pa.table({
        "Server": ["a", "b", "c", "", "e"],
        "CONTENT": ["-----BEGIN x", base64.b64encode(b"\x30\x82").decode(), None, "plain text!", None],
        "Path": [None, "ignored", "held.pem", None, None],
    })  # fmt: skip
    pq.write_table(table, tmp_path / "list.parquet")
    a, b, c, d, e = rows(partitions([tmp_path / "list.parquet"], tmp_path))
    assert (a.content, b.content, c.content, d.content) == (b"-----BEGIN x", b"\x30\x82", b"in a file", b"plain text!")
    assert d.server.endswith("row 4")
    assert isinstance(e.content, InputError)


@given(count=st.integers(1, 60), group=st.integers(1, 25), piece=st.integers(1, 20), data=st.data())
def test_rows_of_a_list_are_the_same_however_it_is_cut(
    count: int, group: int, piece: int, data, tmp_path_factory
) -> None:
    folder = tmp_path_factory.mktemp("list")
    contents = [bytes([number % 7]) * 3 for number in range(count)]
    table = pa.table({"server": [f"s{number}" for number in range(count)], "content": contents})
    pq.write_table(table, folder / "l.parquet", row_group_size=group)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lists, "PARTITION_ROWS", piece)
        patch.setattr(lists, "_BATCH", 4)
        parts = partitions([folder / "l.parquet"], folder)
    assert [row.server for row in rows(parts)] == [f"s{number}" for number in range(count)]
    assert len({part.identity for part in parts}) == len(parts)
    part = data.draw(st.sampled_from(parts))
    wanted = data.draw(st.sets(st.integers(0, part.count - 1)))
    whole = {number: row.server for number, row in part.rows(LIMITS)}
    assert {number: row.server for number, row in part.rows(LIMITS, wanted)} == {n: whole[n] for n in wanted}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_list_is_read_in_the_encodings_and_separators_of_spreadsheets(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    text = separator.join(("server", "content")) + "\r\n" + separator.join(("wéb", '"line one\nline two"')) + "\r\n"
    (tmp_path / "list.csv").write_bytes(text.encode(encoding))
    (row,) = rows(partitions([tmp_path / "list.csv"], tmp_path))
    assert (row.server, row.content) == ("wéb", b"line one\nline two")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("l.parquet", b"PAR1 and nothing more", "not a readable Parquet file"),
        ("l.csv", b"name,value\n1,2\n", "columns name, value"),
        ("l.csv", b"", "columns none"),
        ("l.txt", b"x", "neither a folder nor a list"),
    ],
)
def test_what_is_no_list_is_said_to_be_none(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises((InputError, UsageError), match=said):
        partitions([tmp_path / name], tmp_path)


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing in it"):
        partitions([tmp_path], tmp_path)


def test_a_name_that_no_file_can_have_is_an_error_of_its_row(tmp_path: Path) -> None:
    pq.write_table(pa.table({"server": ["a"], "path": ["x\0y"]}), tmp_path / "l.parquet")
    (row,) = rows(partitions([tmp_path / "l.parquet"], tmp_path))
    assert isinstance(row.content, InputError)


def test_a_folder_of_too_many_files_for_one_server_is_an_error_of_its_row(tmp_path: Path) -> None:
    (tmp_path / "in" / "web").mkdir(parents=True)
    for number in range(5):
        (tmp_path / "in" / "web" / str(number)).write_bytes(b"x")
    (part,) = partitions([tmp_path / "in"], tmp_path, Each.FOLDER)
    ((_, row),) = part.rows(Limits(files=3))
    assert isinstance(row.content, InputError)
