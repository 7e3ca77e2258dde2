"""The chains in the text of ``certutil -verifystore`` and ``-verify``: what Windows' own engine built.

Per element a line ``CertContext[chain][element]: dwInfoStatus=… dwErrorStatus=…`` (hexadecimal), then its names, its
serial number and its thumbprint: ``Cert: <40 digits>`` today, the bare hash in older versions. These lines are in
English whatever the language. ``HCCE_LOCAL_MACHINE`` or ``HCCE_CURRENT_USER`` names the engine. [M]
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from chainlab.evidence.certutil_text import ELEMENT, MAX_LINE
from chainlab.evidence.model import ChainEvidence, Item, Place
from chainlab.findings import BROKEN_PART, Finding
from chainlab.records import dataclass, field

_THUMBPRINT: Final = re.compile(r"^\s*(?P<label>[^:]{1,30}:)?\s*(?P<hash>(?:[0-9a-fA-F]{2} ?){20})\s*$")
_END_OF_ELEMENT: Final = ("Element.", "SimpleChain", "ChainContext", "---")


@dataclass(slots=True)
class _Chain:
    """One chain being read."""

    line: int
    engine: str
    infos: list[int] = field(default_factory=list)
    errors: list[int] = field(default_factory=list)
    thumbprints: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return len(self.thumbprints) == len(self.infos) and all(self.thumbprints)


def chain_items(text: str, place: Place) -> Iterator[Item]:
    """Every chain of the text in order; one whose elements are not all named by thumbprint is a finding."""
    for chain in _chains(text):
        position = place.at(f"line {chain.line}")
        if not chain.complete:
            why = f"the chain names {sum(map(bool, chain.thumbprints))} of its {len(chain.infos)} thumbprints"
            yield Finding(BROKEN_PART, {"place": str(position), "why": why})
            continue
        yield ChainEvidence(
            tuple(chain.thumbprints), position, tuple(chain.errors), tuple(chain.infos), chain.engine
        )  # fmt: skip


def _chains(text: str) -> Iterator[_Chain]:
    chain: _Chain | None = None
    engine, in_element = "machine", False
    for number, full in enumerate(text.splitlines(), start=1):
        line = full[:MAX_LINE]
        if "HCCE_" in line:
            engine = "user" if "HCCE_CURRENT_USER" in line else "machine"
        match = ELEMENT.search(line)
        if match is not None:
            first = match["chain"] == match["element"] == "0" or chain is None
            if first and chain is not None:
                yield chain
            chain = _Chain(number, engine) if first or chain is None else chain
            in_element = _add(chain, match)
        elif line.strip().startswith(_END_OF_ELEMENT):
            in_element = False
        elif in_element and chain is not None and (found := _THUMBPRINT.match(line)) is not None:
            chain.thumbprints[-1] = found["hash"].replace(" ", "").lower()  # the last one: a serial may look alike
    if chain is not None:
        yield chain


def _add(chain: _Chain, match: re.Match[str]) -> bool:
    """Begin an element of the first simple chain; further ones hang on a trust list and are not the served path."""
    if match["chain"] != "0":
        return False
    chain.infos.append(int(match["info"], 16))
    chain.errors.append(int(match["error"], 16))
    chain.thumbprints.append("")
    return True
