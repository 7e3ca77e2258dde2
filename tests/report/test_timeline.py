"""``timeline`` as text and as JSON."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from chainlab.report.terminal import TerminalPage
from chainlab.report.timeline_json import render as render_json
from chainlab.report.timeline_text import render
from chainlab.timeline import Timelines, Turn, timeline
from tests.machines import Machines, netsh

SCHEMA = json.loads((Path(__file__).parents[2] / "chainlab/report/data/chainlab.timeline-1.schema.json").read_text())


@pytest.fixture
def machines(fixtures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machines:
    monkeypatch.chdir(fixtures.parent)
    return Machines(Path("fixtures"), tmp_path)


def text_of(answer: Timelines, encoding: str = "utf-8", *, verbose: bool = False) -> str:
    buffer = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    render(answer, TerminalPage(buffer), verbose=verbose)
    buffer.seek(0)
    return buffer.read()


def test_the_timeline_of_a_served_chain_is_the_golden_one(
    machines: Machines, golden: Callable[[str, str], None]
) -> None:
    request = machines.request(served=Path("fixtures/r46/served-aaa.pem"))
    golden("timeline-served-aaa.txt", text_of(timeline(request)))


@pytest.mark.parametrize("name", ["r46/with-cross-sign.pfx", "e46/server.reg"])
def test_the_json_follows_its_schema(machines: Machines, name: str) -> None:
    document = json.loads(render_json(timeline(machines.request(name))))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    (target,) = document["targets"]
    assert [event["at"][:10] for event in target["events"]] == ["2027-09-30", "2036-03-22"]
    assert [event["assumes_renewal"] for event in target["events"]] == [False, True]
    assert {cause["event"] for event in target["events"] for cause in event["causes"]} == {"expires"}
    lost = target["events"][0]["differences"][0]["lost"]
    assert {client["reason"] for client in lost} == {"expired-leaf"}


def test_the_schema_knows_every_cause() -> None:
    events = SCHEMA["properties"]["targets"]["items"]["properties"]["events"]["items"]
    causes = events["properties"]["causes"]["items"]["properties"]["event"]["enum"]
    assert set(causes) == {turn.name.lower().replace("_", "-") for turn in Turn}


def test_text_is_ascii_where_the_output_is_and_never_too_wide(machines: Machines) -> None:
    text = text_of(timeline(machines.request("r46/with-cross-sign.pfx")), "ascii", verbose=True)
    assert text.isascii()
    assert "expired-leaf" not in text
    assert "[measured]" in text
    assert max(map(len, text.splitlines())) <= 100


def test_endpoints_of_one_certificate_are_shown_once(machines: Machines, tmp_path: Path) -> None:
    bindings = tmp_path / "many.txt"
    sha1 = machines.leaf("r46").sha1
    bindings.write_text(netsh(*((f"10.0.0.{number}:443", sha1) for number in range(1, 21))))
    answer = timeline(machines.request("r46/server.reg", bindings))
    assert len(answer.targets) == 20
    text = text_of(answer)
    assert text.count("2027-09-30") == 2
    assert "and 14 more" in " ".join(text.split())
