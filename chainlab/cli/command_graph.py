"""``chainlab graph``: the certificate graph as a picture or as data."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import write
from chainlab.cli.progress import working


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("graph")(graph)


@opt.shared(without=("clients", "own_client", "host", "check_keys", "cross_check"))
def graph(
    raw: opt.Raw,
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help=".svg .html .json .graphml .dot or .mmd, by suffix.")
    ],
) -> None:
    """Draw the certificate graph: who certified whom, which stores hold what, and the path that is served."""
    from chainlab.diagnosis import diagnose
    from chainlab.report.graph_model import picture, renderer_for

    renderer = renderer_for(output.suffix)
    with working("drawing"):
        diagnosis = diagnose(replace(raw, clients="none").request())
    chains = [target.served.chain for target in diagnosis.targets]
    leaves = [target.leaf.certificate for target in diagnosis.targets]
    names = ", ".join(leaf.subject.common for leaf in leaves)
    scene, title = diagnosis.scene, f"Certificate graph of {names}"
    drawn = picture(scene.graph, scene.server, chains, diagnosis.at, title, leaves)
    write(renderer.render(drawn), output)
