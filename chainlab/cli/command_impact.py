"""``chainlab impact``: before and after of proposed changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import Printing, print_answer, renderer
from chainlab.cli.progress import working

Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--change",
        metavar="CHANGE",
        help="What is proposed, e.g. 'import cross.cer into LocalMachine/CA', 'untrust 7bb647a6', 'windows-update', "
        "'renew new.pfx', or a .reg file; repeatable, in order (docs/changes.md lists all).",
    ),
]
ChangeFiles = Annotated[
    list[Path] | None,
    typer.Option("--changes", metavar="FILE", help="A YAML or JSON list of changes, after those of --change."),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("impact")(impact)


@opt.shared(without=("served", "check_keys", "cross_check"))
def impact(
    raw: opt.Raw,
    change: Changes = None,
    changes: ChangeFiles = None,
    format: opt.ReportFormat = opt.AnyFormat.TEXT,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """What a change would do: the served chain and every client before and after, and what else on the server it hits.

    Exit status 1 if a client or a side effect is lost.
    """
    from chainlab.impact import impact as run

    with working("simulating", quiet=quiet):
        answer = run(raw.request(), change or (), changes or ())
    print_answer(
        Printing(format, output, quiet, no_color),
        page=lambda page: renderer("impact_text")(answer, page, verbose=verbose),
        json=lambda: renderer("impact_json")(answer),
        junit=lambda: renderer("junit")(answer),
        html=lambda: renderer("html_report", "render_impact")(answer),
    )
    raise typer.Exit(1 if answer.worse else 0)
