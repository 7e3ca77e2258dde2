"""``chainlab diagnose``: which chain will IIS serve, who fails, why, and what to do."""

from __future__ import annotations

import io
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import write
from chainlab.cli.traffic import TrafficFiles, Unit, Weigh, with_traffic

if TYPE_CHECKING:
    from pathlib import Path

    from chainlab.diagnosis import Diagnosis, Request


class Format(StrEnum):
    """Output formats."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("diagnose")(diagnose)


def diagnose(
    inputs: opt.Inputs = None,
    traffic: TrafficFiles = None,
    weigh: Weigh = Unit.CLIENTS,
    at: opt.At = None,
    clients: opt.Clients = "",
    host: opt.Host = "",
    store: opt.Store = None,
    server: opt.Server = "windows",
    root_update: opt.RootUpdate = None,
    aia: opt.Aia = None,
    served: opt.Served = None,
    client: opt.OwnClient = None,
    password_env: opt.PasswordEnv = None,
    password_file: opt.PasswordFile = None,
    check_keys: opt.CheckKeys = False,
    max_iterations: opt.MaxIterations = opt.DEFAULT_ITERATIONS,
    lab: opt.Lab = None,
    catalog: opt.CatalogFolder = None,
    import_tool: opt.ImportedBy = opt.Tool.IIS,
    cross_check: opt.CrossCheck = False,
    format: Annotated[Format, typer.Option("--format", help="How to print the result.")] = Format.TEXT,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """Which chain will IIS serve, which clients will fail, why, and what to do.

    The main job: chainlab diagnose bundle.pfx needs nothing else.
    """
    raw = opt.Raw(
        inputs, at, clients, host, store, server, root_update, aia, served, client, password_env, password_file,
        check_keys, max_iterations, lab, cross_check=cross_check, import_tool=import_tool, catalog=catalog,
    )  # fmt: skip
    request = with_traffic(raw.request(), traffic, weigh, quiet=quiet)
    if format is Format.HTML and not quiet:
        diagnosis = _as_html(request, output)
    else:
        from chainlab.diagnosis import diagnose as run

        diagnosis = run(request)
    if not quiet and format is not Format.HTML:
        if format is Format.JSON:
            from chainlab.report.json_report import render as render_json

            write(render_json(diagnosis), output)
        else:
            from chainlab.report.text import render

            color = False if no_color else None
            if output is None:
                render(diagnosis, sys.stdout, color=color, verbose=verbose)
            else:
                buffer = io.StringIO()
                render(diagnosis, buffer, color=False, verbose=verbose)
                write(buffer.getvalue(), output)
    raise typer.Exit(0 if diagnosis.all_well else 1)


def _as_html(request: Request, output: Path | None) -> Diagnosis:
    """Write the report with everything: the plan and the timeline too."""
    from chainlab.dossier import dossier
    from chainlab.report.html_report import render

    answer = dossier(request)
    write(render(answer), output)
    return answer.diagnosis
