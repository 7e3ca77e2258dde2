"""The HTML report: structure, escaping, determinism, what stands at the top, and what it says without Graphviz."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chainlab.catalog.twins import load_twins
from chainlab.certificate import Certificate, Name
from chainlab.clients import ClientVerdict, Profile, Verdict, parse_own_client
from chainlab.dossier import Dossier, dossier, dossier_of
from chainlab.escaping import script_json
from chainlab.explanation import Explained, explain
from chainlab.graph import CertGraph
from chainlab.impact import Impact, impact
from chainlab.lab.writers import reg
from chainlab.planning import plan
from chainlab.report import html_dossier, html_graph, html_report
from chainlab.report.graph_model import picture
from chainlab.report.html_matrix import MAX_YEARS, matrix, who_fails
from chainlab.report.html_report import fragment, render, render_explained, render_impact
from chainlab.report.plan_package import package
from chainlab.request import Request
from chainlab.server import LM_AUTHROOT, LM_CA, LM_MY
from tests.pki import Pki, at
from tests.report.test_plan_scripts import hostile

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
    return Dossier(case, diagnosis, hostile(text), timelines, ())


def shape(page: str) -> list[tuple[str, tuple[str, ...]]]:
    """Elements with the names of their attributes: what a page is made of, whatever its texts say."""
    tree = Tree(page)
    assert not tree.open
    return [(tag, tuple(attributes)) for tag, attributes in tree.elements if tag not in ("path", "polygon", "polyline")]


def test_the_verdict_comes_first_then_graph_clients_plan_and_timeline() -> None:
    text = Tree(render(made(R46))).text
    order = [
        "www.chainlab.example", "92 of 120 clients will fail", "Who fails", "Why", "What to do first",
        "The chain and the graph", "Clients by family and year", "What to do Plan for", "Make the server look again",
        "When it will change", "Findings About", "Certificates www",
    ]  # fmt: skip
    positions = [
        text.index(words, text.index("www.chainlab.example RSA-2048 Expires")) if n else 0
        for n, words in enumerate(order)
    ]
    assert positions == sorted(positions)
    assert "Then 88 of 120 clients accept, with 2 changes." in text


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


def test_each_server_certificate_is_told_its_own_changes() -> None:
    first, second = html_dossier.contents(made("r46/server.reg", "e46/server.reg")).sections
    for section, root in ((first, "R46"), (second, "E46")):
        (change,) = section.card.columns[-1].items
        assert change.startswith(f"Move Sectigo Public Server Authentication Root {root} (self-signed")
        assert section.card.columns[-1].more == "Then 88 of 120 clients accept, with 1 change."


def test_more_answers_than_fit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_dossier, "MAX_TARGETS", 1)
    text = Tree(render(made("r46/server.reg", "e46/server.reg"))).text
    assert "1 further answers are not shown here" in text


def test_an_observed_chain_has_no_plan_and_no_switch() -> None:
    tree = Tree(render(made(served="r46/served-cross.pem")))
    assert "32 of 120 clients will fail" in tree.text
    assert "Nothing is planned here: this chain was observed" in tree.text
    assert "plan" not in {a.get("id") for a in tree.named("section")}
    assert not list(tree.named("fieldset"))


def test_without_clients_only_the_chain_is_shown() -> None:
    text = Tree(render(made(R46, selector="none"))).text
    assert "No client was selected; only the served chain is shown." in text
    assert "Clients by family" not in text


def test_the_matrix_holds_every_client_once_by_series_and_year() -> None:
    (section,) = html_dossier.contents(made(R46)).sections
    cells = [cell for _, _, row in section.matrix.rows for year in row for cell in year]
    assert sorted(cell.id for cell in cells) == sorted(v.profile.id for v in section.states[0].verdicts)
    assert list(section.matrix.years) == ["to 2013", *map(str, range(2014, 2027)), "undated"]
    android = next(row for row in section.matrix.rows if row[0] == "Android")
    assert [cell.version for cell in android[2][0]] == ["2.3", "4.0", "4.1", "4.2", "4.3", "4.4"]
    windows = next(row for row in section.matrix.rows if row[0].startswith("Windows auto"))
    assert [cell.version for cell in windows[2][section.matrix.years.index("2016")]] == ["Sep"]


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


def test_a_package_holds_the_report_and_its_runbook_says_so() -> None:
    answer = made(R46)
    assert answer.planned is not None
    files = package(answer.planned)
    assert files["report.html"].decode() == render(answer)
    assert b"`report.html` shows it all" in files["RUNBOOK.md"]


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


def test_a_mesh_that_takes_too_long_to_draw_is_listed() -> None:
    pki = Pki("mesh")
    names = [f"CA {number}" for number in range(13)]
    mesh = [pki.ca(subject, issuer, not_before=at("2020-01-01")) for subject in names for issuer in names]
    answer = made(R46, selector="core")
    (section,) = html_dossier.contents(answer).sections
    leaf = pki.leaf("CA 0")
    scene = replace(answer.case.scene, graph=CertGraph([*mesh, leaf], {}))
    contents = replace(html_dossier.contents(answer), scene=scene, sections=(replace(section, leaf=leaf),))
    ((drawing, why),) = html_report._drawings(contents)
    assert not drawing
    assert why == "170 certificates are too many for a drawing in a page; 'chainlab graph' draws them"


def test_the_drawing_is_plain_shapes_without_colours_or_links() -> None:
    answer = made(R46)
    scene, target = answer.case.scene, answer.diagnosis.targets[0]
    svg = html_graph.drawing(picture(scene.graph, scene.server, [], answer.diagnosis.at, "", [
        target.leaf.certificate]), "x-")  # fmt: skip
    assert not re.search(r'<a\b|xlink|<title|fill="|stroke="|style="', svg)
    root = re.search(r'<svg[^>]* width="(\d+)" height="(\d+)"', svg)
    assert root is not None
    assert min(map(int, root.groups())) > 100


# --- what stands at the top: who fails, why, what to do first ----------------------------------------------------
def at_the_top(page: str) -> dict[str, str]:
    """The questions of the first answer's card with their short answers, and its headline."""
    card = page[page.index('<div class="verdict') :]
    card = card[: card.index('<h3 id="g0">')]
    headline, *columns = re.split("<h3>", card)
    found = {"": Tree(headline.replace('<div class="columns">', "").replace('<div class="column">', "")).text}
    for column in columns:
        title, _, rest = column.partition("</h3>")
        found[title] = " ".join(re.sub("<[^>]*>", " ", html.unescape(rest)).split())
    return found


