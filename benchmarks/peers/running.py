"""What all peers share: the arguments, the clock, the answer."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple


class Files(NamedTuple):
    """What a peer is asked: PEM texts, a moment and a host name."""

    leaf: bytes
    chain: bytes
    at: datetime
    host: str


def run(prepare: Callable[[bytes, datetime], Callable[[Files], str]]) -> None:
    """``prepare`` loads the trust store and gives the function that reads a chain and validates it."""
    leaf, chain, roots = (Path(name) for name in sys.argv[1:4])
    at, host = datetime.fromisoformat(sys.argv[4]), sys.argv[5]
    calls = int(sys.argv[6]) if len(sys.argv) > 6 else 0
    start = time.process_time()
    validate = prepare(roots.read_bytes(), at)
    loaded = time.process_time()
    files = Files(leaf.read_bytes(), chain.read_bytes(), at, host)
    try:
        verdict = validate(files)
    except Exception as error:  # noqa: BLE001 - whatever a peer lets through is its answer
        verdict = f"raises {type(error).__name__}: {str(error).splitlines()[0][:100] if str(error) else ''}"
    checked = time.process_time()
    for _ in range(calls):
        validate(files)
    warm = (time.process_time() - checked) / calls if calls else None
    print(json.dumps({"verdict": verdict, "load": loaded - start, "check": checked - loaded, "warm": warm}))
