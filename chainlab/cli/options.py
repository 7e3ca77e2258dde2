"""Options that several commands share, and how they become a request."""

from __future__ import annotations

import functools
import getpass
import inspect
import os
import sys
from collections.abc import Callable, Collection
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from chainlab.asking import Options, make_request, moment, named_stores, reading_of
from chainlab.errors import InputError, UsageError
from chainlab.records import dataclass

if TYPE_CHECKING:
    from chainlab.evidence import ReadOptions
    from chainlab.request import Request
    from chainlab.server import StoreName


class Switch(StrEnum):
    """A switch that is on, off, or as the inputs say."""

    ON = "on"
    OFF = "off"


class TextOrJson(StrEnum):
    """Output formats of a command whose answer is for people or for programs."""

    TEXT = "text"
    JSON = "json"


class TextJsonOrMarkdown(StrEnum):
    """Output formats of a command whose answer also goes into tickets and change requests."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class TextJsonMarkdownOrHtml(StrEnum):
    """Output formats of a command whose answer is also a page to hand on."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


class TextJsonMarkdownOrJunit(StrEnum):
    """Output formats of a command that a build can fail by."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"


class AnyFormat(StrEnum):
    """Output formats of a command that also has a page."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    JUNIT = "junit"
    HTML = "html"


class Tool(StrEnum):
    """The tools that import a PFX (``chainlab.windows.pfx_import`` says what each does)."""

    IIS = "iis"
    MMC = "mmc"
    MMC_PERSONAL = "mmc-personal"
    POWERSHELL = "powershell"
    CERTUTIL = "certutil"
    CERTUTIL_NOROOT = "certutil-noroot"
    CERTUTIL_NOCHAIN = "certutil-nochain"


Inputs = Annotated[
    list[Path] | None,
    typer.Argument(
        help="PFX/P12, PEM, DER, P7B, SST, registry export (.reg) or hive, certutil or netsh text, PowerShell export, "
        "applicationHost.config, Microsoft's lists (.stl, .cab), Java key store, handshake (s_client transcript, "
        "capture, scanner report), or a directory of these.",
        show_default=False,
    ),
]
At = Annotated[
    str | None, typer.Option("--at", metavar="DATE", help="Evaluate as of this date (YYYY-MM-DD[THH:MM]); default now.")
]
Clients = Annotated[
    str,
    typer.Option(
        "--clients",
        metavar="SELECTOR",
        help="Client ids, globs or families, comma-separated; filters grade:A, min-date:2016; 'all', 'core', 'none'.",
    ),
]
Host = Annotated[str, typer.Option("--host", metavar="NAME", help="The host name that clients connect to.")]
Store = Annotated[
    list[str] | None,
    typer.Option(
        "--store", metavar="STORE=FILE", help="Which store an export is, e.g. LocalMachine/CA=ca.sst; repeatable."
    ),
]
Server = Annotated[
    str,
    typer.Option(
        "--server",
        metavar="windows|none|EVIDENCE",
        help="The server under the inputs: a current Windows Server, nothing at all, or a collected server's stores.",
    ),
]
RootUpdate = Annotated[
    Switch | None, typer.Option("--root-update", help="Automatic root update; default: as the inputs say, else on.")
]
Aia = Annotated[
    Switch | None,
    typer.Option("--aia", help="Whether server and clients fetch missing issuers (AIA); default off."),
]
Served = Annotated[
    Path | None,
    typer.Option(
        "--served", metavar="FILE", help="Chains on the wire (PEM in order, or any handshake): nothing is predicted."
    ),
]
OwnClient = Annotated[
    list[str] | None,
    typer.Option("--client", metavar="NAME=FAMILY:FILE", help="An own client with the roots of FILE; repeatable."),
]
PasswordEnv = Annotated[
    str | None, typer.Option("--password-env", metavar="VAR", help="Environment variable that holds the password.")
]
PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", metavar="FILE", help="File whose first line is the password.")
]
CheckKeys = Annotated[
    bool, typer.Option("--check-keys", help="Open private keys, only to tell which certificate they belong to.")
]
MaxIterations = Annotated[
    int, typer.Option("--max-iterations", min=1, help="Key-derivation iterations that a PFX may ask for.")
]
Lab = Annotated[
    Path | None,
    typer.Option(
        "--lab", metavar="FILE", help="Laboratory twins that stand for real certificates in stores and catalogue."
    ),
]
CatalogFolder = Annotated[
    Path | None,
    typer.Option(
        "--catalog",
        metavar="DIR",
        help="Folder of imported catalogue certificates (see 'chainlab catalog import'); also: CHAINLAB_CATALOG.",
    ),
]
CrossCheck = Annotated[
    bool, typer.Option("--cross-check", help="Validate accepted paths again with pyhanko-certvalidator (extra).")
]
ImportedBy = Annotated[
    Tool,
    typer.Option("--import-tool", help="How the PFX gets into the stores: where its CA certificates land differs."),
]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to FILE.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing; only the exit status.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Every client, every finding, more commands.")]
Format = Annotated[TextOrJson, typer.Option("--format", help="How to print the result.")]
DocumentFormat = Annotated[TextJsonOrMarkdown, typer.Option("--format", help="How to print the result.")]
CheckFormat = Annotated[
    TextJsonMarkdownOrJunit, typer.Option("--format", help="How to print the result; junit: a case per client.")
]
PageFormat = Annotated[TextJsonMarkdownOrHtml, typer.Option("--format", help="How to print the result.")]
ReportFormat = Annotated[AnyFormat, typer.Option("--format", help="How to print the result; junit: a case per client.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours (also: NO_COLOR).")]

