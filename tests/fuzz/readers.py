"""One target for each reader: whatever the bytes, it ends with evidence or with one of chainlab's own errors."""

from __future__ import annotations

import io
from functools import partial
from typing import Final

from chainlab.errors import InputError
from chainlab.evidence import Evidence, Limits, Place, ReadOptions
from chainlab.evidence.key_log import KeyLog
from chainlab.evidence.reading import Reader, readers
from chainlab.evidence.source import BoundedSource
from tests.captures import key_log
from tests.fuzz.seeds import PASSWORD, SEEDS
from tests.fuzz.target import Target

EXPOSED: Final = (
    "pfx", "der", "pem", "sst", "serialized", "reg", "hive", "capture", "pkcs7", "ctl", "jks", "bks", "zip", "cab",
    "gzip", "har",
)  # fmt: skip
"""Readers of what strangers send, first."""

LIMITS: Final = Limits(iterations=100_000)
"""As they ship but for key derivation, whose cap buys time by design: five million iterations are the user's choice."""


def reader_targets() -> list[Target]:
    """A target for every reader, those first that are most exposed."""
    by_name = {reader_name(reader): reader for reader in readers()}
    order = [*EXPOSED, *sorted(set(by_name) - set(EXPOSED))]
    return [Target(f"read-{name.replace('_', '-')}", partial(read, by_name[name]), SEEDS[name]) for name in order]


def reader_name(reader: Reader) -> str:
    """The name of its module, without ``read_``."""
    name: str = reader.__name__  # type: ignore[attr-defined]
    return name.rpartition(".read_")[2]


def read(reader: Reader, data: bytes) -> None:
    """Read as ``read_bytes`` would; nothing but ``InputError`` may come of it, and every finding has its sentence."""
    if not reader.sniff(data):
        return
    options = ReadOptions(LIMITS, lambda _place: PASSWORD, check_keys=True, key_log=_secrets())
    try:
        evidence = Evidence.of(reader.read(data, Place("input"), options))
    except InputError as error:
        assert str(error), "an error without words"
        assert error.place.startswith("input"), f"an error that does not name its place: {error.place}"
    else:
        assert all(finding.message for finding in evidence.findings)
    if hasattr(reader, "read_stream"):
        _stream(reader, data, options)


def _stream(reader: Reader, data: bytes, options: ReadOptions) -> None:
    """The same, read in pieces as a pipe gives them."""
    source = BoundedSource(io.BytesIO(data).read, "input", options.limits.stream_bytes, 64)
    try:
        list(reader.read_stream(source, Place("input"), options))  # type: ignore[attr-defined]
    except InputError:
        pass


def _secrets() -> KeyLog:
    secrets = KeyLog()
    secrets.add(key_log())
    return secrets
