"""Small simulated fleets, and runs over them in threads of the test's own process or in processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.fleet_simulator import Simulator
from chainlab.catalog.twins import load_twins
from chainlab.evidence import ReadOptions
from chainlab.fleet import Job
from chainlab.fleet.crew import Crew
from chainlab.request import Request

AT = datetime(2026, 11, 20, tzinfo=UTC)
FEW = "android-2,android-4.4,java-8,cryptoapi"


@pytest.fixture(scope="session")
def servers() -> list[tuple[str, bytes]]:
    """Two hundred servers with the repetition of a real fleet, some of them damaged."""
    return list(Simulator(7).servers(200))


@pytest.fixture(scope="session")
def question(fixtures: Path):
    """What is asked of every server."""

    def make(**options) -> Request:
        twins = load_twins(fixtures / "lab.json")
        return Request((), AT, options.pop("selector", FEW), twins=twins, with_plan=False,
                       reading=options.pop("reading", ReadOptions()), **options)  # fmt: skip

    return make


@pytest.fixture(scope="session")
def job(question) -> Job:
    """The job without a change."""
    return Job.of(question())


def listed(path: Path, servers, *, rows: int = 100) -> Path:
    """A Parquet list of servers and their contents."""
    names, contents = zip(*servers, strict=True)
    pq.write_table(pa.table({"server": list(names), "content": list(contents)}), path, row_group_size=rows)
    return path


def threads() -> Crew:
    """Workers in this process: the same tasks, without the time that processes take to start."""
    return Crew(2, lambda: ThreadPoolExecutor(2))


def query(database: Path, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a finished run."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(statement).fetchall()


ROWS = """SELECT server, site, leaf, binding, chain, root, accept, reject, unknown, findings, well, problem
          FROM servers LEFT JOIN sites USING (evidence) ORDER BY position, site"""
