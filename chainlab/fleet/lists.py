"""Lists of servers: Parquet files, and CSV files that are converted to Parquet once.

Columns, in any case: ``server`` (its name), and ``content`` (the evidence itself: bytes, or text that is PEM, JSON,
another textual format, or base64 of anything) or ``path`` (of a file or folder, relative to the list).
"""

from __future__ import annotations

import base64
import binascii
import csv
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from chainlab.errors import InputError
from chainlab.evidence.reading import Limits
from chainlab.fleet.contents import Content
from chainlab.fleet.extra import load_parquet, load_pyarrow
from chainlab.fleet.rows import Row, load_content
from chainlab.records import dataclass

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

PARTITION_ROWS: Final = 4096
"""Rows of a list in one partition."""

_BATCH: Final = 512
_COLUMNS: Final = ("server", "content", "path")
_MAGIC: Final = b"PAR1"


def is_list(path: Path) -> bool:
    """Whether a file is a list: Parquet by its content, CSV by its name."""
    with path.open("rb") as file:
        return file.read(4) == _MAGIC or path.suffix.lower() in (".csv", ".tsv")


@dataclass(frozen=True, slots=True)
class ListPartition:
    """Rows ``start`` to ``start + count`` of one row group of a Parquet file.

    ``columns`` maps our names to the file's. ``base`` is where relative paths start, ``label`` what people call the
    list.
    """

    file: str
    label: str
    base: str
    columns: tuple[tuple[str, str], ...]
    group: int
    start: int
    count: int
    first: int
    identity: str

    def rows(self, limits: Limits, wanted: Collection[int] | None = None) -> Iterator[tuple[int, Row]]:
        """Read in batches, so that memory does not grow with the row group; the file is closed at the end."""
        numbers = range(self.count) if wanted is None else sorted(wanted)
        reached = -1
        try:
            for reached, row in self._read(limits, numbers):
                yield reached, row
        except (InputError, OSError, ValueError) as error:  # pyarrow's errors derive from the latter two
            for number in (number for number in numbers if number > reached):
                place = self._place(number)
                yield number, Row(place, place, InputError(place, f"the list is damaged here: {str(error)[:200]}"))

    def _read(self, limits: Limits, numbers: Sequence[int]) -> Iterator[tuple[int, Row]]:
        names, wanted, at = dict(self.columns), set(numbers), 0
        with _open(Path(self.file), names) as file:
            for batch in file.iter_batches(_BATCH, [self.group], list(names.values()), use_threads=False):
                if not wanted or at > self.start + numbers[-1]:
                    break
                if at + batch.num_rows > self.start:
                    yield from self._batch(batch, at, names, limits, wanted)
                at += batch.num_rows

    def _place(self, number: int) -> str:
        return f"{self.label}, row {self.first + number + 1}"

    def _batch(
        self, batch: pa.RecordBatch, at: int, names: Mapping[str, str], limits: Limits, wanted: Collection[int]
    ) -> Iterator[tuple[int, Row]]:
        values = {ours: _values(batch.column(theirs)) for ours, theirs in names.items()}
        for offset in range(batch.num_rows):
            number = at + offset - self.start
            if number in wanted:
                given = {ours: column[offset] for ours, column in values.items()}
                yield number, self._row(number, given, limits)

    def _row(self, number: int, given: Mapping[str, Any], limits: Limits) -> Row:
        place = self._place(number)
        name = given.get("server")
        server = str(name) if name not in (None, "") else place
        path, content = given.get("path"), given.get("content")
        if content not in (None, "", b""):
            return Row(server, place, _decoded(content, place, limits))
        if path in (None, ""):
            return Row(server, place, InputError(place, "neither content nor path", expected="one of the two"))
        found = Path(self.base) / str(path)
        try:
            return Row(server, str(found), load_content(found, limits))
        except (OSError, ValueError) as error:  # a name that no file can have
            return Row(server, str(path), InputError(str(path), f"cannot be read: {error}"))


def _values(column: pa.Array) -> list[Any]:
    """The values; repeated ones of a dictionary are one object."""
    if hasattr(column, "dictionary"):
        distinct = column.dictionary.to_pylist()
        return [distinct[index] if index is not None else None for index in column.indices.to_pylist()]
    values: list[Any] = column.to_pylist()
    return values


def _decoded(value: object, place: str, limits: Limits) -> Content | InputError:
    if isinstance(value, bytes):
        data = value
    elif isinstance(value, str):
        data = _from_text(value)
    else:
        return InputError(place, f"content is {type(value).__name__}", expected="bytes or text")
    if len(data) > limits.file_bytes:
        return InputError(place, f"{len(data)} bytes is more than the cap of {limits.file_bytes}")
    return data


