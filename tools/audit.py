"""Known vulnerabilities of everything that is locked: ``python -m tools.audit [--write]``.

pip-audit asks an advisory service about the versions of ``requirements-ci.txt``; nothing is installed. Where none
answers (a mirror has no pages of single versions), PyPI's page of the whole project does: it lists the advisories of
the newest version, so it speaks for a pin of just that version. A package about which nobody answered is named as not
audited: silence is no clean bill. ``--write`` keeps the counts in ``tools/audited.json`` for docs/reliability.md. Exit
status 1 if a vulnerability is known, else 0.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tools.lock import LOCK, pins

SERVICES: Final = ("pypi", "osv")
"""Asked in this order, until one answers."""


AUDITED: Final = Path(__file__).resolve().parent / "audited.json"

MAX_NAMED: Final = 10
"""Packages that were not audited, by name."""

PAGE: Final = "https://pypi.org/pypi/{name}/json"
"""What PyPI says of a project and of its newest version, the advisories among it."""


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
    """The answer of the first service that has one, else that of the projects' pages."""
    found = Answer()
    for service in SERVICES:
        done = ask(pinned, service)
        found = answer(pinned, done.stdout, done.stderr)
        if found.audited:
            return found
    return by_pages(pinned, found.why)


def by_pages(pinned: str, why: str, read: Callable[[str], dict[str, Any]] | None = None) -> Answer:
    """What the projects' pages say of pins that are the newest versions; of others nobody says anything."""
    wanted = [line.partition("==") for line in pinned.split()]
    with ThreadPoolExecutor(8) as pool:
        pages = list(pool.map(read or page_of, [name for name, _, _ in wanted]))
    audited, unanswered, known = [], [], []
    for (name, _, version), page in zip(wanted, pages, strict=True):
        if page.get("info", {}).get("version") == version and isinstance(page.get("vulnerabilities"), list):
            audited.append(name)
            known += [_words({"name": name, "version": version}, _found(one)) for one in page["vulnerabilities"]
                      if not one.get("withdrawn")]  # fmt: skip
        else:
            unanswered.append(name)
    return Answer(tuple(audited), tuple(unanswered), tuple(known), why)


def _found(advisory: dict[str, Any]) -> dict[str, Any]:
    return {"id": advisory.get("id", "?"), "fix_versions": advisory.get("fixed_in") or []}


def page_of(name: str) -> dict[str, Any]:
    """The page of a project; empty if it cannot be had."""
    try:
        with urllib.request.urlopen(PAGE.format(name=name), timeout=30) as answered:
            page: dict[str, Any] = json.load(answered)
            return page
    except (OSError, ValueError):
        return {}


def report(answers: Iterable[Answer]) -> tuple[int, str]:
    """Exit status and words."""
    answers = list(answers)
    known = [text for found in answers for text in found.vulnerable]
    unanswered = [name for found in answers for name in found.unanswered]
    lines = [f"{sum(len(found.audited) for found in answers)} packages audited, {len(known)} known vulnerabilities"]
    lines += [f"  {text}" for text in known]
    if unanswered:
        why = next(found.why for found in answers if found.unanswered)
        shown = ", ".join(unanswered[:MAX_NAMED]) + (" …" if len(unanswered) > MAX_NAMED else "")
        lines.append(f"NOT AUDITED, since no advisory service answered: {len(unanswered)} packages: {shown} ({why})")
    return (1 if known else 0), "\n".join(lines)


def write(answers: Iterable[Answer], file: Path = AUDITED) -> None:
    """Keep the counts with the day."""
    answers = list(answers)
    counts = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "audited": sum(len(found.audited) for found in answers),
        "unanswered": sorted(name for found in answers for name in found.unanswered),
        "known": [text for found in answers for text in found.vulnerable],
    }
    file.write_text(json.dumps(counts, indent=1) + "\n", encoding="utf-8", newline="\n")


def main(arguments: Sequence[str]) -> int:
    """Audit the lock."""
    answers = [audit(pinned) for pinned in batches(LOCK.read_text(encoding="utf-8"))]
    status, words = report(answers)
    print(words)
    if "--write" in arguments:
        write(answers)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
