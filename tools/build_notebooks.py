"""Notebooks from their readable sources, executed: ``python -m tools.build_notebooks [--check] [NAME …]``.

``notebooks/NAME.py`` is the source in the percent format that editors know: ``# %%`` begins a cell of code,
``# %% [markdown]`` one of text in comments. Each is executed by a fresh kernel in an empty folder, with chainlab from
this checkout. With ``--check`` nothing is written; the exit status is 1 if a notebook is not what its source gives.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "notebooks"
TIMEOUT: Final = 300
"""Seconds for one cell; the longest takes some five on an idle machine."""

_DRAWN: Final = "image/svg+xml"
_SHOWN: Final = (_DRAWN, "text/html", "text/markdown", "text/plain")
"""What an output may be kept as, best first; one of them is kept."""


def sources(names: list[str]) -> list[Path]:
    """The sources of these notebooks, or of all."""
    return [FOLDER / f"{name}.py" for name in names] if names else sorted(FOLDER.glob("*.py"))


def cells_of(text: str) -> list[tuple[str, str]]:
    """Kind (``markdown`` or ``code``) and content of each cell; what stands before the first is a remark."""
    parts = re.split(r"^# %%(.*)\n", text, flags=re.MULTILINE)[1:]
    return [
        ("markdown", re.sub(r"^# ?", "", body, flags=re.MULTILINE).strip())
        if "[markdown]" in head
        else ("code", body.strip())
        for head, body in zip(parts[::2], parts[1::2], strict=True)
    ]


def notebook_of(source: Path) -> Any:
    """The notebook without outputs."""
    import nbformat

    v4: Any = nbformat.v4  # its functions carry no types
    book = v4.new_notebook()
    for number, (kind, content) in enumerate(cells_of(source.read_text(encoding="utf-8")), start=1):
        make = v4.new_markdown_cell if kind == "markdown" else v4.new_code_cell
        book.cells.append(make(content, id=f"cell-{number}"))
    book.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return book


def execute(book: Any) -> None:
    """Run every cell in a fresh kernel in an empty folder; ``CellExecutionError`` of the first that fails."""
    from nbclient import NotebookClient

    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            book, timeout=TIMEOUT, kernel_name="python3", resources={"metadata": {"path": folder}}, record_timing=False
        )
        client.execute(env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0", "CHAINLAB_CATALOG": folder})
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs = _kept(cell.outputs)
    book.metadata.pop("language_info", None)


def _kept(outputs: list[Any]) -> list[Any]:
    """Outputs without remarks of libraries (standard error), printed text in one piece however it arrived."""
    kept: list[Any] = []
    for output in (output for output in outputs if output.get("name") != "stderr"):
        if output.output_type == "stream" and kept and kept[-1].output_type == "stream":
            kept[-1].text += output.text
        else:
            _keep_one(output)
            kept.append(output)
    return kept


def _keep_one(output: Any) -> None:
    """One form of a result: the best one, so that the file stays small."""
    if output.output_type in ("display_data", "execute_result"):
        output["metadata"] = {}
        kept = next(kind for kind in _SHOWN if kind in output.data)
        output["data"] = {kept: output.data[kept]}


def as_text(book: Any) -> str:
    """The file."""
    return json.dumps(book, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def comparable(text: str) -> Any:
    """A notebook without its drawings, which differ with the version of Graphviz and its fonts."""
    book = json.loads(text)
    for cell in book["cells"]:
        for output in cell.get("outputs", ()):
            if _DRAWN in output.get("data", {}):
                output["data"] = {_DRAWN: ""}
    return book


def main() -> None:
    """Build the notebooks, or with ``--check`` compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("names", nargs="*", metavar="NAME")
    asked = parser.parse_args()
    stale = [source.stem for source in sources(asked.names) if not _current(source, check=asked.check)]
    if stale:
        sys.exit(f"stale: {', '.join(stale)}; run python -m tools.build_notebooks")


def _current(source: Path, *, check: bool) -> bool:
    book = notebook_of(source)
    execute(book)
    made, file = as_text(book), source.with_suffix(".ipynb")
    if not check:
        file.write_text(made, encoding="utf-8", newline="\n")
        return True
    return file.exists() and comparable(file.read_text(encoding="utf-8")) == comparable(made)


if __name__ == "__main__":
    main()
