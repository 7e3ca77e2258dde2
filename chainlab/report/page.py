"""What a report for people is written on: lines, commands, trees and tables, whatever the output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from chainlab.certificate import Certificate
from chainlab.records import dataclass

MAX_LINE: Final = 8_000
"""Characters of one paragraph; what hostile names could add beyond is cut, visibly."""


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The few symbols used."""

    good: str
    bad: str
    up: str
    bullet: str
    branch: str = ""
    last: str = ""
    bar: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """One node of a tree: its text, its style, and what hangs below it."""

    text: str
    style: str = ""
    below: Sequence[Branch] = ()


class Page(Protocol):
    """One output. A page escapes what it is given; the texts carry no markup. Styles are rich's (``bold red``)."""

    @property
    def glyphs(self) -> Glyphs:
        """The symbols that this output can show."""

    def title(self, text: str) -> None:
        """What the report, or a large part of it, is about."""

    def heading(self, text: str) -> None:
        """What the lines below are about."""

    def line(self, text: str = "", style: str = "", indent: int = 0, hang: int = 0) -> None:
        """One paragraph; ``indent`` columns in it belongs to what stands before it with less.

        It is wrapped at blanks; continuation lines stand ``hang`` columns further in.
        """

    def verbatim(self, text: str, indent: int) -> None:
        """A command: never wrapped, so that it can be copied."""

    def tree(self, branches: Sequence[Branch], indent: int = 0) -> None:
        """Branches under each other."""

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Rows of cells under the columns' names; without any name there is no head."""


def describe(certificate: Certificate) -> str:
    """One certificate in one line, with its key and expiry."""
    return f"{certificate.label}, {certificate.key}, expires {certificate.not_after:%Y-%m-%d}"
