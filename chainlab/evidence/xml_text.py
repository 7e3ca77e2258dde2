"""XML inputs: parsed by the standard library after anything that declares entities was refused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from chainlab.errors import InputError
from chainlab.evidence.model import Place
from chainlab.evidence.read_pem import text_of

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MAX_DEPTH: Final = 100
"""Nesting of elements; real files stay below 20."""

_DOCTYPE: Final = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DECLARATION: Final = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")


def parse_xml(data: bytes, place: Place) -> Element:
    """The root element; ``InputError`` for a DOCTYPE (entities can blow up or reach out) and for malformed text."""
    import xml.etree.ElementTree as ElementTree

    text = text_of(data)
    if _DOCTYPE.search(text):
        raise InputError(str(place), "the XML declares a document type; that is refused", hint="remove the DOCTYPE")
    try:
        parser: ElementTree.XMLPullParser[Element] = ElementTree.XMLPullParser(["start", "end"])
        parser.feed(_DECLARATION.sub("", text, count=1))
        parser.close()
        return _checked_root(parser.read_events(), place)
    except ElementTree.ParseError as error:
        raise InputError(str(place), f"malformed XML: {error}", hint="copy or export it again") from None


def _checked_root(events: Iterable[Any], place: Place) -> Element:
    depth, root = 0, None
    for event, found in events:
        depth += 1 if event == "start" else -1
        root = found if root is None else root
        if depth > MAX_DEPTH:
            raise InputError(str(place), f"XML elements are nested deeper than {MAX_DEPTH}")
    if root is None:
        raise InputError(str(place), "no XML element")
    result: Element = root
    return result


def local_name(tag: str) -> str:
    """An element's name without its namespace."""
    return tag.rpartition("}")[2]
