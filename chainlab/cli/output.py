"""Where a result goes: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from chainlab.errors import InputError


def write(text: str | bytes, file: Path | None) -> None:
    """Print text, or write it (or bytes) to ``file`` through a temporary file beside it."""
    if file is None:
        if isinstance(text, bytes):
            sys.stdout.buffer.write(text)
        else:
            sys.stdout.write(text)
        return
    data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    try:
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(temporary).replace(file)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(str(file), f"cannot be written: {reason}") from None
