"""Fleets of any size with the repetition of real ones, as one Parquet list.

    python -m benchmarks.fleet_simulator SERVERS FILE [--seed 1]

A fleet of n servers has 2·√n deployments (a certificate in one kind of evidence); the number of servers of a deployment
follows Zipf's law, as farms behind load balancers do. Deployments differ in issuer, in what the server holds above its
certificate, and in the kind of evidence: PFX files, chains as scanners save them, evidence bundles. One server in a
hundred is collected anew: other bytes, the same evidence. One in five hundred is damaged.
"""

from __future__ import annotations

import argparse
import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from chainlab.certificate import Certificate
from chainlab.lab import sectigo
from chainlab.lab.bundle import LabBinding, LabServer, evidence_bundle, key_reference
from chainlab.lab.pki import LEAF, Entity, KeyRing, certify, day, make_name
from chainlab.lab.writers import pem, pfx
from chainlab.server import LM_AUTHROOT, LM_CA, LM_MY

ROOT: Final = Path(__file__).resolve().parent.parent
ROW_GROUP: Final = 4096
DICTIONARY: Final = 16 * 1024 * 1024
"""Bytes of distinct contents that a row group keeps once; beyond, each row has its own."""

RECOLLECTED: Final = 0.01
DAMAGED: Final = 0.002

_ABOVE: Final = {
    "short": (),
    "cross": ("r46-by-usertrust",),
    "old": ("r46-by-usertrust", "usertrust-rsa-by-aaa"),
    "root": ("r46",),
}
"""What a server holds above its issuing CA."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """One certificate in one kind of evidence; ``bundle`` is what a bundle of it shows."""

    content: bytes
    bundle: LabServer | None

    def again(self, minutes: int) -> bytes:
        """The same evidence, collected at another time."""
        if self.bundle is None:
            return self.content + b"\n" * (1 + minutes) if self.content.startswith(b"-----") else self.content
        return evidence_bundle(replace(self.bundle, at=self.bundle.at + timedelta(minutes=minutes)))


class Simulator:
    """Makes deployments with the laboratory's keys: equal seeds give fleets that differ in random salts only."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a simulation
        keys = KeyRing(ROOT / "fixtures" / "keys")
        self.key = keys.get("www", "RSA-2048")
        self.entities = sectigo.entities(keys)
        self.made = sectigo.certificates(keys)

    def deployment(self, number: int) -> Deployment:
        """One more certificate, from one of the issuing CAs, and its evidence."""
        issuer = self.random.choices(("ov-r36", "dv-r36", "ev-r36"), (6, 3, 1))[0]
        name = f"app{number:05d}.fleet.example"
        start = day("2026-03-01") + timedelta(days=self.random.randrange(240))
        profile = replace(LEAF, not_before=start, not_after=start + timedelta(days=398), dns_names=(name,))
        subject = Entity(make_name(f"C=GB, O=Chainlab Laboratory, CN={name}"), self.key)
        leaf = certify(subject, self.entities[issuer], profile)
        above = self.random.choices(tuple(_ABOVE), (60, 25, 5, 10))[0]
        chain = [self.made[issuer], *(self.made[role] for role in _ABOVE[above])]
        if self.random.random() < 0.02:
            chain = []
        return self._evidence(leaf, chain)

    def _evidence(self, leaf: Certificate, chain: list[Certificate]) -> Deployment:
        kind = self.random.choices(("pfx", "pem", "bundle"), (4, 3, 3))[0]
        if kind == "pfx":
            return Deployment(pfx(leaf, self.key, chain, name=leaf.subject.common), None)
        if kind == "pem":
            return Deployment(pem([leaf, *chain]).encode(), None)
        held = [*((LM_CA, certificate) for certificate in chain), (LM_AUTHROOT, self.made["r46"])]
        server = LabServer(
            entries=[
                *((store, certificate, {}) for store, certificate in held),
                (LM_MY, leaf, key_reference(leaf.sha256[:8])),
            ],
            bindings=[LabBinding("0.0.0.0:443", leaf), LabBinding("0.0.0.0:443", leaf, host=leaf.dns_names[0])],
            chains=[],
            at=day("2026-11-19"),
        )
        return Deployment(evidence_bundle(server), server)

    def servers(self, count: int) -> Iterator[tuple[str, bytes]]:
        """The servers by name, each with its evidence."""
        deployments = [self.deployment(number) for number in range(min(count, round(2 * math.sqrt(count))))]
        weights = list(itertools.accumulate(1 / rank for rank in range(1, len(deployments) + 1)))
        for number in range(count):
            deployment = self.random.choices(deployments, cum_weights=weights)[0]
            content, chance = deployment.content, self.random.random()
            if chance < RECOLLECTED:
                content = deployment.again(self.random.randrange(1440))
            elif chance < RECOLLECTED + DAMAGED:
                content = content[: self.random.randrange(1, 200)]
            yield f"srv{number:07d}.dc{number % 7}.example", content


def write(count: int, file: Path, seed: int = 1) -> None:
    """A fleet as a Parquet list; memory does not grow with it."""
    schema = pa.schema([("server", pa.string()), ("content", pa.binary())])
    servers = Simulator(seed).servers(count)
    with pq.ParquetWriter(file, schema, compression="zstd", dictionary_pagesize_limit=DICTIONARY) as writer:
        while rows := list(itertools.islice(servers, ROW_GROUP)):
            names, contents = zip(*rows, strict=True)
            writer.write_table(pa.table([list(names), list(contents)], schema=schema), row_group_size=ROW_GROUP)


def main() -> None:
    """Write one fleet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("servers", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    write(options.servers, options.file, options.seed)


if __name__ == "__main__":
    main()
