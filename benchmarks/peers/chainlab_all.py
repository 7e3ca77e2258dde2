"""chainlab's check of one served chain by every named client, each with its own trust store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from benchmarks.peers.chainlab_client import certificates
from benchmarks.peers.running import Files, run
from benchmarks.scenes import ROOT
from chainlab.catalog import Catalog
from chainlab.catalog.twins import load_twins
from chainlab.clients import Judge, Snapshots, Verdict, load_profiles, select
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question


def prepare(roots: bytes, _at: datetime) -> Callable[[Files], str]:
    """The named clients' own stores, with the laboratory's twins in them; the roots given are known certificates."""
    snapshots = Snapshots(Catalog.load(load_twins(ROOT / "fixtures/lab.json")))
    clients = [(profile, snapshots.store(profile.store)) for profile in select(load_profiles(), "")]
    known = certificates(roots)

    def validate(files: Files) -> str:
        served = (*certificates(files.leaf), *certificates(files.chain))
        judge = Judge(clients, CertGraph([*served, *known]), Question(files.at, files.host))
        verdicts = judge.verdicts(served)
        accepted = sum(verdict.verdict is Verdict.ACCEPT for verdict in verdicts)
        return f"{accepted} of {len(verdicts)} clients accept"

    return validate


if __name__ == "__main__":
    run(prepare)
