"""XML inputs: parsed by the standard library after anything that declares entities was refused."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from chainlab.errors import InputError, LimitError
from chainlab.evidence.model import Place
from chainlab.evidence.read_pem import text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_DEPTH: Final = 100
"""Nesting of elements; real files stay below 20."""

MAX_ELEMENTS: Final = 2_000_000
"""Elements of one file; an export of a thousand certificates byte by byte has fewer."""

MAX_QUIET: Final = 16 * 1024 * 1024
"""Characters of one tag or text; the largest file that stands in one is a PFX."""

_STEP: Final = 64 * 1024
"""Characters that are parsed before the caps are looked at."""

_DOCTYPE: Final = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")


def parse_xml(data: bytes, place: Place) -> Element:
    """The root element; ``InputError`` for a DOCTYPE (entities can blow up or reach out) and for malformed text."""
    import xml.etree.ElementTree as ElementTree

    text = text_of(data)
    if _DOCTYPE.search(text):
        raise InputError(str(place), "the XML declares a document type; that is refused", hint="remove the DOCTYPE")
    pieces = _pieces(_DECLARATION.sub("", text, count=1))
    try:
        return _built(pieces, place)
    except ElementTree.ParseError as error:
        raise InputError(str(place), f"malformed XML: {error}", hint="copy or export it again") from None


def _pieces(text: str) -> Iterator[str]:
    yield from (text[start : start + _STEP] for start in range(0, len(text), _STEP))


def _built(pieces: Iterable[str], place: Place) -> Element:
    """The root; the caps hold while the tree grows, so that no more than one piece is parsed beyond them."""
    import xml.etree.ElementTree as ElementTree

    parser: ElementTree.XMLPullParser[Element] = ElementTree.XMLPullParser(["start", "end"])
    root: Element | None = None
    depth = elements = quiet = 0
    for piece in itertools.chain(pieces, [None]):
        if piece is not None:
            parser.feed(piece)
        else:
            parser.close()
        events: Iterator[Any] = parser.read_events()
        quiet += len(piece or "")
        for event, found in events:
            quiet = 0
            opened = event == "start"
            depth, elements = depth + (1 if opened else -1), elements + opened
            root = found if root is None else root
            _check(depth, elements, place)
        if quiet > MAX_QUIET:
            raise LimitError(str(place), f"an XML element or text of more than {MAX_QUIET} characters")
    if root is None:
        raise InputError(str(place), "no XML element")
    return root


def _check(depth: int, elements: int, place: Place) -> None:
    if depth > MAX_DEPTH:
        raise LimitError(str(place), f"XML elements are nested deeper than {MAX_DEPTH}")
    if elements > MAX_ELEMENTS:
        raise LimitError(str(place), f"more than {MAX_ELEMENTS} XML elements")


def local_name(tag: str) -> str:
    """An element's name without its namespace."""
    return tag.rpartition("}")[2]
