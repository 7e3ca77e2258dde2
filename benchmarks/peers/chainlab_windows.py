"""chainlab's prediction of what Windows builds from these stores: the chain's certificates in CA, the roots in Root."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from benchmarks.peers.chainlab_client import certificates
from benchmarks.peers.running import Files, run
from chainlab.graph import CertGraph
from chainlab.server import LM_CA, LM_MY, LM_ROOT, Server, StoreEntry
from chainlab.windows.engine import predict_chain
from chainlab.windows.selection import MAX_PASS1


def prepare(roots: bytes, at: datetime) -> Callable[[Files], str]:
    """A server with these roots."""
    anchors = [StoreEntry(root, LM_ROOT) for root in certificates(roots)]

    def validate(files: Files) -> str:
        (leaf,) = certificates(files.leaf)
        above = [StoreEntry(certificate, LM_CA) for certificate in certificates(files.chain)]
        server = Server((StoreEntry(leaf, LM_MY), *above, *anchors), root_update=False)
        prediction = predict_chain(server, CertGraph([entry.certificate for entry in server.entries]), leaf, at)
        good = prediction.chosen.pass1 == MAX_PASS1 and not prediction.chosen.status
        return f"{'accept' if good else 'reject'}{', stopped early' if prediction.budget_exceeded else ''}"

    return validate


if __name__ == "__main__":
    run(prepare)
