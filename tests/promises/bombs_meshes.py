"""Graphs of certificates that have more paths than anybody can follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

from tests.promises import raw


def _written(folder: Path, ders: Iterable[bytes]) -> Path:
    path = folder / "input.pem"
    path.write_bytes(raw.pem(*ders))
    return path


def mesh(folder: Path, size: int) -> Path:
    """CAs that all certify one another; none is self-signed."""
    names = [f"CA {number}" for number in range(size)]
    cross = (raw.ca(subject, issuer) for subject in names for issuer in names if subject != issuer)
    return _written(folder, [raw.leaf("CA 0"), *cross])


def dated_mesh(folder: Path, size: int) -> Path:
    """The same, and each certificate expires on a date of its own."""
    names = [f"CA {number}" for number in range(size)]
    pairs = [(subject, issuer) for subject in names for issuer in names if subject != issuer]
    cross = (raw.ca(*pair, validity=raw.until(number)) for number, pair in enumerate(pairs))
    return _written(folder, [raw.leaf("CA 0"), *cross])


def dated_ring(folder: Path, size: int) -> Path:
    """Each CA certified by the next, each until a date of its own."""
    pairs = ((f"CA {number}", f"CA {(number + 1) % size}") for number in range(size))
    cas = (raw.ca(*pair, validity=raw.until(number)) for number, pair in enumerate(pairs))
    return _written(folder, [raw.leaf("CA 0"), *cas])


def crowd(folder: Path, size: int) -> Path:
    """Server certificates of one CA, each a site of its own."""
    leaves = [raw.leaf("CA", f"www{number}.example.test") for number in range(size)]
    return _written(folder, [*leaves, raw.ca("CA", "Root"), raw.ca("Root", "Root")])


def layers(folder: Path, depth: int, width: int) -> Path:
    """Layer over layer of CAs, each certified by every one above: width to the power of depth."""
    levels = [[f"CA {level} {number}" for number in range(width)] for level in range(depth)]
    cross = (raw.ca(subject, issuer) for lower, upper in pairwise(levels) for subject in lower for issuer in upper)
    return _written(folder, [raw.leaf("CA 0 0"), *cross])


def loops(folder: Path) -> Path:
    """A certifies B, B certifies A, each itself too."""
    return _written(folder, [raw.leaf("A"), raw.ca("A", "B"), raw.ca("B", "A"), raw.ca("A", "A"), raw.ca("B", "B")])


def ring(folder: Path, size: int) -> Path:
    """Each CA certified by the next, the last by the first."""
    cas = (raw.ca(f"CA {number}", f"CA {(number + 1) % size}") for number in range(size))
    return _written(folder, [raw.leaf("CA 0"), *cas])


def namesakes(folder: Path, count: int) -> Path:
    """Certificates of one subject and issuer name, each with its key and signed with its own."""
    name = raw.name("Same")
    cas = (
        raw.certificate(name, name, raw.spki(f"key {number}"), f"key {number}", raw.CA, serial=number + 1)
        for number in range(count)
    )
    leaf = raw.certificate(raw.name("www.example.test"), name, raw.spki("leaf"), "key 0")
    return _written(folder, [leaf, *cas])


def namesakes_by_nobody(folder: Path, count: int) -> Path:
    """Certificates of one name, none of which signed another: every pair has to be tried."""
    name = raw.name("Same")
    cas = (
        raw.certificate(name, name, raw.spki(f"key {number}"), "nobody", raw.CA, serial=number + 1)
        for number in range(count)
    )
    leaf = raw.certificate(raw.name("www.example.test"), name, raw.spki("leaf"), "nobody")
    return _written(folder, [leaf, *cas])


def one_entity(folder: Path, count: int) -> Path:
    """Certificates of one entity by itself, apart in their serial numbers."""
    return _written(folder, [raw.leaf("Same"), *(raw.ca("Same", "Same", serial=number + 1) for number in range(count))])


def chain(folder: Path, length: int) -> Path:
    """One path, far longer than any builder follows."""
    cas = (raw.ca(f"CA {number}", f"CA {number + 1}") for number in range(length))
    return _written(folder, [raw.leaf("CA 0"), *cas])


ALL: Final[tuple[tuple[str, Callable[[Path], Path]], ...]] = (
    ("loops", loops),
    ("ring of 500", partial(ring, size=500)),
    ("mesh of 10", partial(mesh, size=10)),
    ("mesh of 30", partial(mesh, size=30)),
    ("mesh of 60", partial(mesh, size=60)),
    ("mesh of 100", partial(mesh, size=100)),
    ("20 layers of 4", partial(layers, depth=20, width=4)),
    ("10 layers of 20", partial(layers, depth=10, width=20)),
    ("chain of 5000", partial(chain, length=5000)),
    ("10000 namesakes", partial(namesakes, count=10_000)),
    ("10000 namesakes signed by nobody", partial(namesakes_by_nobody, count=10_000)),
    ("10000 certificates of one entity", partial(one_entity, count=10_000)),
)

DATED: Final[tuple[tuple[str, Callable[[Path], Path]], ...]] = (
    ("mesh of 15, each until its date", partial(dated_mesh, size=15)),
    ("ring of 500, each until its date", partial(dated_ring, size=500)),
    ("ring of 5000, each until its date", partial(dated_ring, size=5000)),
)
"""Graphs with more dates than anybody can look at."""
