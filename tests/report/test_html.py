"""The HTML report: structure, escaping, determinism, and what it says without Graphviz or jinja2."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chainlab.catalog.twins import load_twins
from chainlab.certificate import Certificate, Name
from chainlab.diagnosis import Request
from chainlab.dossier import Dossier, dossier, dossier_of
from chainlab.errors import UsageError
from chainlab.escaping import script_json
from chainlab.planning import plan
from chainlab.report import html_graph, html_model
from chainlab.report.graph_model import picture
from chainlab.report.html_report import render
from chainlab.report.plan_package import package
from tests.pki import at
from tests.report.test_plan_scripts import hostile

pytest.importorskip("jinja2")
pytest.importorskip("pygraphviz")

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
VOID = {"meta", "input", "br"}
HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</script><script>alert(1)</script>", "<!--", "]]>",
    "{{ 7*7 }}{% raw %}", "\u202egnp.exe", "\u2028", "&lt;b&gt;", "' onfocus='alert(1)", "x" * 10_000, "\x00\x1b[2J",
    "</style>", "\\", "</svg>", "<a href=javascript:alert(1)>",
)  # fmt: skip


@cache
def made(*names: str, selector: str = "", served: str = "") -> Dossier:
    inputs = tuple((FIXTURES / name, None) for name in names)
    twins = load_twins(FIXTURES / "lab.json")
    wire = FIXTURES / served if served else None
    return dossier(Request(inputs, at("2026-11-20"), twins=twins, selector=selector, served=wire))


R46 = "r46/leaf-and-issuer.pfx"


class Tree(HTMLParser):
    """Every element with its attributes, in order, and all text outside of script and style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.blocks: dict[str, str] = {}
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            kind = next(a.get("type") or t for t, a in reversed(self.elements) if t == self.open[-1])
            self.blocks[kind] = self.blocks.get(kind, "") + data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def named(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.elements if name == tag)


def data_of(tree: Tree) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(tree.blocks["application/json"])
    return read


def renamed(original: Dossier, text: str) -> Dossier:
    """The dossier with every name that comes from a certificate or a file replaced by ``text``."""
    from chainlab.graph import CertGraph

    def named(certificate: Certificate) -> Certificate:
        return replace(certificate, subject=Name("CN=" + text), issuer=Name("CN=" + text), published_at=(text,))

    def chain(certificates: tuple[Certificate, ...]) -> tuple[Certificate, ...]:
        return tuple(map(named, certificates))

    target, line = original.diagnosis.targets[0], original.timelines.targets[0]
    leaf = replace(target.target.leaf, certificate=named(target.leaf.certificate), place=replace(
        target.leaf.place, file=text))  # fmt: skip
    clients = tuple(replace(v, path=chain(v.path), profile=replace(v.profile, name=text, source=text))
                    for v in target.clients)  # fmt: skip
    served = replace(target.served, chain=chain(target.served.chain), alternatives=())
    target = replace(target, target=replace(target.target, leaf=leaf), served=served, clients=clients)
    graph = original.case.scene.graph
    scene = replace(original.case.scene, graph=CertGraph(map(named, graph.certificates), {
        c.sha256: (text,) for c in graph.certificates}))  # fmt: skip
    diagnosis = replace(original.diagnosis, targets=(target,), scene=scene, host=text)
    case = replace(original.case, scene=scene)
    events = tuple(
        replace(
            event, happening=tuple(replace(cause, certificate=named(cause.certificate)) for cause in event.happening)
        )
        for event in line.events
    )
    timelines = replace(original.timelines, targets=(replace(line, events=events),))
    return Dossier(case, diagnosis, hostile(text), timelines)


def shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    """Elements with the names of their attributes: what a page is made of, whatever its texts say."""
    tree = Tree(page)
    assert not tree.open
    return [(tag, tuple(attributes)) for tag, attributes in tree.elements if tag not in ("path", "polygon", "polyline")]


