"""``chainlab diagnose``: which chain will IIS serve, who fails, why, and what to do."""

from __future__ import annotations

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import Printing, print_answer, renderer
from chainlab.cli.progress import working
from chainlab.cli.traffic import TrafficFiles, Unit, Weigh, with_traffic


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("diagnose")(diagnose)


@opt.shared()
def diagnose(
    raw: opt.Raw,
    traffic: TrafficFiles = None,
    weigh: Weigh = Unit.CLIENTS,
    format: opt.ReportFormat = opt.AnyFormat.TEXT,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """Which chain will IIS serve, which clients will fail, why, and what to do.

    The main job: chainlab diagnose bundle.pfx needs nothing else.
    """
    from chainlab.diagnosis import diagnose as run

    request = with_traffic(raw.request(with_plan=True), traffic, weigh, quiet=quiet)
    dossier = None
    with working("diagnosing", quiet=quiet):
        if format is opt.AnyFormat.HTML and not quiet:
            from chainlab.dossier import dossier as gather

            dossier = gather(request)
            diagnosis = dossier.diagnosis
        else:
            diagnosis = run(request)
    print_answer(
        Printing(format, output, quiet, no_color),
        page=lambda page: renderer("text")(diagnosis, page, verbose=verbose),
        json=lambda: renderer("json_report")(diagnosis),
        junit=lambda: renderer("junit")(diagnosis),
        html=lambda: renderer("html_report")(dossier),
    )
    raise typer.Exit(0 if diagnosis.all_well else 1)
