"""The ``chainlab`` program: commands, errors, exit statuses."""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import pkgutil
import signal
import sys
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from chainlab import __version__
from chainlab.cli.output import standard_output
from chainlab.errors import ChainlabError, InputError

MAX_MESSAGE: Final = 2_000
"""Characters of one error message; a file name in it may be long."""

app = typer.Typer(
    name="chainlab",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Which certificate chain will IIS serve, which clients will fail, and what to do about it. Offline: only "
    "'capture' and 'verify --served HOST:PORT' open a connection.",
    epilog="Exit status: 0 all well, 1 a client fails or something is wrong, 2 wrong usage, 3 an input could not be "
    "read, 4 wrong or missing password.",
)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"chainlab {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Common to all commands."""


def register(wanted: str = "") -> None:
    """Add every command: each module of ``chainlab.cli`` whose name starts with ``command_``.

    Only the ``wanted`` one, where there is such a command: the parameters of all take longer than most commands.
    """
    package = importlib.import_module("chainlab.cli")
    names = [m.name for m in pkgutil.iter_modules(package.__path__) if m.name.startswith("command_")]
    alone = f"command_{wanted}"
    for name in [alone] if alone in names else names:
        importlib.import_module(f"chainlab.cli.{name}").register(app)


def main() -> None:
    """Run the program; every expected problem ends in one clear line and its exit status."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
    if sys.stdout is None:  # it was closed before the start
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # as an exception, so that what is half written goes away
        signal.signal(signal.SIGTERM, _terminated)
    if not os.environ.get("COLUMNS", "0").isascii():  # Rich takes ² for a digit
        del os.environ["COLUMNS"]
    register(next(iter(sys.argv[1:]), ""))
    atexit.register(gc.freeze)  # else the interpreter looks through every object once more before it ends
    try:
        with standard_output():
            app()
    except ChainlabError as error:
        sys.exit(_explain(error))


def _terminated(number: int, _frame: object) -> NoReturn:
    sys.exit(128 + number)


def _explain(error: ChainlabError) -> int:
    from chainlab.escaping import terminal

    typer.echo(f"chainlab: {terminal(str(error), MAX_MESSAGE)}", err=True)
    if isinstance(error, InputError) and error.hint:
        typer.echo(f"hint: {terminal(error.hint, MAX_MESSAGE)}", err=True)
    return error.exit_status
