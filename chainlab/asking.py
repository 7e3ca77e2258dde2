"""From what is asked, in Python or on the command line, to the request that the use cases take."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from chainlab.errors import UsageError
from chainlab.records import dataclass, field

if TYPE_CHECKING:
    from chainlab.catalog import Twins
    from chainlab.evidence import ReadOptions
    from chainlab.request import Request
    from chainlab.server import StoreName

PathLike = str | os.PathLike[str]
When = str | date
Stores = Mapping[str, PathLike] | Iterable[tuple[str, PathLike]]


class Options(TypedDict, total=False):
    """What the questions share; each is the option of the same name on the command line.

    - ``at``: the moment of evaluation (default now); text in ISO 8601, a date, or a datetime (without zone: UTC).
    - ``clients``: a selector of client profiles (``"android-*"``, ``"java, min-date:2016"``, ``"none"`` …).
    - ``own_clients``: further clients, each ``"NAME=FAMILY:ROOTS.pem"``.
    - ``host``: the name that clients connect to.
    - ``stores``: store exports by the store they are, ``{"LocalMachine/CA": "ca.sst"}``, or pairs of these.
    - ``server``: ``"windows"`` (a current one, the default), ``"none"``, or the evidence of a collected server.
    - ``root_update``, ``aia``: switches; ``None`` is as the inputs say.
    - ``served``: a chain that was seen on the wire; then nothing is predicted.
    - ``password``: of protected inputs, or a function from the place of one to its password.
    - ``import_tool``: the tool that a PFX counts as imported with (``"iis"``, ``"certutil-noroot"`` …).
    - ``lab``: a laboratory's twins. ``catalog``: the folder of imported catalogue certificates.
    - ``check_keys``, ``max_iterations``, ``cross_check``: as on the command line.
    """

    at: When | None
    clients: str
    own_clients: Iterable[str]
    host: str
    stores: Stores
    server: PathLike
    root_update: bool | None
    aia: bool | None
    served: PathLike | None
    password: str | Callable[[str], str | None] | None
    import_tool: str
    lab: PathLike | None
    catalog: PathLike | None
    check_keys: bool
    max_iterations: int
    cross_check: bool


def moment(when: When | None, option: str = "at") -> datetime:
    """A moment in UTC: from ISO 8601 text, a date or a datetime; now without any. ``UsageError`` for other text."""
    if when is None:
        return datetime.now(UTC).replace(microsecond=0)
    if isinstance(when, str):
        try:
            when = datetime.fromisoformat(when)
        except ValueError:
            raise _no_date(option, str(when)) from None
    if not isinstance(when, datetime):
        when = datetime.combine(when, time())
    try:
        return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except OverflowError:
        raise _no_date(option, str(when)) from None


def _no_date(option: str, text: str) -> UsageError:
    return UsageError(f"{option} '{text}' is not a date; expected YYYY-MM-DD or YYYY-MM-DDTHH:MM")


def make_request(inputs: Sequence[PathLike], options: Options, *, with_plan: bool = False) -> Request:
    """What the use cases take. ``UsageError`` for malformed options."""
    from chainlab.clients import parse_own_client
    from chainlab.request import Request
    from chainlab.server_state import Baseline
    from chainlab.windows.pfx_import import ImportTool

    under, served = named_stores(options.get("stores", ())), options.get("served")
    server = options.get("server", "windows")
    if server not in ("windows", "none"):
        under.append((Path(server), None))
    if not inputs and not under and served is None:
        raise UsageError("nothing to read; give an input file, --store, --server or --served")
    tool = ImportTool.named(options.get("import_tool", ImportTool.IIS.code))
    return Request(
        inputs=tuple((Path(path), None) for path in inputs),
        server_inputs=tuple(under),
        at=moment(options.get("at")),
        selector=options.get("clients", ""),
        host=options.get("host", ""),
        served=Path(served) if served is not None else None,
        own_clients=tuple(parse_own_client(text) for text in options.get("own_clients", ())),
        baseline=Baseline(server != "none", options.get("root_update"), options.get("aia"), tool),
        reading=reading_of(options),
        twins=_twins(options.get("lab")),
        with_plan=with_plan,
        cross_check=options.get("cross_check", False),
        imported=catalog_folder(options.get("catalog")),
    )


def named_stores(stores: Stores) -> list[tuple[Path, StoreName | None]]:
    """Store exports with the store that each stands for. ``UsageError`` for the name of none."""
    from chainlab.server import StoreName

    pairs = stores.items() if isinstance(stores, Mapping) else stores
    return [(Path(file), StoreName.parse(name)) for name, file in pairs]


def reading_of(options: Options) -> ReadOptions:
    """How inputs are read."""
    from chainlab.evidence import Limits, ReadOptions
    from chainlab.evidence.reading import no_password

    password, limits = options.get("password"), Limits()
    source = _Always(password) if isinstance(password, str) else password or no_password
    limits = replace(limits, iterations=options.get("max_iterations", limits.iterations))
    return ReadOptions(limits, source, options.get("check_keys", False))


@dataclass(frozen=True, slots=True)
class _Always:
    """One password for every input; other processes can be given it, which a local function cannot."""

    password: str = field(repr=False)

    def __call__(self, _place: str) -> str:
        return self.password


def _twins(lab: PathLike | None) -> Twins | None:
    if lab is None:
        return None
    from chainlab.catalog.twins import load_twins

    return load_twins(Path(lab))


def catalog_folder(folder: PathLike | None = None, *, create: bool = False) -> Path:
    """Where imported catalogue certificates are: as given, CHAINLAB_CATALOG, or the user's data folder.

    ``UsageError`` if the user names a folder that is not there, unless it may be created, or a file.
    """
    named = folder if folder is not None else os.environ.get("CHAINLAB_CATALOG")
    if not named:
        return _data_folder() / "chainlab" / "catalog"
    path, source = Path(named), "--catalog" if folder is not None else "CHAINLAB_CATALOG"
    if path.exists() and not path.is_dir():
        raise UsageError(f"{source} '{path}' is a file; expected the folder of imported certificates")
    if not path.exists() and not create:
        raise UsageError(f"{source} '{path}' is not there; 'chainlab catalog import' makes the folder")
    return path


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
