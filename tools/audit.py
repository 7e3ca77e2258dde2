"""Known vulnerabilities of everything that is locked: ``python -m tools.audit``.

pip-audit asks an advisory service about the versions of ``requirements-ci.txt``; nothing is installed. A package about
which no service answered is named as not audited: silence is no clean bill. Exit status 1 if a vulnerability is known,
else 0.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools.lock import LOCK, pins

SERVICES: Final = ("pypi", "osv")
"""Asked in this order, until one answers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one question: packages audited, those without an answer, and vulnerabilities in words."""

    audited: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    vulnerable: tuple[str, ...] = ()
    why: str = ""


def batches(text: str) -> list[str]:
    """The pins of a lock in as many files as a package has versions, since one file may name a package once."""
    files: list[dict[str, str]] = []
    for pin in pins(text):
        place = next((file for file in files if pin.name not in file), None)
        if place is None:
            files.append(place := {})
        place[pin.name] = pin.version
    return ["".join(f"{name}=={version}\n" for name, version in file.items()) for file in files]


def ask(pinned: str, service: str) -> subprocess.CompletedProcess[str]:
    """Run pip-audit over these pins."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text(pinned, encoding="utf-8")
        command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner", "off"]
        command += ["--vulnerability-service", service, "--format", "json", "-r", str(file)]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def answer(pinned: str, out: str, err: str) -> Answer:
    """Read what pip-audit printed; without JSON nothing was answered, and its last words say why."""
    try:
        rows: list[dict[str, Any]] = json.loads(out)["dependencies"]
    except (ValueError, KeyError):
        lines = err.strip().splitlines() or ["no answer"]
        return Answer(unanswered=tuple(pinned.split()), why=lines[-1][:200])
    skipped = [row for row in rows if "skip_reason" in row]
    audited = [row for row in rows if "skip_reason" not in row]
    known = tuple(_words(row, found) for row in audited for found in row["vulns"])
    why = str(skipped[0]["skip_reason"]) if skipped else ""
    return Answer(tuple(row["name"] for row in audited), tuple(row["name"] for row in skipped), known, why)


def _words(row: dict[str, Any], found: dict[str, Any]) -> str:
    return f"{row['name']} {row['version']}: {found['id']}, fixed in {', '.join(found['fix_versions']) or 'no version'}"


def audit(pinned: str) -> Answer:
    """The answer of the first service that has one, else the last one's."""
    found = Answer()
    for service in SERVICES:
        done = ask(pinned, service)
        found = answer(pinned, done.stdout, done.stderr)
        if found.audited:
            break
    return found


def report(answers: Iterable[Answer]) -> tuple[int, str]:
    """Exit status and words."""
    answers = list(answers)
    known = [text for found in answers for text in found.vulnerable]
    unanswered = [name for found in answers for name in found.unanswered]
    lines = [f"{sum(len(found.audited) for found in answers)} packages audited, {len(known)} known vulnerabilities"]
    lines += [f"  {text}" for text in known]
    if unanswered:
        why = next(found.why for found in answers if found.unanswered)
        lines.append(f"NOT AUDITED, since no advisory service answered: {len(unanswered)} packages ({why})")
    return (1 if known else 0), "\n".join(lines)


def main() -> int:
    """Audit the lock."""
    status, words = report(audit(pinned) for pinned in batches(LOCK.read_text(encoding="utf-8")))
    print(words)
    return status


if __name__ == "__main__":
    sys.exit(main())
