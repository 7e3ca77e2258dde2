"""The libraries of the extra ``fleet``, loaded where they are needed."""

from __future__ import annotations

import importlib
from typing import Any

from chainlab.errors import UsageError


def _load(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        library = name.partition(".")[0]
        raise UsageError(
            f"fleets need the extra 'fleet' ({library} is not installed): pip install 'chainlab[fleet]'"
        ) from None


def load_pyarrow() -> Any:
    """Columns in memory."""
    return _load("pyarrow")


def load_parquet() -> Any:
    """Parquet files."""
    return _load("pyarrow.parquet")


def load_duckdb() -> Any:
    """The database of the results."""
    return _load("duckdb")


def load_distributed() -> Any:
    """Dask's scheduler client."""
    return _load("distributed")
