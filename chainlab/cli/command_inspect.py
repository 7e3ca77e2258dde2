"""``chainlab inspect``: everything that was read, and what could not be, and where."""

from __future__ import annotations

from typing import Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import write, write_page


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("inspect")(inspect)


def inspect(
    inputs: opt.Inputs = None,
    store: opt.Store = None,
    password_env: opt.PasswordEnv = None,
    password_file: opt.PasswordFile = None,
    check_keys: opt.CheckKeys = False,
    max_iterations: opt.MaxIterations = opt.DEFAULT_ITERATIONS,
    format: Annotated[opt.TextOrJson, typer.Option("--format", help="How to print the result.")] = opt.TextOrJson.TEXT,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """Everything that was read: certificates, stores, properties, bindings, handshakes, lists, and every problem.

    Exit status 0 if every input was read; else 3 (4 where only a password is missing), with the rest still printed.
    """
    from chainlab.inspection import inspect as run

    raw = opt.Raw(
        inputs, store=store, password_env=password_env, password_file=password_file, check_keys=check_keys,
        max_iterations=max_iterations,
    )  # fmt: skip
    inspection = run(raw.named_inputs(), raw.reading())
    if not quiet:
        if format is opt.TextOrJson.JSON:
            from chainlab.report.inspection_json import render as render_json

            write(render_json(inspection), output)
        else:
            from chainlab.report.inspection_text import render

            write_page(
                lambda file, color: render(inspection, file, color=color, verbose=verbose), output, no_color=no_color
            )
    raise typer.Exit(inspection.exit_status)