def _from_text(text: str) -> bytes:
    """PEM, JSON and other text as it is; base64 decoded."""
    if "-----BEGIN" not in text and not text.lstrip().startswith(("{", "[")):
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            pass
    return text.encode("utf-8", "surrogatepass")


def list_partitions(path: Path, work: Path) -> list[ListPartition]:
    """The partitions of a list; ``InputError`` if it is damaged or lacks its columns."""
    stamp, source = _stamp(path), path.absolute()
    with path.open("rb") as file:
        parquet = file.read(4) == _MAGIC
    held = source if parquet else _converted(source, work / "lists" / f"{stamp[:32]}.parquet")
    names = _columns(_schema_names(held, path), path)
    with _open(held, names) as opened:
        sizes = [opened.metadata.row_group(number).num_rows for number in range(opened.num_row_groups)]
    found, first = [], 0
    for group, size in enumerate(sizes):
        for start in range(0, size, PARTITION_ROWS):
            count = min(PARTITION_ROWS, size - start)
            identity = hashlib.sha256(f"{stamp} {group} {start} {count}".encode()).hexdigest()
            found.append(
                ListPartition(str(held), str(path), str(source.parent), tuple(names.items()), group, start, count,
                              first + start, identity)
            )  # fmt: skip
        first += size
    return found


def _stamp(path: Path) -> str:
    stat = path.stat()
    text = f"{path.absolute()}\0{stat.st_size}\0{stat.st_mtime_ns}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _columns(there: list[str], path: Path) -> dict[str, str]:
    lower = {name.strip().lower(): name for name in reversed(there)}
    names: dict[str, str] = {ours: lower[ours] for ours in _COLUMNS if ours in lower}
    if "server" not in names or len(names) < 2:
        shown = ", ".join(there[:20]) or "none"
        raise InputError(str(path), f"columns {shown}", expected="the columns server and content or path")
    return names


def _schema_names(held: Path, path: Path) -> list[str]:
    pq = load_parquet()
    try:
        return list(pq.read_schema(held).names)
    except (OSError, ValueError) as error:  # pyarrow's errors derive from these
        raise InputError(str(path), f"not a readable Parquet file: {str(error)[:200]}") from None


def _open(path: Path, names: Mapping[str, str]) -> pq.ParquetFile:
    dictionary = [names["content"]] if "content" in names else []
    try:
        return load_parquet().ParquetFile(path, read_dictionary=dictionary, memory_map=False, pre_buffer=False)
    except (OSError, ValueError) as error:
        raise InputError(str(path), f"not a readable Parquet file: {str(error)[:200]}") from None


# --- CSV ---------------------------------------------------------------------------------------------------------
def _converted(path: Path, held: Path) -> Path:
    """The CSV as Parquet, made once: rows are read once, partitions of them many times."""
    if held.is_file():
        return held
    pa, parquet = load_pyarrow(), load_parquet()
    held.parent.mkdir(parents=True, exist_ok=True)
    temporary = held.with_suffix(".part")
    with _text(path) as file:
        reader = _reader(file, path)
        names = _columns(reader[0], path)
        schema = pa.schema([(name, pa.string()) for name in names])
        with parquet.ParquetWriter(temporary, schema, compression="zstd") as writer:
            for rows in _csv_batches(reader[1], path):
                columns = {name: [row.get(theirs) for row in rows] for name, theirs in names.items()}
                writer.write_table(pa.table(columns, schema=schema))
    temporary.replace(held)
    return held


def _text(path: Path) -> IO[str]:
    with path.open("rb") as file:
        head = file.read(2)
    encoding = "utf-16" if head in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return path.open(encoding=encoding, errors="replace", newline="")


def _reader(file: IO[str], path: Path) -> tuple[list[str], csv.DictReader[str]]:
    """The header and the rows; the separator is the one of comma, semicolon and tab that the header has most of."""
    csv.field_size_limit(2**31 - 1)
    head = file.readline(65_536)
    file.seek(0)
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader(file, delimiter=separator)
    try:
        return list(reader.fieldnames or ()), reader
    except csv.Error as error:
        raise InputError(str(path), f"not a CSV file: {error}") from None


def _csv_batches(reader: csv.DictReader[str], path: Path) -> Iterator[list[dict[str, str]]]:
    rows: list[dict[str, str]] = []
    try:
        for row in reader:
            rows.append(row)
            if len(rows) == PARTITION_ROWS:
                yield rows
                rows = []
    except (csv.Error, UnicodeError) as error:
        raise InputError(str(path), f"line {reader.line_num}: {error}") from None
    if rows:
        yield rows
