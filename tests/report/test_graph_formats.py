"""The graph in every format."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import networkx as nx
import pytest

from chainlab.catalog.twins import load_twins
from chainlab.certificate import Certificate
from chainlab.diagnosis import diagnose
from chainlab.errors import UsageError
from chainlab.graph import CertGraph
from chainlab.report.graph_model import Picture, picture, renderer_for
from chainlab.request import Request
from chainlab.server import LM_CA, LM_ROOT, Server, StoreEntry
from tests.pki import NOW, Pki, at

SUFFIXES = (".dot", ".svg", ".html", ".json", ".graphml", ".mmd")
HOSTILE = "</svg><script>alert(1)</script>\"'\\N`]|{}\x1b[2J\u202e&lt;"


@pytest.fixture(scope="module")
def r46(fixtures: Path) -> Picture:
    twins = load_twins(fixtures / "lab.json")
    inputs = ((fixtures / "r46/with-cross-sign.pfx", None),)
    diagnosis = diagnose(Request(inputs, at("2026-11-20"), selector="none", twins=twins, with_plan=False))
    target, scene = diagnosis.targets[0], diagnosis.scene
    return picture(scene.graph, scene.server, [target.served.chain], NOW, "R46", [target.leaf.certificate])


@pytest.fixture
def hostile(pki: Pki) -> Picture:
    from chainlab.certificate import Name

    certificates: list[Certificate] = []
    for made in (pki.leaf("I"), pki.ca("I", "R"), pki.ca("R")):
        from dataclasses import replace

        certificates.append(replace(made, subject=Name(f"CN={HOSTILE}", made.subject.der)))
    return picture(CertGraph(certificates), Server(), [], NOW, HOSTILE, certificates)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_renders(r46: Picture, suffix: str) -> None:
    assert renderer_for(suffix).render(r46)
    assert renderer_for(suffix.upper()).render(r46)


def test_unknown_suffixes_name_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"\.dot, \.graphml, \.html, \.json, \.mmd, \.svg"):
        renderer_for(".png")


def test_roles_stores_served_path_and_expiry_are_told_apart(r46: Picture) -> None:
    edges = {edge.certificate.label.rsplit(",", 1)[0]: edge for edge in r46.edges}
    cross = edges["Sectigo Public Server Authentication Root R46 (signed by USERTrust RSA Certification Authority"]
    root = edges["Sectigo Public Server Authentication Root R46 (self-signed"]
    assert (cross.store, cross.served, cross.catalogued_only) == ("CA", False, False)
    assert (root.store, root.source) == ("Root", root.target)
    assert cross.target == root.target
    assert edges["AddTrust External CA Root (self-signed"].expired
    assert edges["AAA Certificate Services (self-signed"].catalogued_only
    assert sum(edge.served for edge in r46.edges) == 2
    assert {node.role for node in r46.nodes} == {"leaf", "ca", "root"}


def test_dot_draws_the_conventions(r46: Picture) -> None:
    text = str(renderer_for(".dot").render(r46))
    assert "penwidth=3" in text
    assert "style=dashed" in text
    assert "expired 2020-05-30" in text
    assert "shape=box, peripheries=2" in text


def test_svg_is_well_formed_and_shows_hostile_names_as_text(hostile: Picture) -> None:
    drawn = renderer_for(".svg").render(hostile)
    tree = ET.fromstring(drawn)
    assert not [element for element in tree.iter() if element.tag.endswith("script")]
    assert "\\x1b[2J" in "".join(tree.itertext())


def test_html_runs_nothing_and_loads_nothing(hostile: Picture) -> None:
    page = str(renderer_for(".html").render(hostile))
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<img|<link|src=|http-equiv=.refresh", page, re.IGNORECASE)


def test_json_graphml_and_mermaid_keep_hostile_names_inside(hostile: Picture) -> None:
    assert hostile.nodes[0].name in [
        node["name"] for node in json.loads(renderer_for(".json").render(hostile))["nodes"]
    ]
    assert nx.parse_graphml(
        str(renderer_for(".graphml").render(hostile)), force_multigraph=True
    ).number_of_nodes() == len(hostile.nodes)
    mermaid = str(renderer_for(".mmd").render(hostile))
    assert "<script>" not in mermaid
    assert len(mermaid.splitlines()) == 1 + len(hostile.nodes) + len(hostile.edges)


def test_dangling_issuers_and_disallowed_certificates_are_shown(pki: Pki) -> None:
    leaf, issuing = pki.leaf("I"), pki.ca("I", "R")
    server = Server(entries=(StoreEntry(issuing, LM_CA),))
    drawn = picture(CertGraph([leaf, issuing]), server, [], NOW, "t", [leaf])
    assert [node.name for node in drawn.nodes if node.dangling] == ["R"]
    assert {edge.store for edge in drawn.edges} == {"catalog", "CA"}
    assert LM_ROOT.logical == "Root"


def test_the_picture_does_not_depend_on_input_order(pki: Pki) -> None:
    made = [pki.leaf("I"), pki.ca("I", "R"), pki.ca("R"), pki.ca("R", "U")]
    one, two = (picture(CertGraph(order), Server(), [], NOW, "t", [made[0]]) for order in (made, made[::-1]))
    assert one == two


def test_json_follows_the_schema(r46: Picture) -> None:
    file = Path(__file__).parents[2] / "chainlab/report/data/chainlab.graph-1.schema.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(renderer_for(".json").render(r46)))
