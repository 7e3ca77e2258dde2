"""The cases of C2SP's x509-limbo, read from the archive beside the checkout."""

from __future__ import annotations

import base64
import json
import lzma
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from chainlab import oids
from tests.conformance.case import ACCEPT, REJECT, Case

FILE: Final = "certs/limbo.json.xz"

NOW: Final = datetime(2026, 11, 20, tzinfo=UTC)
"""When cases without a time of their own are judged: within the validity that the suite gives its certificates."""

_UNSUPPORTED: Final = {"has-crl": "revocation: chains are judged without revocation lists, which no server sends"}
"""Features of the suite that are outside of a path verifier's question."""

_KINDS: Final = {"SERVER": oids.SERVER_AUTH, "CLIENT": oids.CLIENT_AUTH}


def limbo_cases(path: Path) -> list[Case]:
    """Every case of the suite, in its order."""
    suite = json.loads(lzma.decompress(path.read_bytes()))
    return [_case(entry) for entry in suite["testcases"]]


def _case(entry: Mapping[str, Any]) -> Case:
    unsupported = [reason for feature, reason in _UNSUPPORTED.items() if feature in entry["features"]]
    peer, depth = entry["expected_peer_name"], entry["max_chain_depth"]
    return Case(
        id=entry["id"],
        leaf=der_of(entry["peer_certificate"]),
        intermediates=tuple(map(der_of, entry["untrusted_intermediates"])),
        roots=tuple(map(der_of, entry["trusted_certs"])),
        at=datetime.fromisoformat(entry["validation_time"]) if entry["validation_time"] else NOW,
        expected=ACCEPT if entry["expected_result"] == "SUCCESS" else REJECT,
        host=peer["value"] if peer is not None else "",
        purpose=_KINDS[entry["validation_kind"]],
        longest=0 if depth is None else depth + 2,
        unsupported="; ".join(unsupported),
    )


def der_of(pem: str) -> bytes:
    """The bytes between the lines of one PEM block, decoded without judging what they are."""
    return base64.b64decode("".join(line for line in pem.splitlines() if not line.startswith("-")))
