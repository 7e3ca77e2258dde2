"""JSON of strangers: parsed under the caps that Python does not set, and taken apart without trusting its shape."""

from __future__ import annotations

import json
from typing import Any

from chainlab.errors import InputError
from chainlab.evidence.model import Place
from chainlab.evidence.read_pem import text_of


def parse_json(data: bytes, place: Place, expected: str) -> dict[str, Any]:
    """The object that ``data`` holds, whatever its UTF encoding; ``InputError`` otherwise."""
    try:
        value = json.loads(text_of(data))
    except RecursionError:
        raise InputError(str(place), "JSON nested too deeply", expected=expected) from None
    except ValueError as error:
        raise InputError(str(place), f"not JSON ({error})", expected=expected) from None
    if not isinstance(value, dict):
        raise InputError(str(place), f"a JSON {type(value).__name__}", expected=expected)
    return value


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; one object alone counts as a list of one, as PowerShell writes those."""
    return [entry for entry in (value if isinstance(value, list) else [value]) if isinstance(entry, dict)]


def an_object(value: Any) -> dict[str, Any]:
    """An object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> list[str]:
    """The strings of a list; one string alone counts as a list of one."""
    return [entry for entry in (value if isinstance(value, list) else [value]) if isinstance(entry, str)]


def text(value: Any) -> str:
    """A scalar as text; empty for ``null`` and for what is no scalar."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int | float) else ""


def number(value: Any) -> int:
    """A whole number in range, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63 else 0
