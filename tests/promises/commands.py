"""Every command in every format, as arguments: what the promises about the whole program are tried on.

The formats are those that the commands declare; a command without an entry here fails ``test_commands``.
"""

from __future__ import annotations

import enum
import importlib
import pkgutil
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import typer
from typer.main import get_command

AT: Final = ("--at", "2026-11-20")
CLIENTS: Final = ("--clients", "android-4.4-aosp,chrome,windows-*,ubuntu-*")
CONNECTING: Final = frozenset({"capture"})
"""Commands that open connections; ``verify`` does only with HOST:PORT, which no invocation here has."""


WITH_WORKERS: Final = frozenset({"fleet"})
"""Commands that start processes of their own, and threads to talk to them."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What invocations work on: an input, how to read it, what to know beside it, and a folder that is theirs."""

    source: Path
    folder: Path
    options: tuple[str, ...] = ()
    knowledge: tuple[str, ...] = ()
    served: Path | None = None

    @property
    def shared(self) -> tuple[str, ...]:
        """The input with its options."""
        return (str(self.source), *self.options)


def _leaf(ground: Ground) -> tuple[str, ...]:
    return (*ground.shared, *ground.knowledge, *AT)


def _fleet(ground: Ground) -> Path:
    """A folder with the input as its one server."""
    folder = ground.folder / "fleet"
    folder.mkdir(exist_ok=True)
    shutil.copy(ground.source, folder)
    return folder


ARGUMENTS: Final[dict[str, Callable[[Ground], tuple[str, ...]]]] = {
    "catalog import": lambda g: (str(g.served or g.source), "--catalog", str(g.folder / "catalog")),
    "catalog show": lambda _: ("USERTrust",),
    "clients diff": lambda _: ("android-4.4-aosp", "android-15"),
    "clients list": lambda _: (),
    "clients show": lambda _: ("android-4.4-aosp",),
    "clients trusts": lambda _: ("USERTrust",),
    "collector": lambda _: (),
    "diagnose": lambda g: (*_leaf(g), *CLIENTS),
    "explain": lambda g: (*_leaf(g), "--client", "android-4.4-aosp"),
    "fleet": lambda g: (
        str(_fleet(g)),
        *g.options,
        *g.knowledge,
        *AT,
        *CLIENTS,
        "--workers",
        "1",
        "--results",
        str(g.folder / "fleet-results"),
    ),
    "graph": lambda g: _leaf(g),
    "impact": lambda g: (*_leaf(g), *CLIENTS, "--change", "root-update off"),
    "inspect": lambda g: (*g.shared, "--check-keys"),
    "lab": lambda g: ("cross-sign",),
    "plan": lambda g: (*_leaf(g), *CLIENTS),
    "timeline": lambda g: (*_leaf(g), *CLIENTS),
    "verify": lambda g: (str(g.folder / "plan"), "--served", str(g.served or g.source)),
}
"""The arguments of each command beside its format and output."""

SUFFIXES: Final = {"graph": (".svg", ".html", ".json", ".graphml", ".dot", ".mmd")}


def application() -> typer.Typer:
    """The program with all its commands."""
    from chainlab.cli import app

    made = typer.Typer(name="chainlab", add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    package = importlib.import_module("chainlab.cli")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith("command_"):
            importlib.import_module(f"chainlab.cli.{module.name}").register(made)
    assert app.app is not made
    return made


def commands() -> dict[str, Any]:
    """Every command by its words."""
    root: Any = get_command(application())
    found: dict[str, Any] = {}
    for name, command in root.commands.items():
        inner = getattr(command, "commands", None)
        if inner is None:
            found[name] = command
        else:
            found.update({f"{name} {each}": one for each, one in inner.items()})
    return found


def formats(command: Any) -> tuple[str, ...]:
    """What ``--format`` takes; one empty string where there is none."""
    for parameter in command.params:
        if "--format" in parameter.opts:
            choices = getattr(parameter.type, "choices", ())
            return tuple(str(c.value if isinstance(c, enum.Enum) else c) for c in choices) or ("",)
    return ("",)


def invocations(ground: Ground) -> Iterator[tuple[str, ...]]:
    """Every command that needs no connection, in every format: to standard output, and to a file where it can."""
    found = commands()
    for name in sorted(found, key=lambda each: (each == "verify", each)):
        if name in CONNECTING:
            continue
        command = found[name]
        arguments = (*name.split(), *ARGUMENTS[name](ground))
        writes = any("--output" in parameter.opts for parameter in command.params)
        stem = ground.folder / name.replace(" ", "-")
        if name == "plan":
            yield (*arguments, "-o", str(ground.folder / "plan"))
            writes = False
        if name == "lab":
            yield (*arguments, "-o", str(ground.folder / "lab"))
            continue
        if name in SUFFIXES:
            yield from ((*arguments, "-o", f"{stem}{suffix}") for suffix in SUFFIXES[name])
            continue
        for kind in formats(command):
            chosen = ("--format", kind) if kind else ()
            yield (*arguments, *chosen)
            if writes:
                yield (*arguments, *chosen, "-o", f"{stem}-{kind or 'plain'}.out")
