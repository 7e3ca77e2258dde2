"""The suites side by side: ``python -m tests.conformance.report [--check]``.

Asks chainlab's reference family and two independent validators every case, records counts and CPU time in
``data/measured.json`` and writes ``docs/conformance.md`` from it. ``--check`` runs nothing: is the page what the
figures say? A suite that is not at hand keeps its figures.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import chainlab
from chainlab.wording import number_of
from tests.conformance import others
from tests.conformance.case import ACCEPT, REJECT, UNKNOWN, Case, Judge, rfc5280, rfc5280_with_anchor
from tests.conformance.suites import SUITES, Suite, divergences
from tests.conftest import ROOT, SHARED

FILE: Final = Path(__file__).parent / "data" / "measured.json"
PAGE: Final = ROOT / "docs" / "conformance.md"


@dataclass(frozen=True, slots=True)
class Validator:
    """One of those that are compared: its name, version, judge, and what it does not look at (for the reader)."""

    name: str
    version: Callable[[], str]
    judge: Judge
    without: str = ""


VALIDATORS: Final = (
    Validator("chainlab, RFC 5280", lambda: chainlab.__version__, rfc5280),
    Validator("chainlab, RFC 5280 and 5937", lambda: chainlab.__version__, rfc5280_with_anchor,
              "judges what the anchor's certificate says too"),
    Validator("cryptography", lambda: others.version("cryptography"), lambda case: others.limited(others.pyca, case),
              "no certificate policies; a profile for the public web, narrower than RFC 5280"),
    Validator("pyhanko-certvalidator", lambda: others.version("pyhanko-certvalidator"),
              lambda case: others.limited(others.certvalidator, case), "no host names"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """What a validator made of a suite: cases, those answered as the suite does, the others by kind; CPU seconds.

    ``accepted`` are those that the suite rejects, ``rejected`` those that it accepts.
    """

    suite: str
    validator: str
    version: str
    date: str
    cases: int
    right: int
    accepted: int
    rejected: int
    unknown: int
    seconds: float
    slowest: float


def measure(suite: str, cases: Sequence[Case], validator: Validator) -> Row:
    """Ask one validator all these cases."""
    verdicts, spent = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # libraries warn of serial numbers that the suites are about
        for case in cases:
            start = time.process_time()
            verdicts.append((case.expected, validator.judge(case).verdict))
            spent.append(time.process_time() - start)
    return Row(
        suite, validator.name, validator.version(), f"{datetime.now(UTC):%Y-%m-%d}", len(cases),
        right=sum(wanted == given for wanted, given in verdicts),
        accepted=verdicts.count((REJECT, ACCEPT)),
        rejected=verdicts.count((ACCEPT, REJECT)),
        unknown=sum(given == UNKNOWN for _, given in verdicts),
        seconds=round(sum(spent), 1), slowest=round(max(spent, default=0.0), 2),
    )  # fmt: skip


def cases_of(suite: Suite) -> list[Case] | None:
    """The cases that are questions for a verifier of paths; ``None`` where the suite is not at hand."""
    path = SHARED / suite.needs
    if suite.needs and not path.exists():
        return None
    return [case for case in suite.cases(path) if not case.unsupported]


def run(before: Iterable[Row]) -> list[Row]:
    """Measure every suite that is at hand."""
    known, found = list(before), []
    for suite in SUITES:
        cases = cases_of(suite)
        if cases is None:
            found += [row for row in known if row.suite == suite.name]
        else:
            found += [measure(suite.name, cases, validator) for validator in VALIDATORS if validator.version()]
    return found


def load(file: Path = FILE) -> list[Row]:
    """The committed figures."""
    return [Row(**row) for row in json.loads(file.read_text(encoding="utf-8"))] if file.exists() else []


def save(rows: Iterable[Row], file: Path = FILE) -> None:
    """Write the figures."""
    text = json.dumps([asdict(row) for row in rows], indent=1) + "\n"
    file.write_text(text, encoding="utf-8", newline="\n")


_HEAD: Final = """# Conformance

Public suites for verifiers of certification paths, asked of chainlab's reference family (`rfc5280`) and of two
independent Python validators. Written by `python -m tests.conformance.report`; the cases in which chainlab differs
from a suite are listed with reasons in `tests/conformance/divergences.json`, and the tests fail on any other.

Not every difference is a fault: x509-limbo tests the profile of the public web (RFC 5280 and the CA/Browser Forum's
rules), of which the RFC asks less, and a validator with a narrower profile rejects what PKITS accepts. *Unknown* is no
verdict: the search ended at a limit and says so, or no answer came within ten seconds. Seconds are CPU time of one
core for all cases; the slowest case stands beside it. Cases about revocation are left out: nobody here checks it.
"""


def page(rows: Sequence[Row]) -> str:
    """The Markdown page."""
    parts = [_HEAD]
    for suite in SUITES:
        found = [row for row in rows if row.suite == suite.name]
        parts += [f"## {suite.name}", f"{suite.about[0].upper()}{suite.about[1:]}.", _table(found), *_reasons(suite)]
    notes = [f"- {validator.name}: {validator.without}." for validator in VALIDATORS if validator.without]
    parts += ["## What is compared", "\n".join(notes)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _table(rows: Sequence[Row]) -> str:
    columns = ("validator", "as the suite", "accepts, suite rejects", "rejects, suite accepts", "unknown", "seconds",
               "slowest", "measured")  # fmt: skip
    lines = [f"| {' | '.join(columns)} |"]
    lines += ["|---|---|---|---|---|---|---|---|"]
    lines += [
        f"| {row.validator} {row.version} | {row.right} of {row.cases} | {row.accepted} | "
        f"{row.rejected} | {row.unknown} | {row.seconds:.1f} | {row.slowest:.2f} | {row.date} |"
        for row in rows
    ]
    return "\n".join(lines)


def _reasons(suite: Suite) -> list[str]:
    """Why chainlab differs, where it does."""
    lines = [
        f"- {number_of(len(entry.cases), 'case')}, {entry.actual}: {entry.reason} ({entry.source})"
        for entry in divergences(suite.name)
    ]
    return ["Where chainlab's `rfc5280` differs, and why:", "\n".join(lines)] if lines else []


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    if parser.parse_args(arguments).check:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page(load())
        print(f"{PAGE.name} is {'what' if same else 'NOT what'} the figures say")
        return 0 if same else 1
    save(run(load()))
    PAGE.write_text(page(load()), encoding="utf-8", newline="\n")
    print(_table(load()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
