"""Planning as a use case: what is counted once, and what is told apart."""

import io
from pathlib import Path

import pytest

from chainlab.dossier import dossier_of
from chainlab.plan import Objective
from chainlab.planning import Planned, plan
from chainlab.report import html_report, plan_text
from chainlab.report.markdown_page import MarkdownPage
from chainlab.report.plan_words import counted, sites_apart
from chainlab.report.terminal import TerminalPage
from tests.machines import Machines, netsh

SNI = """
    Hostname:port                : {}:443
    Certificate Hash             : {}
    Application ID               : {{4dc3e181-e14b-4a21-b022-59fc669b0914}}
    Certificate Store Name       : My
"""


@pytest.fixture
def machines(tmp_path: Path, fixtures: Path) -> Machines:
    return Machines(fixtures, tmp_path)


def bound(machines: Machines, *hosts: str, **fields: object) -> Planned:
    """One certificate at two addresses, and under each of the hosts."""
    sha1 = machines.leaf("r46").sha1
    file = machines.folder / "netsh.txt"
    addresses = netsh(("0.0.0.0:443", sha1), ("0.0.0.0:8443", sha1))
    file.write_text(addresses + "".join(SNI.format(host, sha1) for host in hosts), encoding="utf-8")
    return plan(machines.request("r46/server.reg", file, **fields))  # type: ignore[arg-type]


def text_of(planned: Planned) -> str:
    buffer = io.StringIO()
    plan_text.render(planned, TerminalPage(buffer, color=False))
    return buffer.getvalue()


def markdown_of(planned: Planned) -> str:
    page = MarkdownPage()
    plan_text.render(planned, page)
    return page.text


def page_of(planned: Planned) -> str:
    return html_report.render(dossier_of(planned))


def test_a_certificate_on_several_bindings_counts_its_clients_once(machines: Machines) -> None:
    alone, several = plan(machines.request("r46/server.reg")), bound(machines, "www.chainlab.example")
    assert len(several.sites) == 2
    assert sum(len(site.bindings) for site in several.sites) == 3
    assert alone.chosen is not None
    assert several.chosen is not None
    assert counted(several, several.chosen) == counted(alone, alone.chosen) == "88 of 120 clients accept"
    assert counted(several, several.plan.baseline) == counted(alone, alone.plan.baseline)
    for render in (text_of, markdown_of, page_of):
        assert "240 clients" not in render(several)
    assert text_of(several).count("What could be sent for") == 1


def test_weights_are_counted_once_too(machines: Machines) -> None:
    objective = Objective({"android-9": 7, "android-17": 3}, "requests")
    several = bound(machines, "www.chainlab.example", objective=objective)
    assert several.chosen is not None
    assert counted(several, several.chosen).startswith("10 of 10 requests are accepted")


def test_a_host_that_the_certificate_does_not_name_is_a_site_of_its_own(machines: Machines) -> None:
    several = bound(machines, "elsewhere.test")
    assert several.chosen is not None
    assert counted(several, several.chosen) == "88 of 240 clients accept"
    assert [name.partition("(")[2].partition(", ")[2] for _, name in sites_apart(several)] == [
        "as any name)", "as elsewhere.test)",
    ]  # fmt: skip
