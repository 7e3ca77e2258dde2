"""Chromium, headless, with the case's roots in the user's NSS database; a second a case."""

from __future__ import annotations

import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.oracles.oracle import (
    ACCEPT,
    CANNOT,
    REJECT,
    Answer,
    Bench,
    Oracle,
    debian_version,
    run,
    served_over_tls,
)
from tests.oracles.oracle_nss import trust

_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * 127.0.0.1", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--timeout=8000", "--dump-dom",
)  # fmt: skip
_CERTIFICATE_ERROR = re.compile(r'"net_error":(-2\d\d)\b')


def _ask(bench: Bench) -> list[Answer]:
    with served_over_tls(bench) as ports, ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda number: _one(bench, number, ports[number]), range(len(bench.cases))))


def _one(bench: Bench, number: int, port: int) -> Answer:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        home = Path(name)
        database = home / ".pki" / "nssdb"
        database.mkdir(parents=True)
        run(["certutil", "-N", "-d", f"sql:{database}", "--empty-password"])
        trust(database, bench, number)
        log = home / "net.json"
        own = (f"--user-data-dir={home}/profile", f"--log-net-log={log}")
        environment = {"HOME": str(home), "XDG_CONFIG_HOME": f"{home}/config", "XDG_CACHE_HOME": f"{home}/cache"}
        url = f"https://{bench.cases[number].host}:{port}/"
        result = run(["chromium", *_OPTIONS, *own, url], **environment)
        errors = _CERTIFICATE_ERROR.findall(log.read_text(errors="replace")) if log.exists() else []
    if "chainlab-ok" in result.stdout:
        return Answer(ACCEPT)
    return Answer(REJECT if errors else CANNOT, " ".join(dict.fromkeys(errors)) or result.stderr[-200:])


ORACLES = (
    Oracle("chromium", "chrome", _ask, lambda: debian_version("chromium"), "apt-get install chromium libnss3-tools",
           most=100),
)  # fmt: skip
