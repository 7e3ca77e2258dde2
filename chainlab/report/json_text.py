"""Plain data as JSON text, for every JSON report."""

from __future__ import annotations

import json
from typing import Any


def document(content: dict[str, Any]) -> str:
    """The text, indented, with a final line end."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
