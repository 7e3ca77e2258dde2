"""``chainlab clients`` as users run it, and its JSON against the schema that ships."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SCHEMA = Path(__file__).parents[2] / "chainlab/report/data/chainlab.clients-1.schema.json"
R46 = "7bb647a62aeeac88bf257aa522d01ffea395e0ab45c73f93f65654ec38f25a06"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chainlab", "clients", *arguments], capture_output=True, text=True, encoding="utf-8"
    )


def document(*arguments: str) -> Any:
    result = run(*arguments, "--format", "json")
    assert result.returncode == 0, result.stderr
    made = json.loads(result.stdout)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(made)
    return made


def test_the_list_has_families_years_and_how_far_they_are_checked() -> None:
    clients = document("list")["clients"]
    assert len(clients) == 120
    by_id = {client["id"]: client for client in clients}
    assert by_id["android-7.0"]["verifier"] == "android-7"
    assert by_id["android-7.0"]["agreement"]["cells"] >= 57
    assert by_id["apple-ios17"]["agreement"] is None
    assert by_id["apple-ios17"]["verifier_basis"] == "literature"
    text = run("list", "--clients", "node-*").stdout
    assert "node-16.20.2" in text
    assert "2023" in text


def test_a_client_tells_store_verifier_sources_grade_agreement_and_limits() -> None:
    client = document("show", "java-7u79")["client"]
    assert client["grade"] == "A"
    assert len(client["root_list"]) == client["roots"]
    assert client["verifier_note"] == "taken to be like Java 8, the nearest release known"
    assert any("RSA-PSS" in limit for limit in client["limits"])
    text = " ".join(run("show", "java-7u79").stdout.split())  # lines are as wide as the terminal
    assert "taken to be like Java 8" in text
    assert "answers equal" in " ".join(run("show", "java-8u402-openjdk").stdout.split())


def test_what_android_15_gained_over_14_is_named() -> None:
    answer = document("diff", "android-14", "android-15")
    assert R46 in {root["sha256"] for root in answer["gained"]}
    assert {root["name"] for root in answer["lost"]} >= {"SECOM Trust.net"}
    opposite = document("diff", "android-15", "android-14")
    assert (opposite["gained"], opposite["lost"]) == (answer["lost"], answer["gained"])
    assert "12 gained, 2 lost" in run("diff", "android-14", "android-15").stdout


def test_who_trusts_a_root_and_since_when() -> None:
    (root,) = document("trusts", R46[:12])["roots"]
    since = {platform["platform"]: platform["first"] for platform in root["platforms"]}
    assert since["Mozilla NSS (Firefox)"]["id"] == "nss-3.101"
    assert "android-15" in root["trusted_by"]
    assert "android-14" in root["not_trusted_by"]
    (aaa,) = document("trusts", "AAA Certificate Services")["roots"]
    assert {p["platform"] for p in aaa["platforms"] if p["gone"]} >= {"Android", "Mozilla NSS (Firefox)"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "android-7.1"), "did you mean android-7.1.1"),
        (("show", "\x1b[31m"), "no client is called '\\x1b[31m'"),
        (("diff", "android-14", "nope"), "no client is called 'nope'"),
        (("trusts", "no such root"), "no known root matches"),
        (("list", "--clients", "nope"), "no client matches 'nope'"),
    ],
)
def test_what_does_not_exist_is_wrong_usage_with_a_hint(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert said in result.stderr
    assert not result.stdout


def test_the_core_selection_spans_families_and_years_without_near_duplicates() -> None:
    clients = document("list", "--clients", "core")["clients"]
    assert 55 <= len(clients) <= 70
    assert all(client["default"] for client in clients)
    assert len({client["verifier"].partition("-")[0] for client in clients}) >= 12
    assert {client["date"][:4] for client in clients if client["date"]} >= {
        "2010",
        "2013",
        "2016",
        "2019",
        "2023",
        "2026",
    }
