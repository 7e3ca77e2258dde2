"""What was worked out about something that does not change, so that it is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Answers:
    """Answers by question."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Hashable, tuple[Any, object]] = {}

    def once(self, question: Hashable, work_out: Callable[[], T], keep: object = None) -> T:
        """The answer, worked out the first time. ``keep`` lives as long: an object whose ``id`` the question has."""
        known = self._known.get(question)
        if known is None:
            known = self._known[question] = work_out(), keep
        answer: T = known[0]
        return answer
