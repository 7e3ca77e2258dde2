"""Where a result goes: standard output, or a file or directory that appears whole or not at all."""

from __future__ import annotations

import io
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from chainlab.errors import InputError, UsageError


def write(text: str | bytes, file: Path | None) -> None:
    """Print text, or write it (or bytes) to ``file`` through a temporary file beside it."""
    if file is None:
        if isinstance(text, bytes):
            sys.stdout.buffer.write(text)
        else:
            sys.stdout.write(text)
        return
    data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    temporary = file.with_name(f".{file.name[:100]}-{secrets.token_hex(6)}")
    try:
        try:
            with temporary.open("xb") as stream:  # not mkstemp: the file is as readable as the user's umask says
                stream.write(data)
            temporary.replace(file)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(str(file), f"cannot be written: {reason}") from None


def write_page(render: Callable[[IO[str], bool | None], None], file: Path | None, *, no_color: bool) -> None:
    """Print a page with colour as the terminal says, or write it to ``file`` without.

    ``render`` gets the output and whether to colour it (``None``: as the terminal says).
    """
    if file is None:
        render(sys.stdout, False if no_color else None)
        return
    buffer = io.StringIO()
    render(buffer, False)
    write(buffer.getvalue(), file)


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
    directory.replace(aside / directory.name)
    try:
        temporary.replace(directory)
    except BaseException:
        (aside / directory.name).replace(directory)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
