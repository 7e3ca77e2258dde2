"""``chainlab plan``: the best verified set of changes, printed or as a package with scripts."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import write, write_directory, write_page
from chainlab.cli.traffic import TrafficFiles, Unit, Weigh, with_traffic


class Format(StrEnum):
    """Output formats."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


Directory = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="DIR", help="Write the package (plan, runbook, scripts) into this directory."
    ),
]
Choose = Annotated[
    int, typer.Option("--choose", min=0, metavar="NUMBER", help="Take this alternative instead of the recommendation.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace a package directory that is not empty.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan")(plan)


@opt.shared(without=("served", "check_keys", "cross_check"))
def plan(
    raw: opt.Raw,
    output: Directory = None,
    choose: Choose = 0,
    force: Force = False,
    traffic: TrafficFiles = None,
    weigh: Weigh = Unit.CLIENTS,
    format: Annotated[Format, typer.Option("--format", help="How to print the plan.")] = Format.TEXT,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """The smallest verified set of changes that helps most clients, what it costs, and the alternatives.

    With -o DIR a package: runbook, apply, rollback and verify scripts, the certificates. Exit status 1 if clients fail
    and no change helps.
    """
    from chainlab.planning import plan as run

    planned = run(with_traffic(raw.request(with_plan=True), traffic, weigh, quiet=quiet), choose)
    if output is not None and planned.chosen is not None:
        from chainlab.report.plan_package import package

        write_directory(package(planned), output, mark="plan.json", force=force)
    if not quiet:
        if format is Format.TEXT:
            from chainlab.report.plan_text import render

            write_page(lambda file, color: render(planned, file, color=color, verbose=verbose), None, no_color=no_color)
        elif format is Format.JSON:
            from chainlab.report.plan_json import render as render_json

            write(render_json(planned), None)
        elif format is Format.HTML:
            from chainlab.dossier import dossier_of
            from chainlab.report.html_report import render as render_html

            write(render_html(dossier_of(planned)), None)
        else:
            from chainlab.report.plan_markdown import render as render_markdown

            write(render_markdown(planned), None)
    raise typer.Exit(0 if planned.chosen is not None or planned.well_as_it_is else 1)
