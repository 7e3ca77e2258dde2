"""``explain`` as text and as JSON."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from chainlab.catalog.twins import load_twins
from chainlab.explanation import explain
from chainlab.report.explain_json import render as render_json
from chainlab.report.explain_text import render
from chainlab.report.terminal import TerminalPage
from chainlab.request import Request
from tests.pki import at

SCHEMA = json.loads((Path(__file__).parents[2] / "chainlab/report/data/chainlab.explanation-1.schema.json").read_text())


@pytest.fixture
def explained(fixtures: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(fixtures.parent)
    twins = load_twins(Path("fixtures/lab.json"))

    def run(name: str, selector: str = "none"):
        request = Request(((Path("fixtures") / name, None),), at("2026-11-20"), selector, twins=twins, with_plan=False)
        return explain(request)

    return run


def text_of(answer, encoding: str = "utf-8") -> str:
    buffer = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    render(answer, TerminalPage(buffer))
    buffer.seek(0)
    return buffer.read()


@pytest.mark.parametrize("name", ["r46/with-cross-sign.pfx", "r46/leaf-only.pem"])
def test_explanations_are_the_golden_ones(explained, golden: Callable[[str, str], None], name: str) -> None:
    golden(f"explain-{name.replace('/', '-')}.txt", text_of(explained(name)))


def test_a_clients_explanation_is_the_golden_one(explained, golden: Callable[[str, str], None]) -> None:
    golden("explain-client.txt", text_of(explained("r46/leaf-and-issuer.pfx", "android-4.4-aosp")))


def test_trees_are_ascii_where_the_output_is_and_never_too_wide(explained) -> None:
    text = text_of(explained("r46/with-cross-sign.pfx"), "ascii")
    assert text.isascii()
    assert "|- " in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("name", ["r46/with-cross-sign.pfx", "r46/leaf-only.pem", "e46/server.reg"])
def test_the_json_follows_its_schema(explained, name: str) -> None:
    document = json.loads(render_json(explained(name, "android-1*,java")))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    chosen = [candidate for candidate in document["windows"][0]["candidates"] if candidate["chosen_by"]]
    assert {policy for candidate in chosen for policy in candidate["chosen_by"]} == {"kb", "newest"}
