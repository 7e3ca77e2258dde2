"""``chainlab diagnose``: which chain will IIS serve, who fails, why, and what to do."""

from __future__ import annotations

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import write, write_page
from chainlab.cli.traffic import TrafficFiles, Unit, Weigh, with_traffic


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("diagnose")(diagnose)


@opt.shared()
def diagnose(
    raw: opt.Raw,
    traffic: TrafficFiles = None,
    weigh: Weigh = Unit.CLIENTS,
    format: opt.Format = opt.TextOrJson.TEXT,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """Which chain will IIS serve, which clients will fail, why, and what to do.

    The main job: chainlab diagnose bundle.pfx needs nothing else.
    """
    from chainlab.diagnosis import diagnose as run

    diagnosis = run(with_traffic(raw.request(with_plan=True), traffic, weigh, quiet=quiet))
    if not quiet:
        if format is opt.TextOrJson.JSON:
            from chainlab.report.json_report import render as render_json

            write(render_json(diagnosis), output)
        else:
            from chainlab.report.text import render

            write_page(
                lambda file, color: render(diagnosis, file, color=color, verbose=verbose), output, no_color=no_color
            )
    raise typer.Exit(0 if diagnosis.all_well else 1)
