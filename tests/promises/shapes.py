"""What a real parser of a format makes of an output, beside the text in it: its *shape*.

A hostile name must not change it: the same evidence with harmless names has the same shape.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tests.report.test_plan_scripts import nodes

Shape = Counter[Any]
Parser = Callable[[str], Shape]
Outputs = dict[str, str]
"""Texts by what they are of; the format or the file's suffix stands behind the last dot."""

BEFORE_LINKS: Final = ("href", "src", "action", "formaction", "data", "poster", "xlink:href", "srcset", "ping")
"""Attributes that lead somewhere or load something."""


def html_shape(text: str) -> Shape:
    """The tree that browsers build: html5lib is the parsing algorithm of the HTML standard itself.

    Elements count with the one around them and the names of their attributes; what runs or loads, scripts, styles and
    errors count as they are. A page within a page and data in a script are parsed in turn.
    """
    import html5lib

    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    document = parser.parse(text)
    found: Shape = Counter(("parse error", code) for _, code, _ in parser.errors)
    waiting: list[tuple[str, Any]] = [("", document)]
    while waiting:
        above, element = waiting.pop()
        kind = element.tag if isinstance(element.tag, str) else "comment"
        given = {_attribute(name): value for name, value in element.attrib.items()}
        found[above, kind, tuple(sorted(given)), *_running(given)] += 1
        found.update(_within(kind, given, element.text or ""))
        waiting.extend((kind, below) for below in element)
    return found


def _attribute(name: Any) -> str:
    """With its namespace, if it has one."""
    return name if isinstance(name, str) else ":".join(map(str, name))


