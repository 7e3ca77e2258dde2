"""Install what development and CI need, as locked: every archive is compared with its SHA-256.

    python tools/install_locked.py

Where ``requirements-ci.txt`` does not fit (another interpreter than CPython 3.11 and later), or its versions cannot be
had here, the unlocked requirements of ``pyproject.toml`` are installed, and that is said. An archive that is not the
locked one ends the installation. ``CHAINLAB_UNLOCKED=1`` asks for the unlocked ones. Needs nothing but pip.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
LOCK: Final = ROOT / "requirements-ci.txt"
PIP: Final = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")

LOCKED: Final = ("--require-hashes", "--requirement", str(LOCK))
PACKAGE: Final = ("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
UNLOCKED: Final = ("--editable", f"{ROOT}[dev]")

MISMATCH: Final = "DO NOT MATCH THE HASHES"
"""What pip says of an archive that is not the locked one."""


def fits(version: tuple[int, ...] = sys.version_info[:2], name: str = sys.implementation.name) -> bool:
    """Whether the lock was made for this interpreter."""
    return name == "cpython" and version >= (3, 11)


def pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pip; what it says is kept."""
    return subprocess.run([*PIP, *arguments], capture_output=True, text=True, check=False)


def main() -> int:
    """Install; the exit status is pip's."""
    if os.environ.get("CHAINLAB_UNLOCKED") == "1" or not fits():
        return _unlocked("the lock is not asked for, or not for this interpreter")
    done = pip(*LOCKED)
    if done.returncode == 0:
        return _told(pip(*PACKAGE))
    if MISMATCH in done.stderr:
        return _told(done)
    return _unlocked(f"the locked versions cannot be installed here:\n{_last(done)}")


def _unlocked(why: str) -> int:
    print(f"WITHOUT hashes, since {why}", file=sys.stderr)
    return _told(pip(*UNLOCKED))


def _told(done: subprocess.CompletedProcess[str]) -> int:
    if done.returncode:
        print(_last(done), file=sys.stderr)
    return done.returncode


def _last(done: subprocess.CompletedProcess[str]) -> str:
    return "\n".join(done.stderr.strip().splitlines()[-15:])


if __name__ == "__main__":
    sys.exit(main())
