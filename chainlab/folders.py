"""A folder of files that appears whole or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from chainlab.errors import InputError, UsageError


def write_directory(files: Mapping[str, bytes], directory: Path, *, mark: str, force: bool = False) -> None:
    """Write files (by relative name) as a directory that appears whole or not at all.

    ``UsageError`` if it is there and not empty. With ``force`` it is replaced as a whole, if it holds a file named
    ``mark``: only what was written here before is thrown away.
    """
    try:
        if directory.exists() and not directory.is_dir():
            raise UsageError(f"{directory} is there and is not a directory")
        if directory.is_dir() and any(directory.iterdir()):
            if not force:
                raise UsageError(f"the directory {directory} is not empty; --force replaces an earlier package")
            if not (directory / mark).is_file():
                raise UsageError(f"the directory {directory} holds other things than a package; it is left alone")
        directory.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=directory.parent, prefix=f".{directory.name}-"))
        try:
            _fill(files, temporary)
            _put_in_place(temporary, directory)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(str(directory), f"cannot be written: {reason}") from None


def _fill(files: Mapping[str, bytes], directory: Path) -> None:
    for name, data in files.items():
        file = directory / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)
    directory.chmod(0o755)  # mkdtemp makes it private


def _put_in_place(temporary: Path, directory: Path) -> None:
    """Rename; what was there is moved aside first and comes back if that fails."""
    if not directory.exists():
        temporary.replace(directory)
        return
    aside = Path(tempfile.mkdtemp(dir=directory.parent, prefix=f".{directory.name}-old-"))
    try:
        directory.replace(aside / directory.name)
        temporary.replace(directory)
    except BaseException:
        if not directory.exists():
            (aside / directory.name).replace(directory)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
