"""Runs command lines of chainlab in this process under an audit hook: ``python -m tests.promises.driver JOB.json``.

The job names ``commands`` (lists of arguments) and ``report``, the file for what came out: for every command its exit
status, output and error text, and every audited event of interest with the command that raised it. Beginning with an
audit hook, it sees what the interpreter does, whatever a library wraps.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import traceback
from pathlib import Path
from typing import Any, Final

WATCHED: Final = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.putenv",
                  "urllib.", "ftplib.", "smtplib.", "_thread.start_new_thread", "pty.", "winreg.")  # fmt: skip
WRITING: Final = set("wax+")

events: list[tuple[str, str, str]] = []
running = ["import"]


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """The hook: note events of interest; opening for writing is one."""
    if event == "open":
        path, mode, flags = arguments
        written = WRITING & set(mode) if isinstance(mode, str) else flags & 3
        if written and not isinstance(path, int):  # a descriptor was opened, and seen, before
            events.append((running[0], "open for writing", str(path)))
    elif event.startswith(WATCHED):
        events.append((running[0], event, repr(arguments)[:200]))


class Output(io.TextIOWrapper):
    """A text stream over memory with the ``buffer`` that binary output goes to."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True)

    def text(self) -> str:
        """What was written."""
        raw = self.buffer
        assert isinstance(raw, io.BytesIO)
        return raw.getvalue().decode("utf-8", "replace")


def run(arguments: list[str]) -> dict[str, Any]:
    """One command line as ``chainlab`` runs it."""
    from chainlab.cli import app

    out, err = Output(), Output()
    status: Any = 0
    running[0] = " ".join(arguments)
    sys.argv = ["chainlab", *arguments]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            app.main()
        except SystemExit as leave:
            status = leave.code
        except BaseException:  # noqa: BLE001 - a traceback is what the test looks for
            traceback.print_exc()
            status = "traceback"
    return {"arguments": arguments, "status": status or 0, "out": out.text(), "err": err.text()}


def main() -> None:
    """Run the job."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    from chainlab.cli import app

    app.register()
    app.register = lambda wanted="": None
    results = [run(arguments) for arguments in job["commands"]]
    running[0] = "report"
    Path(job["report"]).write_text(json.dumps({"results": results, "events": events}), encoding="utf-8")


if __name__ == "__main__":
    sys.addaudithook(watch)
    main()
