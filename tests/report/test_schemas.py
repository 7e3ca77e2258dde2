"""The JSON Schemas that ship: every command's JSON has one, and each says what its parts are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tools.build_docs import json_page, schemas


def load(file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("file", schemas(), ids=lambda file: file.name)
def test_each_schema_is_one_and_says_what_its_parts_are(file: Path) -> None:
    schema = load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["description"].endswith((".", "otherwise."))
    for form in schema.get("oneOf", [schema]):
        assert form["properties"]["schema"]["const"] == schema["title"]
        assert "schema" in form["required"]
        assert all(part.get("description") for part in form["properties"].values())


def test_every_format_that_code_writes_has_a_schema_and_a_section() -> None:
    folder = Path(__file__).parents[2] / "chainlab"
    texts = (file.read_text(encoding="utf-8") for file in folder.rglob("*.py"))
    written = {name for text in texts for name in re.findall(r'"(chainlab[.-][a-z]+/\d+)"', text)}
    titles = {load(file)["title"] for file in schemas()}
    assert written - titles == {"chainlab-lab/1", "chainlab-scenario/1"}  # the laboratory's own files, no answers
    assert {line.removeprefix("## ") for line in json_page().splitlines() if line.startswith("## ")} == titles
