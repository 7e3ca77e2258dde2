"""Plain data as JSON text, for every JSON report."""

from __future__ import annotations

import json
import re
from typing import Any

from chainlab.escaping import is_hidden


def document(content: dict[str, Any]) -> str:
    """The text, indented, with a final line end; what a terminal or an editor would obey stands as ``\\uNNNN``."""
    return re.sub("[\x7f-\U0010ffff]", _unless_shown, json.dumps(content, indent=2, ensure_ascii=False)) + "\n"


def _unless_shown(found: re.Match[str]) -> str:
    return _escaped(found) if is_hidden(found.group()) else found.group()


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found.group())[1:-1].replace("\x7f", "\\u007f")


def ascii_only(text: str) -> str:
    """The same JSON with escapes for everything that a code page may lack."""
    return re.sub(r"[^\x00-\x7f]+", _escaped, text)
