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


@opt.shared(without=("clients", "own_client", "check_keys", "cross_check"))
def explain(
    raw: opt.Raw,
    client: Client = None,
    format: opt.AnyFormat = opt.PageOrJson.TEXT,
    output: opt.Output = None,
    no_color: opt.NoColor = False,
) -> None:
    """Why this chain: every candidate path with its quality, the key in which it lost, and the evidence for each rule.

    With --client, the paths that this client tries on the served chain, and what stops it.
    """
    from chainlab.explanation import explain as run

    named = [text for text in client or () if "=" not in text]
    own = [text for text in client or () if "=" in text]
    explained = run(replace(raw, clients=",".join(named) or "none", own_client=own).request())
    if client:
        explained = replace(explained, windows=())
    if format is opt.PageOrJson.JSON:
        from chainlab.report.explain_json import render as render_json

        write(render_json(explained), output)
        return
    if format is opt.PageOrJson.HTML:
        from chainlab.report.html_report import render_explained

        write(render_explained(explained), output)
        return
    from chainlab.report.explain_text import render

    write_page(lambda file, color: render(explained, file, color=color), output, no_color=no_color)
