"""A page of text for people: wrapping, glyphs, colour and escaping in one place for every text report."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final

from rich.console import Console
from rich.text import Text

from chainlab.certificate import Certificate
from chainlab.escaping import terminal

MAX_LINE: Final = 8_000
"""Characters of one paragraph; what hostile names could add beyond is cut, visibly."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The few symbols used; ASCII where the output's encoding has no others."""

    good: str
    bad: str
    up: str
    bullet: str
    branch: str
    last: str
    bar: str


UNICODE: Final = Glyphs("✓", "✗", "└─", "•", "├─ ", "└─ ", "│  ")
ASCII: Final = Glyphs("OK", "FAIL", "`-", "-", "|- ", "`- ", "|  ")


def glyphs_for(encoding: str) -> Glyphs:
    """The symbols that an encoding can carry."""
    try:
        "".join((UNICODE.good, UNICODE.bad, UNICODE.up, UNICODE.bullet, UNICODE.branch, "→…")).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


@dataclass(frozen=True, slots=True)
class Branch:
    """One node of a printed tree: its text, its style, and what hangs below it."""

    text: str
    style: str = ""
    below: Sequence[Branch] = ()


def columns() -> int | None:
    """The width that the environment asks for (COLUMNS), whatever the output is; ``None`` where it asks for none."""
    named = os.environ.get("COLUMNS", "")
    return int(named) if re.fullmatch(r"[0-9]{1,5}", named) and int(named) else None


class Page:
    """A text output.

    ``color`` ``None`` means as the terminal and NO_COLOR say; ``width`` is that of a file, a terminal has its own;
    COLUMNS overrules both.
    """

    def __init__(self, file: IO[str], *, color: bool | None = None, width: int = 100) -> None:
        self.glyphs = glyphs_for(getattr(file, "encoding", None) or "utf-8")
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

    def line(self, text: str = "", style: str = "", indent: int = 0, hang: int = 0) -> None:
        """One paragraph, wrapped at blanks; continuation lines stand ``hang`` columns further in."""
        left = " " * indent
        self._wrapped(text, style, left, left + " " * hang)

    def _wrapped(self, text: str, style: str, first: str, following: str) -> None:
        width = max(self.console.width, 40)
        rows = textwrap.wrap(
            self.plain(text), width, initial_indent=first, subsequent_indent=following, break_on_hyphens=False
        )
        for row in rows or [first.rstrip()]:
            self.console.print(Text(row, style=style), soft_wrap=True)

    def verbatim(self, text: str, indent: int) -> None:
        """A command: never wrapped, so that it can be copied."""
        self.console.print(Text(" " * indent + self.plain(text), style="cyan"), soft_wrap=True)

    def plain(self, text: str) -> str:
        """Visible characters only, and in ASCII where the output has nothing else."""
        shown = terminal(text, MAX_LINE)
        if self.glyphs is UNICODE:
            return shown
        return shown.replace("→", "->").replace("…", "...").encode("ascii", "backslashreplace").decode()

    def heading(self, text: str) -> None:
        """A bold line after an empty one."""
        self.console.print()
        self.line(text, "bold")

    def tree(self, branches: Sequence[Branch], left: str = "") -> None:
        """Branches under each other, drawn with lines."""
        for number, branch in enumerate(branches, start=1):
            final = number == len(branches)
            below = left + (" " * len(self.glyphs.bar) if final else self.glyphs.bar)
            head = left + (self.glyphs.last if final else self.glyphs.branch)
            hang = below + (self.glyphs.bar if branch.below else " " * 2)
            self._wrapped(branch.text, branch.style, head, hang)
            self.tree(branch.below, below)


def describe(certificate: Certificate) -> str:
    """One certificate in one line, with its key and expiry."""
    return f"{certificate.label}, {certificate.key}, expires {certificate.not_after:%Y-%m-%d}"
