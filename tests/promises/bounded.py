"""One command line in a fresh process, with what it cost: processor time and memory over that of ``--version``.

Beginning it from a small process of its own keeps the memory of the tests out of the peak, which a child inherits on
Linux; the clock is that of the processor, so that a loaded machine measures the same.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.conftest import ROOT
from tests.promises.running import unmeasured

CPU_SECONDS: Final = 60
"""What a run may take before it is killed: more than any promise, so that the figure says by how much it failed."""

ADDRESS_SPACE: Final = 4 * 1024**3
"""Bytes of address space of a run; beyond it the program itself is out of memory."""

_STARTER: Final = """
import json, os, resource, subprocess, sys, time
job = json.loads(sys.stdin.read())
def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (job["cpu"], job["cpu"] + 2))
    resource.setrlimit(resource.RLIMIT_AS, (job["space"], job["space"]))
with open(job["out"], "wb") as out, open(job["err"], "wb") as err:
    child = subprocess.Popen(job["command"], stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=job["cwd"],
                             preexec_fn=limit)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
print(json.dumps([child.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
"""Runs under an interpreter without site packages, so that its own memory is small."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, what it wrote, and what it cost."""

    status: int
    out: str
    err: str
    seconds: float
    megabytes: float

    @property
    def text(self) -> str:
        """Everything it said, without line breaks: text is wrapped for reading."""
        return " ".join((self.out + self.err).split())

    @property
    def message(self) -> str:
        """The error that it ended in, or its first line."""
        said = self.err or self.out
        return " ".join(said.split("\n\n")[0].split())[:300]


def run(arguments: Sequence[str], folder: Path) -> Ran:
    """Run ``chainlab`` with these arguments; ``folder`` is for what it prints. Memory is over the base."""
    status, seconds, kilobytes = _measured(arguments, folder)
    return Ran(
        status,
        (folder / "out").read_text("utf-8", "replace"),
        (folder / "err").read_text("utf-8", "replace"),
        seconds,
        (kilobytes - _base()) / 1024,
    )


def _measured(arguments: Sequence[str], folder: Path) -> tuple[int, float, int]:
    job = {
        "command": [sys.executable, "-c", "from chainlab.cli import main; main()", *arguments],
        "cwd": str(ROOT), "out": str(folder / "out"), "err": str(folder / "err"),
        "cpu": CPU_SECONDS, "space": ADDRESS_SPACE,
    }  # fmt: skip
    started = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _STARTER],
        input=json.dumps(job), capture_output=True, text=True, check=True, env={**unmeasured(), "NO_COLOR": "1"},
    )  # fmt: skip
    status, seconds, kilobytes = json.loads(started.stdout)
    return int(status), float(seconds), int(kilobytes)


@functools.cache
def _base() -> int:
    """Kilobytes that the program takes to say its version."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return _measured(["--version"], Path(folder))[2]
