"""Warm time of judging one served chain for the named clients.

    python -m benchmarks.client_verdicts [--runs 30] [--clients SELECTOR] [CHAIN]

Reads a served chain (default: the laboratory's chain with the cross-sign), builds the judge once, and prints the
medians of building it and of asking it; the target for asking is 20 ms. Exit status 1 when it is missed.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from chainlab.catalog.twins import load_twins
from chainlab.clients import Judge
from chainlab.diagnosis import open_case
from chainlab.evidence import ReadOptions, read_inputs
from chainlab.paths.checks import Question
from chainlab.request import Request

ROOT = Path(__file__).resolve().parent.parent
TARGET = 0.020
AT = datetime(2026, 11, 20, tzinfo=UTC)


def median(runs: int, action: Callable[[], object]) -> float:
    """Median seconds of an action, after one unmeasured run."""
    action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("chain", nargs="?", type=Path, default=ROOT / "fixtures/r46/served-cross.pem")
    parser.add_argument("--clients", default="")
    parser.add_argument("--runs", type=int, default=30)
    options = parser.parse_args()
    twins = load_twins(ROOT / "fixtures/lab.json")
    case = open_case(Request((), AT, options.clients, served=options.chain, twins=twins))
    served = tuple(item.certificate for item in read_inputs([(options.chain, None)], ReadOptions()).certificates)
    clients = case.clients

    def make() -> Judge:
        return Judge(clients, case.scene.graph, Question(AT))

    judge = make()
    asking = median(options.runs, lambda: judge.verdicts(served))
    print(f"{len(clients)} clients, {len(served)} certificates served, {judge.questions} different questions")
    print(f"building the judge   {median(options.runs, make) * 1000:6.1f} ms")
    print(f"asking it, warm      {asking * 1000:6.1f} ms   (target {TARGET * 1000:.0f} ms)")
    sys.exit(asking > TARGET)


if __name__ == "__main__":
    main()
