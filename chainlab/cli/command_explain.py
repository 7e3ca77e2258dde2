"""``chainlab explain``: the decision of Windows, or of one client, candidate by candidate."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import Printing, print_answer, renderer
from chainlab.cli.progress import working

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
    format: opt.PageFormat = opt.TextJsonMarkdownOrHtml.TEXT,
    output: opt.Output = None,
    no_color: opt.NoColor = False,
) -> None:
    """Why this chain: every candidate path with its quality, the key in which it lost, and the evidence for each rule.

    With --client, the paths that this client tries on the served chain, and what stops it.
    """
    from chainlab.explanation import explain as run

    named = [text for text in client or () if "=" not in text]
    own = [text for text in client or () if "=" in text]
    request = replace(raw, clients=",".join(named) or "none", own_client=own).request()
    with working("explaining"):
        explained = run(request)
    if client:
        explained = replace(explained, windows=())
    print_answer(
        Printing(format, output, no_color=no_color),
        page=lambda page: renderer("explain_text")(explained, page),
        json=lambda: renderer("explain_json")(explained),
        html=lambda: renderer("html_report", "render_explained")(explained),
    )
