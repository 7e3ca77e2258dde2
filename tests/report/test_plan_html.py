"""The plan's HTML report."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chainlab.catalog.twins import load_twins
from chainlab.diagnosis import Request
from chainlab.planning import Planned, plan
from chainlab.report import graph_as_svg, plan_html
from chainlab.report.plan_package import package
from tests.pki import at

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Checker(HTMLParser):
    """Tags in balance, and everything that could load or run something."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.loads: list[tuple[str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        wanted = ("src", "href", "xlink:href", "action")
        self.loads += [(tag, name) for name, _ in attrs if name in wanted or name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.text.append(data)


def checked(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


@pytest.fixture(scope="module")
def planned(fixtures: Path) -> Planned:
    twins = load_twins(fixtures / "lab.json")
    return plan(Request(((fixtures / "r46/leaf-and-issuer.pfx", None),), at("2026-11-20"), twins=twins))


def test_the_page_is_well_formed_and_loads_and_runs_nothing(planned: Planned) -> None:
    page = plan_html.render(planned)
    found = checked(page)
    assert "script" not in found.tags
    assert found.loads == []
    assert "default-src 'none'" in page
    assert "svg" in found.tags


def test_it_begins_with_the_verdict_and_has_every_client(planned: Planned) -> None:
    page = plan_html.render(planned)
    text = " ".join("".join(checked(page).text).split())
    assert text.index("With 2 changes 88 of 120 clients accept (now 28)") < text.index("What to do")
    assert page.count("<tr><td>") == 120
    assert len(re.findall('<td class="accept">accepts</td>', page)) == 28 + 88


def test_a_missing_drawing_extra_is_said(planned: Planned, monkeypatch: pytest.MonkeyPatch) -> None:
    from chainlab.errors import UsageError

    def missing(_picture) -> bytes:
        raise UsageError("drawing needs the extra 'graph'")

    monkeypatch.setattr(graph_as_svg, "render", missing)
    assert "drawing needs the extra" in "".join(checked(plan_html.render(planned)).text)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img onerror=x>', "a\u202eb\x1b[31m", "x" * 10_000])
def test_text_from_strangers_stays_text(text: str) -> None:
    shown = plan_html.escape(text)
    assert "<" not in shown
    assert '"' not in shown
    assert shown.isprintable()
    assert len(shown) <= plan_html.MAX_TEXT * 6


def test_the_package_holds_the_report(planned: Planned) -> None:
    assert checked(package(planned)["report.html"].decode())
