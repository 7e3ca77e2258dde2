"""The cases of NIST's Public Key Interoperability Test Suite (PKITS) 1.0.1; tools/build_pkits.py made the archive."""

from __future__ import annotations

import base64
import json
import lzma
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from chainlab.paths.policies import PolicyInputs
from tests.conformance.case import ACCEPT, REJECT, Case

FILE: Final = Path(__file__).parent / "data" / "pkits.json.xz"

MOMENT: Final = datetime(2022, 5, 1, tzinfo=UTC)
"""Within the validity of the suite's certificates, which end in 2030."""

_REVOCATION: Final = "revocation: chains are judged without revocation lists, which no server sends"


def pkits_cases() -> list[Case]:
    """Every case of the suite, in its order."""
    suite = json.loads(lzma.decompress(FILE.read_bytes()))
    held = {name: base64.b64decode(text) for name, text in suite["certificates"].items()}
    return [_case(entry, held, held[suite["anchor"]]) for entry in suite["cases"]]


def _case(entry: dict[str, Any], held: dict[str, bytes], anchor: bytes) -> Case:
    inputs = dict(entry["policies"])
    if "acceptable" in inputs:
        inputs["acceptable"] = frozenset(inputs["acceptable"])
    return Case(
        id=entry["id"],
        leaf=held[entry["leaf"]],
        intermediates=tuple(held[name] for name in entry["intermediates"]),
        roots=(anchor,),
        at=MOMENT,
        expected=ACCEPT if entry["accept"] else REJECT,
        purpose="",
        policies=PolicyInputs(**inputs),
        unsupported=_REVOCATION if entry["revocation"] else "",
    )
