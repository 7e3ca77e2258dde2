"""Laboratory twins: certificates with keys of our own that stand for real ones in trust stores and catalogue.

The file is JSON: ``{"schema": "chainlab-lab/1", "twins": [{"stands_for": SHA-256, "certificate": PEM}, …]}``.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from binascii import Error as Base64Error
from pathlib import Path
from typing import Any, Final

from chainlab.catalog.catalog import Twins
from chainlab.errors import InputError

SCHEMA: Final = "chainlab-lab/1"
MAX_BYTES: Final = 16 * 1024 * 1024

_PEM: Final = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")


def load_twins(path: Path) -> Twins:
    """Read a laboratory file; ``InputError`` says what is wrong with it."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(str(path), f"more than {MAX_BYTES} bytes", expected=f"a {SCHEMA} file")
        document: Any = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(str(path), f"cannot be read: {(error.strerror or 'error').lower()}") from None
    except (ValueError, RecursionError):
        raise InputError(str(path), "not JSON", expected=f"a {SCHEMA} file") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise InputError(str(path), "not a laboratory file", expected=f'"schema": "{SCHEMA}"')
    return dict(_twin(path, number, entry) for number, entry in enumerate(document.get("twins", ()), start=1))


def _twin(path: Path, number: int, entry: Any) -> tuple[str, bytes]:
    place = f"{path}, twin {number}"
    try:
        original, pem = str(entry["stands_for"]).lower(), _PEM.search(str(entry["certificate"]))
    except (TypeError, KeyError):
        raise InputError(place, "malformed", expected="stands_for and certificate") from None
    if pem is None or not re.fullmatch(r"[0-9a-f]{64}", original):
        raise InputError(place, "malformed", expected="a SHA-256 fingerprint and a PEM certificate")
    try:
        return original, b64decode("".join(pem[1].split()), validate=True)
    except (Base64Error, ValueError):
        raise InputError(place, "the certificate's base64 is damaged") from None
