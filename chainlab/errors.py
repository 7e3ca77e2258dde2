"""The errors chainlab raises on purpose.

    ChainlabError
    ├── UsageError      what was asked for cannot be done (exit status 2)
    └── InputError      an input could not be read (exit status 3)
        ├── LimitError      a cap was reached before the work was done
        └── PasswordError   wrong or missing password (exit status 4)

They exist only at the boundary: readers and the command line. Problems *inside* an input (one broken certificate of a
bundle) are findings, see ``chainlab.findings``.
"""

from __future__ import annotations

import functools
from typing import Any


class ChainlabError(Exception):
    """Base of all errors raised on purpose; ``str()`` is one clear sentence for the user."""

    exit_status = 2


class UsageError(ChainlabError):
    """The request itself is wrong: an unknown client, a malformed option value."""


class InputError(ChainlabError):
    """An input could not be read: says where, what was expected, what was found and what to do next."""

    exit_status = 3

    def __init__(self, place: str, found: str, *, expected: str = "", hint: str = "") -> None:
        self.place = place
        self.found = found
        self.expected = expected
        self.hint = hint
        text = f"{place}: {found}"
        if expected:
            text += f"; expected {expected}"
        super().__init__(text)

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors of a worker process reach its parent as they are."""
        make = functools.partial(type(self), expected=self.expected, hint=self.hint)
        return make, (self.place, self.found)


class LimitError(InputError):
    """An input is larger, deeper or more expensive than the cap that protects this run."""


class PasswordError(InputError):
    """The password of a protected input is missing or wrong."""

    exit_status = 4
