"""Go's crypto/x509, as Debian packages it, through a small program."""

from __future__ import annotations

import os
from pathlib import Path

from tests.oracles.oracle import NATIVE, Answer, Bench, Oracle, first_line, parse_lines, run
from tests.oracles.scenario import CACHE


def _program() -> Path:
    program, source = CACHE / "bin" / "go-verify", NATIVE / "go" / "main.go"
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        scratch = program.with_suffix(f".{os.getpid()}")
        result = run(["go", "build", "-o", scratch, source], GO111MODULE="off", GOFLAGS="", GOPROXY="off")
        if result.returncode:
            raise RuntimeError(f"the Go program does not compile: {result.stderr[-2000:]}")
        scratch.replace(program)
    return program


def _ask(bench: Bench) -> list[Answer]:
    result = run([_program()], bench.lines())
    return parse_lines(result.stdout, len(bench.cases), result.stderr)


ORACLES = (
    Oracle("go", "go", _ask, lambda: first_line(["go", "version"]), "apt-get install golang-go"),
)  # fmt: skip
