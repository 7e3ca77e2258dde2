"""``chainlab impact``: before and after of proposed changes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import write, write_page

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
    format: opt.AnyFormat = opt.PageOrJson.TEXT,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """What a change would do: the served chain and every client before and after, and what else on the server it hits.

    Exit status 1 if a client or a side effect is lost.
    """
    from chainlab.impact import impact as run

    answer = run(raw.request(), change or (), changes or ())
    if not quiet:
        if format is opt.PageOrJson.JSON:
            from chainlab.report.impact_json import render as render_json

            write(render_json(answer), output)
        elif format is opt.PageOrJson.HTML:
            from chainlab.report.html_report import render_impact

            write(render_impact(answer), output)
        else:
            from chainlab.report.impact_text import render

            write_page(
                lambda file, color: render(answer, file, color=color, verbose=verbose), output, no_color=no_color
            )
    raise typer.Exit(1 if answer.worse else 0)
