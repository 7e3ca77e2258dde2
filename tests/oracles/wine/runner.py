"""Puts the cases to Wine's crypt32 and records its answers: ``python -m tests.oracles.wine.runner``.

Wine, the prefix and the program come from ``python -m tools.install_wine``; nothing of the user's own Wine is touched.
The answers are committed beside this file, so that every test run compares with them without Wine.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.oracles.wine.cases import cases
from tests.oracles.wine.forge import forge
from tests.oracles.wine.parts import Case
from tools.install_wine import PREFIX, PROGRAM, WINE, environment

ANSWERS = Path(__file__).with_name("answers.json")
TIME_LIMIT = 300
"""Seconds for all cases; they take about five."""


def installed() -> bool:
    """Whether Wine and the program are there."""
    return WINE.exists() and PROGRAM.exists() and PREFIX.exists()


@dataclass(frozen=True, slots=True)
class Answer:
    """Wine's answer to one case, in the form that is recorded.

    ``chains``: the returned chain first, each as ``ERROR/INFO: LABEL ERROR/INFO, …`` in hexadecimal, leaf first.
    ``ssl``: the code of the SSL policy for the returned chain. ``certificates``: start of a SHA-256 over the
    certificates, which tells whether the question is still the same.
    """

    certificates: str
    chains: tuple[str, ...]
    ssl: str


def encode(case: Case) -> dict[str, bytes]:
    """The certificates of a case by label."""
    return {label: forge(recipe) for label, recipe in case.certificates.items()}


def digest(certificates: Mapping[str, bytes]) -> str:
    """What identifies the certificates of a case."""
    return hashlib.sha256(b"".join(certificates.values())).hexdigest()[:16]


def ask(asked: Iterable[Case]) -> dict[str, Answer]:
    """Put the cases to Wine, in one process."""
    forged = {case.name: (case, encode(case)) for case in asked}
    question = "\n".join(line for case, ders in forged.values() for line in _question(case, ders)) + "\n"
    result = subprocess.run(
        [WINE, PROGRAM],
        input=question.encode(),
        capture_output=True,
        env={**os.environ, **environment()},
        timeout=TIME_LIMIT,
        check=True,
    )
    answers = _blocks(result.stdout.decode("ascii").splitlines())
    return {name: _answer(answers[name], ders) for name, (_, ders) in forged.items()}


def _question(case: Case, ders: Mapping[str, bytes]) -> Iterable[str]:
    yield f"case {case.name}"
    yield f"at {case.at:%Y%m%d%H%M%S}"
    yield "usage 1"
    for label, der in ders.items():
        if label in case.trusted:
            yield f"root {der.hex()}"
        elif label != "L":
            yield f"ca {der.hex()}"
    yield f"leaf {ders['L'].hex()}"
    yield "run"


def _blocks(lines: list[str]) -> dict[str, list[list[str]]]:
    blocks: dict[str, list[list[str]]] = {}
    for line in lines:
        word, _, rest = line.partition(" ")
        if word == "case":
            current = blocks[rest] = []
        elif word != "end":
            current.append([word, *rest.split()])
    return blocks


def _answer(lines: list[list[str]], ders: Mapping[str, bytes]) -> Answer:
    labels = {hashlib.sha1(der, usedforsecurity=False).hexdigest(): label for label, der in ders.items()}
    chains: list[str] = []
    ssl = ""
    for word, *fields in lines:
        if word == "chain":
            chains.append("/".join(fields) + ":")
        elif word == "element":
            chains[-1] += f" {labels[fields[0]]} {fields[1]}/{fields[2]},"
        elif word == "ssl":
            ssl = fields[0]
        else:
            raise RuntimeError(f"the program answers {word} {' '.join(fields)}")
    return Answer(digest(ders), tuple(chain.rstrip(",") for chain in chains), ssl)


def recorded() -> dict[str, Answer]:
    """The committed answers by the name of the case."""
    data = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return {name: Answer(each[0], tuple(each[2:]), each[1]) for name, each in data["answers"].items()}


def recorded_version() -> str:
    """The Wine that gave the committed answers."""
    return str(json.loads(ANSWERS.read_text(encoding="utf-8"))["wine"])


def record(answers: Mapping[str, Answer]) -> None:
    """Write the answers, one case a line."""
    about = "digest of the certificates, SSL policy code, chains; written by python -m tests.oracles.wine.runner"
    lines = [f"{json.dumps(name)}: {json.dumps([a.certificates, a.ssl, *a.chains])}" for name, a in answers.items()]
    text = f'{{"about": {json.dumps(about)},\n"wine": {json.dumps(version())},\n"answers": {{\n'
    ANSWERS.write_text(text + ",\n".join(lines) + "\n}}\n", encoding="utf-8", newline="\n")


def version() -> str:
    """What this Wine calls itself."""
    result = subprocess.run(
        [WINE, "--version"], capture_output=True, text=True, env={**os.environ, **environment()}, check=True
    )
    return result.stdout.strip()


if __name__ == "__main__":
    record(ask(cases()))
