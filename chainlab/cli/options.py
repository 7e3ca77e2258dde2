"""Options that several commands share, and how they become a request."""

from __future__ import annotations

import functools
import getpass
import inspect
import os
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from chainlab.errors import InputError, UsageError

if TYPE_CHECKING:
    from chainlab.catalog import Twins
    from chainlab.diagnosis import Request
    from chainlab.evidence import ReadOptions
    from chainlab.server import StoreName
    from chainlab.windows.pfx_import import ImportTool


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
ReportFormat = Annotated[AnyFormat, typer.Option("--format", help="How to print the result; junit: a case per client.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours (also: NO_COLOR).")]

DEFAULT_ITERATIONS = 10_000_000

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
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} '{text}' is not a date; expected YYYY-MM-DD or YYYY-MM-DDTHH:MM") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


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
        from chainlab.clients import parse_own_client
        from chainlab.diagnosis import Request
        from chainlab.server_state import Baseline

        under = [_parse_store(text) for text in self.store or ()]
        windows = self.server != "none"
        if self.server not in ("windows", "none"):
            under.append((Path(self.server), None))
        if not self.inputs and not under and self.served is None:
            raise UsageError("nothing to read; give an input file, --store, --server or --served")
        return Request(
            inputs=tuple((path, None) for path in self.inputs or ()),
            server_inputs=tuple(under),
            at=parse_at(self.at),
            selector=self.clients,
            host=self.host,
            served=self.served,
            own_clients=tuple(parse_own_client(text) for text in self.own_client or ()),
            baseline=Baseline(windows, _as_bool(self.root_update), _as_bool(self.aia), self.imported_by()),
            reading=self.reading(),
            twins=self.twins(),
            with_plan=with_plan,
            cross_check=self.cross_check,
            imported=catalog_folder(self.catalog),
        )

    def named_inputs(self) -> list[tuple[Path, StoreName | None]]:
        """The inputs alone, each with the store that ``--store`` says it is."""
        inputs = [(path, None) for path in self.inputs or ()]
        named = [*inputs, *(_parse_store(text) for text in self.store or ())]
        if not named:
            raise UsageError("nothing to read; give an input file or --store")
        return named

    def imported_by(self) -> ImportTool:
        """The tool that a PFX counts as imported with."""
        from chainlab.windows.pfx_import import ImportTool

        return ImportTool.named(self.import_tool.value)

    def reading(self) -> ReadOptions:
        """How inputs are read."""
        from chainlab.evidence import Limits, ReadOptions

        passwords = Passwords(self.password_env, self.password_file)
        return ReadOptions(Limits(iterations=self.max_iterations), passwords, self.check_keys)

    def twins(self) -> Twins | None:
        """The laboratory's twins."""
        if self.lab is None:
            return None
        from chainlab.catalog.twins import load_twins

        return load_twins(self.lab)


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


def catalog_folder(option: Path | None) -> Path:
    """Where imported catalogue certificates are: the option, CHAINLAB_CATALOG, or the user's data folder."""
    if option is not None:
        return option
    named = os.environ.get("CHAINLAB_CATALOG")
    return Path(named) if named else _data_folder() / "chainlab" / "catalog"


def _data_folder() -> Path:
    """The platform's folder for a user's application data (Windows: not roaming; Linux: XDG Base Directory)."""
    try:
        home = Path.home()
    except RuntimeError:  # an account without a home folder, as some services have
        home = Path.cwd()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    if sys.platform == "darwin":
        return home / "Library" / "Application Support"
    return Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")


def _parse_store(text: str) -> tuple[Path, StoreName | None]:
    from chainlab.server import StoreName

    name, equals, file = text.partition("=")
    if not equals or not file:
        raise UsageError(f"--store '{text}' is malformed; expected STORE=FILE, e.g. LocalMachine/CA=ca.sst")
    return Path(file), StoreName.parse(name)


def _as_bool(switch: Switch | None) -> bool | None:
    return None if switch is None else switch is Switch.ON
