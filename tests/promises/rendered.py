"""Every view of every answer about a server, rendered in this process: what a property can look at often."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import chainlab
from chainlab.api import Result
from chainlab.fleet import Job, csv_rows, run, summarise
from chainlab.fleet.crew import Crew
from chainlab.report import (
    explain_text,
    fleet_csv,
    fleet_html,
    fleet_json,
    fleet_sheets,
    fleet_text,
    impact_text,
    inspection_text,
    junit,
    plan_text,
    text,
    timeline_text,
    verify_text,
)
from chainlab.report.markdown_page import MarkdownPage
from chainlab.report.plan_package import package
from chainlab.report.sheet import as_html, as_markdown
from chainlab.report.terminal import TerminalPage
from tests.promises import raw
from tests.promises.shapes import Outputs, file_text

CLIENTS: Final = "android-10-lineage-17.1,windows-program-2026-07"
"""Few: what is varied are names."""

BINARY: Final = (".cer", ".der", ".crt")

WITH_PAGE: Final = ("diagnose", "explain", "impact")
"""Answers that have a whole HTML page; the plan's is the diagnosis'."""

Writer = Callable[..., None]


def rendered(folder: Path, source: Path) -> Outputs:
    """The views of all answers about evidence that ``hostile.evidence`` wrote, each named for its format."""
    found: Outputs = {}
    for command, answer, write in answers(folder, source):
        found.update(documents(command, answer, write))
    return found | dict(graphs(source)) | dict(fleets(folder, source))


def answers(folder: Path, source: Path) -> Iterator[tuple[str, Result[Any], Writer]]:
    """What each command is asked, and what writes its page."""
    options: Any = {"at": "2026-11-20", "clients": CLIENTS, "own_clients": [f"own=openssl-3:{folder / 'roots.pem'}"]}
    own = str(options["own_clients"][0])
    yield "inspect", chainlab.read(source, check_keys=True), inspection_text.render
    yield "diagnose", chainlab.diagnose(source, plan=True, **options), text.render
    yield "explain", chainlab.explain(source, at=options["at"]), explain_text.render
    yield "explain client", chainlab.explain(source, client=own, at=options["at"]), explain_text.render
    changes = ("root-update off", "restart iis")
    yield "impact", chainlab.impact(source, change=changes, server="none", **options), impact_text.render
    yield "timeline", chainlab.timeline(source, **options), timeline_text.render
    planned = chainlab.plan(source, **options)
    yield "plan", planned, plan_text.render
    (folder / "plan.json").write_text(planned.json(), encoding="utf-8")
    promised = planned.value.sites[0].promised[0]
    (folder / "served.pem").write_bytes(raw.pem(*(certificate.der or b"" for certificate in promised[:1])))
    yield "verify", chainlab.verify(folder / "plan.json", folder / "served.pem"), verify_text.render


def documents(command: str, answer: Result[Any], write: Writer) -> Iterator[tuple[str, str]]:
    """One answer in every format that it has; a plan with its package."""
    yield f"{command}.text", answer.text()
    yield f"{command} repr.text", repr(answer)
    yield f"{command}.markdown", answer.markdown()
    yield f"{command}.json", answer.json()
    yield f"{command} sheets.html", as_html(answer.sheets)
    yield f"{command} sheets.markdown", as_markdown(answer.sheets)
    if command not in ("explain", "explain client", "verify"):
        yield from pages(command, answer.value, write)
    if command in ("diagnose", "plan", "impact", "verify"):
        yield f"{command}.junit", junit.render(answer.value)
    if command in WITH_PAGE and command != "diagnose":  # its page is the one in the plan's package
        yield f"{command}.html", answer.page().html
    if command == "plan":
        made = package(answer.value)
        yield from ((f"package {name}", file_text(data)) for name, data in made.items() if not name.endswith(BINARY))


def html_pages(folder: Path, source: Path, kinds: Collection[str] = ()) -> Outputs:
    """The whole pages alone, by what they answer; of these kinds only."""
    wanted, made = set(kinds or WITH_PAGE), Outputs()
    for command, answer, _ in answers(folder, source):
        if command in wanted:
            made[command] = answer.page().html
        if wanted <= set(made):
            break  # the other answers need not be worked out
    if not kinds:
        made["graph"] = dict(graphs(source))["graph.html"]
        made["fleet"] = dict(fleets(folder, source))["fleet.html"]
    return made


def pages(command: str, value: Any, write: Writer) -> Iterator[tuple[str, str]]:
    """All that ``--verbose`` shows, in a terminal without colours and as Markdown."""
    buffer, document = io.StringIO(), MarkdownPage()
    write(value, TerminalPage(buffer, color=False), verbose=True)
    write(value, document, verbose=True)
    yield f"{command} verbose.text", buffer.getvalue()
    yield f"{command} verbose.markdown", document.text


def graphs(source: Path) -> Iterator[tuple[str, str]]:
    """The graph in every format."""
    drawing = chainlab.graph(source, at="2026-11-20")
    for suffix in ("dot", "mmd", "graphml", "json", "svg", "html"):
        made = drawing.render(f".{suffix}")
        yield f"graph.{suffix}", made.decode() if isinstance(made, bytes) else made


def fleets(folder: Path, source: Path) -> Iterator[tuple[str, str]]:
    """The evidence as a fleet of one server, worked through by a thread instead of processes."""
    request = chainlab.asking.make_request([source], {"at": "2026-11-20", "clients": CLIENTS})
    job = Job.of(dataclasses.replace(request, inputs=()))
    done = run(job, [source.parent], folder / "fleet", Crew(1, lambda: ThreadPoolExecutor(1)))
    summary = summarise(done.database)
    sheets = fleet_sheets.of_summary(summary)
    yield "fleet.csv", file_text(b"".join(fleet_csv.render(csv_rows(done.database))))
    yield "fleet.json", fleet_json.render(summary)
    yield "fleet.html", fleet_html.render(summary)
    yield "fleet sheets.html", as_html(sheets)
    yield "fleet sheets.markdown", as_markdown(sheets)
    yield from pages("fleet", summary, fleet_text.render)
