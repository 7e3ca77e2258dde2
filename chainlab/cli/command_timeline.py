"""``chainlab timeline``: on which future dates a client starts or stops failing."""

from __future__ import annotations

from typing import Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import Printing, print_answer, renderer
from chainlab.cli.progress import working
from chainlab.errors import UsageError

Until = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="Look no further than this date; default: the last expiry concerned."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("timeline")(timeline)


@opt.shared(without=("check_keys", "cross_check"))
def timeline(
    raw: opt.Raw,
    until: Until = None,
    format: opt.DocumentFormat = opt.TextJsonOrMarkdown.TEXT,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """On which dates the served chain or a client's verdict changes, and because of which certificate.

    Exit status 1 if a client stops accepting within the time, or if there are more dates than are looked at.
    """
    from chainlab.timeline import timeline as run

    request, end = raw.request(), opt.parse_at(until, "--until") if until is not None else None
    if end is not None and end < request.at:
        raise UsageError(f"--until {end:%Y-%m-%d} lies before {request.at:%Y-%m-%d}, where the timeline begins (--at)")
    with working("looking ahead", quiet=quiet):
        answer = run(request, end)
    print_answer(
        Printing(format, output, quiet, no_color),
        page=lambda page: renderer("timeline_text")(answer, page, verbose=verbose),
        json=lambda: renderer("timeline_json")(answer),
    )
    raise typer.Exit(1 if answer.worse or not answer.complete else 0)
