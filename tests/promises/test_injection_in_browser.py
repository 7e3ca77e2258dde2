"""Pages with hostile names in Chromium: nothing runs, asks or loads, and the document is the harmless one's."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from chainlab.report.html_report import fragment
from tests.promises.hostile import HARMLESS, evidence, harmless_for
from tests.promises.rendered import html_pages
from tests.promises.test_injection import some_of
from tests.report.test_html_in_browser import ARGUMENTS, CHROMIUM, Opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest.importorskip("pygraphviz")
pytest.importorskip("duckdb")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed"),
]

OWN: Final = "owned=1"
"""What the names try to run: it would be seen afterwards."""

NAMES: Final = (
    f"</script><script>{OWN}</script>",
    f"<!--<script>{OWN}</script>-->",
    f'"><img src=x onerror={OWN}>',
    f"' autofocus onfocus='{OWN}",
    f"</title></style></svg></textarea><svg/onload={OWN}>",
    f"<a href=javascript:{OWN}>x</a><iframe srcdoc='<script>parent.{OWN}</script>'>",
    f"]]><script>{OWN}</script><![CDATA[",
    f"\\u003cscript\\u003e{OWN}\\u003c/script\\u003e &lt;script&gt;{OWN}&lt;/script&gt;",
    f"{{{{ {OWN} }}}} {{% raw %}} ${{{OWN}}} `${{{OWN}}}`",
    "<meta http-equiv=refresh content='0;url=http://evil.test'><base href=//evil.test><link rel=stylesheet href=//x>",
    f"<form action=//evil.test><button formaction=javascript:{OWN}>\u2028{OWN}//\u2029*/{OWN}/*",
    f"\x00<\x00script>\u202e{OWN}\ufeff\x1b[2J<template><plaintext>",
)
"""A dozen ways into a page."""

COUNTED: Final = """() => {
    document.querySelectorAll('details').forEach(part => { part.open = true });
    return [...document.querySelectorAll('*')].map(part => `${part.namespaceURI} ${part.localName}`);
}"""
"""All elements of a document, once everything that folds is open."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        yield started
        started.close()


def pages(text: str, kinds: tuple[str, ...] = ()) -> dict[str, str]:
    """The pages of these kinds (all without any) about evidence with this name everywhere; one within another page."""
    with tempfile.TemporaryDirectory() as folder:
        (inputs := Path(folder, "inputs")).mkdir()
        source = evidence(inputs, text)
        (inputs / "roots.pem").rename(Path(folder, "roots.pem"))
        made = html_pages(Path(folder), source, kinds)
    if "diagnose" in made:
        made["notebook"] = f"<!doctype html><title>Notebook</title>{fragment(made['diagnose'])}"
    return made


def seen(browser: Browser, file: Path, page: str) -> Counter[Any]:
    """The elements that Chromium makes of a page, which complains of nothing, asks for nothing and runs no name."""
    file.write_text(page, encoding="utf-8")
    opened = Opened(browser, file)
    for button in opened.page.locator("button.client").all()[:1]:
        button.click()
    for drawn in opened.page.locator("svg .certificate").all()[:1]:
        drawn.focus()
    counted = Counter(opened.page.evaluate(COUNTED))
    for frame in opened.page.frames:
        assert frame.evaluate("typeof owned") == "undefined"
    opened.requests = [url for url in opened.requests if url != "about:srcdoc"]
    opened.close()
    return counted


@cache
def harmless(word: str) -> dict[str, str]:
    return pages(word)


@pytest.mark.slow
@pytest.mark.parametrize("name", some_of(NAMES, NAMES[:1]))
def test_a_report_with_hostile_names_is_the_harmless_document(browser: Browser, name: str, tmp_path: Path) -> None:
    page = pages(name, ("diagnose",))["diagnose"]
    expected = seen(browser, tmp_path / "harmless.html", harmless(harmless_for(name))["diagnose"])
    assert seen(browser, tmp_path / "hostile.html", page) == expected


@pytest.mark.slow
def test_every_page_with_all_of_them_is_the_harmless_document(browser: Browser, tmp_path: Path) -> None:
    name = "".join(NAMES)
    for kind, page in pages(name).items():
        expected = seen(browser, tmp_path / "harmless.html", harmless(harmless_for(name))[kind])
        assert expected
        assert seen(browser, tmp_path / "hostile.html", page) == expected, kind


def test_a_page_that_runs_a_name_would_be_found_out(browser: Browser, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        seen(browser, tmp_path / "bad.html", f"<!doctype html><title>{HARMLESS[0]}</title>{NAMES[2]}")
