"""Where a result goes: standard output, or a file or directory that appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chainlab.errors import InputError
from chainlab.folders import write_directory
from chainlab.records import dataclass

__all__ = ["Printing", "print_answer", "renderer", "standard_output", "write", "write_chunks", "write_directory"]

if TYPE_CHECKING:
    from chainlab.report.page import Page


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
            _replace(file.resolve() if file.is_symlink() else file, [data])
    except OSError as error:
        raise _unwritable(str(file), error) from None


def write_chunks(chunks: Iterable[bytes], file: Path | None) -> None:
    """Print or write more than should be held in memory; a file appears whole or not at all."""
    if file is None:
        with standard_output():
            sys.stdout.buffer.writelines(chunks)
        return
    try:
        _replace(file.resolve() if file.is_symlink() else file, chunks)
    except OSError as error:
        raise _unwritable(str(file), error) from None


def _replace(file: Path, chunks: Iterable[bytes]) -> None:
    temporary = file.with_name(f".{file.name[:100]}-{os.urandom(8).hex()}")
    try:
        with temporary.open("xb") as stream:  # with the permissions that any new file gets
            stream.writelines(chunks)
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


@dataclass(frozen=True, slots=True)
class Printing:
    """How a command prints its answer: the format, where to, and with which colours (``None``: as a terminal says)."""

    format: str
    output: Path | None = None
    quiet: bool = False
    no_color: bool = False


def print_answer(printing: Printing, page: Callable[[Page], None], **documents: Callable[[], str]) -> None:
    """Print an answer in the format asked for: on a ``page`` (text, Markdown), or one of the ``documents`` by format.

    Each of the functions loads its ``renderer`` when it is called.
    """
    if printing.quiet:
        return
    document = documents.get(printing.format)
    if printing.format == "markdown":
        _write_markdown(page, printing)
    elif document is None:
        _write_text(page, printing)
    elif printing.format == "json":
        from chainlab.report.json_text import ascii_only

        _write_document(document(), ascii_only, printing)
    else:
        write(document(), printing.output)


def _write_markdown(page: Callable[[Page], None], printing: Printing) -> None:
    from chainlab.report.markdown_page import MarkdownPage

    document = MarkdownPage()
    page(document)
    _write_document(document.text, _references, printing)


def _write_document(text: str, as_ascii: Callable[[str], str], printing: Printing) -> None:
    """Print or write it; ``as_ascii`` says the same where standard output lacks characters, as a code page does."""
    if printing.output is None and not (sys.stdout.encoding or "").lower().startswith("utf"):
        text = as_ascii(text)
    write(text, printing.output)


def _references(text: str) -> str:
    """Markdown's (HTML's) character references."""
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def renderer(module: str, function: str = "render") -> Callable[..., Any]:
    """A function of a module of ``chainlab.report``: loaded only when it is asked for."""
    found: Callable[..., Any] = getattr(importlib.import_module(f"chainlab.report.{module}"), function)
    return found


def _write_text(page: Callable[[Page], None], printing: Printing) -> None:
    from chainlab.report.terminal import TerminalPage

    buffer = _Rendered() if printing.output is None else io.StringIO()
    page(TerminalPage(buffer, color=False if printing.no_color or printing.output is not None else None))
    write(buffer.getvalue(), printing.output)
