"""Escaping: nothing that a stranger writes into a name leaves its place."""

import html
import json
import re
import shlex
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chainlab.escaping import (
    dot,
    html_text,
    markdown,
    markdown_code,
    mermaid,
    posix_shell,
    powershell,
    terminal,
    visible,
)
from chainlab.report.json_text import document

HOSTILE = "\x1b[2J\u202eevil\x00\u2028'; rm $(x) `n \"<script>"


def test_control_and_bidi_characters_are_made_visible() -> None:
    assert visible(HOSTILE).startswith("\\x1b[2J\\u202eevil\\x00\\u2028")
    assert visible("Zürich €") == "Zürich €"


def test_long_text_is_cut() -> None:
    assert len(visible("x" * 1000)) == 300


@given(st.text())
@example(HOSTILE)
@example('"><img onerror=x>')
def test_html_text_starts_and_ends_nothing(text: str) -> None:
    shown = html_text(text, 5000)
    assert not set(shown) & set("<>\"'")
    assert html.unescape(shown) == visible(text, 5000)


@given(st.text())
def test_terminal_text_is_always_printable(text: str) -> None:
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [character for character in terminal(text) if unicodedata.category(character) in hidden]


@given(st.text())
def test_powershell_literals_end_only_at_their_end(text: str) -> None:
    literal = powershell(text)
    inner = literal[1:-1]
    quotes = re.findall("['\u2018\u2019\u201a\u201b]+", inner)
    assert literal[0] == literal[-1] == "'"
    assert all(len(run) % 2 == 0 for run in quotes)


@given(st.text())
def test_dot_strings_are_closed_exactly_once(text: str) -> None:
    inner = dot(text)[1:-1]
    assert not re.search(r'(?<!\\)(?:\\\\)*"', inner)


@given(st.text())
def test_mermaid_labels_hold_no_syntax(text: str) -> None:
    assert not set(mermaid(text)[1:-1].replace("&", "")) & set('"<>[]{}()|`')


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_shell_words_are_read_back_by_a_shells_rules(text: str) -> None:
    assert shlex.split(posix_shell(text)) == [visible(text, 4096)]


@given(st.text())
def test_markdown_code_is_closed_by_its_own_fence_only(text: str) -> None:
    code = markdown_code(text)
    fence = re.match("`+", code)
    assert fence is not None
    runs = re.findall("`+", code)
    assert runs[0] == runs[-1] == fence.group()
    assert fence.group() not in runs[1:-1]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a_b", "a\\_b"),
        ("- x", "\\- x"),
        ("1. x", "1\\. x"),
        ("www.x", "www\\.x"),
        ("http://x", "http\\://x"),
        ("", ""),
    ],
)
def test_markdown_text_starts_nothing(text: str, escaped: str) -> None:
    assert markdown(text) == escaped


def test_json_shows_no_character_that_a_terminal_obeys_whichever_it_is_and_means_the_same() -> None:
    every = "".join(map(chr, range(0x110000)))
    written = document({"text": every})
    assert not {
        c for c in written if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    }
    assert json.loads(written) == {"text": json.loads(json.dumps(every))}
    assert "ü→" in document({"text": "ü→"})
