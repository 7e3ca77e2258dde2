"""Names from strangers are text in every output of every command: they start nothing, end nothing, hide nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import pytest
from _pytest.mark.structures import ParameterSet

from tests.promises.commands import Ground, invocations
from tests.promises.hostile import NAMES, STARTS, evidence
from tests.promises.running import Done, run_all
from tests.promises.shapes import Outputs, Shape, differences, file_text, shapes_of

pytest.importorskip("pygraphviz")
pytest.importorskip("tree_sitter_powershell")

BINARY = (".pdf", ".parquet", ".db", ".png", ".zip", ".pem", ".cer", ".crt", ".pfx", ".sst", ".p7b", ".der")
NOT_ABOUT_THE_INPUT = ("lab ", "clients ", "catalog ", "collector")
"""Commands whose output no name of the evidence enters."""


def some_of(every: Iterable[str], always: Collection[str]) -> list[ParameterSet]:
    """Parameters of which all but those named are for a thorough run."""
    return [pytest.param(each, marks=() if each in always else pytest.mark.thorough) for each in every]


def outputs(folder: Path, text: str, formats: tuple[str, ...] = ()) -> Outputs:
    """Every output of every command on evidence with this name everywhere, by what it is of; of these formats only."""
    source = evidence(folder, text)
    ground = Ground(source, folder, knowledge=("--client", f"own=openssl-3:{folder / 'roots.pem'}"))
    wanted = [line for line in invocations(ground) if not " ".join(line).startswith(NOT_ABOUT_THE_INPUT)]
    wanted = [line for line in wanted if not formats or line[0] == "plan" or set(formats) & set(line)]
    wanted = [tuple(word for word in line if line[0] != "graph" or word not in ground.knowledge) for line in wanted]
    report = run_all(wanted, folder / "job")
    assert "traceback" not in {done.status for done in report.done}, [d for d in report.done if d.status == "traceback"]
    found: Outputs = {}
    for done in report.done:
        found.update(_of(done))
    return found


def _of(done: Done) -> Iterator[tuple[str, str]]:
    """What a command wrote, each text under the command, its format or suffix, and the name of the file."""
    command, written = done.arguments[0], _option(done, "-o")
    kind = _option(done, "--format") or "text"
    yield f"{command} status {kind} {Path(written or '').suffix}", str(done.status)
    yield f"{command}.{kind}", done.out.removeprefix("\ufeff")  # CSV has it, for Excel
    yield f"{command} errors.text", done.err
    path = Path(written) if written is not None else None
    if path is not None and path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file() and file.suffix not in BINARY:
                yield f"{command} {file.name}", file_text(file.read_bytes())
    elif path is not None and path.is_file():
        suffix = path.suffix[1:] if path.suffix != ".out" else kind
        yield f"{command} file.{suffix}", file_text(path.read_bytes())


def _option(done: Done, name: str) -> str | None:
    return done.arguments[done.arguments.index(name) + 1] if name in done.arguments else None


STATUS = " status "
"""Within the name of an output that is a command's exit status."""


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    """The outputs for a name that is a plain word."""
    return outputs(tmp_path_factory.mktemp("harmless"), "name")


@pytest.fixture(scope="module")
def shapes(harmless: Outputs) -> dict[str, Shape]:
    """What parsers make of them."""
    return shapes_of({name: text for name, text in harmless.items() if STATUS not in name})


def test_the_harmless_outputs_cover_every_format(harmless: Outputs) -> None:
    seen = {name.rpartition(".")[2] for name, text in harmless.items() if text}
    assert seen >= {"csv", "dot", "graphml", "html", "json", "junit", "markdown", "mmd", "ps1", "sh", "svg", "text"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", some_of(NAMES, ("controls", "more html")))
def test_a_hostile_name_changes_no_output_but_its_text(harmless, shapes, kind: str, tmp_path: Path) -> None:
    same_but_for_text(outputs(tmp_path, NAMES[kind]), harmless, shapes)


@pytest.mark.slow
@pytest.mark.parametrize("text", some_of(STARTS, STARTS[:2]))
def test_a_hostile_beginning_starts_no_formula_and_no_block(harmless, shapes, text: str, tmp_path: Path) -> None:
    same_but_for_text(outputs(tmp_path, text, ("csv", "markdown")), harmless, shapes)


def same_but_for_text(attacked: Outputs, harmless: Outputs, shapes: dict[str, Shape]) -> None:
    """Nothing but text differs, and no character is hidden in it."""
    assert attacked
    statuses = {name: status for name, status in attacked.items() if STATUS in name}
    assert statuses == {name: harmless[name] for name in statuses}
    assert differences({name: text for name, text in attacked.items() if STATUS not in name}, shapes) == {}
