"""Where a result goes: standard output, or a file or directory that appears whole or not at all."""

from __future__ import annotations

import importlib
import io
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainlab.errors import InputError
from chainlab.folders import write_directory

__all__ = ["Printing", "print_answer", "renderer", "write", "write_directory"]

if TYPE_CHECKING:
    from chainlab.report.page import Page


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

    if printing.output is None:
        page(TerminalPage(sys.stdout, color=False if printing.no_color else None))
        return
    buffer = io.StringIO()
    page(TerminalPage(buffer, color=False))
    write(buffer.getvalue(), printing.output)
