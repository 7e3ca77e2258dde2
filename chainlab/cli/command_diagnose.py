"""``chainlab diagnose``: which chain will IIS serve, who fails, why, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import write, write_page
from chainlab.cli.traffic import TrafficFiles, Unit, Weigh, with_traffic

if TYPE_CHECKING:
    from pathlib import Path

    from chainlab.diagnosis import Diagnosis, Request


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("diagnose")(diagnose)


@opt.shared()
def diagnose(
    raw: opt.Raw,
    traffic: TrafficFiles = None,
    weigh: Weigh = Unit.CLIENTS,
    format: opt.AnyFormat = opt.PageOrJson.TEXT,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """Which chain will IIS serve, which clients will fail, why, and what to do.

    The main job: chainlab diagnose bundle.pfx needs nothing else.
    """
    request = with_traffic(raw.request(with_plan=True), traffic, weigh, quiet=quiet)
    if format is opt.PageOrJson.HTML and not quiet:
        diagnosis = _as_html(request, output)
    else:
        from chainlab.diagnosis import diagnose as run

        diagnosis = run(request)
    if not quiet and format is opt.PageOrJson.JSON:
        from chainlab.report.json_report import render as render_json

        write(render_json(diagnosis), output)
    elif not quiet and format is opt.PageOrJson.TEXT:
        from chainlab.report.text import render

        write_page(lambda file, color: render(diagnosis, file, color=color, verbose=verbose), output, no_color=no_color)
    raise typer.Exit(0 if diagnosis.all_well else 1)


def _as_html(request: Request, output: Path | None) -> Diagnosis:
    """Write the report with everything: the plan and the timeline too."""
    from chainlab.dossier import dossier
    from chainlab.report.html_report import render

    answer = dossier(request)
    write(render(answer), output)
    return answer.diagnosis
