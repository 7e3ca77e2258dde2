"""Where a result goes: standard output, or a file or directory that appears whole or not at all."""

from __future__ import annotations

import io
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from chainlab.errors import InputError
from chainlab.folders import write_directory

__all__ = ["write", "write_directory", "write_page"]


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
