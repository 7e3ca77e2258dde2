"""Install Wine as an oracle for the Windows chain engine: ``python -m tools.install_wine [--check]``.

Debian's packages ``wine64`` and ``gcc-mingw-w64-x86-64-win32`` are installed where they are missing (root or sudo),
then a prefix of its own is made and the program of tests/oracles/wine built, both below ``.oracles/wine``. What is
there already is kept; the program is rebuilt when its source is newer. ``--check`` only says whether all is there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
HOME: Final = Path(os.environ.get("CHAINLAB_ORACLES", ROOT / ".oracles")) / "wine"
PREFIX: Final = HOME / "prefix"
PROGRAM: Final = HOME / "chain_oracle.exe"
SOURCE: Final = ROOT / "tests/oracles/wine/chain_oracle.c"
WINE: Final = Path("/usr/lib/wine/wine64")
WINESERVER: Final = Path("/usr/lib/wine/wineserver")
COMPILER: Final = "x86_64-w64-mingw32-gcc-win32"
PACKAGES: Final = {"wine64": WINE, "gcc-mingw-w64-x86-64-win32": Path("/usr/bin") / COMPILER}


def environment() -> dict[str, str]:
    """Variables for every call of Wine: its own prefix, no messages, no display, no browser or .NET installers."""
    return {
        "WINEPREFIX": str(PREFIX),
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
        "DISPLAY": "",
    }


def install_packages() -> None:
    """Install what is missing with apt-get."""
    missing = [package for package, file in PACKAGES.items() if not file.exists()]
    if not missing:
        return
    if shutil.which("apt-get") is None:
        sys.exit(f"missing: {', '.join(missing)}; this script knows Debian's packages only")
    sudo = [] if os.name == "posix" and os.geteuid() == 0 else ["sudo"]
    quiet = ["-qq", "-y", "--no-install-recommends"]
    subprocess.run([*sudo, "apt-get", "update", "-qq"], check=True)
    subprocess.run([*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", *quiet, *missing], check=True)


def make_prefix() -> None:
    """Make the prefix, unless a finished one is there."""
    finished = PREFIX / "system.reg"
    if finished.exists():
        return
    PREFIX.mkdir(parents=True, exist_ok=True)
    variables = {**os.environ, **environment()}
    subprocess.run([WINE, "wineboot.exe", "--init"], env=variables, check=True, stderr=subprocess.DEVNULL)
    subprocess.run([WINESERVER, "-w"], env=variables, check=True)


def build_program() -> None:
    """Build the program, unless it is newer than its source."""
    if PROGRAM.exists() and PROGRAM.stat().st_mtime > SOURCE.stat().st_mtime:
        return
    subprocess.run([COMPILER, "-O1", "-Wall", "-Wextra", "-Werror", SOURCE, "-o", PROGRAM, "-lcrypt32"], check=True)


def main() -> None:
    """Install, or check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="say whether everything is there, change nothing")
    if parser.parse_args().check:
        absent = [str(path) for path in (*PACKAGES.values(), PREFIX / "system.reg", PROGRAM) if not path.exists()]
        sys.exit(f"missing: {', '.join(absent)}" if absent else 0)
    install_packages()
    make_prefix()
    build_program()


if __name__ == "__main__":
    main()
