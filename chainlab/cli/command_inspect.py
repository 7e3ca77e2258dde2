"""``chainlab inspect``: everything that was read, and what could not be, and where."""

from __future__ import annotations

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import Printing, print_answer, renderer
from chainlab.cli.progress import working


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("inspect")(inspect)


@opt.shared(only=("inputs", "store", "password_env", "password_file", "check_keys", "max_iterations"))
def inspect(
    raw: opt.Raw,
    format: opt.DocumentFormat = opt.TextJsonOrMarkdown.TEXT,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """Everything that was read: certificates, stores, properties, bindings, handshakes, lists, and every problem.

    Exit status 0 if every input was read; else 3 (4 where only a password is missing), with the rest still printed.
    """
    from chainlab.inspection import inspect as run

    with working("reading", quiet=quiet):
        inspection = run(raw.named_inputs(), raw.reading())
    print_answer(
        Printing(format, output, quiet, no_color),
        page=lambda page: renderer("inspection_text")(inspection, page, verbose=verbose),
        json=lambda: renderer("inspection_json")(inspection),
    )
    raise typer.Exit(inspection.exit_status)
