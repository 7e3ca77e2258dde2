"""A page as Markdown (GitHub's), for tickets and change requests: indented lines are nested lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from chainlab.escaping import markdown, markdown_block
from chainlab.report.page import MAX_LINE, Branch, Glyphs

GLYPHS: Final = Glyphs("✓", "✗", "↑", "")

_NUMBERED: Final = re.compile(r"(\d{1,9})  (?=\S)")


class MarkdownPage:
    """A Markdown document, as ``chainlab.report.page.Page`` says; ``text`` is what was written so far."""

    def __init__(self) -> None:
        self.glyphs = GLYPHS
        self._lines: list[str] = []
        self._items: list[tuple[int, int]] = []
        """The list items that are open: where the report indents them, and the column where their content begins."""
        self._commands: list[str] = []
        """The lines of the code block that is open."""

    @property
    def text(self) -> str:
        """The document, with a final line end."""
        self._close()
        return "\n".join(self._lines).strip("\n") + "\n"

    def title(self, text: str) -> None:
        """A heading of the first level."""
        self._block(f"# {_inline(text)}")

    def heading(self, text: str) -> None:
        """A heading of the second level."""
        self._block(f"## {_inline(text)}")

    def line(self, text: str = "", style: str = "", indent: int = 0, hang: int = 0) -> None:  # noqa: ARG002
        """A paragraph, or an item of a list if it is indented; ``hang`` is the other outputs'."""
        shown = " ".join(text.split())
        if not shown:
            self._close()
        elif not indent:
            self._block(_styled(_inline(shown), style))
        else:
            self._item(text.strip(), style, indent)

    def verbatim(self, text: str, indent: int) -> None:
        """A line of a code block; commands one after the other share it."""
        self._leave(indent)
        self._commands.append(text)

    def tree(self, branches: Sequence[Branch], indent: int = 0) -> None:
        """A nested list."""
        column = max(indent, 1)
        for branch in branches:
            self._item(branch.text, branch.style, column)
            self.tree(branch.below, column + 1)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """A table; a cell has one line."""
        head, *body = (f"| {' | '.join(_inline(cell) for cell in row)} |" for row in (columns, *rows))
        self._block("\n".join((head, "|" + "---|" * len(columns), *body)))

    def _block(self, text: str) -> None:
        """A block of its own: lists before it end."""
        self._close()
        self._items.clear()
        self._lines += ["", text]

    def _item(self, text: str, style: str, indent: int) -> None:
        self._close()
        if not self._items:
            self._lines.append("")
        self._leave(indent)
        left = self._items[-1][1] if self._items else 0
        numbered = _NUMBERED.match(text)
        marker = f"{numbered[1]}. " if numbered else "- "
        shown = " ".join(text[numbered.end() if numbered else 0 :].split())
        self._lines.append(" " * left + marker + _styled(_inline(shown), style))
        self._items.append((indent, left + len(marker)))

    def _leave(self, indent: int) -> None:
        """End the items that a line at ``indent`` does not belong to."""
        while self._items and self._items[-1][0] >= indent:
            self._items.pop()

    def _close(self) -> None:
        """End an open code block."""
        if self._commands:
            left = " " * (self._items[-1][1] if self._items else 0)
            self._lines += [left + line for line in markdown_block(self._commands, MAX_LINE)]
            self._commands.clear()


def _inline(text: str) -> str:
    return markdown(" ".join(text.split()), MAX_LINE)


def _styled(text: str, style: str) -> str:
    return f"**{text}**" if "bold" in style and text else text
