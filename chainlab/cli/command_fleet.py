"""``chainlab fleet``: thousands of servers, each distinct one diagnosed once, equal problems grouped."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from chainlab.cli import options as opt
from chainlab.cli.command_impact import ChangeFiles, Changes
from chainlab.cli.output import Printing, print_answer, renderer, write_chunks
from chainlab.cli.progress import bar

if TYPE_CHECKING:
    from chainlab.fleet import Summary
    from chainlab.fleet.crew import Crew
    from chainlab.request import Request

STOPPED: Final = 130
"""Exit status after Ctrl-C, as shells have it: 128 and the signal."""


class Format(StrEnum):
    """Output formats."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    CSV = "csv"


class Each(StrEnum):
    """What below a folder counts as one server."""

    FILE = "file"
    FOLDER = "folder"


Results = Annotated[
    Path,
    typer.Option("--results", metavar="DIR", help="Where results are kept as they come; a later run continues there."),
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, max=1024, help="Worker processes; default: one for each core.")
]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", metavar="ADDRESS", help="Work on this Dask cluster, e.g. tcp://host:8786.")
]
Plans = Annotated[
    int | None, typer.Option("--plans", min=0, metavar="NUMBER", help="Plan for the largest groups only; default all.")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("fleet")(fleet)


@opt.shared(without=("served", "cross_check"))
def fleet(
    raw: opt.Raw,
    results: Results = Path("chainlab-fleet"),
    each: Annotated[
        Each, typer.Option("--each", help="What in a folder is one server: each file, or each folder.")
    ] = Each.FILE,
    change: Changes = None,
    changes: ChangeFiles = None,
    workers: Workers = None,
    scheduler: Scheduler = None,
    plans: Plans = None,
    format: Annotated[
        Format, typer.Option("--format", help="How to print the summary, or csv: all rows.")
    ] = Format.TEXT,
    output: opt.Output = None,
    quiet: opt.Quiet = False,
    verbose: opt.Verbose = False,
    no_color: opt.NoColor = False,
) -> None:
    """Many servers: one row per server and binding, groups with the same problem, one plan per group.

    INPUTS are folders (each file is one server, an unpacked evidence bundle too) and lists: Parquet or CSV with the
    columns server and path or content. Equal servers are diagnosed once. Ctrl-C loses nothing: the same command
    continues, and tries again what could not be read. Exit status 1 if anything is wrong, 3 if no input had an answer.
    """
    from chainlab.fleet import Job, csv_rows, run, summarise
    from chainlab.fleet.inputs import Each as FleetEach

    request = _request(raw, results)
    job = Job.of(request, change or (), changes or ())
    crew = _crew(workers, scheduler)
    with bar("servers", quiet=quiet) as progress, _until_interrupted() as stopped:
        done = run(
            job, raw.inputs or (), results, crew, each=FleetEach(each.value), plans=plans, progress=progress,
            stopped=stopped,
        )  # fmt: skip
    summary = summarise(done.database)
    if format is Format.CSV and not quiet:
        write_chunks(renderer("fleet_csv")(csv_rows(summary.database)), output)
    else:
        print_answer(
            Printing(format, output, quiet, no_color),
            page=lambda page: renderer("fleet_text")(summary, page, verbose=verbose),
            json=lambda: renderer("fleet_json")(summary),
            html=lambda: renderer("fleet_html")(summary),
        )
    raise typer.Exit(STOPPED if done.stopped else _status(summary))


def _request(raw: opt.Raw, results: Path) -> Request:
    """The request without its inputs; without ``--at``, a run is continued as of the time it was begun."""
    from chainlab.errors import UsageError
    from chainlab.evidence.reading import no_password
    from chainlab.fleet.results import manifest

    if not raw.inputs:
        raise UsageError("nothing to read; give a folder of evidence, or a list (Parquet, CSV)")
    begun = manifest(results) if raw.at is None else None
    if begun is not None:
        raw = replace(raw, at=begun["question"].get("at"))
    request = raw.request()
    if raw.password_env is None and raw.password_file is None:  # nobody is asked for the passwords of thousands
        request = replace(request, reading=replace(request.reading, password=no_password))
    return replace(request, inputs=())


def _crew(workers: int | None, scheduler: str | None) -> Crew:
    from chainlab.fleet.crew import Crew

    return Crew.cluster(scheduler) if scheduler is not None else Crew.local(workers or os.cpu_count() or 1)


@contextmanager
def _until_interrupted() -> Iterator[Any]:
    """Ctrl-C ends the run after the tasks in flight; a second one ends it at once."""
    from chainlab.fleet import Stopped

    stopped = Stopped()

    def interrupted(_signal: int, _frame: object) -> None:
        if stopped.requested:
            raise KeyboardInterrupt
        stopped.request()
        print("chainlab: ending after what is in work; what is done is kept (Ctrl-C again: at once)", file=sys.stderr)  # noqa: T201

    before: Callable[[int, Any], Any] | int | None = signal.signal(signal.SIGINT, interrupted)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


def _status(summary: Summary) -> int:
    if not summary.counts.computed:
        return 3
    return 0 if summary.all_well else 1
