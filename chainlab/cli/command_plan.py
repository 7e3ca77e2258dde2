"""``chainlab plan``: the best verified set of changes, printed or as a package with scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import Printing, print_answer, renderer, write_directory
from chainlab.cli.progress import working
from chainlab.cli.traffic import TrafficFiles, Unit, Weigh, with_traffic

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
    format: opt.ReportFormat = opt.AnyFormat.TEXT,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """The smallest verified set of changes that helps most clients, what it costs, and the alternatives.

    With -o DIR a package: runbook, apply, rollback and verify scripts, the certificates. Exit status 1 if clients fail
    and no change helps.
    """
    from chainlab.dossier import dossier_of
    from chainlab.planning import plan as run

    request = with_traffic(raw.request(with_plan=True), traffic, weigh, quiet=quiet)
    with working("planning", quiet=quiet):
        planned = run(request, choose)
    if output is not None and planned.chosen is not None:
        from chainlab.report.plan_package import package

        write_directory(package(planned), output, mark="plan.json", force=force)
    print_answer(
        Printing(format, None, quiet, no_color),
        page=lambda page: renderer("plan_text")(planned, page, verbose=verbose),
        json=lambda: renderer("plan_json")(planned),
        junit=lambda: renderer("junit")(planned),
        html=lambda: renderer("html_report")(dossier_of(planned)),
    )
    raise typer.Exit(0 if planned.chosen is not None or planned.well_as_it_is else 1)
