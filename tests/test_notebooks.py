"""The notebooks are what their sources give when a clean kernel runs them; a wrong answer in one fails here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.build_notebooks import FOLDER, ROOT, cells_of

pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
pytest.importorskip("pygraphviz")

NAMES = sorted(source.stem for source in FOLDER.glob("*.py"))
MAX_BYTES = 100_000
"""Of one notebook with its outputs: it is read on a page, and in a diff."""


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_clean_kernel_gives_what_the_notebook_shows(name: str) -> None:
    if "fleet" in name:
        pytest.importorskip("duckdb")
        pytest.importorskip("pyarrow")
    command = [sys.executable, "-m", "tools.build_notebooks", "--check", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_teaches_and_checks_its_answers(name: str) -> None:
    cells = cells_of((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    text = "\n".join(content for kind, content in cells if kind == "markdown")
    code = "\n".join(content for kind, content in cells if kind == "code")
    assert cells[0][1].startswith("# ")
    assert text.count("**Exercise") >= 3
    assert text.count("<details>") >= 3
    assert code.count("\nassert ") >= 3


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_small_and_free_of_errors_and_places(name: str) -> None:
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    book = json.loads(text)
    assert len(text.encode()) < MAX_BYTES
    outputs = [output for cell in book["cells"] for output in cell.get("outputs", ())]
    assert outputs
    assert {output["output_type"] for output in outputs} <= {"execute_result", "display_data", "stream"}
    assert "/tmp/" not in text
    assert str(Path.home()) + "/" not in text


def test_every_source_has_its_notebook() -> None:
    assert sorted(book.stem for book in FOLDER.glob("*.ipynb")) == NAMES
    assert len(NAMES) >= 5
