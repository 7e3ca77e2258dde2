"""Cold wall time of the main job beside the import it cannot avoid.

    python -m benchmarks.cold_diagnose [--runs 15] [PFX]

Runs ``python -c "import cryptography.x509"`` and ``chainlab diagnose PFX --format json`` in turn, and prints the
medians, their ratio and the target: at most 2.5 times the import plus 120 ms. Exit status 1 when the target is missed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FACTOR, ALLOWANCE = 2.5, 0.120

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Bytecode is kept, as where chainlab is installed: else each run compiles every module anew."""


def wall_time(command: list[str]) -> float:
    """Seconds that one run of a command takes from start to exit."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False, env=ENVIRONMENT)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pfx", nargs="?", default="fixtures/r46/leaf-and-issuer.pfx")
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    floor_command = [sys.executable, "-c", "import cryptography.x509"]
    job = [sys.executable, "-m", "chainlab", "diagnose", options.pfx, "--format", "json", "--at", "2026-11-20"]
    if options.pfx.startswith("fixtures"):
        job += ["--lab", "fixtures/lab.json"]
    pairs = [(wall_time(floor_command), wall_time(job)) for _ in range(options.runs + 1)][1:]
    floor, cold = (statistics.median(times) for times in zip(*pairs, strict=True))
    target = FACTOR * floor + ALLOWANCE
    print(f"import cryptography.x509   {floor * 1000:6.0f} ms")
    print(f"chainlab diagnose, cold    {cold * 1000:6.0f} ms   ({cold / floor:.1f} times the import)")
    rule = f"{FACTOR:g} times the import + {ALLOWANCE * 1000:g} ms"
    print(f"target                     {target * 1000:6.0f} ms   ({rule})")
    sys.exit(cold > target)


if __name__ == "__main__":
    main()
