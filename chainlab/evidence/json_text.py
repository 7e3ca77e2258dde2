"""JSON from strangers: any byte order mark, capped depth, clear errors, and access that survives wrong types."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from chainlab.errors import InputError, LimitError
from chainlab.evidence.model import Place
from chainlab.evidence.read_pem import text_of

MAX_DEPTH: Final = 100
"""Nested arrays and objects; scanners' reports have less than 20."""

_STRING: Final = re.compile(r'"(?>[^"\\]|\\.)*+"', re.DOTALL)
_BRACKET: Final = re.compile(r"[\[\]{}]")


def load_json(data: bytes, place: Place) -> Any:
    """The value; ``InputError`` with line and column when it is no JSON, ``LimitError`` when it is nested too deep."""
    text = text_of(data).lstrip("\ufeff")
    if _depth(text) > MAX_DEPTH:
        raise LimitError(str(place), f"JSON nested deeper than {MAX_DEPTH}")
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        found = f"malformed JSON in line {error.lineno}, column {error.colno}: {error.msg.lower()}"
        raise InputError(str(place), found, hint="export it again; it may be cut off") from None
    except (ValueError, RecursionError) as error:
        raise InputError(str(place), f"malformed JSON: {error}") from None


def _depth(text: str) -> int:
    """How deep brackets are nested outside strings."""
    depth = deepest = 0
    for match in _BRACKET.finditer(_STRING.sub("", text)):
        depth += 1 if match[0] in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def get(value: Any, *path: str) -> Any:
    """The value under nested keys; ``None`` where one is missing or what holds it is no object."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none if it is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """A string or number as text; empty for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
