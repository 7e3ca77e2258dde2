"""ZIP archives, read from memory: every member is an input of its own; evidence bundles are archives too.

Nothing is written to disk, member paths are labels. Format: PKWARE APPNOTE 6.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from chainlab.evidence.model import ContainerEvidence, Item, Place
from chainlab.evidence.reading import ReadOptions

FORMAT = "ZIP"
PRIORITY = 105

_MAGICS: Final = (b"PK\x03\x04", b"PK\x05\x06")


def sniff(data: bytes) -> bool:
    """A local file header, or the end record of an empty archive."""
    return data.startswith(_MAGICS)


def read(data: bytes, place: Place, options: ReadOptions) -> Iterator[Item]:
    """Everything that the members hold, in archive order."""
    from chainlab.evidence.archive import Archive  # few inputs are archives
    from chainlab.evidence.members import member_items

    archive = Archive.open(data, place, options)
    yield ContainerEvidence(place, FORMAT, (("members", str(len(archive.members()))),))
    yield from member_items(archive, replace(options, budget=archive.unpacking))
