"""One process of atheris: fuzzes one target with coverage guidance. ``tests.fuzz`` starts it.

    python -m tests.fuzz.work TARGET FIGURES SECONDS [options and corpus folders of libFuzzer]

The seconds are of CPU, as the operating system counts them for this process, from the first input on. A fault is
recorded and fuzzing goes on; only an input that hangs or eats the memory ends the process.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys
import time
import warnings
from pathlib import Path

import atheris

INSTRUMENTED = ["chainlab", "asn1crypto", "regipy"]
"""Coverage of these guides: chainlab, and what takes inputs apart for it."""

with atheris.instrument_imports(include=INSTRUMENTED):
    import asn1crypto
    import regipy.registry  # noqa: F401 - chainlab loads it, and much else, only where an input needs it

    import chainlab

    for package in (chainlab, asn1crypto):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith("asn1crypto._") and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    from tests.fuzz.recording import FOUND, Recorder
    from tests.fuzz.targets import named


def main(arguments: list[str]) -> None:
    """Fuzz until the time is up; 0 seconds leaves the end to libFuzzer (for a merge)."""
    name, figures, seconds, *options = arguments
    os.nice(19)  # what else the machine does goes first
    warnings.simplefilter("error")  # a library's warning would reach the user's terminal
    (target,) = named([name])
    recorder = Recorder(target, FOUND, Path(figures))
    deadline = recorder.began + float(seconds)

    def once(data: bytes) -> None:
        recorder(data)
        if float(seconds) and time.process_time() > deadline:
            recorder.write()
            os._exit(0)  # libFuzzer has no other way to be stopped from here

    atheris.Setup([sys.argv[0], f"-max_len={target.max_bytes}", *options], once)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
