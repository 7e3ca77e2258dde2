"""``chainlab inspect``: everything that was read, and what could not be, and where."""

from __future__ import annotations

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import write, write_page


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("inspect")(inspect)


@opt.shared(only=("inputs", "store", "password_env", "password_file", "check_keys", "max_iterations"))
def inspect(
    raw: opt.Raw,
    format: opt.Format = opt.TextOrJson.TEXT,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """Everything that was read: certificates, stores, properties, bindings, handshakes, lists, and every problem.

    Exit status 0 if every input was read; else 3 (4 where only a password is missing), with the rest still printed.
    """
    from chainlab.inspection import inspect as run

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
