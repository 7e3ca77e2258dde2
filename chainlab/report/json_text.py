"""Plain data as JSON text, for every JSON report."""

from __future__ import annotations

import json
import re
from typing import Any, Final


def document(content: dict[str, Any]) -> str:
    """The text, indented, with a final line end; what a terminal or an editor would obey stands as ``\\uNNNN``."""
    return _HIDDEN.sub(_escaped, json.dumps(content, indent=2, ensure_ascii=False)) + "\n"


_HIDDEN: Final = re.compile(
    "[\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\uf8ff\ufeff\ufff0-\uffff\U000e0000-\U0010ffff]+"
)
"""C1 controls (0x9b begins an escape sequence), formatting and separator characters, surrogates, private use."""


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found.group())[1:-1].replace("\x7f", "\\u007f")


def ascii_only(text: str) -> str:
    """The same JSON with escapes for everything that a code page may lack."""
    return re.sub(r"[^\x00-\x7f]+", _escaped, text)
