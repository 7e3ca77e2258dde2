"""``chainlab lab``: teaching PKIs with everything that the other commands read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import write
from chainlab.errors import UsageError

Name = Annotated[str, typer.Argument(metavar="[NAME]", help="A scenario; without it all are listed.")]
Directory = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="DIR", help="The folder to write; an earlier one is replaced.")
]
Size = Annotated[int | None, typer.Option("--size", metavar="N", help="How many CAs, where a scenario can have any.")]
Seed = Annotated[
    str, typer.Option("--seed", metavar="TEXT", help="What the keys follow from: the same seed, the same bytes.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("lab")(lab)


def lab(
    name: Name = "",
    output: Directory = None,
    size: Size = None,
    seed: Seed = "chainlab",
    format: opt.Format = opt.TextOrJson.TEXT,
    quiet: opt.Quiet = False,
) -> None:
    """A teaching PKI: server, handshakes and clients of a scenario as files, with what to try and what must come out.

    Without NAME every scenario is listed. The keys are made from the seed, so everybody can have them: never use them.
    """
    from chainlab.lab.scenarios import load_scenario, scenario_names

    as_json = format is opt.TextOrJson.JSON
    if not name:
        if output is not None:
            raise UsageError("name a scenario; 'chainlab lab' lists them")
        shown = [(each, load_scenario(each).shows) for each in scenario_names()]
        listed = {"schema": "chainlab.lab/1", "scenarios": [{"name": n, "shows": text} for n, text in shown]}
        write(_json(listed) if as_json else "".join(f"{n:<26}{text}\n" for n, text in shown), None)
        return
    if output is None:
        raise UsageError("say where to write the scenario: -o DIR")
    from chainlab.api import make_lab

    folder = make_lab(name, output, size=size, seed=seed)
    if not quiet:
        files = sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())
        written = {"schema": "chainlab.lab/1", "name": name, "folder": str(output), "files": files}
        write(_json(written) if as_json else f"{len(files)} files in {output}; begin with README.md there\n", None)


def _json(value: object) -> str:
    return json.dumps(value, indent=1) + "\n"
