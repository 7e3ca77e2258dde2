"""``chainlab graph``: the certificate graph as a picture or as data."""

from __future__ import annotations

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
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help=".svg .html (both need the extra 'graph'), .json .graphml .dot or .mmd, by suffix.",
        ),
    ],
) -> None:
    """Draw the certificate graph: who certified whom, which stores hold what, and the path that is served."""
    from chainlab.api import graph as draw
    from chainlab.report.graph_model import renderer_for

    renderer = renderer_for(output.suffix)  # a wrong suffix is said before the work
    with working("drawing"):
        drawn = draw(*raw.inputs or (), **raw.options()).value
    write(renderer.render(drawn), output)
