"""``python -m tests.fuzz --seconds N [--in-all] [--jobs N] [--seed N] [--keep] [TARGET…]``: fuzz, add up figures.

The seconds are of CPU; with ``--in-all`` each target gets what it lacks of them over all runs, those with least first.
The growing corpus lies under ``.fuzz``; ``--keep`` puts the smallest inputs that reach something new among the
committed ones. A fuzzing process that is ended with SIGTERM counts as far as it came. Exit status 1 if something was
found.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import importlib.util
import json
import math
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.fuzz import measured
from tests.fuzz.choose import keep
from tests.fuzz.recording import CORPUS, save
from tests.fuzz.target import SECONDS, Target
from tests.fuzz.targets import named, targets

ROOT: Final = Path(__file__).resolve().parents[2]
SCRATCH: Final = ROOT / ".fuzz"

HANGS: Final = int(SECONDS) * 120
"""Seconds of wall-clock time after which an input hangs; slower than ``SECONDS`` of CPU is a find anyway, and a process
that lets all others go first may wait long."""

INTERRUPTED: Final = 72
"""Exit status of libFuzzer after SIGTERM."""

MEGABYTES: Final = 2048
"""Memory of a process beyond which an input is one that eats it."""


def main(arguments: list[str]) -> int:
    """Fuzz the targets of the command line, the default being all."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz with atheris.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(target.name for target in targets()))
    parser.add_argument("--seconds", type=int, default=60, help="of CPU for each target (60)")
    parser.add_argument("--in-all", action="store_true", help="the seconds are those of all runs together")
    parser.add_argument("--jobs", type=int, default=1, help="targets at a time (1)")
    parser.add_argument("--seed", type=int, default=0, help="of the mutations; 0 draws one")
    parser.add_argument("--keep", action="store_true", help="then choose what is committed of the corpus")
    options = parser.parse_args(arguments)
    if importlib.util.find_spec("atheris") is None:
        parser.error("atheris is not installed: pip install -e '.[fuzz]' (Linux and macOS)")
    try:
        chosen = named(options.targets)
    except KeyError as error:
        parser.error(f"there is no target {error}")
    wanted = lacking(chosen, options.seconds) if options.in_all else [(target, options.seconds) for target in chosen]
    with ThreadPoolExecutor(options.jobs) as pool:
        finds = list(pool.map(lambda job: fuzz(job[0], job[1], options.seed), wanted))
    if options.keep:
        for target in chosen:
            print(f"{target.name}: {keep(target, SCRATCH / target.name / 'corpus')} inputs are kept", flush=True)
    return 1 if any(finds) else 0


def lacking(chosen: Sequence[Target], seconds: int) -> list[tuple[Target, int]]:
    """What each target lacks of so many seconds over all runs, those with least first, none that has them."""
    known = measured.load()
    had = {target.name: known.get(target.name, measured.Figures()).cpu_seconds for target in chosen}
    order = sorted(chosen, key=lambda target: had[target.name])
    return [(target, math.ceil(seconds - had[target.name])) for target in order if had[target.name] < seconds]


def fuzz(target: Target, seconds: int, seed: int) -> int:
    """One run of a target; how many new faults it found."""
    folder = SCRATCH / target.name
    corpus, artifacts, figures = folder / "corpus", folder / "artifacts", folder / "figures.json"
    shutil.rmtree(artifacts, ignore_errors=True)
    artifacts.mkdir(parents=True)
    write_seeds(target, corpus)
    figures.unlink(missing_ok=True)
    options = [f"-seed={seed or random.randrange(1, 2**31)}", f"-artifact_prefix={artifacts}/"]
    options += [f"-timeout={HANGS}", f"-report_slow_units={HANGS}", f"-rss_limit_mb={MEGABYTES}"]
    options += [str(corpus), *committed(target)]
    done = work(target, figures, seconds, options, folder / "log.txt")
    stopped = [save(target.name, file.read_bytes()) for file in sorted(artifacts.iterdir())]
    if done not in (0, INTERRUPTED) and not stopped:
        raise RuntimeError(f"{target.name}: the fuzzer ended with status {done}, see {folder / 'log.txt'}")
    run = json.loads(figures.read_text(encoding="utf-8"))
    found = int(run["finds"]) + len(stopped)
    tool = f"atheris {importlib.metadata.version('atheris')}"
    row = measured.Figures(run["cpu_seconds"], run["inputs"], found, f"{datetime.now(UTC):%Y-%m-%d}", tool)
    total = measured.add(target.name, row)
    print(f"{target.name}: {run['inputs']} inputs in {run['cpu_seconds']:.0f} s of CPU, {found} new finds "
          f"({total.cpu_seconds:.0f} s in all)", flush=True)  # fmt: skip
    return found


def work(target: Target, figures: Path, seconds: int, options: list[str], log: Path) -> int:
    """Run the fuzzing process; its exit status. What it says goes to the log, what it finds to the terminal too."""
    command = [sys.executable, "-m", "tests.fuzz.work", target.name, str(figures), str(seconds), *options]
    with log.open("wb") as errors, subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, text=True
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(target.name):
                print(line, end="", flush=True)
    return process.returncode


def write_seeds(target: Target, folder: Path) -> None:
    """The seeds as files, which is what libFuzzer begins with."""
    folder.mkdir(parents=True, exist_ok=True)
    for data in target.seeds():
        (folder / hashlib.sha1(data, usedforsecurity=False).hexdigest()).write_bytes(data)


def committed(target: Target) -> list[str]:
    """The folder of the committed corpus, if there is one."""
    folder = CORPUS / target.name
    return [str(folder)] if folder.is_dir() else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
