"""The agreement table: ``python -m tests.oracles.report [--seeds FIRST:LAST] [--check] [ORACLE …]``.

Runs every installed oracle, or those named, over the catalogue, the regressions and random PKIs, records the counts in
``measurements.json``, and writes ``docs/agreement.md`` and ``chainlab/verifiers/data/agreement.json`` from it. With
``--show N`` the first N disagreements of each are printed. ``--check`` runs nothing: are the page and the data what the
measurements say, and were these made on the present scenarios?

Exit status: 0; 1 if named scenarios disagree that no known divergence lists, if an oracle that was named is not
installed, or if ``--check`` finds something; 2 for wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from tests.oracles.catalogue import CATALOGUE
from tests.oracles.compare import Tally, compare, describe, family_exists, tally
from tests.oracles.divergences import known, load_divergences
from tests.oracles.measurements import Counts, Measurement, digest, load, merged, outdated, save
from tests.oracles.name_forms import KNOWN
from tests.oracles.oracle import ROOT, Cell, Oracle, all_oracles
from tests.oracles.random_pki import scenarios
from tests.oracles.scenario import Scenario, now
from tests.oracles.test_agreement import regressions

PAGE: Final = ROOT / "docs" / "agreement.md"
DATA: Final = ROOT / "chainlab" / "verifiers" / "data" / "agreement.json"

DEVELOPMENT: Final = (
    "0:21000; 1000000:1000600 for families that were corrected after it; for Erlang/OTP also 2000000:2000600, "
    "for wolfSSL also 4000000:4000600, for NSS (classic) also 6000000:6000600, for GnuTLS also 8000000:8000600"
)
"""Seeds that families were written with; a figure from others says more."""

FINAL: Final = "8000000:8000600"
"""Seeds of a measurement, unless others are asked for: a family corrected after a run needs new ones."""


def measure(oracle: Oracle, seeds: str, show: int) -> Measurement:
    """Run one oracle over everything; a slow one over the first seeds alone."""
    first, _, last = seeds.partition(":")
    names = named()
    cells, made = compare(oracle, names), compare(oracle, scenarios(range(int(first), int(last))))
    seeds = f"{first}:{int(first) + len(made)}"
    if show:
        print_disagreements([*cells, *made], show)
    divergences = load_divergences()
    unlisted = [cell.case.id for cell in cells if cell.counts and not cell.agrees and known(cell, divergences) is None]
    return Measurement(
        oracle.id, oracle.version(), oracle.family, f"{now():%Y-%m-%d}", seeds, digest(names),
        counts(tally(oracle, cells)), counts(tally(oracle, made)), tuple(unlisted),
    )  # fmt: skip


def named() -> list[Scenario]:
    """Every named scenario."""
    return [*CATALOGUE, *regressions()]


def counts(found: Tally) -> Counts:
    """A tally as data."""
    return Counts(
        found.cells, found.agreeing, found.accepted, found.paths, found.same_paths, found.unanswered, found.undecided
    )


def print_disagreements(cells: Sequence[Cell], most: int) -> None:
    """The first disagreements in full."""
    for cell in [cell for cell in cells if cell.counts and not cell.agrees][:most]:
        print(describe(cell))


def page(rows: Sequence[Measurement]) -> str:
    """docs/agreement.md."""
    lines = [
        "# Agreement with real verifiers",
        "",
        "How often chainlab's verifier families give the verdict of the program they stand for. Each ran for real on "
        "the named scenarios of `tests/oracles/catalogue.py` with the recorded regressions, and on random PKIs made "
        f"from the seeds of its row (families were written with seeds {DEVELOPMENT}). `make oracles` repeats it; the "
        "counts are recorded in `tests/oracles/measurements.json`, from which this page is made.",
        "",
        "*Open*: random PKIs that do not count, because the program gave no verdict (no support for the question, no "
        "end, or another one at each try) or chainlab said that it does not know. *Paths*: where the program reports "
        "the path it took, how often it is the same one.",
        "",
        "| real verifier | version | family | measured | named | seeds | random | in % | accepted | open | paths |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(row) for row in rows]
    lines += ["", "## Known divergences", ""]
    entries = load_divergences()
    lines += [
        f"- `{entry.oracle}` on {', '.join(f'`{name}`' for name in entry.scenarios)}: {entry.actual}. {entry.reason} "
        f"({entry.source})"
        for entry in entries
    ] or ["None is listed."]
    lines += [
        "",
        "## Names and name constraints",
        "",
        "The random PKIs constrain whole domains only. Constraints of every form, beside names inside, outside and of "
        "another shape, were put to every verifier too: [every answer](name-constraints.md). The families answer alike "
        "or, where the value of a registered ID or other name decides, that they do not know; but for these:",
        "",
        *(f"- `{oracle}`: {why}." for oracle, (_, why) in sorted(KNOWN.items())),
    ]
    return "\n".join(lines) + "\n"


def _line(row: Measurement) -> str:
    made = row.random
    paths = f"{made.same_paths} of {made.paths}" if made.paths else ""
    cells = (
        row.oracle, row.version, f"`{row.family}`", row.date, f"{row.named.agreeing} of {row.named.cells}", row.seeds,
        f"{made.agreeing} of {made.cells}", f"{made.share:.1f}", str(made.accepted),
        f"{made.unanswered} + {made.undecided}", paths,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def data(rows: Iterable[Measurement], before: dict[str, Any]) -> dict[str, Any]:
    """agreement.json: family -> checked_against, cells, agreeing, date; several oracles of one family add up."""
    made: dict[str, Any] = {}
    for row in rows:
        entry = made.setdefault(row.family, {"checked_against": [], "cells": 0, "agreeing": 0, "date": ""})
        entry["checked_against"].append(f"{row.oracle} ({row.version}; seeds {row.seeds})")
        entry["cells"] += row.named.cells + row.random.cells
        entry["agreeing"] += row.named.agreeing + row.random.agreeing
        entry["date"] = max(entry["date"], row.date)
    for entry in made.values():
        entry["checked_against"] = ", ".join(entry["checked_against"])
    return dict(sorted({**before, **made}.items()))


def problems(measurements: Sequence[Measurement]) -> list[str]:
    """What is not as the measurements say, and which of these are out of date."""
    shipped = json.loads(DATA.read_text(encoding="utf-8"))
    found = [f"{PAGE.name} is not what {len(measurements)} measurements say"] * (
        PAGE.read_text(encoding="utf-8") != page(measurements)
    )
    found += [
        f"{DATA.name}: {family} is not what the measurements say"
        for family, entry in data(measurements, {}).items()
        if shipped.get(family) != entry
    ]
    found += [f"{oracle} was measured on other scenarios" for oracle in outdated(measurements, digest(named()))]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table, record and write; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("oracles", nargs="*", help="ids; default: every one that is installed")
    parser.add_argument("--seeds", default=FINAL, help="FIRST:LAST of the random PKIs")
    parser.add_argument("--show", type=int, default=0, help="print so many disagreements of each")
    parser.add_argument("--check", action="store_true", help="only compare what is committed")
    chosen = parser.parse_args(arguments)
    if chosen.check:
        found = problems(load())
        print("\n".join(found) or "up to date")
        return 1 if found else 0
    by_id = {oracle.id: oracle for oracle in all_oracles()}
    unknown = sorted(set(chosen.oracles) - set(by_id))
    if unknown:
        parser.error(f"no such oracle: {', '.join(unknown)}")
    wanted = [oracle for oracle in by_id.values() if not chosen.oracles or oracle.id in chosen.oracles]
    return run(wanted, chosen.seeds, chosen.show, required=bool(chosen.oracles))


def run(wanted: Sequence[Oracle], seeds: str, show: int, *, required: bool) -> int:
    """Measure what is installed and write everything; ``required``: what is not installed is a failure."""
    made, missing = [], 0
    for oracle in wanted:
        if not oracle.version() or not family_exists(oracle):
            print(f"{oracle.id}: not installed ({oracle.install})")
            missing += 1
            continue
        made.append(measure(oracle, seeds, show))
        save(merged(load(), made))  # a run takes half an hour: what was measured is kept if it is stopped
        print(_line(made[-1]), *(f"  not listed: {name}" for name in made[-1].unlisted), sep="\n", flush=True)
    every = merged(load(), made)
    PAGE.write_text(page(every), encoding="utf-8", newline="\n")
    write_data(DATA, every)
    return 1 if any(row.unlisted for row in made) or (required and missing) else 0


def write_data(file: Path, rows: Sequence[Measurement]) -> None:
    """Write agreement.json; families that no oracle measured keep their figures."""
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data(rows, before), indent=1, ensure_ascii=False) + "\n"
    file.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
