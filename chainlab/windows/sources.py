"""On what a rule of Windows rests: every rule names its evidence, and ``explain`` shows it."""

from __future__ import annotations

from enum import Enum

from chainlab.records import dataclass


class Tag(Enum):
    """The kinds of evidence, strongest first."""

    DOCUMENTED = ("D", "documented by Microsoft")
    WINDOWS_TEST = ("W", "asserted by a test that passes on real Windows")
    FIELD = ("F", "field report")
    MEMORY = ("M", "common knowledge, no source at hand")
    INFERRED = ("I", "inferred")
    UNKNOWN = ("?", "not known")

    def __init__(self, letter: str, text: str) -> None:
        self.letter = letter
        self.text = text


@dataclass(frozen=True, slots=True)
class Source:
    """The tags of a rule and where they come from, in words."""

    tags: tuple[Tag, ...]
    where: str

    def __str__(self) -> str:
        letters = "/".join(tag.letter for tag in self.tags)
        return f"[{letters}] {self.where}" if self.where else f"[{letters}]"


def source(letters: str, where: str = "") -> Source:
    """``source("DF", "KB 2831004; win-acme#1918")``."""
    by_letter = {tag.letter: tag for tag in Tag}
    return Source(tuple(by_letter[letter] for letter in letters), where)
