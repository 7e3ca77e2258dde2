"""``chainlab graph``: the certificate graph as a picture or as data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import write


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("graph")(graph)


def graph(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help=".svg .html .json .graphml .dot or .mmd, by suffix.")
    ],
    inputs: opt.Inputs = None,
    at: opt.At = None,
    store: opt.Store = None,
    server: opt.Server = "windows",
    root_update: opt.RootUpdate = None,
    served: opt.Served = None,
    password_env: opt.PasswordEnv = None,
    password_file: opt.PasswordFile = None,
    max_iterations: opt.MaxIterations = opt.DEFAULT_ITERATIONS,
    lab: opt.Lab = None,
    catalog: opt.CatalogFolder = None,
    import_tool: opt.ImportedBy = opt.Tool.IIS,
) -> None:
    """Draw the certificate graph: who certified whom, which stores hold what, and the path that is served."""
    from chainlab.diagnosis import diagnose
    from chainlab.report.graph_model import picture, renderer_for

    renderer = renderer_for(output.suffix)
    raw = opt.Raw(
        inputs, at, "none", store=store, server=server, root_update=root_update, served=served,
        password_env=password_env, password_file=password_file, max_iterations=max_iterations, lab=lab,
        with_plan=False, import_tool=import_tool, catalog=catalog,
    )  # fmt: skip
    diagnosis = diagnose(raw.request())
    chains = [target.served.chain for target in diagnosis.targets]
    leaves = [target.leaf.certificate for target in diagnosis.targets]
    names = ", ".join(leaf.subject.common for leaf in leaves)
    scene, title = diagnosis.scene, f"Certificate graph of {names}"
    drawn = picture(scene.graph, scene.server, chains, diagnosis.at, title, leaves)
    write(renderer.render(drawn), output)
