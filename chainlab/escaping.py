"""One escaping function for each output that untrusted text goes to.

Names in certificates, friendly names and file names come from strangers. Control characters, bidirectional overrides
and lone surrogates are made visible everywhere; what else is special depends on the output.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, limit: int = 300) -> str:
    """``text`` with every control, format and surrogate character as ``\\xNN`` or ``\\uNNNN``, cut at ``limit``."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible_character(character) for character in text)


def _visible_character(character: str) -> str:
    if unicodedata.category(character) not in _HIDDEN_CATEGORIES:
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def terminal(text: str, limit: int = 300) -> str:
    """For a terminal: no escape sequence can leave the text; cut at ``limit`` characters."""
    return visible(text, limit)


def powershell(text: str) -> str:
    """A PowerShell single-quoted literal, quotes included.

    Inside single quotes only the quote is special; PowerShell takes U+2018 to U+201B for quotes too
    (about_Quoting_Rules), so each is doubled.
    """
    return "'" + re.sub("(['\u2018\u2019\u201a\u201b])", r"\1\1", visible(text, 4096)) + "'"


def dot(text: str) -> str:
    """A quoted DOT string, quotes included; backslash escapes of Graphviz are neutralised."""
    return '"' + visible(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def mermaid(text: str) -> str:
    """A quoted Mermaid label: everything that could end it or start markup becomes an entity."""
    return '"' + re.sub(r'["#&<>;`\\\[\]{}()|%]', lambda match: f"#{ord(match.group())};", visible(text)) + '"'
