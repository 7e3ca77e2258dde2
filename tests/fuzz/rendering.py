"""One target for each renderer: a server whose names come from the input is shown; no name breaks the form."""

from __future__ import annotations

import io
import json
import random
import unicodedata
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final

import jsonschema
from markdown_it import MarkdownIt

from chainlab.certificate import Certificate
from chainlab.decoding import decode_certificate
from chainlab.diagnosis import Diagnosis, Knowledge, Request, case_of, diagnosis_of
from chainlab.dossier import dossier_of
from chainlab.evidence import CertificateEvidence, Evidence, KeyPresence, Place
from chainlab.findings import BROKEN_PART, Finding
from chainlab.lab.writers import friendly_name
from chainlab.planning import planned_of
from chainlab.properties import derive
from chainlab.report import html_report, json_report, junit, markdown_page, terminal, text
from chainlab.server import LM_CA, LM_MY, LM_ROOT, StoreName
from tests.ctls import tlv
from tests.fuzz.names import any_name, certificate
from tests.fuzz.target import Choices, Target
from tests.pki import NOW
from tests.report.test_html import Tree
from tests.report.test_junit import checked
from tests.report.test_schemas import load
from tools.build_docs import schemas

SELECTOR: Final = "alpine-2020-02,android-10-lineage-17.1"
"""Few clients: what is varied here are names."""

Show = Callable[[Evidence], None]


def render_targets() -> list[Target]:
    """The targets ``render-text``, ``render-json``, ``render-markdown``, ``render-html``, ``render-junit``."""
    shown: Mapping[str, Show] = {
        "text": show_text, "json": show_json, "markdown": show_markdown, "html": show_html, "junit": show_junit,
    }  # fmt: skip
    return [
        Target(f"render-{name}", partial(run, show), seeds, max_bytes=2048, tries=3 if name == "html" else 8)
        for name, show in shown.items()
    ]


def seeds() -> list[bytes]:
    """Names with markup of every output in every string type, and random bytes."""
    hostile = (
        "plain", "<script>alert(1)</script>", "\x1b[2J\x07", "\u202egnp.exe", "a|b\n# c", "]]>", "=cmd|' /C calc'!A0",
        "{{7*7}}", "$(id)`id`", "\u2028\u0000",
    )  # fmt: skip
    parts = [encoded for text in hostile for encoded in (text.encode(), text.encode("utf-16-be"))]
    named = [b"\0\0\0" + bytes([number % 9, len(part)]) + part + bytes([0, len(part)]) + part
             for number, part in enumerate(parts)]  # fmt: skip
    return [b"", *named, random.Random("render").randbytes(600)]


def run(show: Show, data: bytes) -> None:
    """Diagnose the server of this input and hold what is shown against its form."""
    show(evidence_of(Choices(data)))


def evidence_of(choices: Choices) -> Evidence:
    """A server certificate with its CAs, their names, friendly names, file names and a damaged part from the input."""
    root, ca, leaf = (any_name(choices) for _ in range(3))
    cross = choices.one_of((root, ca, any_name(choices)))
    made = [
        (certificate(("leaf", leaf), ("ca", ca), serial=1, hosts=_hosts(choices)), LM_MY),
        (certificate(("ca", ca), ("root", root), serial=2), LM_CA),
        (certificate(("root", root), ("root", root), serial=3), LM_ROOT),
        (certificate(("root", root), ("old", cross), serial=4), LM_CA),
        (certificate(("old", cross), ("old", cross), serial=5), LM_ROOT),
    ]
    keys = (KeyPresence.PRESENT, *[KeyPresence.UNKNOWN] * (len(made) - 1))
    seen = [_seen(der, store, choices, key) for (der, store), key in zip(made, keys, strict=True)]
    damage = Finding(BROKEN_PART, {"place": choices.text(60), "why": choices.text(60)})
    return Evidence.of([*(item for items in seen for item in items), damage])


def _hosts(choices: Choices) -> bytes:
    return tlv(0x30, *(tlv(choices.one_of((0x82, 0x81, 0x87, 0x86)), choices.bytes(80)) for _ in range(2)))


def _seen(der: bytes, store: StoreName, choices: Choices, key: KeyPresence) -> list[CertificateEvidence]:
    try:
        decoded: Certificate = decode_certificate(der)
    except ValueError:  # a name that no decoder takes costs its certificate
        return []
    properties, _ = derive(
        friendly_name(choices.text(60).encode("utf-16-le", "replace").decode("utf-16-le", "replace"))
    )
    return [CertificateEvidence(decoded, Place(choices.text(60) or "server.reg"), store, properties, key, "test")]


@cache
def _knowledge() -> tuple[Request, Knowledge]:
    request = Request((), NOW, selector=SELECTOR)
    return request, Knowledge.of(request)


def _diagnosis(evidence: Evidence) -> Diagnosis:
    request, knowledge = _knowledge()
    return diagnosis_of(case_of(request, evidence, knowledge))


def show_text(evidence: Evidence) -> None:
    """No control or format character reaches the terminal."""
    buffer = io.StringIO()
    text.render(_diagnosis(evidence), terminal.TerminalPage(buffer, color=False), verbose=True)
    refuse_hidden(buffer.getvalue())
    buffer.getvalue().encode()


def refuse_hidden(shown: str) -> None:
    """Fail where a character is left that a terminal acts on or does not show."""
    hidden = {c for c in shown if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert not hidden, f"characters that are not shown: {sorted(map(ascii, hidden))}"


def show_markdown(evidence: Evidence) -> None:
    """A parser finds no HTML, link or image, whatever the names."""
    page = markdown_page.MarkdownPage()
    text.render(_diagnosis(evidence), page)
    refuse_hidden(page.text)
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(page.text)
    found = {inner.type for token in tokens for inner in (token, *(token.children or ()))}
    assert not found & {"html_block", "html_inline", "link_open", "image", "s_open", "hr"}, (
        f"markup from names: {found}"
    )


@cache
def _validator() -> Any:
    (file,) = (file for file in schemas() if "diagnosis-1" in file.name)
    return jsonschema.Draft202012Validator(load(file))


def show_json(evidence: Evidence) -> None:
    """What the command line writes is valid JSON in UTF-8, in the shape of its schema, whatever file names hold."""
    written = json_report.render(_diagnosis(evidence)).encode("utf-8", "backslashreplace")
    _validator().validate(json.loads(written.decode()))


def show_junit(evidence: Evidence) -> None:
    """The XML is what build servers read."""
    checked(junit.render(_diagnosis(evidence)))


def show_html(evidence: Evidence) -> None:
    """The page is well formed and holds no more scripts, links or handlers than the same page with other names."""
    request, knowledge = _knowledge()
    planned = planned_of(case_of(request, evidence, knowledge))
    if planned is None:
        return
    page = html_report.render(dossier_of(planned))
    page.encode()
    tree = Tree(page)
    assert not tree.open
    assert sum(tag == "script" for tag, _ in tree.elements) == 2
    assert not {tag for tag, _ in tree.elements} & {"link", "img", "iframe", "object", "embed", "form", "base"}
    assert not {name for _, given in tree.elements for name in given if name.startswith("on")}
    json.loads(tree.blocks["application/json"])
