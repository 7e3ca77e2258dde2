"""A Dask cluster does what local processes do; the run needs no other change than the scheduler's address."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from chainlab.fleet import Job, run, summarise
from chainlab.fleet.crew import Crew
from tests.fleet.conftest import ROWS, listed, query, threads

distributed = pytest.importorskip("distributed")

pytestmark = [pytest.mark.enable_socket, pytest.mark.slow]


@pytest.fixture(scope="module")
def scheduler():
    """A cluster of two worker processes on the loopback."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Dask's own, about ports and event loops
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        ) as cluster:
            yield cluster.scheduler_address


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_gives_the_same_rows(scheduler: str, job: Job, servers, tmp_path: Path) -> None:
    source = listed(tmp_path / "l.parquet", servers[:120], rows=40)
    on_cluster = run(job, [source], tmp_path / "cluster", Crew.cluster(scheduler))
    local = run(job, [source], tmp_path / "local", threads())
    assert query(on_cluster.database, ROWS) == query(local.database, ROWS)
    assert [g.servers for g in summarise(on_cluster.database).groups] == [
        g.servers for g in summarise(local.database).groups
    ]


@pytest.mark.filterwarnings("ignore")
def test_a_run_begun_on_this_machine_continues_on_a_cluster(scheduler: str, job: Job, servers, tmp_path: Path) -> None:
    run(job, [listed(tmp_path / "l.parquet", servers[:40])], tmp_path / "out", threads(), plans=0)
    source = listed(tmp_path / "l.parquet", servers[:80])
    done = run(job, [source], tmp_path / "out", Crew.cluster(scheduler), plans=0)
    fresh = run(job, [source], tmp_path / "fresh", threads(), plans=0)
    assert query(done.database, ROWS) == query(fresh.database, ROWS)
