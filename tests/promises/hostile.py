"""Hostile names, and evidence that has them wherever a stranger may write one."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path
from typing import Final
from xml.sax.saxutils import quoteattr

from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from chainlab.lab.writers import pem, pfx, sst
from chainlab.properties import FRIENDLY_NAME
from tests.promises import raw

NAMES: Final = {
    "controls": "\x1b[2J\x1b]0;owned\x07\x9b31m\x85a\x00b\tc\u202egnp\u2066\u2069\u200b\ufeff\u2028\u2029\U0010ffff",
    "lines": "a\nb\r\n- c\n# d\n| e | f |\n|---|---|\n```\ncalc\n```\n'@\ncalc\n@'\n#> calc <#",
    "shells": "'; calc; '\"; calc; \"$(calc) ${IFS} `id` %PATH% !x! ^& | calc \u2019; calc; \u2018 \u201d --rf -n",
    "html": "</script><script>alert(1)</script>\"><img src=x onerror=alert(1)>' onfocus='alert(1)</svg></title><h1>",
    "more html": "</style><!-- --><![CDATA[ ]]>&lt;b&gt;<a href=javascript:alert(1)>{{ 7*7 }} {% raw %}\\u003cb\\u003e",
    "markdown": "[link](http://evil.test) ![image](x) <http://evil.test> www.evil.test *a* _b_ `c` ~~d~~ | e",
    "graphs": 'x"]; a -> b [label="\\N \\E \\G \\l <b>A</b> A-->B; click A href "x" %%{init}%% ;;; {|}',
    "paths": "../../etc/passwd C:\\Windows\\x CON:stream \\\\server\\share %s %d {0} \\1",
    "long": "x" * 10_000,
}
"""Every kind of syntax that a name could try to break into, at the outputs' end or on the way there."""

HARMLESS: Final = ("name", "na.me")
"""Words to compare with: the second where the text looks like a host's name, which is shown as one."""

STARTS: Final = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "# h", "- l", "1. l", "> q", "| c |", "---")
"""What means something at the beginning of a cell or a line only."""

_CONFIG: Final = """<?xml version="1.0"?><configuration><system.applicationHost><sites>
<site name={name} id="1"><bindings><binding protocol="https" bindingInformation={information} sslFlags="1"
 certificateHash="{thumbprint}" certificateStoreName="My"/></bindings></site></sites></system.applicationHost>
</configuration>"""


def evidence(folder: Path, text: str) -> Path:
    """An archive with a server's PFX, its stores and its sites, where ``text`` stands in every name.

    Two roots of the server lead up from it; ``roots.pem`` beside the archive has the only one that a client knows.
    Every carrier gets of the text what it can carry, and what must agree agrees whatever the text.
    """
    leaf, *above = _certificates(text)
    (folder / "roots.pem").write_text(pem(above[2:3]), "utf-8", "backslashreplace")
    config = _CONFIG.format(
        name=quoteattr(_xml(text)),
        information=quoteattr(f"*:443:{_host(text)}"),
        thumbprint=leaf.sha1.upper(),
    )
    path, member = folder / f"{_file_name(text)}.zip", _shown_file(_whole(text)[:200])
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            _member(f"LocalMachine/My/{member}.pfx"), pfx(leaf, raw.key("leaf"), above[:1], name=_bmp(text) or "x")
        )
        archive.writestr(_member(f"LocalMachine/CA/{member}.sst"), sst([(above[1], {FRIENDLY_NAME: _utf16(text)})]))
        archive.writestr(_member(f"LocalMachine/Root/{member}.pem"), pem(above[2:]).encode("utf-8", "replace"))
        archive.writestr(_member(f"{member}.config"), config)
        archive.writestr(_member(f"{member}.txt"), "no evidence")
    return path


def harmless_for(text: str) -> str:
    """The word that hostile text is to be compared with."""
    root = _certificates(text)[-1]
    return HARMLESS[bool(root.dns_names)]


def _certificates(text: str) -> list[Certificate]:
    """The server's, its two issuers' (one key), and two roots."""
    said = _whole(text)
    subject, issuer, root, gone = (
        raw.name(*names) for names in ((said, f"leaf {said}"), (f"I {said}",), ("R", said), ("Gone", said))
    )
    hosts = (b"www.example.test", _host(text).encode())
    san = raw.extension(raw.SUBJECT_ALT_NAME, raw.tlv(0x30, *(raw.tlv(0x82, host) for host in hosts)))
    made = (
        raw.certificate(subject, issuer, raw.spki("leaf"), "issuer", san),
        raw.certificate(issuer, root, raw.spki("issuer"), "root", raw.CA),
        raw.certificate(issuer, gone, raw.spki("issuer"), "gone", raw.CA, validity=raw.LATER),
        raw.certificate(root, root, raw.spki("root"), "root", raw.CA),
        raw.certificate(gone, gone, raw.spki("gone"), "gone", raw.CA),
    )
    return [decode_certificate(der) for der in made]


def _host(text: str) -> str:
    """What certificate and binding can both carry as the name of a host, so that they agree; no wildcard."""
    return "".join(c for c in text if " " <= c <= "~" and c != ":")[:200].strip().lstrip("* ") or "x"


def _whole(text: str) -> str:
    """Without lone surrogates, which UTF-8 has no encoding for."""
    return text.encode("utf-8", "replace").decode()


def _xml(text: str) -> str:
    """What XML 1.0 can carry."""
    kept = "".join(c for c in _whole(text) if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))[:300]
    return kept if kept.strip() else "x"


def _bmp(text: str) -> str:
    return "".join(c for c in text if c < "\ud800" or "\udfff" < c < "\U00010000")


def _utf16(text: str) -> bytes:
    """As Windows keeps names: any units, lone surrogates too."""
    return text.encode("utf-16-le", "surrogatepass") + b"\0\0"


def _shown_file(text: str) -> str:
    """What is neither a hidden file nor a folder, which readers leave out, nor a host's name, which has a meaning."""
    return re.sub(r"(^|[/\\])(?=\.)", r"\1x", text) + "(x)"


def _member(text: str) -> zipfile.ZipInfo:
    """A member's name as it is; zipfile itself would cut it at a NUL, and a slash would be no part of it."""
    info = zipfile.ZipInfo("x")
    info.filename = text.replace("\0", "")
    return info


def _file_name(text: str) -> str:
    """What the file system takes: Linux any bytes, which are lone surrogates to Python."""
    bytewise = sys.platform == "linux"
    kept = "".join(c if bytewise and "\udc80" <= c <= "\udcff" else _whole(c) for c in text)
    return kept.replace("/", "\u2215").replace("\0", "\u2400")[:40].strip().lstrip(".") or "empty"
