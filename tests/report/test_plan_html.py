"""The plan's HTML report."""

from __future__ import annotations

import re
import ssl
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chainlab.catalog.twins import load_twins
from chainlab.clients import parse_own_client
from chainlab.diagnosis import Request
from chainlab.lab.writers import reg
from chainlab.planning import Planned, plan
from chainlab.report import graph_as_svg, plan_html
from chainlab.report.plan_package import package
from chainlab.server import LM_AUTHROOT, LM_CA, LM_MY
from tests.pki import Pki, at

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Checker(HTMLParser):
    """Tags in balance, and everything that could load or run something."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.loads: list[tuple[str, str]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append(tag)
        wanted = ("src", "href", "xlink:href", "action")
        self.loads += [(tag, name) for name, _ in attrs if name in wanted or name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        self.text.append(data)


def checked(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


@pytest.fixture(scope="module")
def planned(fixtures: Path) -> Planned:
    twins = load_twins(fixtures / "lab.json")
    return plan(Request(((fixtures / "r46/leaf-and-issuer.pfx", None),), at("2026-11-20"), twins=twins))


def test_the_page_is_well_formed_and_loads_and_runs_nothing(planned: Planned) -> None:
    page = plan_html.render(planned)
    found = checked(page)
    assert "script" not in found.tags
    assert found.loads == []
    assert "default-src 'none'" in page
    assert "svg" in found.tags


def test_it_begins_with_the_verdict_and_has_every_client(planned: Planned) -> None:
    page = plan_html.render(planned)
    text = " ".join("".join(checked(page).text).split())
    assert text.index("With 2 changes 88 of 120 clients accept (now 28)") < text.index("What to do")
    assert page.count("<tr><td>") == 120
    assert len(re.findall('<td class="accepts">accepts</td>', page)) == 28 + 88


def test_a_missing_drawing_extra_is_said(planned: Planned, monkeypatch: pytest.MonkeyPatch) -> None:
    from chainlab.errors import UsageError

    def missing(_picture) -> bytes:
        raise UsageError("drawing needs the extra 'graph'")

    monkeypatch.setattr(graph_as_svg, "render", missing)
    assert "drawing needs the extra" in "".join(checked(plan_html.render(planned)).text)


def test_the_package_holds_the_report(planned: Planned) -> None:
    assert checked(package(planned)["report.html"].decode())


def test_a_client_whose_verdict_depends_on_the_chain_is_uncertain_and_says_why(tmp_path: Path) -> None:
    pki = Pki("uncertain")
    root, old = pki.ca("R", not_before=at("2020-01-01")), pki.ca("Old", not_before=at("2010-01-01"))
    cross = pki.ca("R", "Old", not_before=at("2022-01-01"))
    stores = tmp_path / "stores.reg"
    held = [(LM_AUTHROOT, root), (LM_AUTHROOT, old), (LM_CA, cross), (LM_CA, pki.ca("I", "R")), (LM_MY, pki.leaf("I"))]
    stores.write_bytes(reg((store, certificate, {}) for store, certificate in held))
    clients = []
    for name, trusted in (("both", (root, old)), ("legacy", (old,)), ("neither", (pki.ca("Other"),))):
        roots = tmp_path / f"{name}.pem"
        roots.write_text("".join(ssl.DER_cert_to_PEM_cert(known.der or b"") for known in trusted))
        clients.append(parse_own_client(f"{name}=openssl-1.1.1:{roots}"))
    planned = plan(Request(((stores, None),), at("2026-11-20"), selector="none", own_clients=tuple(clients)))
    baseline = planned.plan.baseline.outcomes[0].after
    answers = {verdict.profile.name: plan_html._answer(baseline, verdict.profile.id) for verdict in baseline.verdicts}
    assert answers == {"both": "accepts", "legacy": "uncertain", "neither": "rejects"}
    assert "issuer" in baseline.obstacle(next(v.profile.id for v in baseline.verdicts if v.profile.name == "legacy"))
    assert '<td class="uncertain">uncertain</td>' in plan_html.render(planned)