def test_a_missing_intermediate_is_named_and_imported_first() -> None:
    top = at_the_top(render(made("r46/leaf-only.pem")))
    assert "120 of 120 clients will fail" in top[""]
    assert "Android: all 23" in top["Who fails"]
    assert top["Why"].startswith("The issuer 'Sectigo Public Server Authentication CA OV R36' is missing on the server")
    assert top["What to do first"].startswith("Import Sectigo Public Server Authentication CA OV R36 (signed by")
    assert "Then 88 of 120 clients accept, with 3 changes." in top["What to do first"]


def test_both_roots_the_old_clients_and_the_cross_sign_are_named() -> None:
    top = at_the_top(render(made(R46)))
    assert "92 of 120 clients will fail" in top[""]
    assert top["Who fails"].startswith("Android up to 14 (20 of 23)")
    assert "No path leads to a root that this client trusts (92 clients). At" in top["Why"]
    assert "its issuer 'Sectigo Public Server Authentication Root R46' is not trusted and not served" in top["Why"]
    assert "Import Sectigo Public Server Authentication Root R46 (signed by USERTrust" in top["What to do first"]


@pytest.fixture
def expired(tmp_path: Path) -> Expired:
    return Expired.in_(tmp_path)


@dataclass(frozen=True)
class Expired:
    """A cross-sign that has expired, on the server and on the wire, and clients with the old root or the new one."""

    stores: Path
    wire: Path
    clients: tuple[tuple[Profile, Path], ...]

    @classmethod
    def in_(cls, folder: Path) -> Expired:
        pki = Pki("expired cross-sign")
        old, new = pki.ca("Old Root", not_before=at("2000-05-30")), pki.ca("New Root", not_before=at("2010-02-01"))
        cross = pki.ca("New Root", "Old Root", not_before=at("2012-05-30"), not_after=at("2026-09-30"))
        issuer = pki.ca("Issuing CA", "New Root", not_before=at("2018-11-02"))
        leaf = pki.leaf("Issuing CA")
        stores, wire = folder / "stores.reg", folder / "wire.pem"
        held = [(LM_AUTHROOT, new), (LM_CA, cross), (LM_CA, issuer), (LM_MY, leaf)]
        stores.write_bytes(reg((store, certificate, {}) for store, certificate in held))
        wire.write_text(pem(leaf, issuer, cross))
        clients = []
        for name, family, roots in (
            ("old device", "openssl-1.0.1", (old,)),
            ("both", "openssl-1.0.1", (old, new)),
            ("new", "go", (new,)),
        ):
            file = folder / f"{name}.pem"
            file.write_text(pem(*roots))
            clients.append(parse_own_client(f"{name}={family}:{file}"))
        return cls(stores, wire, tuple(clients))

    def page(self, *, served: bool) -> str:
        inputs = () if served else ((self.stores, None),)
        request = Request(inputs, at("2026-11-20"), selector="none", own_clients=self.clients,
                          served=self.wire if served else None)  # fmt: skip
        return render(dossier(request))


