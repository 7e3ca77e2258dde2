"""A page in a terminal or a text file: wrapping, glyphs and colour."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Sequence
from typing import IO, Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chainlab.escaping import terminal
from chainlab.report.page import MAX_LINE, Branch, Glyphs

UNICODE: Final = Glyphs("✓", "✗", "└─", "•", "├─ ", "└─ ", "│  ")
ASCII: Final = Glyphs("OK", "FAIL", "`-", "-", "|- ", "`- ", "|  ")

WIDTH: Final = 100
"""Columns of a report that goes to a file; a terminal has its own width."""


def glyphs_for(encoding: str) -> Glyphs:
    """The symbols that an encoding can carry."""
    try:
        "".join((UNICODE.good, UNICODE.bad, UNICODE.up, UNICODE.bullet, UNICODE.branch, "→…")).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def columns() -> int | None:
    """The width that the environment asks for (COLUMNS), whatever the output is; ``None`` where it asks for none."""
    named = os.environ.get("COLUMNS", "")
    return int(named) if re.fullmatch(r"[0-9]{1,5}", named) and int(named) else None


class TerminalPage:
    """A text output, as ``chainlab.report.page.Page`` says.

    ``color`` ``None`` means as the terminal and NO_COLOR say; ``width`` is that of a file, a terminal has its own;
    COLUMNS overrules both.
    """

    def __init__(self, file: IO[str], *, color: bool | None = None, width: int = WIDTH) -> None:
        self.encoding = getattr(file, "encoding", None) or "utf-8"
        self.glyphs = glyphs_for(self.encoding)
        self.console = Console(
            file=file,
            highlight=False,
            soft_wrap=False,
            emoji=False,
            markup=False,
            force_terminal=color,
            no_color=color is False or None,
            width=columns() or (None if file.isatty() else width),
            legacy_windows=False,
        )
        self._width = max(self.console.width, 40)
        self._plain = self.console.color_system is None

    def title(self, text: str) -> None:
        """A bold line."""
        self.line(text, "bold")

    def heading(self, text: str) -> None:
        """A bold line after an empty one."""
        self.console.print()
        self.line(text, "bold")

    def line(self, text: str = "", style: str = "", indent: int = 0, hang: int = 0) -> None:
        """One paragraph, wrapped at blanks."""
        left = " " * indent
        self._wrapped(text, style, left, left + " " * hang)

    def _wrapped(self, text: str, style: str, first: str, following: str) -> None:
        shown, width = self.plain(text), self._width
        if shown and len(first) + len(shown) <= width and shown[-1] != " ":  # nearly every line
            rows = [first + shown]
        else:
            rows = textwrap.wrap(
                shown, width, initial_indent=first, subsequent_indent=following, break_on_hyphens=False
            )
        for row in rows or [first.rstrip()]:
            self._row(row, style)

    def _row(self, row: str, style: str) -> None:
        """One line as it stands; without colours it goes past Rich, which takes half a millisecond for each."""
        if self._plain:
            self.console.file.write(row + "\n")
        else:
            self.console.print(Text(row, style=style), soft_wrap=True)

    def verbatim(self, text: str, indent: int) -> None:
        """A command in one line, however long."""
        self._row(" " * indent + self.plain(text), "cyan")

    def plain(self, text: str) -> str:
        """Visible characters only, and none that the output's encoding lacks."""
        shown = terminal(text, MAX_LINE)
        if self.glyphs is UNICODE:
            return shown
        return _encodable(shown.replace("→", "->").replace("…", "..."), self.encoding)

    def tree(self, branches: Sequence[Branch], indent: int = 0) -> None:
        """Branches under each other, drawn with lines."""
        self._tree(branches, " " * indent)

    def _tree(self, branches: Sequence[Branch], left: str) -> None:
        for number, branch in enumerate(branches, start=1):
            final = number == len(branches)
            below = left + (" " * len(self.glyphs.bar) if final else self.glyphs.bar)
            head = left + (self.glyphs.last if final else self.glyphs.branch)
            hang = below + (self.glyphs.bar if branch.below else " " * 2)
            self._wrapped(branch.text, branch.style, head, hang)
            self._tree(branch.below, below)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns side by side; cells that are too long are folded."""
        lines = SIMPLE_HEAD if self.glyphs is UNICODE and any(columns) else None
        table = Table(box=lines, pad_edge=False, show_header=any(columns))
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(self.plain(cell)) for cell in row))
        self.console.print(table)


def _encodable(text: str, encoding: str) -> str:
    try:
        return text.encode(encoding, "backslashreplace").decode(encoding)
    except LookupError:
        return text.encode("ascii", "backslashreplace").decode()
