"""The tables that a fleet's results are kept in: their columns, and values as Parquet files in memory."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any, Final

from chainlab.fleet.extra import load_parquet, load_pyarrow
from chainlab.fleet.rows import printable
from chainlab.records import dataclass

_CHANGE: Final = {
    "title": "text", "phrase": "text", "powershell": "texts", "certutil": "texts", "console": "texts",
    "reverted_by": "texts", "side_effects": "texts",
}  # fmt: skip
_FAILURE: Final = {"client": "text", "verdict": "text", "reason": "text", "detail": "text"}
_SITE: Final = {
    "site": "number", "leaf": "text", "subject": "text", "names": "texts", "issuer": "text", "not_after": "moment",
    "binding": "text", "host": "text", "basis": "text", "certainty": "text", "chain": "texts", "chain_words": "text",
    "root": "text", "accept": "number", "reject": "number", "unknown": "number", "failures": [_FAILURE],
    "findings": "texts", "errors": "number", "well": "truth", "problem": "text", "accept_after": "number",
    "gained": "texts", "lost": "texts", "broken": "text",
}  # fmt: skip

TABLES: Final[dict[str, dict[str, Any]]] = {
    "parts": {
        "row": "number", "server": "text", "source": "text", "content": "text", "error_kind": "text", "error": "text",
    },
    "contents": {"content": "text", "evidence": "text", "error_kind": "text", "error": "text"},
    "answers": {
        "evidence": "text", "problem": "text", "well": "truth", "findings": "texts", "sites": [_SITE], "change": "text",
        "change_error": "text", "outbound_lost": "number", "error_kind": "text", "error": "text",
    },
    "plans": {
        "problem": "text", "evidence": "text", "changes": [_CHANGE], "accept_before": "number",
        "accept_after": "number", "total": "number", "lost": "number", "costs": "texts", "needs_decision": "truth",
        "note": "text",
    },
    "checks": {"problem": "text", "plan_evidence": "text", "evidence": "text", "fits": "truth"},
}  # fmt: skip
"""Columns and their kinds; a list with a mapping is a list of records."""


@functools.cache
def schema(table: str) -> Any:
    """The Arrow schema of a table."""
    pa = load_pyarrow()
    return pa.schema([(name, _type(kind)) for name, kind in TABLES[table].items()])


def _type(kind: Any) -> Any:
    pa = load_pyarrow()
    if isinstance(kind, list):
        return pa.list_(pa.struct([(name, _type(inner)) for name, inner in kind[0].items()]))
    simple = {
        "text": pa.string(), "texts": pa.list_(pa.string()), "number": pa.int64(), "truth": pa.bool_(),
        "moment": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    return simple[kind]


def parquet_of(table: str, columns: Mapping[str, Any]) -> bytes:
    """The columns as a Parquet file."""
    pa = load_pyarrow()
    sink = pa.BufferOutputStream()
    data = pa.table(dict(columns), schema=schema(table))
    load_parquet().write_table(data, sink, compression="zstd", write_statistics=False)
    whole: bytes = sink.getvalue().to_pybytes()
    return whole


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a table as a Parquet file: workers make it, so that who collects need not look into it."""

    count: int
    data: bytes


def batch_of(table: str, values: Iterable[Any]) -> Batch:
    """Dataclasses (fields that are no columns left out) or mappings as a batch."""
    rows = [_plain(value) for value in values]
    return Batch(len(rows), parquet_of(table, {name: [row[name] for row in rows] for name in TABLES[table]}))


def _plain(value: Any) -> Any:
    """Dataclasses as mappings and text as UTF-8 can carry it, at every depth."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    names = getattr(value, "__dataclass_fields__", None)
    return value if names is None else {name: _plain(getattr(value, name)) for name in names}


class ServerColumns:
    """The rows of one partition, collected column by column: there are millions."""

    def __init__(self) -> None:
        self._columns: tuple[list[Any], ...] = tuple([] for _ in TABLES["parts"])
        self.errors = 0

    def __len__(self) -> int:
        return len(self._columns[0])

    def add(self, row: int, server: str, source: str, content: str, kind: str, error: str) -> None:
        """One row."""
        self.errors += bool(kind)
        values = row, printable(server), printable(source), content, kind, printable(error)
        for column, value in zip(self._columns, values, strict=True):
            column.append(value)

    def parquet(self) -> bytes:
        """The Parquet file."""
        return parquet_of("parts", dict(zip(TABLES["parts"], self._columns, strict=True)))


__all__ = ["TABLES", "Batch", "ServerColumns", "batch_of", "parquet_of", "schema"]
