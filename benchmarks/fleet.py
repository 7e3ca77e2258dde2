"""How ``chainlab fleet`` scales: servers, workers, a Dask cluster; every figure of one table from one machine and run.

    python -m benchmarks.fleet [SERVERS…] [--folder DIR] [--workers 1 2] [--cluster] [--repeat 1]

For every size, the simulator's fleet (made once, kept in the folder) is run from nothing with each number of workers,
and with --cluster on a local Dask cluster of two. Prints wall time, processor time of all processes, servers a second
and processor second, and the largest resident memory of the parent and of a worker. Processor time is what to compare
on a machine that does other things too. Linux and macOS: the figures come from getrusage.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.fleet_simulator import write

ROOT = Path(__file__).resolve().parent.parent

_MEASURED = """
import json, resource, sys
from chainlab.cli import main
try:
    main()
except SystemExit as end:
    status = end.code or 0
own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
seconds = sum(usage.ru_utime + usage.ru_stime for usage in (own, others))
print(json.dumps({"status": status, "seconds": seconds, "parent": own.ru_maxrss, "worker": others.ru_maxrss}),
      file=sys.stderr)
"""


def measure(fleet: Path, results: Path, options: list[str]) -> dict[str, Any]:
    """One run from nothing: wall seconds, processor seconds, memory in kilobytes, and the summary."""
    shutil.rmtree(results, ignore_errors=True)
    command = [
        sys.executable, "-c", _MEASURED, "fleet", str(fleet), "--lab", str(ROOT / "fixtures/lab.json"), "--at",
        "2026-11-20", "--results", str(results), "--format", "json", *options,
    ]  # fmt: skip
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    wall = time.perf_counter() - start
    figures: dict[str, Any] = json.loads(done.stderr.splitlines()[-1])
    if figures["status"] != 1:
        sys.exit(f"status {figures['status']}: {done.stderr[-2000:]}")
    size = sum(file.stat().st_size for file in results.rglob("*") if file.is_file())
    return {**figures, "wall": wall, "size": size, **json.loads(done.stdout)}


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A Dask cluster of processes on this machine, by its own command line."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scheduler.json"
        tool = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
        started = [subprocess.Popen([*tool, "--scheduler-file", str(file), "--host", "127.0.0.1", "--port", "0",
                                     "--no-dashboard"], stderr=subprocess.DEVNULL)]  # fmt: skip
        try:
            while not file.exists():
                time.sleep(0.1)
            worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file)]
            started += [
                subprocess.Popen([*worker, "--nthreads", "1", "--no-dashboard", "--memory-limit", "0"],
                                 cwd=ROOT, stderr=subprocess.DEVNULL)
                for _ in range(workers)
            ]  # fmt: skip
            time.sleep(5)
            yield json.loads(file.read_text())["address"]
        finally:
            for process in reversed(started):
                process.terminate()
            for process in started:
                process.wait()


def show(count: int, how: str, figures: dict[str, Any]) -> None:
    """One row of the table."""
    counts = figures["counts"]
    assert counts["inputs"] == count == counts["computed"] + counts["duplicates"] + counts["errors"]
    per_second, per_core = count / figures["wall"], count / figures["seconds"] if figures["seconds"] else 0
    print(
        f"| {count:,} | {counts['computed']:,} | {how} | {figures['wall']:,.1f} | {figures['seconds']:,.1f} | "
        f"{per_second:,.0f} | {per_core:,.0f} | {figures['parent'] / 1024:,.0f} | {figures['worker'] / 1024:,.0f} | "
        f"{figures['size'] / 1e6:,.1f} |",
        flush=True,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("servers", nargs="*", type=int, default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "chainlab-fleets")
    parser.add_argument("--workers", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--cluster", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print("| servers | distinct | workers | wall s | processor s | servers/s | servers/processor s | parent MB | "
          "worker MB | results MB |\n|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)  # fmt: skip
    for count in options.servers:
        fleet, results = options.folder / f"{count}.parquet", options.folder / f"results-{os.getpid()}"
        if not fleet.exists():
            write(count, fleet)
        for workers in options.workers:
            show(count, str(workers), measure(fleet, results, ["--workers", str(workers)]))
        if options.cluster:
            with cluster(2) as address:
                show(count, "Dask, 2", measure(fleet, results, ["--scheduler", address]))
        shutil.rmtree(results, ignore_errors=True)


if __name__ == "__main__":
    main()