def _running(given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Attributes that run or load, with their values; a place in the page itself is neither."""
    places = ((name, value) for name, value in given.items() if name.rpartition("}")[2] in BEFORE_LINKS)
    handlers = ((name, value) for name, value in given.items() if name.startswith("on"))
    return sorted([*handlers, *((name, value) for name, value in places if not value.startswith("#"))])


def _within(kind: str, given: Mapping[str, str], content: str) -> Iterator[Any]:
    """What an element holds that is more than text."""
    if kind == "script" and given.get("type") == "application/json":
        yield from json_shape(content).elements()
    elif kind in ("script", "style"):
        yield kind, content
    if "srcdoc" in given:
        yield from html_shape(given["srcdoc"]).elements()


def json_shape(text: str) -> Shape:
    """The keys on the way to every value; fingerprints stand for one another."""
    return Counter(_paths(json.loads(text), ()))


def _paths(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, "*" if re.fullmatch("[0-9a-f]{16,}", key) else key))
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, (*path, "[]"))
    else:
        yield (*path, type(value).__name__)


def xml_shape(text: str) -> Shape:
    """Elements with the names of their attributes."""
    root = ET.fromstring(re.sub(r"\A<\?xml[^>]*\?>", "", text).encode())
    return Counter((element.tag, tuple(sorted(element.attrib))) for element in root.iter())


def markdown_shape(text: str) -> Shape:
    """Blocks and inline markup by two parsers: CommonMark's, and GitHub's own with its tables and bare links."""
    return commonmark_shape(text) + github_shape(text)


def commonmark_shape(text: str) -> Shape:
    """The tokens of markdown-it: blocks and inline markup of CommonMark, and tables."""
    from markdown_it import MarkdownIt

    found: Shape = Counter()
    waiting = list(MarkdownIt("commonmark").enable("table").parse(text))
    while waiting:
        token = waiting.pop()
        waiting.extend(token.children or ())
        if token.type not in ("text", "text_special", "softbreak", "inline"):
            found[token.type, token.tag, str(token.attrs.get("href", ""))] += 1
    return found


def github_shape(text: str) -> Shape:
    """The elements that GitHub's parser (cmark-gfm) makes, raw HTML let through.

    It links every mail address, and nothing in its syntax prevents that; the link shows where it leads.
    """
    import cmarkgfm
    from cmarkgfm.cmark import Options

    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    made = cmarkgfm.markdown_to_html_with_extensions(text, options, ["table", "strikethrough", "autolink", "tasklist"])
    return html_shape(re.sub(r'<a href="(?:mailto:)?([^"]*)">(?:mailto:)?\1</a>', _mail_address, made))


def _mail_address(link: re.Match[str]) -> str:
    return link[1] if re.match(r"(?:mailto:|xmpp:)?[^:/]+@", link[1]) else link[0]


def csv_shape(text: str) -> Shape:
    """Rows and their widths; cells that a spreadsheet would compute."""
    rows = list(csv.reader(io.StringIO(text)))
    formulas = [cell for row in rows for cell in row if cell.lstrip()[:1] in tuple("=+-@") and not _number(cell)]
    return Counter([*(("row", len(row)) for row in rows), *(("formula", cell) for cell in formulas)])


def _number(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+", cell) is not None


def dot_shape(text: str) -> Shape:
    """Nodes and edges with the names of their attributes."""
    import pygraphviz

    graph = pygraphviz.AGraph(string=text)
    parts = [("graph", graph.graph_attr), *(("node", n.attr) for n in graph.nodes())]
    parts += [("edge", graph.get_edge(*ends).attr) for ends in graph.edges(keys=True)]
    return Counter((kind, tuple(sorted(name for name, value in given.items() if value))) for kind, given in parts)


def mermaid_shape(text: str) -> Shape:
    """Lines without what stands in quotes, in which nothing may end them."""
    return Counter(re.sub(r"n\d+", "n", re.sub(r'"[^"]*"', '""', line)) for line in text.splitlines())


def powershell_shape(text: str) -> Shape:
    """The kinds of all nodes: what a script does, whatever its literals and comments say."""
    return Counter(kind for kind, _ in nodes(text.encode()) if "comment" not in kind)


def shell_shape(text: str) -> Shape:
    """How many words each line of a script has."""
    return Counter(len(shlex.split(line, comments=True)) for line in text.splitlines() if _complete(line))


def _complete(line: str) -> bool:
    try:
        shlex.split(line, comments=True)
    except ValueError:
        return False
    return True


def text_shape(text: str) -> Shape:
    """Nothing but its hidden characters."""
    return hidden(text)


def hidden(text: str) -> Shape:
    """Control, format and separator characters, which a terminal or an editor obeys."""
    return Counter(c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp"))


PARSERS: Final[dict[str, Parser]] = {
    "csv": csv_shape, "dot": dot_shape, "graphml": xml_shape, "html": html_shape, "json": json_shape,
    "junit": xml_shape, "markdown": markdown_shape, "md": markdown_shape, "mmd": mermaid_shape, "ps1": powershell_shape,
    "sh": shell_shape, "svg": xml_shape, "text": text_shape, "txt": text_shape, "xml": xml_shape,
}  # fmt: skip
"""By format or suffix."""


def shape_of(name: str, text: str) -> Shape | None:
    """The shape of an output by its format; ``None`` where there is nothing to parse."""
    suffix = name.rpartition(".")[2]
    return PARSERS[suffix](text) if text and suffix in PARSERS else None


def file_text(data: bytes) -> str:
    """A file's text by its byte order mark: Windows' task scheduler wants UTF-16."""
    wide = data.startswith(b"\xff\xfe")
    return data.decode("utf-16" if wide else "utf-8-sig").replace("\r\n", "\n")


def differences(attacked: Outputs, shapes: Mapping[str, Shape]) -> dict[str, object]:
    """What differs from the shapes of the harmless outputs, and what characters are hidden in the attacked ones."""
    wrong: dict[str, object] = {}
    for name, shown in attacked.items():
        mine, theirs = shape_of(name, shown) or Counter(), shapes[name]
        wrong |= {f"{name}: {key}": (mine[key], theirs[key]) for key in {*mine, *theirs} if mine[key] != theirs[key]}
        wrong |= {f"{name} hides {character!r}": count for character, count in hidden(shown).items()}
    return wrong


def shapes_of(outputs: Outputs) -> dict[str, Shape]:
    """Every output's shape."""
    return {name: shape_of(name, text) or Counter() for name, text in outputs.items()}
