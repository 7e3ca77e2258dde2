"""What the tools are asked: a leaf, the certificates beside it, a trust store; as PEM files."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from chainlab.catalog import Catalog
from chainlab.catalog.twins import load_twins
from chainlab.certificate import Certificate
from chainlab.clients import Snapshots, load_profiles, select
from tests.pki import Pki

ROOT: Final = Path(__file__).resolve().parent.parent
AT: Final = datetime(2026, 11, 20, tzinfo=UTC)
HOST: Final = "www.example.test"


@dataclass(frozen=True, slots=True)
class Scene:
    """One question as files in a folder: ``leaf.pem``, ``chain.pem``, ``roots.pem``."""

    name: str
    folder: Path
    host: str = HOST
    size: int = 0

    @property
    def files(self) -> tuple[str, str, str]:
        """Leaf, chain, roots."""
        leaf, chain, roots = (str(self.folder / f"{part}.pem") for part in ("leaf", "chain", "roots"))
        return leaf, chain, roots


def pem(certificates: Iterable[Certificate]) -> bytes:
    """Those whose encoding is at hand."""
    return "".join(ssl.DER_cert_to_PEM_cert(c.der) for c in certificates if c.der is not None).encode()


def write(
    name: str,
    folder: Path,
    leaf: Certificate,
    chain: list[Certificate],
    roots: list[Certificate],
    host: str = HOST,
) -> Scene:
    """The files of a scene."""
    folder.mkdir(parents=True)
    for part, held in (("leaf", [leaf]), ("chain", chain), ("roots", roots)):
        (folder / f"{part}.pem").write_bytes(pem(held))
    return Scene(name, folder, host, len(chain))


def mozilla_roots(twins: Path) -> list[Certificate]:
    """The newest Firefox's trust store as it ships, with the laboratory's twins in their places."""
    catalog = Catalog.load(load_twins(twins))
    profile = [profile for profile in select(load_profiles(), "") if profile.family == "mozpkix"][-1]
    held = (catalog.get(catalog.held_identity(sha256)) for sha256 in Snapshots(catalog).roots(profile.store))
    return [root for root in held if root is not None and root.encoded]


def r46(folder: Path) -> Scene:
    """The laboratory's R46 leaf with the cross-sign, against a whole Mozilla store."""
    from chainlab.evidence import ReadOptions, read_inputs

    served = read_inputs([(ROOT / "fixtures/r46/served-cross.pem", None)], ReadOptions()).certificates
    leaf, *chain = (item.certificate for item in served)
    return write(
        "R46 leaf, cross-sign", folder, leaf, chain, mozilla_roots(ROOT / "fixtures/lab.json"), leaf.dns_names[0]
    )


def mesh(size: int) -> Callable[[Path], Scene]:
    """``size`` authorities that all certified each other; one is trusted."""

    def make(folder: Path) -> Scene:
        pki, names = Pki("mesh"), [f"M{number}" for number in range(size)]
        crosses = [
            pki.ca(subject, issuer, not_before=AT - timedelta(days=100 + (i * 31 + j * 17) % 400))
            for i, subject in enumerate(names)
            for j, issuer in enumerate(names)
            if subject != issuer
        ]
        return write(f"mesh of {size}", folder, pki.leaf(names[0], HOST), crosses, [pki.ca(names[-1])])

    return make


def same_name(count: int) -> Callable[[Path], Scene]:
    """``count`` authorities of one name with different keys, without key identifiers to tell them apart."""

    def make(folder: Path) -> Scene:
        pki = Pki("same")
        for number in range(count):
            pki.entity(f"S{number}", subject="O=Test, CN=Same", key=f"key {number}")
        others = [pki.ca(f"S{number}", "R") for number in range(count)]
        return write(f"{count:,} of one name", folder, pki.leaf(f"S{count - 1}", HOST), others, [pki.ca("R")])

    return make


def copies(count: int) -> Callable[[Path], Scene]:
    """``count`` certificates of one authority (one name, one key), of which only the last is valid."""

    def make(folder: Path) -> Scene:
        pki = Pki("copies")
        expired = [
            pki.ca("I", "R", not_before=AT - timedelta(days=4000), not_after=AT - timedelta(hours=1 + n))
            for n in range(count - 1)
        ]
        return write(
            f"{count:,} copies, one valid", folder, pki.leaf("I", HOST), [*expired, pki.ca("I", "R")], [pki.ca("R")]
        )

    return make


def deep(length: int) -> Callable[[Path], Scene]:
    """A chain with ``length`` intermediate certificates."""

    def make(folder: Path) -> Scene:
        pki = Pki("deep")
        chain = [pki.ca(f"D{number}", f"D{number + 1}") for number in range(length)]
        return write(f"chain of {length}", folder, pki.leaf("D0", HOST), chain, [pki.ca(f"D{length}")])

    return make