def pem(*certificates: Certificate) -> str:
    return "".join(ssl.DER_cert_to_PEM_cert(certificate.der or b"") for certificate in certificates)


def test_an_expired_cross_sign_on_the_server_is_named_with_its_date(expired: Expired) -> None:
    top = at_the_top(expired.page(served=False))
    assert "1 of 3 clients will fail" in top[""]
    assert top["Who fails"].startswith("old device")
    assert "is present but Windows does not use it" in top["Why"]
    assert "in LocalMachine/CA expired on 2026-09-30" in top["Why"]
    assert top["What to do first"].startswith("No change on the server helps these clients: they need a newer trust")


def test_an_expired_cross_sign_on_the_wire_is_named_and_the_way_to_a_plan(expired: Expired) -> None:
    page = expired.page(served=True)
    top = at_the_top(page)
    assert "2 of 3 clients will fail" in top[""]
    assert "An intermediate CA certificate has expired (2 clients). At New Root (signed by Old Root" in top["Why"]
    assert "expired on 2026-09-30" in top["Why"]
    assert top["What to do first"].startswith("Make the server stop sending New Root (signed by Old Root")
    assert "For a plan, diagnose the certificate on its server" in top["What to do first"]
    known = data_of(Tree(page))["certificates"].values()
    assert {dict(entry["facts"])["Known from"] for entry in known} == {"given"}


def test_a_missing_intermediate_that_nobody_knows_has_to_come_from_the_ca(tmp_path: Path) -> None:
    pki = Pki("unknown issuer")
    (tmp_path / "root.pem").write_text(pem(pki.ca("Root")))
    stores = tmp_path / "stores.reg"
    leaf = pki.leaf("Issuing CA", ca_issuers="http://ca.example/issuing.cer")
    stores.write_bytes(reg([(LM_AUTHROOT, pki.ca("Root"), {}), (LM_MY, leaf, {})]))
    client = parse_own_client(f"scanner=openssl-3:{tmp_path / 'root.pem'}")
    request = Request(((stores, None),), at("2026-11-20"), selector="none", own_clients=(client,))
    top = at_the_top(render(dossier(request)))
    assert top["What to do first"].startswith(
        "Get the certificate of 'Issuing CA' from the CA (its certificate says where: http://ca.example/issuing.cer) "
        "and import it into LocalMachine/CA. Then diagnose again"
    )


def test_a_verdict_that_depends_on_the_chain_is_marked_and_counted_as_a_range(tmp_path: Path) -> None:
    pki = Pki("uncertain")
    root, old = pki.ca("R", not_before=at("2020-01-01")), pki.ca("Old", not_before=at("2010-01-01"))
    cross = pki.ca("R", "Old", not_before=at("2022-01-01"))
    stores = tmp_path / "stores.reg"
    held = [(LM_AUTHROOT, root), (LM_AUTHROOT, old), (LM_CA, cross), (LM_CA, pki.ca("I", "R")), (LM_MY, pki.leaf("I"))]
    stores.write_bytes(reg((store, certificate, {}) for store, certificate in held))
    clients = []
    for name, trusted in (("both", (root, old)), ("legacy", (old,)), ("neither", (pki.ca("Other"),))):
        (tmp_path / f"{name}.pem").write_text(pem(*trusted))
        clients.append(parse_own_client(f"{name}=openssl-1.1.1:{tmp_path / name}.pem"))
    request = Request(((stores, None),), at("2026-11-20"), selector="none", own_clients=tuple(clients))
    page = render(dossier(request))
    assert "1 to 2 of 3 clients will fail" in at_the_top(page)[""]
    labels = {a["data-client"]: a["aria-label"] for a in Tree(page).named("button") if "data-client" in a}
    assert labels == {
        "own-both": "both: accept", "own-legacy": "legacy: reject, depends on the chain",
        "own-neither": "neither: reject",
    }  # fmt: skip
    states = data_of(Tree(page))["sections"][0]["states"]
    assert states["now"]["uncertain"] == states["now-1"]["uncertain"] == ["own-legacy"]


