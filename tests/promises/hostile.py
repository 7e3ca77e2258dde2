"""Hostile names, evidence that has them wherever a stranger may write one, and what a reader makes of an output.

An output is judged by its *shape*: what a real parser of its format finds beside the text, such as elements, links and
table cells. A hostile name must not change it: the same evidence with harmless names has the same shape.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import unicodedata
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from chainlab.decoding import decode_certificate
from chainlab.lab.writers import pem, pfx
from tests.promises import raw
from tests.report.test_plan_scripts import nodes

NAMES: Final = {
    "controls": "\x1b[2J\x1b]0;owned\x07\x9b31m\x85a\x00b\tc\u202egnp\u2066\u2069\u200b\ufeff\u2028\u2029\U0010ffff",
    "lines": "a\nb\r\n- c\n# d\n| e | f |\n|---|---|\n```\ncalc\n```\n'@\ncalc\n@'\n#> calc <#",
    "shells": "'; calc; '\"; calc; \"$(calc) ${IFS} `id` %PATH% !x! ^& | calc \u2019; calc; \u2018 \u201d --rf -n",
    "html": "</script><script>alert(1)</script>\"><img src=x onerror=alert(1)>' onfocus='alert(1)</svg></title><h1>",
    "more html": "</style><!-- --><![CDATA[ ]]>&lt;b&gt;<a href=javascript:alert(1)>{{ 7*7 }} {% raw %}\\u003cb\\u003e",
    "markdown": "[link](http://evil.test) ![image](x) <http://evil.test> www.evil.test *a* _b_ `c` ~~d~~ | e",
    "graphs": 'x"]; a -> b [label="\\N \\E \\G \\l <b>A</b> A-->B; click A href "x" %%{init}%% ;;; {|}',
    "paths": "../../etc/passwd C:\\Windows\\x CON:stream \\\\server\\share %s %d {0} \\1",
    "long": "x" * 10_000,
}
"""Every kind of syntax that a name could try to break into, at the outputs' end or on the way there."""

STARTS: Final = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "# h", "- l", "1. l", "> q", "| c |", "---")
"""What means something at the beginning of a cell or a line only."""

_CONFIG: Final = """<?xml version="1.0"?><configuration><system.applicationHost><sites>
<site name={name} id="1"><bindings><binding protocol="https" bindingInformation={information} sslFlags="1"
 certificateHash="{thumbprint}" certificateStoreName="My"/></bindings></site></sites></system.applicationHost>
</configuration>"""


def evidence(folder: Path, text: str) -> Path:
    """An archive with a server's PFX, its stores and its sites, where ``text`` stands in every name.

    Two roots of the server lead up from it; ``roots.pem`` beside the archive has the only one that a client knows.
    """
    subject, issuer = raw.name(text, f"leaf {text}"), raw.name(f"I {text}")
    san = raw.extension(
        raw.SUBJECT_ALT_NAME, raw.tlv(0x30, *(raw.tlv(0x82, n) for n in (b"www.example.test", _ia5(text))))
    )
    leaf = decode_certificate(raw.certificate(subject, issuer, raw.spki("leaf"), "issuer", san))
    above = [
        decode_certificate(raw.certificate(issuer, raw.name("R", text), raw.spki("issuer"), "root", raw.CA)),
        decode_certificate(
            raw.certificate(issuer, raw.name("Gone", text), raw.spki("issuer"), "gone", raw.CA, validity=raw.LATER)
        ),
        decode_certificate(raw.certificate(raw.name("R", text), raw.name("R", text), raw.spki("root"), "root", raw.CA)),
        decode_certificate(
            raw.certificate(raw.name("Gone", text), raw.name("Gone", text), raw.spki("gone"), "gone", raw.CA)
        ),
    ]
    (folder / "roots.pem").write_text(pem(above[2:3]), "utf-8", "backslashreplace")
    config = _CONFIG.format(
        name=quoteattr(_xml(text)),
        information=quoteattr(f"*:443:{_xml(text).replace(':', ';')}"),
        thumbprint=leaf.sha1.upper(),
    )
    path = folder / f"{_file_name(text)}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(_member(f"LocalMachine/My/{text}.pfx"), pfx(leaf, raw.key("leaf"), above[:1], name=_bmp(text)))
        archive.writestr(_member(f"LocalMachine/CA/{text}.pem"), pem(above[1:2]))
        archive.writestr(_member(f"LocalMachine/Root/{text}.pem"), pem(above[2:]))
        archive.writestr(_member(f"{text}.config"), config)
        archive.writestr(_member(f"{text}.txt"), "no evidence")
    return path


def _ia5(text: str) -> bytes:
    return text.replace("\0", "").encode(
        "ascii", "replace"
    )  # a NUL would make the names malformed, and the answer another


def _xml(text: str) -> str:
    """What XML 1.0 can carry."""
    return "".join(c for c in text if c in "\t\n\r" or (c >= " " and c < "\ufffe"))[:300]


def _bmp(text: str) -> str:
    return "".join(c for c in text if c < "\ud800" or "\udfff" < c < "\U00010000")


def _member(text: str) -> zipfile.ZipInfo:
    """A member's name, kept whole but for its length; zipfile itself cuts at a NUL."""
    info = zipfile.ZipInfo("x")
    info.filename = text[:1000].replace("\0", "")
    return info


def _file_name(text: str) -> str:
    return text.replace("/", "\u2215").replace("\0", "\u2400")[:40].strip() or "empty"


Shape = Counter[Any]
Parser = Callable[[str], Shape]


class _Page(HTMLParser):
    """Elements with the names of their attributes, and where links and images lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Shape = Counter()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element; what runs or loads is worth its value."""
        running = [
            n for n, v in attrs if n.startswith("on") or (n in ("href", "src") and not (v or "").startswith("#"))
        ]
        self.found[tag, tuple(sorted(name for name, _ in attrs)), tuple(running)] += 1

    def handle_comment(self, data: str) -> None:
        """A comment."""
        self.found["comment"] += 1


def html_shape(text: str) -> Shape:
    """Of a page."""
    page = _Page()
    page.feed(text)
    page.close()
    return page.found


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
    """Blocks and inline markup as CommonMark with tables and bare links has them."""
    from markdown_it import MarkdownIt

    found: Shape = Counter()
    waiting = list(MarkdownIt("commonmark").enable("table").parse(text))
    while waiting:
        token = waiting.pop()
        waiting.extend(token.children or ())
        if token.type not in ("text", "text_special", "softbreak", "inline"):
            found[token.type, token.tag, str(token.attrs.get("href", ""))] += 1
    return found


def csv_shape(text: str) -> Shape:
    """Rows and their widths; cells that a spreadsheet would compute."""
    rows = list(csv.reader(io.StringIO(text)))
    formulas = [cell for row in rows for cell in row if cell.lstrip()[:1] in tuple("=+-@") and not _number(cell)]
    return Counter([*(("row", len(row)) for row in rows), *(("formula", cell) for cell in formulas)])


def _number(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+", cell) is not None


def dot_shape(text: str) -> Shape:
    """Nodes and edges."""
    import pygraphviz

    graph = pygraphviz.AGraph(string=text)
    return Counter(nodes=graph.number_of_nodes(), edges=graph.number_of_edges())


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
