"""A short answer for a notebook or a ticket: a verdict, remarks and small tables, as HTML or Markdown.

Cells are plain text; everything passes the one escaping function of its output here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from chainlab.escaping import html_text, markdown
from chainlab.records import dataclass

MAX_ROWS: Final = 60
"""Rows of one table that are shown; all of them are in ``Table.rows``."""

_COLORS: Final = {True: "#1a7f37", False: "#cf222e", None: "inherit"}
"""Readable on light and dark pages."""

_CELL: Final = "text-align:left;vertical-align:top;padding:2px 10px 2px 0"


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table of text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __iter__(self) -> Iterator[dict[str, str]]:
        """Each row by column name: ``pandas.DataFrame(table)`` makes a frame of it."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One subject: the headline, whether it is good news (``None``: neither), remarks, tables."""

    headline: str
    good: bool | None
    remarks: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


def as_html(sheets: Iterable[Sheet]) -> str:
    """A fragment of HTML without scripts, styles of its own or references."""
    return f'<div style="max-width:72em">{"".join(part for sheet in sheets for part in _html(sheet))}</div>'


def _html(sheet: Sheet) -> Iterator[str]:
    yield f'<p style="font-weight:600;color:{_COLORS[sheet.good]}">{html_text(sheet.headline)}</p>'
    yield from (f"<p>{html_text(remark)}</p>" for remark in sheet.remarks)
    for table in sheet.tables:
        head = "".join(f'<th style="{_CELL}">{html_text(column)}</th>' for column in table.columns)
        yield f'<table><caption style="text-align:left;font-weight:600">{html_text(table.title)}</caption>'
        yield f"<thead><tr>{head}</tr></thead><tbody>"
        for row in table.rows[:MAX_ROWS]:
            cells = "".join(f'<td style="{_CELL}">{html_text(cell)}</td>' for cell in row)
            yield f"<tr>{cells}</tr>"
        yield "</tbody></table>"
        yield from (f"<p>{html_text(note)}</p>" for note in _cut(table))


def as_markdown(sheets: Iterable[Sheet]) -> str:
    """The same as Markdown (tables as GitHub and CommonMark's extensions know them)."""
    return "\n".join(line for sheet in sheets for line in _markdown(sheet)) + "\n"


def _markdown(sheet: Sheet) -> Iterator[str]:
    yield from (f"**{markdown(sheet.headline)}**", "")
    for remark in sheet.remarks:
        yield from (markdown(remark), "")
    for table in sheet.tables:
        yield from (f"*{markdown(table.title)}*", "", _row(table.columns), "|---" * len(table.columns) + "|")
        yield from (_row(row) for row in table.rows[:MAX_ROWS])
        yield ""
        for note in _cut(table):
            yield from (markdown(note), "")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(markdown(cell) for cell in cells)} |"


def _cut(table: Table) -> Iterator[str]:
    if len(table.rows) > MAX_ROWS:
        yield f"and {len(table.rows) - MAX_ROWS} more rows"