def test_who_fails_tells_versions_from_the_oldest_on_and_counts_the_others() -> None:
    def verdict(name: str, date: str, *, good: bool) -> ClientVerdict:
        return replace(any_verdict, profile=replace(any_verdict.profile, name=name, date=date),
                       verdict=Verdict.ACCEPT if good else Verdict.REJECT)  # fmt: skip

    any_verdict = made(R46).diagnosis.targets[0].clients[0]
    verdicts = [verdict(f"Old {n}.0", "2010-01-01", good=n > 9) for n in range(8, 12)]
    verdicts += [verdict(f"Mixed {n}", "2010-01-01", good=n % 2 == 0) for n in range(4)]
    verdicts += [verdict("Alone", "2010-01-01", good=False), verdict("Fine 1", "2010-01-01", good=True)]
    verdicts += [verdict(f"All {n}", "2010-01-01", good=False) for n in range(3)]
    words, kinds, clients = who_fails(verdicts)
    assert words == ("All: all 3", "Mixed (2 of 4)", "Old up to 9.0 (2 of 4)", "Alone")
    assert (kinds, clients) == (0, 0)


def test_years_beyond_the_columns_are_one_column_and_every_client_stays() -> None:
    verdicts = made(R46).diagnosis.targets[0].clients
    table = matrix(verdicts)
    assert len(table.years) == MAX_YEARS
    assert sum(len(cells) for _, _, row in table.rows for cells in row) == len(verdicts)


# --- other questions on the same page ----------------------------------------------------------------------------
def changed(*phrases: str, inputs: str = "r46/with-cross-sign.pfx") -> Impact:
    request = Request(((FIXTURES / inputs, None),), at("2026-11-20"), twins=load_twins(FIXTURES / "lab.json"))
    return impact(request, phrases)


def test_an_impact_is_a_page_with_before_and_after() -> None:
    tree = Tree(render_impact(changed("untrust fb243876")))
    assert "60 clients gained, none lost: 28 of 120 accept now, 88 afterwards" in tree.text
    assert "Not on the wire yet" in tree.text
    (section,) = data_of(tree)["sections"]
    assert [state["stage"] for state in section["states"].values()] == ["now", "planned"]
    assert sum(1 for a in tree.named("input") if a["name"] == "stage") == 2
    assert not tree.open


def test_an_impact_that_loses_everything_says_so() -> None:
    top = at_the_top(render_impact(changed("delete 6b206e5a from LocalMachine/CA", "restart server")))
    assert "28 clients lost: 28 of 120 accept now, 0 afterwards" in top[""]
    assert "Make the server look again" not in top


def explained(client: str) -> Explained:
    request = Request(((FIXTURES / "r46/with-cross-sign.pfx", None),), at("2026-11-20"), selector=client,
                      twins=load_twins(FIXTURES / "lab.json"))  # fmt: skip
    return explain(request)


def test_an_explanation_is_a_page_with_every_candidate_and_why_it_lost() -> None:
    tree = Tree(render_explained(explained("android-7.0")))
    assert "2 candidate chains; the choice is firm" in tree.text
    assert "not by the documented rule" in tree.text
    assert "Android 7.0: it rejects: its issuer" in tree.text
    assert "path 1 tried" in tree.text
    assert list(tree.named("svg"))
    assert "Clients by family" not in tree.text


def test_a_fragment_is_the_whole_page_in_a_sandboxed_frame() -> None:
    page = render(made(R46, selector="core"))
    tree = Tree(fragment(page, 500))
    ((tag, attributes),) = tree.elements
    assert tag == "iframe"
    assert attributes["srcdoc"] == page
    assert (attributes["sandbox"], attributes["height"]) == ("allow-scripts", "500")
