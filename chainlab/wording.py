"""Numbers in sentences."""

from __future__ import annotations


def number_of(number: int, one: str, several: str = "") -> str:
    """``1 file``, ``2 files``; ``several`` where it is not ``one`` with an s."""
    return f"{number} {one if number == 1 else several or one + 's'}"


def accepting(number: int | str, total: int) -> str:
    """``3 of 120 clients accept``, ``1 of 1 client accepts``; ``number`` may be a range in words."""
    return f"{number} of {number_of(total, 'client')} {'accepts' if total == 1 else 'accept'}"