DEFAULT_ITERATIONS = 5_000_000

Command = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Passwords:
    """Where the password of a protected input comes from: a variable, a file, or a prompt on a terminal."""

    variable: str | None
    file: Path | None

    def __call__(self, place: str) -> str | None:
        """The password for the input at ``place``; ``None`` if there is none to be had."""
        if self.variable is not None:
            value = os.environ.get(self.variable)
            if value is None:
                raise UsageError(f"the environment variable {self.variable} is not set")
            return value
        if self.file is not None:
            return _first_line(self.file)
        if sys.stdin.isatty() and sys.stderr.isatty():
            from chainlab.cli.progress import interrupted
            from chainlab.escaping import terminal

            with interrupted():
                return getpass.getpass(f"Password of {terminal(place)}: ", stream=sys.stderr)
        return None


def _first_line(file: Path) -> str:
    try:
        data = file.read_bytes()[:4096]
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError(str(file), f"the password file cannot be read: {reason}") from None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return data.decode(encoding, "replace").splitlines()[0] if data else ""


def parse_at(text: str | None, option: str = "--at") -> datetime:
    """The moment of evaluation; without zone it is UTC. ``UsageError`` unless ISO 8601."""
    return moment(text, option)


@dataclass(frozen=True, slots=True)
class Raw:
    """The shared options as typed; each command that takes a ``Raw`` offers them (``shared``)."""

    inputs: Inputs = None
    at: At = None
    clients: Clients = ""
    host: Host = ""
    store: Store = None
    server: Server = "windows"
    root_update: RootUpdate = None
    aia: Aia = None
    served: Served = None
    own_client: OwnClient = None
    password_env: PasswordEnv = None
    password_file: PasswordFile = None
    check_keys: CheckKeys = False
    max_iterations: MaxIterations = DEFAULT_ITERATIONS
    lab: Lab = None
    catalog: CatalogFolder = None
    import_tool: ImportedBy = Tool.IIS
    cross_check: CrossCheck = False

    def request(self, *, with_plan: bool = False) -> Request:
        """What the use cases take; ``UsageError`` for malformed options."""
        return make_request(self.inputs or (), self.options(), with_plan=with_plan)

    def options(self) -> Options:
        """The same as the Python functions take."""
        return Options(
            at=parse_at(self.at),
            clients=self.clients,
            own_clients=self.own_client or (),
            host=self.host,
            stores=_pairs(self.store),
            server=self.server,
            root_update=_as_bool(self.root_update),
            aia=_as_bool(self.aia),
            served=self.served,
            password=Passwords(self.password_env, self.password_file),
            import_tool=self.import_tool.value,
            lab=self.lab,
            catalog=self.catalog,
            check_keys=self.check_keys,
            max_iterations=self.max_iterations,
            cross_check=self.cross_check,
        )

    def named_inputs(self) -> list[tuple[Path, StoreName | None]]:
        """The inputs alone, each with the store that ``--store`` says it is."""
        named = [*((path, None) for path in self.inputs or ()), *named_stores(_pairs(self.store))]
        if not named:
            raise UsageError("nothing to read; give an input file or --store")
        return named

    def reading(self) -> ReadOptions:
        """How inputs are read."""
        return reading_of(self.options())


def shared(*, only: Collection[str] = (), without: Collection[str] = ()) -> Callable[[Command], Command]:
    """A command whose parameter ``raw`` stands for the shared options: typer sees ``Raw``'s fields in its place.

    ``only`` or ``without`` name fields that the command offers, or leaves at their defaults.
    """
    hints = get_type_hints(Raw, include_extras=True)
    offered = [
        inspect.Parameter(
            field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name]
        )
        for field in fields(Raw)
        if field.name not in without and (not only or field.name in only)
    ]

    def offer(command: Command) -> Command:
        @functools.wraps(command)
        def run(**given: Any) -> None:
            raw = Raw(**{parameter.name: given.pop(parameter.name) for parameter in offered})
            command(raw=raw, **given)

        own = inspect.signature(command, eval_str=True).parameters.values()
        parameters = [*offered, *(each.replace(kind=each.KEYWORD_ONLY) for each in own if each.name != "raw")]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        return run

    return offer


def _pairs(stores: list[str] | None) -> list[tuple[str, str]]:
    return [_pair(text) for text in stores or ()]


def _pair(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not equals or not file:
        raise UsageError(f"--store '{text}' is malformed; expected STORE=FILE, e.g. LocalMachine/CA=ca.sst")
    return name, file


def _as_bool(switch: Switch | None) -> bool | None:
    return None if switch is None else switch is Switch.ON
