"""Microsoft's certificate trust lists as files: authroot.stl, disallowedcert.stl."""

from __future__ import annotations

from collections.abc import Iterator

from chainlab.evidence.model import Item, Place
from chainlab.evidence.read_der import is_ctl, shape
from chainlab.evidence.reading import ReadOptions

FORMAT = "certificate trust list"
PRIORITY = 201


def sniff(data: bytes) -> bool:
    """A PKCS#7 message whose content is a CTL."""
    return shape(data) == "pkcs7" and is_ctl(data)


def read(data: bytes, place: Place, _options: ReadOptions) -> Iterator[Item]:
    """The list and what its signature is worth."""
    from chainlab.evidence.ctl import read_list

    yield from read_list(data, place)
