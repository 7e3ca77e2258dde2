"""The JSON contract."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from chainlab.catalog.twins import load_twins
from chainlab.diagnosis import diagnose
from chainlab.paths.reasons import Reason
from chainlab.report.json_report import render
from chainlab.report.terminal import TerminalPage
from chainlab.report.text import render as render_text
from chainlab.request import Request
from chainlab.windows.selection import LostBecause
from tests.pki import at

SCHEMAS = Path(__file__).parents[2] / "chainlab/report/data"
SCHEMA = json.loads((SCHEMAS / "chainlab.diagnosis-1.schema.json").read_text())


def answer(fixtures: Path, name: str, **fields: object):
    twins = load_twins(fixtures / "lab.json")
    request = Request(((fixtures / name, None),), at("2026-11-20"), twins=twins, **fields)  # type: ignore[arg-type]
    return json.loads(render(diagnose(request)))


@pytest.mark.parametrize("name", ["r46/leaf-and-issuer.pfx", "r46/with-cross-sign.pfx", "r46/leaf-only.pem",
                                  "e46/server.reg"])  # fmt: skip
def test_answers_follow_the_schema(fixtures: Path, name: str) -> None:
    document = answer(fixtures, name)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


def test_an_observed_answer_follows_the_schema(fixtures: Path) -> None:
    twins = load_twins(fixtures / "lab.json")
    request = Request((), at("2026-11-20"), served=fixtures / "r46/served-cross.pem", twins=twins)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(render(diagnose(request))))


@pytest.mark.parametrize(("name", "sent"), [("cross", True), ("short", False)])
def test_a_root_seen_on_the_wire_above_the_leaf_is_said_to_be_sent(
    fixtures: Path, tmp_path: Path, name: str, sent: bool
) -> None:
    """USERTrust is above the leaf where the cross-sign by it is sent too, else it is a stranger."""
    twins = load_twins(fixtures / "lab.json")
    file = tmp_path / "served.pem"
    sources = (f"r46/served-{name}.pem", "r46/roots-old-device.pem")
    file.write_text("".join((fixtures / source).read_text() for source in sources))
    diagnosis = diagnose(Request((), at("2026-11-20"), served=file, twins=twins))
    served = json.loads(render(diagnosis))["targets"][0]["served"]
    assert served["root_sent"] is sent
    assert served["root"] == (served["chain"][3] if sent else None)
    text = io.StringIO()
    render_text(diagnosis, TerminalPage(text))
    assert "root, not sent" not in text.getvalue()


def test_the_schemas_closed_lists_are_the_codes(fixtures: Path) -> None:
    client = SCHEMA["$defs"]["client"]["properties"]["reason"]["enum"]
    lost = SCHEMA["$defs"]["served"]["properties"]["alternatives"]["items"]["properties"]["lost_because"]["enum"]
    assert set(client) == {reason.code for reason in Reason} | {None}
    assert set(lost) == {reason.code for reason in LostBecause}


def test_every_schema_that_lists_reasons_lists_all_of_them() -> None:
    codes = {reason.code for reason in Reason}
    for path in sorted(SCHEMAS.glob("*.schema.json")):
        for listed in reason_lists(json.loads(path.read_text())):
            assert listed == codes, f"{path.name}: {sorted(listed ^ codes)}"


def reason_lists(node: object) -> Iterator[set[str]]:
    """Every closed list below a schema node that names a reason."""
    if isinstance(node, dict):
        if Reason.NO_ANCHOR.code in node.get("enum", ()):
            yield set(node["enum"]) - {None}
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from reason_lists(child)


def test_every_hash_that_is_mentioned_is_described(fixtures: Path) -> None:
    document = answer(fixtures, "r46/with-cross-sign.pfx")
    target = document["targets"][0]
    mentioned = {*target["served"]["chain"], target["served"]["root"], *target["plan"]["served_after"]}
    mentioned |= {sha256 for client in target["clients"] for sha256 in client["path"]}
    mentioned |= {sha256 for alternative in target["served"]["alternatives"] for sha256 in alternative["path"]}
    assert mentioned <= set(document["certificates"])


def test_known_by_says_where_each_certificate_is_known_from(fixtures: Path) -> None:
    document = answer(fixtures, "r46/leaf-and-issuer.pfx")
    known = {facts["subject"].split(",")[0]: facts["known_by"] for facts in document["certificates"].values()}
    assert known["CN=www.chainlab.example"] == ["pfx"]
    assert known["CN=Sectigo Public Server Authentication CA OV R36"] == ["pfx", "catalog"]


def test_equal_requests_give_equal_bytes(fixtures: Path) -> None:
    assert answer(fixtures, "r46/server.reg") == answer(fixtures, "r46/server.reg")
