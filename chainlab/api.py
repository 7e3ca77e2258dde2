"""The questions that chainlab answers, as functions: what every command of the same name asks, for programs.

    >>> import chainlab
    >>> lab = {"lab": "fixtures/lab.json", "at": "2026-11-20"}
    >>> answer = chainlab.diagnose("fixtures/r46/leaf-and-issuer.pfx", **lab)
    >>> [certificate.subject.common for certificate in answer.value.targets[0].served.chain]
    ['www.chainlab.example', 'Sectigo Public Server Authentication CA OV R36']
    >>> answer.sheets[0].headline
    'www.chainlab.example: 92 of 120 clients will fail'

Each returns a ``Result``: the answer as objects (``value``), as the command's text (``text()``, ``str``), as its JSON
(``data()``), and as small tables (``sheets``), which a notebook shows by itself. Inputs are paths of files and folders;
what the options mean is in ``Options``. ``InputError``, ``LimitError`` and ``PasswordError`` of ``chainlab.errors`` say
what could not be read, ``UsageError`` what was asked wrongly; all of them are ``ChainlabError``.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Unpack

from chainlab.asking import Options, PathLike, When, make_request, moment, named_stores, reading_of
from chainlab.errors import UsageError
from chainlab.escaping import visible
from chainlab.records import dataclass

if TYPE_CHECKING:
    from chainlab.clients import Profile
    from chainlab.diagnosis import Diagnosis
    from chainlab.explanation import Explained
    from chainlab.fleet import Summary
    from chainlab.impact import Impact
    from chainlab.inspection import Inspection
    from chainlab.planning import Planned
    from chainlab.report.graph_model import Picture
    from chainlab.report.sheet import Sheet
    from chainlab.timeline import Timelines
    from chainlab.verification import Verification

__all__ = [
    "Drawing", "Options", "Page", "Result", "clients_of", "diagnose", "explain", "fleet", "graph", "impact", "make_lab",
    "plan", "read", "timeline", "verify",
]  # fmt: skip

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Result(Generic[T]):
    """An answer. ``value`` has everything as objects; the rest are views of it."""

    value: T
    _write: Callable[..., None]
    _as_json: Callable[[Any], dict[str, Any]]
    _sheets: Callable[[Any], list[Sheet]]
    _page: Callable[[], str] | None = None

    def text(self) -> str:
        """The report that the command prints."""
        from chainlab.report.terminal import TerminalPage

        buffer = io.StringIO()
        self._write(self.value, TerminalPage(buffer, color=False))
        return buffer.getvalue()

    def markdown(self) -> str:
        """What the command prints with ``--format markdown``."""
        from chainlab.report.markdown_page import MarkdownPage

        page = MarkdownPage()
        self._write(self.value, page)
        return page.text

    def data(self) -> dict[str, Any]:
        """What the command prints with ``--format json``, as plain data."""
        return self._as_json(self.value)

    def json(self) -> str:
        """The same as text, as the command prints it."""
        from chainlab.report.json_text import document

        return document(self.data())

    @property
    def sheets(self) -> list[Sheet]:
        """The answer in short: a headline and tables for each subject (``pandas.DataFrame(table)`` takes them)."""
        return self._sheets(self.value)

    def page(self) -> Page:
        """The interactive HTML report (``--format html``); ``UsageError`` where there is none for the question."""
        if self._page is None:
            raise UsageError("an HTML report answers diagnose, plan, impact and explain")
        return Page(self._page())

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<chainlab answer: {'; '.join(visible(sheet.headline) for sheet in self.sheets)}>"

    def _repr_html_(self) -> str:
        from chainlab.report.sheet import as_html

        return as_html(self.sheets)

    def _repr_markdown_(self) -> str:
        from chainlab.report.sheet import as_markdown

        return as_markdown(self.sheets)


@dataclass(frozen=True, slots=True)
class Page:
    """A whole HTML page that needs nothing else; a notebook shows it in a frame of its own."""

    html: str

    def write(self, file: PathLike) -> None:
        """Write the page into a file."""
        Path(file).write_text(self.html, encoding="utf-8", newline="\n")

    def _repr_html_(self) -> str:
        from chainlab.report.html_report import fragment

        return fragment(self.html)


@dataclass(frozen=True, slots=True)
class Drawing:
    """The certificate graph: a notebook draws it (extra ``graph``), and it can be written in every graph format."""

    value: Picture

    def render(self, suffix: str) -> str | bytes:
        """The graph as ``.svg .html .json .graphml .dot`` or ``.mmd``; ``UsageError`` for others."""
        from chainlab.report.graph_model import renderer_for

        return renderer_for(suffix).render(self.value)

    def write(self, file: PathLike) -> None:
        """Write a file in the format that its suffix names."""
        made = self.render(Path(file).suffix)
        Path(file).write_bytes(made.encode() if isinstance(made, str) else made)

    def _repr_svg_(self) -> str | None:
        try:
            made = self.render(".svg")
        except UsageError:  # without the extra the flowchart below is shown
            return None
        text = made.decode() if isinstance(made, bytes) else made
        return text[text.index("<svg") :]

    def _repr_markdown_(self) -> str:
        return f"```mermaid\n{self.render('.mmd')!s}```\n"


def read(*inputs: PathLike, **options: Unpack[Options]) -> Result[Inspection]:
    """What files hold: certificates, stores, bindings, handshakes, and every problem (``chainlab inspect``).

    >>> [sheet.headline for sheet in read("fixtures/r46/evidence.zip").sheets]
    ['4 certificates, 4 bindings, 2 handshakes']
    """
    from chainlab.inspection import inspect
    from chainlab.report.inspection_json import as_json
    from chainlab.report.inspection_text import render
    from chainlab.report.sheets import of_inspection

    named = [*((Path(path), None) for path in inputs), *named_stores(options.get("stores", ()))]
    if not named:
        raise UsageError("nothing to read; give an input file or stores")
    return Result(inspect(named, reading_of(options)), render, as_json, of_inspection)


def diagnose(*inputs: PathLike, plan: bool = False, **options: Unpack[Options]) -> Result[Diagnosis]:
    """Which chain will be served, which clients fail, and why; with ``plan`` also what to do (``chainlab diagnose``).

    >>> old = "scanner=openssl-1.0.2:fixtures/r46/roots-old-device.pem"
    >>> answer = diagnose("fixtures/r46/leaf-and-issuer.pfx", clients="none", own_clients=[old], at="2026-11-20")
    >>> [(client.profile.name, client.reason) for client in answer.value.targets[0].clients]
    [('scanner', 'no-anchor')]
    """
    from chainlab.diagnosis import diagnose as run
    from chainlab.report.json_report import as_json
    from chainlab.report.sheets import of_diagnosis
    from chainlab.report.text import render

    request = make_request(inputs, options, with_plan=plan)

    def page() -> str:  # it shows more than the answer holds, so the inputs are read again
        from chainlab.dossier import dossier
        from chainlab.report import html_report

        return html_report.render(dossier(request))

    return Result(run(request), render, as_json, of_diagnosis, page)


def explain(*inputs: PathLike, client: str | Iterable[str] = (), **options: Unpack[Options]) -> Result[Explained]:
    """Why this chain: every candidate of Windows, or the paths that clients try (``chainlab explain``).

    ``client``: ids, globs or families of profiles, or own clients ``"NAME=FAMILY:ROOTS.pem"``; then Windows' decision
    is left out.

    >>> answer = explain("fixtures/r46/with-cross-sign.pfx", lab="fixtures/lab.json", at="2026-11-20")
    >>> len(answer.value.windows[0].candidates)
    2
    """
    from chainlab.explanation import explain as run
    from chainlab.report import html_report
    from chainlab.report.explain_json import as_json
    from chainlab.report.explain_text import render
    from chainlab.report.sheets import of_explained

    asked = [client] if isinstance(client, str) and client else list(client)
    named, own = [text for text in asked if "=" not in text], [text for text in asked if "=" in text]
    options = {**options, "clients": ",".join(named) or "none", "own_clients": own}
    explained = run(make_request(inputs, options))
    explained = replace(explained, windows=()) if asked else explained
    return Result(explained, render, as_json, of_explained, lambda: html_report.render_explained(explained))


def impact(*inputs: PathLike, change: str | Iterable[str], **options: Unpack[Options]) -> Result[Impact]:
    """What changes would do, in their order: chain and clients before and after (``chainlab impact``).

    >>> answer = impact("fixtures/r46/with-cross-sign.pfx", change="delete fb243876", lab="fixtures/lab.json",
    ...                 at="2026-11-20")
    >>> answer.sheets[0].headline
    'www.chainlab.example: 28 of 120 clients accept now, 88 afterwards'
    """
    from chainlab.impact import impact as run
    from chainlab.report import html_report
    from chainlab.report.impact_json import as_json
    from chainlab.report.impact_text import render
    from chainlab.report.sheets import of_impact

    changes = [change] if isinstance(change, str) else list(change)
    answer = run(make_request(inputs, options), changes)
    return Result(answer, render, as_json, of_impact, lambda: html_report.render_impact(answer))


def plan(*inputs: PathLike, choose: int = 0, **options: Unpack[Options]) -> Result[Planned]:
    """The smallest verified set of changes that helps most clients, and the alternatives (``chainlab plan``).

    >>> answer = plan("fixtures/r46/leaf-and-issuer.pfx", lab="fixtures/lab.json", at="2026-11-20")
    >>> len(answer.value.chosen.changes)
    2
    """
    from chainlab.dossier import dossier_of
    from chainlab.planning import plan as run
    from chainlab.report import html_report
    from chainlab.report.plan_json import as_json
    from chainlab.report.plan_text import render
    from chainlab.report.sheets import of_planned

    answer = run(make_request(inputs, options, with_plan=True), choose)
    return Result(answer, render, as_json, of_planned, lambda: html_report.render(dossier_of(answer)))


def timeline(*inputs: PathLike, until: When | None = None, **options: Unpack[Options]) -> Result[Timelines]:
    """On which dates the served chain or a client's verdict changes, and why (``chainlab timeline``).

    >>> answer = timeline(served="fixtures/r46/served-aaa.pem", lab="fixtures/lab.json", at="2026-11-20")
    >>> [f"{event.at:%Y-%m-%d}" for event in answer.value.targets[0].events][:2]
    ['2027-09-30', '2029-01-01']
    """
    from chainlab.report.sheets import of_timelines
    from chainlab.report.timeline_json import as_json
    from chainlab.report.timeline_text import render
    from chainlab.timeline import timeline as run

    last = moment(until) if until is not None else None
    return Result(run(make_request(inputs, options), last), render, as_json, of_timelines)


def graph(*inputs: PathLike, **options: Unpack[Options]) -> Drawing:
    """Who certified whom, what the stores hold, and the path that is served (``chainlab graph``).

    >>> drawing = graph("fixtures/r46/with-cross-sign.pfx", lab="fixtures/lab.json", at="2026-11-20")
    >>> print(str(drawing.render(".mmd")).splitlines()[0])
    flowchart TB
    """
    from chainlab.diagnosis import diagnose as run
    from chainlab.report.graph_model import picture

    diagnosis = run(make_request(inputs, {**options, "clients": "none", "own_clients": ()}))
    chains = [target.served.chain for target in diagnosis.targets]
    leaves = [target.leaf.certificate for target in diagnosis.targets]
    title = f"Certificate graph of {', '.join(leaf.subject.common for leaf in leaves)}"
    scene = diagnosis.scene
    return Drawing(picture(scene.graph, scene.server, chains, diagnosis.at, title, leaves))


def verify(plan: PathLike, served: PathLike | Iterable[PathLike]) -> Result[Verification]:
    """Whether what was seen on the wire is what a plan (``plan.json``, or its folder) promised (``chainlab verify``).

    Only files are read here; the command can also ask a server.
    """
    from chainlab.evidence import ReadOptions, read_inputs
    from chainlab.observation import served_chains
    from chainlab.report.sheets import of_verification
    from chainlab.report.verify_json import as_json
    from chainlab.report.verify_text import render
    from chainlab.verification import read_promise
    from chainlab.verification import verify as run

    files = [Path(served)] if isinstance(served, str | os.PathLike) else [Path(each) for each in served]
    chains = [chain for file in files for chain in served_chains(read_inputs([(file, None)], ReadOptions()), file)]
    return Result(run(read_promise(Path(plan)), chains), render, as_json, of_verification)


def fleet(
    *inputs: PathLike,
    results: PathLike,
    each: str = "file",
    change: str | Iterable[str] = (),
    workers: int = 1,
    plans: int | None = None,
    **options: Unpack[Options],
) -> Result[Summary]:
    """Many servers, each distinct one answered once, those with the same problem grouped (``chainlab fleet``).

    ``inputs`` are folders (each file, or with ``each="folder"`` each folder, is one server) and lists. ``results`` is
    the folder that keeps what is done: the same call continues there. ``plans``: plan for so many groups (default all).
    The workers are processes: a program must call this below ``if __name__ == "__main__":``, a notebook need not.
    """
    from chainlab.fleet import Job, run, summarise
    from chainlab.fleet.crew import Crew
    from chainlab.fleet.inputs import Each
    from chainlab.fleet.results import manifest
    from chainlab.report.fleet_html import render as page
    from chainlab.report.fleet_json import as_json
    from chainlab.report.fleet_sheets import of_summary
    from chainlab.report.fleet_text import render

    begun = manifest(Path(results)) if options.get("at") is None else None
    if begun is not None:  # a run is continued as of the time it was begun
        options = {**options, "at": begun["question"].get("at")}
    if not inputs:
        raise UsageError("nothing to read; give a folder of evidence, or a list (Parquet, CSV)")
    request = replace(make_request(inputs, options), inputs=())
    job = Job.of(request, [change] if isinstance(change, str) else list(change), ())
    paths = [Path(each_input) for each_input in inputs]
    done = run(job, paths, Path(results), Crew.local(workers), each=Each(each), plans=plans)
    summary = summarise(done.database)
    return Result(summary, render, as_json, of_summary, lambda: page(summary))


def clients_of(selector: str = "") -> list[Profile]:
    """The client profiles that a selector names (``chainlab clients list``); without one those asked by default.

    >>> [profile.name for profile in clients_of("android-4.4-aosp")]
    ['Android 4.4']
    """
    from chainlab.clients import load_profiles, select

    return select(load_profiles(), selector)


def make_lab(name: str, folder: PathLike, *, size: int | None = None, seed: str = "chainlab") -> Path:
    """Write a teaching scenario into a folder and return it (``chainlab lab``); an earlier scenario is replaced."""
    from chainlab.folders import write_directory
    from chainlab.lab.folder import MARK, folder_files, listed
    from chainlab.lab.scenario import make
    from chainlab.lab.scenarios import load_scenario

    directory = Path(folder)
    files = folder_files(make(name, load_scenario(name, size), seed))
    if (directory / MARK).is_file():
        held = {each.relative_to(directory).as_posix() for each in directory.rglob("*") if each.is_file()}
        if more := sorted(held - listed(directory / MARK)):
            raise UsageError(f"{directory} holds other files too ({', '.join(more[:3])}); choose another folder")
    write_directory(files, directory, mark=MARK, force=True)
    return directory
