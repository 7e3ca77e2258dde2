"""Whole numbers in the text of strangers.

``str.isdigit`` and ``\\d`` also take digits of other scripts and superscripts, on some of which ``int`` fails; ``int``
takes signs, blanks and underscores, and refuses thousands of digits. No input format writes any of these.
"""

from __future__ import annotations

import re
from typing import Final

_DECIMAL: Final = re.compile(r"[0-9]{1,20}")
_HEXADECIMAL: Final = re.compile(r"[0-9A-Fa-f]{1,16}")


def decimal(text: str, most: int) -> int | None:
    """The number that ASCII digits write, up to ``most``; ``None`` for anything else."""
    number = int(text) if _DECIMAL.fullmatch(text) else None
    return number if number is not None and number <= most else None


def hexadecimal(text: str, most: int) -> int | None:
    """The number that hexadecimal digits write, up to ``most``; ``None`` for anything else."""
    number = int(text, 16) if _HEXADECIMAL.fullmatch(text) else None
    return number if number is not None and number <= most else None
