"""Where a result goes: standard output, or a file or directory that appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final

from chainlab.errors import InputError
from chainlab.folders import write_directory

__all__ = ["standard_output", "write", "write_directory", "write_page"]


def write(text: str | bytes, file: Path | None) -> None:
    """Print text, or write it (or bytes) to ``file`` through a temporary file beside it.

    Devices and pipes are written into, links followed; a file that is replaced keeps its permissions.
    """
    if file is None:
        _print(text)
        return
    data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    try:
        if file.exists() and not file.is_file():
            with file.open("wb") as stream:
                stream.write(data)
        else:
            _replace(file.resolve() if file.is_symlink() else file, data)
    except OSError as error:
        raise _unwritable(str(file), error) from None


def _replace(file: Path, data: bytes) -> None:
    temporary = file.with_name(f".{file.name[:100]}-{os.urandom(8).hex()}")
    try:
        with temporary.open("xb") as stream:  # with the permissions that any new file gets
            stream.write(data)
        if file.exists():
            shutil.copymode(file, temporary)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _unwritable(place: str, error: OSError) -> InputError:
    return InputError(place, f"cannot be written: {(error.strerror or type(error).__name__).lower()}")


def _print(text: str | bytes) -> None:
    with standard_output():
        if isinstance(text, bytes):
            sys.stdout.buffer.write(text)
        else:
            sys.stdout.write(text)


@contextlib.contextmanager
def standard_output() -> Iterator[None]:
    """Around what prints: a reader that went away (``| head``) is no error, a full disk is one (``InputError``)."""
    try:
        yield
        sys.stdout.flush()
    except OSError as error:
        if error.filename is not None or error.errno not in _PRINTING:
            raise
        _silence()
        if error.errno not in _GONE:
            raise _unwritable("standard output", error) from None


_GONE: Final = {errno.EPIPE, *([errno.EINVAL] if sys.platform == "win32" else [])}
"""What writing to a pipe that nobody reads any more gives; Windows says invalid argument."""

_PRINTING: Final = {*_GONE, errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT, errno.EBADF}
"""What writing to standard output gives."""


def _silence() -> None:
    """Standard output leads nowhere from now on: what is still buffered must not fail again at the end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
        sys.stdout.flush()


class _Rendered(io.StringIO):
    """A page on its way to standard output, which says what that is: pages are coloured and wrapped for it."""

    encoding = property(lambda _self: sys.stdout.encoding)

    def isatty(self) -> bool:
        return sys.stdout.isatty()


def write_page(render: Callable[[IO[str], bool | None], None], file: Path | None, *, no_color: bool) -> None:
    """Print a page with colour as the terminal says, or write it to ``file`` without.

    ``render`` gets the output and whether to colour it (``None``: as the terminal says).
    """
    page = _Rendered() if file is None else io.StringIO()
    render(page, False if no_color or file is not None else None)
    write(page.getvalue(), file)
