"""Markdown made of the lines that a terminal shows: a parser must find the same structure, and no name may add any."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chainlab.report.markdown_page import MarkdownPage
from chainlab.report.page import Branch, Page

HOSTILE = st.text(st.characters() | st.sampled_from("<>[]()|`*_#~!\\&\n-+1.: "), min_size=1, max_size=30)


def write(page: Page, name: str) -> None:
    """A report with everything that reports do."""
    page.title(f"{name} (RSA-2048)")
    page.line(f"{name} will fail", "bold red")
    page.heading(f"IIS will send {name}")
    page.line(f"1  {name}", indent=2, hang=3)
    page.line(f"2  {name}", indent=2, hang=3)
    page.line(f"{page.glyphs.up} root, not sent: {name}", indent=5)
    page.heading("What to do")
    page.line(f"1  import {name}", indent=2)
    page.verbatim(f"certutil {name}", indent=5)
    page.verbatim(f"certutil -addstore {name}", indent=5)
    page.line(f"{page.glyphs.bullet} {name}", indent=2)
    page.tree([Branch(name, "bold", [Branch(name), Branch(name)])])
    page.table(("client", "verdict"), [(name, "accept"), (name, "reject")])


def parsed(name: str) -> list[str]:
    page = MarkdownPage()
    write(page, name)
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = [inner for token in parser.parse(page.text) for inner in (token, *(token.children or ()))]
    return [token.type for token in tokens if token.type not in ("text", "text_special", "softbreak")]


@given(HOSTILE)
@example("<script>alert(1)</script>")
@example("a | b")
@example("```")
@example("1  x")
@example("# x\n\n- y")
def test_no_name_adds_structure(name: str) -> None:
    visible = name.strip() or "x"
    assert parsed(f"a {visible}") == parsed("a name")


def test_a_parser_finds_the_lists_code_and_tables_that_were_written() -> None:
    found = parsed("name")
    assert found.count("heading_open") == 3
    assert found.count("ordered_list_open") == 2
    assert found.count("fence") == 1
    assert found.count("tr_open") == 3
    assert found.count("strong_open") == 2


def test_what_stands_further_in_belongs_to_what_stands_before_it() -> None:
    page = MarkdownPage()
    page.line("1  leaf", indent=2)
    page.line("2  issuer", indent=2)
    page.line("root, not sent", indent=5)
    page.line("10  far", indent=2)
    page.verbatim("certutil", indent=6)
    assert page.text == "1. leaf\n2. issuer\n   - root, not sent\n10. far\n    ```\n    certutil\n    ```\n"


def test_a_command_with_backquotes_does_not_end_its_block() -> None:
    page = MarkdownPage()
    page.verbatim("echo ```` x", indent=0)
    page.verbatim("second", indent=0)
    assert page.text == "`````\necho ```` x\nsecond\n`````\n"


def test_an_empty_page_is_an_empty_line() -> None:
    assert MarkdownPage().text == "\n"
