"""Hostile names without end: fragments of every syntax that an output speaks, put together with any text."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

FRAGMENTS: Final = {
    "terminal": ("\x1b[2J", "\x1b]0;owned\x07", "\x1b]8;;http://evil.test\x1b\\", "\x9b31m", "\x90q\x9c", "\r", "\b"),
    "hidden": ("\u202e", "\u2066", "\u2069", "\u200b", "\u200d", "\ufeff", "\xad", "\u061c", "\x00", "\x7f", "\x85",
               "\u2028", "\u2029", "\ufffe", "\ufff9", "\U000e0041", "\U0001d173", "\U000110bd", "\U0010ffff", "\ue000",
               "\ud83d", "\udc9b", "\udcff"),
    "wide": ("\U0001f512", "\U00020bb7", "e\u0301", "\u0600", "\u3000", "\xa0", "\u2800", "\uff1c", "\ufe64", "\u037e"),
    "lines": ("\n", "\r\n", "\n\n", "\t", "    ", "\v", "\f"),
    "quotes": ("'", '"', "`", "''", '""', "``", "\u2018", "\u2019", "\u201a", "\u201b", "\u201c", "\u201d", "\u201e",
               "\xab", "\u2032", "\\", "\\'", '\\"', "\\\\"),
    "shells": ("$(calc)", "${IFS}", "$x", "`id`", "; calc;", "&& calc", "| calc", "> x", "< x", "!x!", "%PATH%", "^&",
               "{a,b}", "~", "*", "?", "[a-z]", "--rf", "-n", "<<EOF", "#", "\\\n"),
    "powershell": ("'@\n", "\n'@", '@"\n', '\n"@', "@'\n", "#> calc <#", "<#", "#>", "; calc #", "--%", "$($x)",
                   "@(calc)", "&{calc}", "[Math]::Pi", "@@SITES@@", "@@"),
    "html": ("<script>alert(1)</script>", "</script>", "</style>", "</title>", "</textarea>", "</svg>", "</template>",
             "<!--", "-->", "--!>", "<![CDATA[", "]]>", "<?php ?>", "<!doctype html>", "<plaintext>", "<svg/onload=a>",
             '"><img src=x onerror=alert(1)>', "' onfocus='alert(1)", "<a href=javascript:alert(1)>", "&lt;", "&#60;",
             "&amp", "&notit;", "javascript:alert(1)", "{{ 7*7 }}", "{% raw %}", "{#", "\\u003c", "<!--<script>"),
    "sheets": ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "=", "\t=1", ",", ";", "\r=1", " =1", "\uff1d1"),
    "markdown": ("[link](http://evil.test)", "![i](x)", "<http://evil.test>", "http://evil.test", "www.evil.test",
                 "a@evil.test", "*a*", "__b__", "~~c~~", "`d`", "```\n", "~~~\n", "# h", "\n# h\n", "h\n===\n", "- l",
                 "1. l", "1) l", "- [ ] t", "> q", "| a | b |", "|", "|---|---|\n", "---\n", "***", "[^1]", "[^1]: f",
                 "[r]: http://evil.test", "[r]", "\\", "&copy;", ":smile:", "$a$", "<b>", "=", "+ p", "ftp://evil.test",
                 "xmpp:a@evil.test", "mailto:a@evil.test", "HTTPS://evil.test"),
    "graphs": ('"]; a -> b [label="', "\\N", "\\E", "\\G", "\\l", "<b>A</b>", "A-->B", 'click A href "x"', "%%{init}%%",
               "%% c", "end", ";", "{|}", "}", "]", "[[", "((", "|x|", "subgraph x", "style n0 fill:#f00", "#quot;",
               "#35;", "n0", "\n  n0 --> n1\n", "&quot;", "digraph {", "//c", "/*", "*/", "<br/>", "URL=x"),
    "places": ("../..", "/", "C:\\x", "CON", ":stream", "\\\\server\\share", "%s", "%d", "{0}", "\\1", "\\g<0>", ".",
               "?", "file:///etc/passwd", ".lnk", "LPT1", "::$DATA"),
}  # fmt: skip
"""By the syntax that they mean something in."""

LONGEST: Final = 4_000


def names() -> st.SearchStrategy[str]:
    """Names of one to six parts, some repeated often."""
    fragment = st.one_of(*(st.sampled_from(group) for group in FRAGMENTS.values()))
    anything = st.text(st.characters(), min_size=1, max_size=8)
    repeated = st.builds(lambda part, times: part * times, fragment, st.sampled_from((40, 400)))
    part = st.one_of(fragment, fragment, fragment, anything, anything, repeated)
    return st.lists(part, min_size=1, max_size=6).map(lambda parts: "".join(parts)[:LONGEST])
