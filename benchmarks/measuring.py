"""Processes under a watch: processor time, peak memory, what they said."""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.scenes import ROOT

ENVIRONMENT: Final = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Bytecode is kept, as where chainlab is installed: else each run compiles every module anew."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds of processor time, peak resident memory in MiB, exit status, standard output.

    Processor time, because what else the machine does lengthens the wall time of some runs and not of others.
    """

    seconds: float
    peak: float
    status: int
    output: str


def run(command: Sequence[str], limit: float = 120) -> Run | None:
    """Run a program to its end; ``None`` where it has not ended after ``limit`` seconds of processor time.

    Linux only: the peak is read from ``/proc`` while it runs (that of ``wait4`` counts what forked it).
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.DEVNULL, env=ENVIRONMENT)
        peak, deadline = 0.0, time.monotonic() + 5 * limit
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            peak = max(peak, _peak(process.pid))
            if _used(process.pid) > limit or time.monotonic() > deadline:
                process.kill()
                process.wait()
                return None
            time.sleep(0.002)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode(errors="replace")
        return Run(usage.ru_utime + usage.ru_stime, peak, process.returncode, said)


def _peak(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def _used(pid: int) -> float:
    """Seconds of processor time so far."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def paired(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, Run]:
    """Each command's median run, the commands in turn so that what else the machine does hits all alike."""
    rounds = [{name: run(command) for name, command in commands.items()} for _ in range(runs + 1)][1:]
    medians = {}
    for name in commands:
        finished = [found for each in rounds if (found := each[name]) is not None]
        if finished:
            middle = statistics.median(found.seconds for found in finished)
            last = finished[-1]
            medians[name] = Run(middle, max(found.peak for found in finished), last.status, last.output)
    return medians


def python(module: str, *arguments: str) -> list[str]:
    """The command that runs a module with this interpreter."""
    return [sys.executable, "-m", module, *arguments]
