"""Mermaid itself draws graphs with hostile names: as many parts as of the harmless one, and no name acts.

Mermaid is a package of npm, so this runs with the downloads only (``make provenance``).
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

import chainlab
from tests.promises import hostile
from tests.promises.composed import FRAGMENTS
from tests.promises.test_injection_in_browser import NAMES
from tests.report.test_html_in_browser import ARGUMENTS, CHROMIUM
from tools.root_sources import Package, UnreachableError, fetch

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.network,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

MERMAID: Final = Package(
    "mermaid", "11.17.2", "npm", "MIT", "6ad2f42c3fc26bbf9e45cbb6d11898972573ea52b33a5f4ff51952899f950ffd"
)

DRAW: Final = """async ([text, level, number]) => {
    mermaid.initialize({startOnLoad: false, securityLevel: level});
    const drawn = await mermaid.render(`graph${number}`, text);
    document.body.innerHTML = drawn.svg;
    const counts = {nodes: document.querySelectorAll('.node').length,
                    edges: document.querySelectorAll('.flowchart-link').length};
    for (const part of document.body.querySelectorAll('*')) counts[part.localName] = (counts[part.localName] || 0) + 1;
    return counts;
}"""
"""Draw a graph into the page and count its parts."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with Mermaid, which may complain of nothing."""
    sync_api = pytest.importorskip("playwright.sync_api")
    folder = tmp_path_factory.mktemp("mermaid")
    try:
        archive = fetch(MERMAID, folder)
    except UnreachableError as error:
        pytest.skip(str(error))
    with tarfile.open(archive) as packed:
        member = packed.extractfile("package/dist/mermaid.min.js")
        assert member is not None
        (folder / "mermaid.js").write_bytes(member.read())
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        opened = browser.new_page()
        opened.set_content("<!doctype html><title>Mermaid</title><body></body>")
        opened.add_script_tag(path=folder / "mermaid.js")
        yield opened
        browser.close()


def flowchart(text: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        source = hostile.evidence(Path(folder), text)
        return str(chainlab.graph(source, at="2026-11-20").render(".mmd"))


@pytest.mark.parametrize("level", ["strict", "loose"])
def test_mermaid_draws_every_hostile_name_as_the_text_of_its_node(page: Page, level: str) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.on("request", lambda request: said.append(request.url))
    every = [part for name in ("graphs", "markdown", "quotes", "html", "lines") for part in FRAGMENTS[name]]
    names = [*hostile.NAMES.values(), *NAMES, *map("".join, FRAGMENTS.values()), *(f"A {part} B" for part in every)]
    harmless: Any = page.evaluate(DRAW, [flowchart("name"), level, 0])
    assert (harmless["nodes"], harmless["edges"]) == (4, 5)
    for number, name in enumerate(names, start=1):
        drawn = page.evaluate(DRAW, [flowchart(name), level, number])
        assert drawn == harmless, ascii(name[:200])
    assert page.evaluate("typeof owned") == "undefined"
    assert said == []
