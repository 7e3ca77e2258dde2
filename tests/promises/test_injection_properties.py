"""No name that can be composed changes anything but text in any view, by parsers of each format."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from hypothesis import Phase, example, given, settings

from tests.promises.composed import names
from tests.promises.hostile import HARMLESS, evidence, harmless_for
from tests.promises.rendered import rendered
from tests.promises.shapes import Outputs, Shape, differences, shapes_of

pytest.importorskip("pygraphviz")
pytest.importorskip("tree_sitter_powershell")
pytest.importorskip("duckdb")

EXAMPLES: Final = 400 if os.environ.get("CHAINLAB_THOROUGH") == "1" else 15


def views(text: str) -> Outputs:
    """Every view of evidence with this name everywhere."""
    with tempfile.TemporaryDirectory() as folder:
        (inputs := Path(folder, "inputs")).mkdir()
        source = evidence(inputs, text)
        (inputs / "roots.pem").rename(Path(folder, "roots.pem"))
        return rendered(Path(folder), source)


@cache
def harmless(word: str) -> dict[str, Shape]:
    """What parsers make of the views for a name that is a plain word."""
    return shapes_of(views(word))


def test_the_views_are_of_every_format() -> None:
    formats = {name.rpartition(".")[2] for name in harmless(HARMLESS[0])}
    assert formats >= {"csv", "dot", "graphml", "html", "json", "junit", "markdown", "md", "mmd", "ps1", "sh", "svg"}
    assert all(shape for name, shape in harmless(HARMLESS[0]).items() if not name.endswith(".text"))


@pytest.mark.slow
@settings(max_examples=EXAMPLES, phases=(Phase.explicit, Phase.generate))  # a second each: shrinking takes too long
@given(name=names())
@example(name="\x9b31m\u202e\U0001d173\U000110bd")  # JSON for programs, and how an answer shows itself to Python
def test_no_composed_name_changes_any_view_but_its_text(name: str) -> None:
    assert differences(views(name), harmless(harmless_for(name))) == {}
