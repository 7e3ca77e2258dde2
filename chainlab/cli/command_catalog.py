"""``chainlab catalog``: known CA certificates and cross-signs, and encodings that the user adds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chainlab.asking import catalog_folder
from chainlab.cli import options as opt
from chainlab.cli.output import Printing, print_answer, renderer
from chainlab.cli.progress import working
from chainlab.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add the command with its two parts."""
    catalog = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    catalog.command("show")(show)
    catalog.command("import")(import_)
    app.add_typer(catalog, name="catalog", help="Known CA certificates and cross-signs; add encodings of your own.")


def show(
    wanted: Annotated[
        str, typer.Argument(metavar="[HASH|NAME]", help="Beginning of a SHA-256 or SHA-1, or a part of the subject.")
    ] = "",
    catalog: opt.CatalogFolder = None,
    format: opt.Format = opt.TextOrJson.TEXT,
    output: opt.Output = None,
    no_color: opt.NoColor = False,
) -> None:
    """What is known of a CA certificate: facts, who published them, whether its encoding is at hand, who trusts it."""
    from chainlab.cataloguing import show as run

    view = run(catalog_folder(catalog), wanted, datetime.now(UTC))
    print_answer(
        Printing(format, output, no_color=no_color),
        page=lambda page: renderer("catalog_text")(view, page, asked=bool(wanted)),
        json=lambda: renderer("catalog_json")(view),
    )
    raise typer.Exit(1 if wanted and not view.found else 0)


def import_(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="Anything with certificates: PEM, CCADB's CSV with PEM, ZIP, SST, a folder."
        ),
    ],
    catalog: opt.CatalogFolder = None,
    password_env: opt.PasswordEnv = None,
    password_file: opt.PasswordFile = None,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> None:
    """Add the CA certificates of files to your own catalogue folder; from then on they are verified like any other.

    CCADB publishes every intermediate as a CSV file with PEM; any other file that chainlab reads will do as well.
    """
    from dataclasses import replace

    from chainlab.cataloguing import import_files

    if not files:
        raise UsageError("nothing to import")
    folder = catalog_folder(catalog, create=True)
    reading = opt.Raw(None, password_env=password_env, password_file=password_file).reading()
    reading = replace(reading, limits=replace(reading.limits, members=MAX_MEMBERS, files=MAX_MEMBERS))
    with working("importing", quiet=quiet):
        report = import_files(files, reading, folder)
    print_answer(
        Printing("text", None, quiet, no_color),
        page=lambda page: renderer("catalog_import_text")(report, page),
    )
    raise typer.Exit(3 if report.problems else 0)


MAX_MEMBERS = 50_000
"""Files of one archive or folder to import: as many as there may be certificates (CCADB has some ten thousand)."""
