"""Where chainlab's Windows engine and Wine differ on a case, bit by bit, and the list of differences that must be.

Compared is every chain that both consider: error and info bits of each element and of the chain. Which of several
chains is chosen is not compared: Wine has no Disallowed store, no lists, no length or date rule.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import IntFlag
from fnmatch import fnmatchcase
from pathlib import Path

from chainlab.decoding import decode_certificate
from chainlab.graph import CertGraph
from chainlab.server import LM_CA, LM_MY, LM_ROOT, Server, StoreEntry
from chainlab.windows.engine import ChainPrediction, predict_chain
from chainlab.windows.selection import WindowsPath
from chainlab.windows.status import TrustError, TrustInfo
from tests.oracles.wine.parts import Case
from tests.oracles.wine.runner import Answer

DIVERGENCES = Path(__file__).with_name("divergences.toml")
_OF_THE_RETURNED_CHAIN = TrustError.IS_NOT_VALID_FOR_USAGE
"""Wine looks at the requested usage in the chain that it returns, not in those of lower quality."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``has`` (``wine`` or ``chainlab``) sets ``bit`` on ``place``, the other does not.

    ``place`` is the label of an element or ``chain``. A path of Wine's that chainlab does not have is the bit ``PATH``
    of the place ``chain``.
    """

    case: str
    place: str
    bit: str
    has: str


@dataclass(frozen=True, slots=True)
class WineChain:
    """One chain of an answer: the chain's bits, and label, error and info of each element."""

    error: int
    info: int
    elements: tuple[tuple[str, int, int], ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The path, leaf first."""
        return tuple(label for label, _, _ in self.elements)


def parse_chain(text: str) -> WineChain:
    """``0/0: L 0/2, R 0/c``."""
    status, _, rest = text.partition(": ")
    error, info = (int(number, 16) for number in status.split("/"))
    elements = []
    for element in rest.split(", "):
        label, _, bits = element.partition(" ")
        own_error, own_info = (int(number, 16) for number in bits.split("/"))
        elements.append((label, own_error, own_info))
    return WineChain(error, info, tuple(elements))


def predict(case: Case, ders: Mapping[str, bytes]) -> ChainPrediction:
    """What chainlab makes of the case."""
    certificates = {label: decode_certificate(der) for label, der in ders.items()}
    entries = [StoreEntry(certificates["L"], LM_MY)]
    entries += [
        StoreEntry(certificate, LM_ROOT if label in case.trusted else LM_CA)
        for label, certificate in certificates.items()
        if label != "L" or "L" in case.trusted
    ]
    server = Server(entries=tuple(entries), root_update=False)
    return predict_chain(server, CertGraph(certificates.values()), certificates["L"], case.at)


def differences(case: Case, ders: Mapping[str, bytes], answer: Answer) -> Iterator[Difference]:
    """Every difference between the two on this case."""
    labels = {decode_certificate(der).sha256: label for label, der in ders.items()}
    candidates = {_path_key(path, labels): path for path in predict(case, ders).candidates}
    for position, text in enumerate(answer.chains):
        chain = parse_chain(text)
        found = candidates.get(_without_repeat(chain.labels))
        if found is None:
            yield Difference(case.name, "chain", "PATH " + " ".join(chain.labels), "wine")
            continue
        yield from _compare(case.name, chain, found, returned=position == 0)


def _path_key(path: WindowsPath, labels: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(labels[certificate.sha256] for certificate in path.certificates)


def _without_repeat(path: tuple[str, ...]) -> tuple[str, ...]:
    """Windows lists the certificate that closes a loop a second time [W: chain9]; chainlab's path stops before it."""
    return path[:-1] if path[-1] in path[:-1] else path


def _compare(case: str, chain: WineChain, path: WindowsPath, *, returned: bool) -> Iterator[Difference]:
    ignored = TrustError.NO_ERROR if returned else _OF_THE_RETURNED_CHAIN
    yield from _bits(case, "chain", TrustError(chain.error) & ~ignored, path.status & ~ignored)
    if returned:
        yield from _bits(case, "chain", TrustInfo(chain.info), path.info)
    for (label, error, info), element in zip(chain.elements, path.elements, strict=False):
        yield from _bits(case, label, TrustError(error) & ~ignored, element.error & ~ignored)
        if returned:  # below the fork Wine forgets the info bits of chains of lower quality
            yield from _bits(case, label, TrustInfo(info), element.info)


def _bits(case: str, place: str, wine: IntFlag, chainlab: IntFlag) -> Iterator[Difference]:
    for bit in type(wine):
        if bit and bool(bit & wine) != bool(bit & chainlab):
            yield Difference(case, place, bit.name or hex(bit), "wine" if bit & wine else "chainlab")


@dataclass(frozen=True, slots=True)
class KnownDivergence:
    """A class of differences that must be there, with its reason."""

    cases: tuple[str, ...]
    places: tuple[str, ...]
    bits: tuple[str, ...]
    has: str
    why: str
    source: str

    def only(self, pattern: str) -> KnownDivergence:
        """The same for one pattern of cases."""
        return replace(self, cases=(pattern,))

    def covers(self, difference: Difference) -> bool:
        """Whether this is the reason of the difference."""
        return (
            self.has == difference.has
            and _any(self.cases, difference.case)
            and _any(self.places, difference.place)
            and _any(self.bits, difference.bit)
        )


def _any(patterns: tuple[str, ...], text: str) -> bool:
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def known_divergences() -> list[KnownDivergence]:
    """The listed differences."""
    entries = tomllib.loads(DIVERGENCES.read_text(encoding="utf-8"))["divergence"]
    return [
        KnownDivergence(
            tuple(entry["cases"]),
            tuple(entry["places"]),
            tuple(entry["bits"]),
            entry["has"],
            entry["why"],
            entry["source"],
        )
        for entry in entries
    ]
