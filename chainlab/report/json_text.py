"""Plain data as JSON text, for every JSON report."""

from __future__ import annotations

import json
import re
from typing import Any


def document(content: dict[str, Any]) -> str:
    """The text, indented, with a final line end."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def ascii_only(text: str) -> str:
    """The same JSON with escapes for everything that a code page may lack."""
    return re.sub(r"[^\x00-\x7f]+", lambda found: json.dumps(found.group())[1:-1], text)
