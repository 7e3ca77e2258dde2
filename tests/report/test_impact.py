"""``impact`` as text and as JSON."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from chainlab.clients import load_profiles
from chainlab.impact import Impact, Seen, impact
from chainlab.lab.writers import reg
from chainlab.outbound import Reach
from chainlab.report.impact_json import render as render_json
from chainlab.report.impact_text import render
from chainlab.report.terminal import ASCII, TerminalPage
from chainlab.server import LM_AUTHROOT, LM_CA, LM_MY
from tests.machines import Machines, netsh, phrases
from tests.pki import Pki, at

SCHEMA = json.loads((Path(__file__).parents[2] / "chainlab/report/data/chainlab.impact-1.schema.json").read_text())


@pytest.fixture
def machines(fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machines:
    monkeypatch.chdir(fixtures.parent)
    return Machines(Path("fixtures"), tmp_path)


def text_of(answer: Impact, encoding: str = "utf-8", *, verbose: bool = False) -> str:
    buffer = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    render(answer, TerminalPage(buffer), verbose=verbose)
    buffer.seek(0)
    return buffer.read()


CASES = {
    "untrust": ("r46/with-cross-sign.pfx", (*phrases("r46")["untrust"],)),
    "delete": ("e46/server.reg", (*phrases("e46")["delete"], "restart iis")),
    "root-update": ("r46/server.reg", ("root-update off", "tidy")),
}


@pytest.mark.parametrize("name", CASES)
def test_impacts_are_the_golden_ones(machines: Machines, golden: Callable[[str, str], None], name: str) -> None:
    file, changes = CASES[name]
    golden(f"impact-{name}.txt", text_of(impact(machines.request(file), changes)))


@pytest.mark.parametrize("name", CASES)
def test_the_json_follows_its_schema(machines: Machines, name: str) -> None:
    file, changes = CASES[name]
    answer = impact(machines.request(file), changes)
    document = json.loads(render_json(answer))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    mentioned = {sha256 for target in document["targets"] for d in target["differences"] for sha256 in d["after"]}
    mentioned |= {hierarchy["certificate"] for hierarchy in document["outbound"]["lost"]}
    assert mentioned <= set(document["certificates"])
    known = {profile.id for profile in load_profiles()}
    assert {client for t in document["targets"] for d in t["differences"] for client in d["gained"]} <= known


def test_the_schema_knows_every_state_and_reach() -> None:
    states = SCHEMA["$defs"]["effect"]["properties"]["activation"]["properties"]["state"]["enum"]
    assert set(states) == {seen.value for seen in Seen}
    reach = SCHEMA["properties"]["outbound"]["properties"]["lost"]["items"]["properties"]["before"]["enum"]
    assert set(reach) == {member.name.lower().replace("_", "-") for member in Reach}


def test_a_renewal_and_other_certificates_follow_the_schema(machines: Machines, tmp_path: Path) -> None:
    request = machines.both()
    new = machines.leaf("e46").sha1
    answer = impact(request, [f"rebind 0.0.0.0:443 to {new}", *phrases("r46")["untrust"]])
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(render_json(answer)))
    assert "from then on shop.chainlab.example" in text_of(answer)


@pytest.mark.parametrize("change", ["restart iis", "rebind"])
def test_text_and_json_agree_that_a_restart_or_rebind_does_something(machines: Machines, change: str) -> None:
    answer = impact(machines.request("r46/server.reg", selector="none"), [change, "root-update off", "root-update off"])
    assert [step["applicable"] for step in json.loads(render_json(answer))["changes"]] == [True, True, False]
    assert text_of(answer).count("changes nothing here") == 1


def test_verbose_shows_commands_and_who_is_concerned(machines: Machines) -> None:
    file, changes = CASES["delete"]
    text = text_of(impact(machines.request(file), changes), verbose=True)
    assert "Remove-Item -Path 'Cert:\\LocalMachine\\Root\\" in text
    assert "certutil -delstore AuthRoot" in text
    assert text.count("stop accepting (") == 1


def test_text_is_ascii_where_the_output_is_and_never_too_wide(machines: Machines) -> None:
    file, changes = CASES["untrust"]
    text = text_of(impact(machines.request(file), changes), "ascii")
    assert text.isascii()
    assert ASCII.good in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_contested_outcome_shows_both_ways(machines: Machines, tmp_path: Path) -> None:
    pki = Pki("contested")
    root, old = pki.ca("R", not_before=at("2020-01-01")), pki.ca("Old", not_before=at("2010-01-01"))
    cross = pki.ca("R", "Old", not_before=at("2022-01-01"))
    file = tmp_path / "stores.reg"
    held = [(LM_AUTHROOT, root), (LM_AUTHROOT, old), (LM_CA, pki.ca("I", "R")), (LM_MY, pki.leaf("I"))]
    file.write_bytes(reg((store, certificate, {}) for store, certificate in held))
    new = tmp_path / "cross.cer"
    assert cross.der is not None
    new.write_bytes(cross.der)
    answer = impact(machines.request(file, selector="none"), [f"import {new}"])
    text = text_of(answer)
    assert "if Windows prefers the shorter chain (documented):" in text
    assert "if Windows prefers the newer issuer (reported):" in text
    assert "contested: documentation and field reports disagree" in text
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(render_json(answer)))


def test_endpoints_with_equal_effects_are_shown_once(machines: Machines, tmp_path: Path) -> None:
    bindings = tmp_path / "many.txt"
    sha1 = machines.leaf("r46").sha1
    bindings.write_text(netsh(*((f"10.0.0.{number}:443", sha1) for number in range(1, 21))))
    answer = impact(machines.request("r46/server.reg", bindings), phrases("r46")["untrust"])
    text = text_of(answer)
    assert text.count("clients gained") == 1
    assert "and 14 more" in " ".join(text.split())
