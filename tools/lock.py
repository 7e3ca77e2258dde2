"""The lock of everything that development and CI install: versions and SHA-256 for every platform.

    python -m tools.lock [--upgrade]

writes ``requirements-ci.txt`` with uv from ``pyproject.toml`` (the extra ``dev`` and what it includes) and its build
backend, for CPython 3.11 and later. Locked versions stay unless ``--upgrade`` asks for new ones. The file names no
index: hashes are the same wherever a package comes from.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = ROOT / "requirements-ci.txt"
PYTHON: Final = "3.11"

_PIN: Final = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)\s*(?:;\s*(.*?))?\s*\\?$")


@dataclass(frozen=True, slots=True)
class Pin:
    """One locked package: name (normalised), version, the environment it is for (empty: all), its hashes."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def normalised(name: str) -> str:
    """A package name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> Iterator[Pin]:
    """The pins of a lock; ``ValueError`` for a line that is none."""
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    while lines:
        line, hashes = lines.pop(0), []
        match = _PIN.match(line)
        if match is None:
            raise ValueError(f"not a pinned requirement: {line}")
        while lines and lines[0].startswith("    --hash="):
            hashes.append(lines.pop(0).strip().removeprefix("--hash=").rstrip(" \\"))
        yield Pin(normalised(match[1]), match[2], match[3] or "", tuple(hashes))


def build_requirements() -> list[str]:
    """What builds the package itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed: list[str] = project["build-system"]["requires"]
    return needed


def command(backend: Path, upgrade: bool) -> list[str]:
    """uv's command line."""
    return [
        sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", str(backend), "--extra", "dev",
        "--universal", "--python-version", PYTHON, "--generate-hashes", "--no-annotate", "--quiet",
        "--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock",
        "--output-file", LOCK.name, *(["--upgrade"] if upgrade else []),
    ]  # fmt: skip


def main() -> int:
    """Write the lock."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--upgrade", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        backend = Path(folder) / "backend.in"
        backend.write_text("\n".join(build_requirements()), encoding="utf-8")
        done = subprocess.run(command(backend, options.upgrade), cwd=ROOT, check=False)
    if done.returncode == 0:
        print(f"{LOCK.name}: {len(list(pins(LOCK.read_text(encoding='utf-8'))))} packages")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