def test_the_verdict_comes_first_then_graph_clients_plan_and_timeline() -> None:
    text = Tree(render(made(R46))).text
    order = [
        "www.chainlab.example", "92 of 120 clients will fail", "The chain and the graph", "Clients by family and year",
        "What to do", "Make the server look again", "When it will change", "Findings", "Certificates",
    ]  # fmt: skip
    positions = [
        text.index(words, text.index("www.chainlab.example RSA-2048 Expires")) if n else 0
        for n, words in enumerate(order)
    ]
    assert positions == sorted(positions)
    assert "With 2 changes 88 of 120 accept" in text


def test_nothing_is_loaded_and_only_the_own_blocks_run() -> None:
    tree = Tree(render(made(R46)))
    policy = next(a["content"] for a in tree.named("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    for kind, directive in (("style", "style-src"), ("script", "script-src")):
        digest = base64.b64encode(hashlib.sha256(tree.blocks[kind].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    attributes = {name for _, given_ in tree.elements for name in given_}
    assert not {a for a in attributes if a.startswith("on") or a in ("src", "style", "xlink:href", "srcset")}
    assert all((a["href"] or "").startswith("#") for a in tree.named("a"))
    assert not {tag for tag, _ in tree.elements} & {"link", "img", "iframe", "object", "embed", "form", "base"}


def test_the_script_has_every_client_in_every_state() -> None:
    data = data_of(Tree(render(made(R46))))
    (section,) = data["sections"]
    assert {state: entry["stage"] for state, entry in section["states"].items()} == {"now": "now", "planned": "planned"}
    counts = {
        state: sum(client[0] == "accept" for client in entry["clients"].values())
        for state, entry in section["states"].items()
    }
    assert counts == {"now": 28, "planned": 88}
    for entry in section["states"].values():
        assert len(entry["clients"]) == len(data["clients"]) == 120
        assert {sha for path in entry["paths"] for sha in path} <= set(data["certificates"])
        for verdict, path, reason, detail in entry["clients"].values():
            assert (verdict == "accept") == (reason == "")
            assert path < len(entry["paths"])
            assert detail < len(entry["details"])


def test_every_certificate_of_the_graph_can_be_focused_and_has_facts() -> None:
    tree = Tree(render(made(R46)))
    drawn = [a for tag, a in tree.elements if tag == "g" and "data-certificate" in a]
    known = data_of(tree)["certificates"]
    assert len(drawn) == 11
    assert {a["data-certificate"] for a in drawn} <= set(known)
    assert all(a["tabindex"] == "0" and a["role"] == "button" and a["aria-label"] for a in drawn)
    served = [known[a["data-certificate"]]["short"] for a in drawn if "served" in (a["class"] or "").split()]
    assert sorted(name.rsplit(" (", 1)[0] for name in served) == [
        "Sectigo Public Server Authentication CA OV R36", "www.chainlab.example",
    ]  # fmt: skip


def test_ids_are_unique_and_labels_point_at_something() -> None:
    tree = Tree(render(made("r46/server.reg", "e46/server.reg")))
    ids = [a["id"] for _, a in tree.elements if "id" in a]
    assert len(ids) == len(set(ids))
    for name in ("aria-labelledby", "for"):
        assert {a[name] for _, a in tree.elements if name in a} <= set(ids)
    assert {(a["href"] or "")[1:] for a in tree.named("a")} <= set(ids)


def test_several_servers_are_listed_and_each_has_its_section() -> None:
    answer = made("r46/server.reg", "e46/server.reg")
    tree = Tree(render(answer))
    assert len(data_of(tree)["sections"]) == len([1 for a in tree.named("section") if a.get("class") == "target"]) == 2
    assert sum(tag == "h1" for tag, _ in tree.elements) == 1
    assert "2 answers" in tree.text


def test_more_answers_than_fit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_model, "MAX_TARGETS", 1)
    text = Tree(render(made("r46/server.reg", "e46/server.reg"))).text
    assert "1 further answers are not shown here" in text


def test_an_observed_chain_has_no_plan_and_no_switch() -> None:
    tree = Tree(render(made(served="r46/served-cross.pem")))
    assert "32 of 120 clients will fail" in tree.text
    assert "What to do" not in tree.text
    assert not list(tree.named("fieldset"))


def test_without_clients_only_the_chain_is_shown() -> None:
    text = Tree(render(made(R46, selector="none"))).text
    assert "No client was selected; only the served chain is shown." in text
    assert "Clients by family" not in text


def test_the_matrix_holds_every_client_once_by_series_and_year() -> None:
    (section,) = html_model.sections(made(R46))
    cells = [cell for _, _, row in section.matrix.rows for year in row for cell in year]
    assert sorted(cell.id for cell in cells) == sorted(v.profile.id for v in section.diagnosis.clients)
    assert list(section.matrix.years) == sorted(section.matrix.years)
    android = next(row for row in section.matrix.rows if row[0] == "Android")
    assert [cell.version for cell in android[2][section.matrix.years.index("2012")]] == ["4.1", "4.2"]


def test_a_chosen_alternative_is_what_the_report_is_about() -> None:
    twins = load_twins(FIXTURES / "lab.json")
    planned = plan(Request(((FIXTURES / R46, None),), at("2026-11-20"), twins=twins), 1)
    data = data_of(Tree(render(dossier_of(planned))))
    planned_state = data["sections"][0]["states"]["planned"]
    assert sum(client[0] == "accept" for client in planned_state["clients"].values()) == 117


def test_the_page_is_the_same_every_time() -> None:
    made.cache_clear()
    first = render(made(R46))
    made.cache_clear()
    assert render(made(R46)) == first


def test_without_graphviz_the_paths_are_listed_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    tree = Tree(render(made(R46)))
    assert "The graph is not drawn: drawing needs the extra 'graph'" in tree.text
    assert not list(tree.named("svg"))
    paths = next(a for a in tree.named("details") if a.get("class") == "paths")
    assert "open" in paths


def test_without_jinja2_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(UsageError, match=r"pip install 'chainlab\[html,graph\]'"):
        render(made(R46))


def test_a_package_without_the_extra_holds_the_plain_page_and_its_runbook_says_so() -> None:
    planned = made(R46).planned
    assert planned is not None
    bare, whole = package(planned), package(planned, "<!doctype html>")
    assert b"<script" not in bare["report.html"]
    assert b"`report.html` is the plan on one plain page" in bare["RUNBOOK.md"]
    assert whole["report.html"] == b"<!doctype html>"
    assert b"plain page" not in whole["RUNBOOK.md"]


@settings(max_examples=25)
@given(st.text(st.characters() | st.sampled_from("<>\"'&{}%/-!=\u2028\u202e"), min_size=1, max_size=40))
@example(HOSTILE[0])
@example(HOSTILE[1])
@example("x" * 10_000)
def test_names_are_text(text: str) -> None:
    page = render(renamed(made(R46, selector="core"), text))
    assert shape(page) == benign()


@pytest.mark.parametrize("text", HOSTILE)
def test_known_tricks_are_text(text: str) -> None:
    page = render(renamed(made(R46, selector="core"), text))
    assert shape(page) == benign()
    assert not re.search("[\x00-\x09\x0b-\x1f\u2028\u2029\u202a-\u202e]", page)
    labels = [entry["label"] for entry in data_of(Tree(page))["certificates"].values()]
    assert all(len(label) <= 1000 for label in labels)


@cache
def benign() -> list[tuple[str, tuple[str, ...]]]:
    return shape(render(renamed(made(R46, selector="core"), "name")))


@given(st.recursive(st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
@example("</script><!--\u2028\u2029&")
def test_script_data_survives_and_cannot_end_its_block(value: object) -> None:
    text = script_json(value)
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == value


def test_the_drawing_is_plain_shapes_without_colours_or_links() -> None:
    answer = made(R46)
    scene, target = answer.case.scene, answer.diagnosis.targets[0]
    svg = html_graph.drawing(picture(scene.graph, scene.server, [], answer.diagnosis.at, "", [
        target.leaf.certificate]), "x-")  # fmt: skip
    assert not re.search(r'<a\b|xlink|<title|fill="|stroke="|style="', svg)
    assert min(html_graph.size(svg)) > 100
