"""``chainlab verify``: does a server serve what a plan promised?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chainlab.cli import options as opt
from chainlab.cli.output import Printing, print_answer, renderer
from chainlab.cli.progress import working
from chainlab.errors import InputError

if TYPE_CHECKING:
    from chainlab.observation import ObservedChain


Plan = Annotated[
    Path,
    typer.Argument(metavar="PLAN", help="plan.json of 'chainlab plan', or the package directory.", show_default=False),
]
Served = Annotated[
    list[str],
    typer.Option(
        "--served",
        metavar="FILE|HOST:PORT",
        help="The chain on the wire: a transcript, a capture, PEM in wire order, or a server to ask now; repeatable.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("verify")(verify)


def verify(
    plan: Plan,
    served: Served,
    host: Annotated[str, typer.Option("--host", metavar="NAME", help="The server name to send to HOST:PORT.")] = "",
    format: opt.CheckFormat = opt.TextJsonMarkdownOrJunit.TEXT,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    no_color: opt.NoColor = False,
) -> None:
    """Does the server serve what the plan promised? If not, which step has come undone, and what to do about it.

    Exit status 0 if it does, 1 if not: for scheduled jobs.
    """
    from chainlab.verification import read_promise
    from chainlab.verification import verify as run

    promise = read_promise(plan)
    with working("looking at what is served", quiet=quiet):
        verification = run(promise, [chain for what in served for chain in _observed(what, host)])
    print_answer(
        Printing(format, output, quiet, no_color),
        page=lambda page: renderer("verify_text")(verification, page),
        json=lambda: renderer("verify_json")(verification),
        junit=lambda: renderer("junit")(verification),
    )
    raise typer.Exit(0 if verification.holds else 1)


def _observed(what: str, host: str) -> list[ObservedChain]:
    """The chains of a file, or of a server that is asked now."""
    from chainlab.evidence import Evidence, Place, ReadOptions, read_bytes, read_inputs
    from chainlab.evidence.capture import capture, document, parse_target
    from chainlab.observation import served_chains

    file = Path(what)
    if file.exists():
        return served_chains(read_inputs([(file, None)], ReadOptions()), file)
    if ":" not in what or "\\" in what or "/" in what:
        raise InputError(what, "no such file", expected="a file, or HOST:PORT")
    answers = capture([parse_target(what, sni=host or None)])
    return served_chains(Evidence.of(read_bytes(document(answers).encode(), Place(what), ReadOptions())), file)
