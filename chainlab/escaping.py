"""One escaping function for each output that untrusted text goes to.

Names in certificates, friendly names and file names come from strangers. Control characters, bidirectional overrides
and lone surrogates are made visible everywhere; what else is special depends on the output.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str, limit: int = 300) -> str:
    """``text`` with every control, format and surrogate character as ``\\xNN`` or ``\\uNNNN``, cut at ``limit``."""
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible_character(character) for character in text)


def is_hidden(character: str) -> bool:
    """Whether a terminal or an editor obeys the character instead of showing it, or shows nothing."""
    return unicodedata.category(character) in _HIDDEN_CATEGORIES


def _visible_character(character: str) -> str:
    return _as_code(character) if is_hidden(character) else character


def _as_code(character: str) -> str:
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


def command_argument(text: str, also: str = "") -> str:
    """One argument of a command line, in double quotes unless it is plain, for cmd.exe and PowerShell alike.

    What either of them expands inside double quotes (``%``, ``!``, ``$``, backtick) or takes for a quote (PowerShell:
    U+201C to U+201E too) cannot be passed to both; it is made visible like a control character, so that the command
    fails to find its file rather than doing something else. A backslash before the closing quote would escape it. A
    leading hyphen would make an option of it, so such a name gets its directory. ``also``: further plain characters.
    """
    if text.startswith("-"):
        text = f".\\{text}"
    plain = re.escape(also)
    if re.fullmatch(rf"[A-Za-z0-9_.:/\\{plain}-]*[A-Za-z0-9_.:/{plain}-]", text):
        return text
    shown = re.sub('["%!$`\u201c\u201d\u201e]', lambda match: _as_code(match.group()), visible(text, 4096))
    return f'"{shown.rstrip(chr(92))}"'


def posix_shell(text: str) -> str:
    """A word for a POSIX shell, in single quotes; a quote within is written outside of them."""
    return "'" + visible(text, 4096).replace("'", "'\\''") + "'"


def markdown(text: str, limit: int = 4096) -> str:
    """Text within a line of a Markdown document: what could start markup, HTML, a list or a link is escaped.

    GitHub links a mail address all the same, as nothing in its syntax prevents that; the link shows where it leads.
    """
    escaped = re.sub(r"([\\`*_\[\]<>#|~&!])", r"\\\1", visible(text, limit).strip())
    escaped = re.sub(r"(?i)(?<=www)\.|:(?=//)", lambda match: "\\" + match.group(), escaped)
    return re.sub(r"^(?:[-+=]|\d{1,9}(?=[.)]))", _at_the_start, escaped)


def _at_the_start(match: re.Match[str]) -> str:
    """A list marker or an underline at the start: ``\\-``; a number is kept apart from its dot."""
    return "\\" + match.group() if not match.group().isdigit() else match.group() + "\\"


def markdown_code(text: str) -> str:
    """A line of code in Markdown, between as many backquotes as it needs."""
    shown = visible(text, 4096)
    fence = "`" * (1 + _backquotes(shown))
    edge = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) or not shown else ""
    return f"{fence}{edge}{shown}{edge}{fence}"


def markdown_block(lines: Iterable[str], limit: int = 4096) -> list[str]:
    """Lines of code in Markdown with the fences around them."""
    shown = [visible(line, limit) for line in lines]
    fence = "`" * max(3, 1 + max(map(_backquotes, shown), default=0))
    return [fence, *shown, fence]


def _backquotes(text: str) -> int:
    """The longest run of backquotes."""
    return max((len(run) for run in re.findall("`+", text)), default=0)


def xml_text(text: str, limit: int = 4096) -> str:
    """Text for an XML writer, which quotes markup but not what XML 1.0 forbids: controls and noncharacters."""
    return visible(text, limit)


def script_json(data: object) -> str:
    """JSON for a ``<script type="application/json">`` block: nothing in it can end the block or start markup."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return re.sub("[<>&\u2028\u2029]", lambda match: f"\\u{ord(match.group()):04x}", text)


def html_text(text: str, limit: int = 4096) -> str:
    """Text of an HTML document, or of an attribute in quotes; also of Graphviz' HTML-like labels."""
    return html.escape(visible(text, limit))


def dot(text: str) -> str:
    """A quoted DOT string, quotes included; backslash escapes of Graphviz are neutralised."""
    return '"' + visible(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def mermaid(text: str) -> str:
    """A quoted Mermaid label: everything that could end it or start markup becomes an entity."""
    return '"' + re.sub(r'["#&<>;`\\\[\]{}()|%]', lambda match: f"#{ord(match.group())};", visible(text)) + '"'


def csv_cell(text: str, limit: int = 32_767) -> str:
    """A cell of a CSV file: no spreadsheet takes it for a formula; cut at what a cell of Excel holds.

    What starts like a formula (OWASP, "CSV Injection"), also after blanks, gets an apostrophe before it. Quotes and
    separators are the CSV writer's business.
    """
    shown = visible(text, limit)
    return f"'{shown}" if shown.lstrip()[:1] in ("=", "+", "-", "@") else shown
