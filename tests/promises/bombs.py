"""Small inputs that ask for much work: what a stranger can put into a certificate, a container or a capture.

Each bomb is a command line and what has to come of it: an exit status of the contract and words that say what was
expected, found, and where. ``python -m tests.promises.bombs`` runs them all and writes ``measured.json``; with a part
of a name, it runs those and replaces their rows.
"""

from __future__ import annotations

import functools
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.promises import bombs_archives as archives
from tests.promises import bombs_certificates as certificates
from tests.promises import bombs_meshes as meshes
from tests.promises import bombs_pfx as pfx
from tests.promises import bombs_streams as streams
from tests.promises import bombs_texts as texts
from tests.promises.bounded import Ran, run

MAX_SECONDS: Final = 5
MAX_MEGABYTES: Final = 300
MEASURED: Final = Path(__file__).with_name("measured.json")
AT: Final = ("--at", "2026-11-20")
NONE: Final = ("--server", "none", *AT)


@dataclass(frozen=True, slots=True)
class Bomb:
    """One hostile input: what makes it in a folder and gives its path, the command with ``@`` for that path, what then.

    ``says``: words of the answer. ``several``: more bombs are made of the same input, which is one file.
    """

    name: str
    make: Callable[[Path], Path]
    says: str
    command: Sequence[str] = ("inspect", "@")
    statuses: frozenset[int] = field(default=frozenset({3}))
    several: bool = False

    def run(self, folder: Path) -> Ran:
        """Make the input and run the command."""
        path = self.make(folder) if not self.several else folder / "input.pem"
        if self.several:
            path.write_bytes(_content(self.make))
        filled = (part.replace("@", str(path)).replace("%", str(folder)) for part in self.command)
        return run(tuple(filled), folder)


@functools.lru_cache(maxsize=2)
def _content(make: Callable[[Path], Path]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return make(Path(folder)).read_bytes()


READ: Final = frozenset({0, 1})
"""The exit statuses of an input that could be read."""

EITHER: Final = READ | {3}
"""And that of one that could not, with a message that says why."""

DIAGNOSE: Final = ("diagnose", "@", *NONE)


def _on(*commands: str) -> list[tuple[str, tuple[str, ...]]]:
    """Commands by their first word, each with its input and what it needs."""
    more = {
        "explain": ("--client", "chrome"), "graph": ("-o", "%/graph.json"), "impact": ("--change", "root-update off"),
        "plan": ("-o", "%/plan"),
    }  # fmt: skip
    return [(name, (*name.split(), "@", *NONE, *more.get(name, ()))) for name in commands]


def _said(name: str, command: str) -> str:
    """What is told where a graph has more paths than are looked at, by the command that tells findings."""
    endless = name.startswith(("mesh of", "20 layers", "10 layers", "10000 namesakes"))
    return "the search stopped after" if command == "diagnose" and endless else ""


BOMBS: Final[tuple[Bomb, ...]] = (
    *(Bomb(f"pfx: {name}", make, says, statuses=frozenset({3, 4})) for name, make, says in pfx.ALL),
    *(Bomb(f"archive: {name}", make, says, statuses=EITHER) for name, make, says in archives.ALL),
    *(Bomb(f"text: {name}", make, says, statuses=EITHER) for name, make, says in texts.ALL),
    *(Bomb(f"stream: {name}", make, says, statuses=EITHER) for name, make, says in streams.ALL),
    *(Bomb(f"certificate: {name}", make, says, DIAGNOSE, EITHER) for name, make, says in certificates.ALL),
    *(
        Bomb(f"{name}: {command}", make, _said(name, command), line, READ, several=True)
        for name, make in meshes.ALL
        for command, line in _on("diagnose", "diagnose --served", "explain", "graph", "impact", "plan", "timeline",
                                 "timeline --served")
    ),
    *(
        Bomb(f"{name}: {command}", make, "dates were not looked at", line, frozenset({1}), several=True)
        for name, make in meshes.DATED
        for command, line in _on("timeline", "timeline --served")
    ),
    *(
        Bomb(f"1000 server certificates: {command}", functools.partial(meshes.crowd, size=1000), "", line, READ,
             several=True)
        for command, line in _on("diagnose", "diagnose --served", "impact", "plan")
    ),
    *(
        Bomb(f"mesh of 30: graph as {kind}", meshes.ALL[3][1], "more than the 300 that can be laid out",
             ("graph", "@", *NONE, "-o", f"%/graph.{kind}"), frozenset({2}))
        for kind in ("svg", "html")
    ),
)  # fmt: skip


def measure(only: str = "") -> list[dict[str, object]]:
    """Run every bomb whose name contains the text; what each took."""
    rows: list[dict[str, object]] = []
    for bomb in BOMBS:
        if only not in bomb.name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            ran = bomb.run(Path(folder))
            message = ran.message.replace(folder, "…")
        good = ran.status in bomb.statuses and bomb.says in ran.text and "Traceback" not in ran.text
        good = good and ran.seconds <= MAX_SECONDS and ran.megabytes <= MAX_MEGABYTES
        print(f"{'' if good else 'FAIL':4} {ran.status:4} {ran.seconds:6.1f} s {ran.megabytes:6.0f} MB  {bomb.name}: "
              f"{message[:150]}", flush=True)  # fmt: skip
        rows.append({
            "name": bomb.name, "seconds": round(ran.seconds, 1), "megabytes": max(0, round(ran.megabytes)),
            "message": message,
        })  # fmt: skip
    return rows


if __name__ == "__main__":
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    rows = measure(only)
    if only and MEASURED.exists():  # the others stay as they were measured
        known = {row["name"]: row for row in json.loads(MEASURED.read_text("utf-8"))["bombs"]}
        known.update({str(row["name"]): row for row in rows})
        rows = [known[bomb.name] for bomb in BOMBS if bomb.name in known]
    if rows:
        MEASURED.write_text(json.dumps({"bombs": rows}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
