"""``chainlab explain``: the decision of Windows, or of one client, candidate by candidate."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import write, write_page

Client = Annotated[
    list[str] | None,
    typer.Option(
        "--client",
        metavar="ID|NAME=FAMILY:FILE",
        help="Explain this client's decision instead (id, glob or family, or an own client); repeatable.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(
    inputs: opt.Inputs = None,
    at: opt.At = None,
    client: Client = None,
    host: opt.Host = "",
    store: opt.Store = None,
    server: opt.Server = "windows",
    root_update: opt.RootUpdate = None,
    aia: opt.Aia = None,
    served: opt.Served = None,
    password_env: opt.PasswordEnv = None,
    password_file: opt.PasswordFile = None,
    max_iterations: opt.MaxIterations = opt.DEFAULT_ITERATIONS,
    lab: opt.Lab = None,
    catalog: opt.CatalogFolder = None,
    import_tool: opt.ImportedBy = opt.Tool.IIS,
    format: Annotated[opt.TextOrJson, typer.Option("--format", help="How to print the result.")] = opt.TextOrJson.TEXT,
    output: opt.Output = None,
    no_color: opt.NoColor = False,
) -> None:
    """Why this chain: every candidate path with its quality, the key in which it lost, and the evidence for each rule.

    With --client, the paths that this client tries on the served chain, and what stops it.
    """
    from chainlab.explanation import explain as run

    named = [text for text in client or () if "=" not in text]
    own = [text for text in client or () if "=" in text]
    raw = opt.Raw(
        inputs, at, ",".join(named) or "none", host, store, server, root_update, aia, served, own, password_env,
        password_file, max_iterations=max_iterations, lab=lab, with_plan=False, import_tool=import_tool,
        catalog=catalog,
    )  # fmt: skip
    explained = run(raw.request())
    if client:
        explained = replace(explained, windows=())
    if format is opt.TextOrJson.JSON:
        from chainlab.report.explain_json import render as render_json

        write(render_json(explained), output)
        return
    from chainlab.report.explain_text import render

    write_page(lambda file, color: render(explained, file, color=color), output, no_color=no_color)
