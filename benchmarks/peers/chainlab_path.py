"""chainlab's search with RFC 5280's checks: every path may be tried."""

from __future__ import annotations

from benchmarks.peers.chainlab_client import prepared
from benchmarks.peers.running import run
from chainlab.verifiers import rfc5280

if __name__ == "__main__":
    run(prepared(rfc5280.family()))
