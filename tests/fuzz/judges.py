"""What every page must be, whatever names it shows: judged by parsers of its format."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Callable, Collection
from functools import cache
from typing import Any, Final

import jsonschema

from chainlab.report.markdown_page import MarkdownPage
from chainlab.report.page import Page
from chainlab.report.sheet import Sheet, as_html, as_markdown
from chainlab.report.terminal import TerminalPage
from tests.promises.shapes import commonmark_shape, github_shape, html_shape
from tests.report.test_schemas import load
from tools.build_docs import schemas

MARKDOWN: Final = frozenset({
    "html", "head", "body", "h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "em", "code", "pre", "table", "thead",
    "tbody", "tr", "th", "td", "br",
})  # fmt: skip
"""Elements that pages in Markdown are made of: no link, no image, no rule, no quotation."""
SHEETS: Final = frozenset({
    "html", "head", "body", "div", "p", "table", "caption", "thead", "tbody", "tr", "th", "td",
})  # fmt: skip
"""Elements of short answers."""
DRAWN: Final = frozenset(
    f"{{http://www.w3.org/2000/svg}}{name}"
    for name in ("svg", "g", "title", "polygon", "polyline", "path", "ellipse", "text", "a")
)
"""Elements of Graphviz' drawings."""
REPORT: Final = DRAWN | frozenset({
    "a", "b", "body", "br", "button", "caption", "code", "dd", "details", "div", "dl", "dt", "em", "fieldset",
    "figcaption",
    "figure", "footer", "h1", "h2", "h3", "h4", "head", "header", "html", "input", "label", "legend", "li", "main",
    "meta", "meter", "nav", "ol", "optgroup", "option", "p", "pre", "section", "select", "small", "span", "strong",
    "style", "summary", "table", "tbody", "td", "th", "thead", "time", "title", "tr", "ul",
})  # fmt: skip
"""Elements of the HTML reports: nothing that loads or sends."""
DOCTYPE_LESS: Final = "expected-doctype-but-got-start-tag"
"""What a fragment of a page is missing."""


def refuse_hidden(shown: str) -> None:
    """Fail where a character is left that a terminal acts on or does not show."""
    hidden = {c for c in shown if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert not hidden, f"characters that are not shown: {sorted(map(ascii, hidden))}"


def judge_page(write: Callable[[Page], None]) -> None:
    """A report is fit for a terminal and, as Markdown, has no structure but its own."""
    buffer, document = io.StringIO(), MarkdownPage()
    write(TerminalPage(buffer, color=False))
    refuse_hidden(buffer.getvalue())
    buffer.getvalue().encode()
    write(document)
    judge_markdown(document.text)


def judge_markdown(shown: str) -> None:
    """Two parsers, GitHub's among them, find no HTML, link, image or rule."""
    refuse_hidden(shown)
    tokens = {kind for kind, *_ in commonmark_shape(shown)}
    bad = {"html_block", "html_inline", "link_open", "image", "s_open", "hr", "blockquote_open"}
    assert not tokens & bad, f"markup from names: {tokens & bad}"
    judge_elements(github_shape(shown), MARKDOWN)


def judge_html(shown: str, allowed: Collection[str], scripts: int = 0) -> None:
    """A browser's parser finds nothing to complain of, only these elements and so many scripts, and no handler."""
    refuse_hidden(shown)
    shown.encode()
    shape = html_shape(shown)
    assert sum(count for found, count in shape.items() if found[1:2] == ("script",)) == scripts
    judge_elements(shape, {*allowed, "script"})


def judge_elements(shape: Any, allowed: Collection[str]) -> None:
    """Elements (around it, name, attributes, what runs or loads) as ``html_shape`` counts them."""
    errors = {found for found in shape if found[0] == "parse error" and found[1] != DOCTYPE_LESS}
    assert not errors, f"errors of the parser: {errors}"
    elements = {found for found in shape if len(found) > 2 and isinstance(found[2], tuple)}
    other = {found[1] for found in elements} - {"DOCUMENT_ROOT", "<!DOCTYPE>", *allowed}
    assert not other, f"elements from names: {other}"
    acting = {found[3:] for found in elements if len(found) > 3}
    assert not acting, f"attributes that act or load: {acting}"


def judge_json(kind: str, written: str) -> None:
    """Valid JSON in the shape of its schema, and no character in it that a terminal acts on."""
    refuse_hidden(written)
    validator(kind).validate(json.loads(written.encode()))


@cache
def validator(kind: str) -> Any:
    """Of a schema by its name, such as ``diagnosis``."""
    (file,) = (file for file in schemas() if f"chainlab.{kind}-1." in file.name)
    return jsonschema.Draft202012Validator(load(file))


def judge_sheets(sheets: list[Sheet]) -> None:
    """Short answers, for a notebook and for a ticket."""
    judge_html(as_html(sheets), SHEETS)
    judge_markdown(as_markdown(sheets))
