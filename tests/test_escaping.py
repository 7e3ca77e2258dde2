"""Escaping: nothing that a stranger writes into a name leaves its place."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from chainlab.escaping import dot, mermaid, powershell, terminal, visible

HOSTILE = "\x1b[2J\u202eevil\x00\u2028'; rm $(x) `n \"<script>"


def test_control_and_bidi_characters_are_made_visible() -> None:
    assert visible(HOSTILE).startswith("\\x1b[2J\\u202eevil\\x00\\u2028")
    assert visible("Zürich €") == "Zürich €"


def test_long_text_is_cut() -> None:
    assert len(visible("x" * 1000)) == 300


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
