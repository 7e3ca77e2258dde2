"""The agreement table: ``python -m tests.oracles.report [--seeds FIRST:LAST] [ORACLE …]``.

Runs installed oracles over the catalogue, the regressions and random PKIs, keeps each one's counts, seeds, version and
date in ``runs.json``, and writes ``docs/agreement.md`` and ``chainlab/verifiers/data/agreement.json`` from all that
file holds. With ``--show N`` the first N disagreements of each are printed; ``--dry-run`` writes nothing.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tests.oracles.catalogue import CATALOGUE
from tests.oracles.compare import compare, describe, family_exists, tally
from tests.oracles.divergences import load_divergences
from tests.oracles.oracle import ROOT, Cell, Oracle, all_oracles
from tests.oracles.random_pki import scenarios
from tests.oracles.scenario import now
from tests.oracles.test_agreement import regressions

PAGE: Final = ROOT / "docs" / "agreement.md"
DATA: Final = ROOT / "chainlab" / "verifiers" / "data" / "agreement.json"
RUNS: Final = Path(__file__).with_name("runs.json")

DEVELOPMENT: Final = (
    "0:21000; 1000000:1000600 for families that were corrected after it; for Erlang/OTP also 2000000:2000600, "
    "for wolfSSL also 4000000:4000600, for NSS (classic) also 6000000:6000600"
)
"""Seeds that families were written with; a figure from others says more."""

FINAL: Final = "6000000:6000600"
"""Seeds of a measurement, unless others are asked for: a family corrected after a run needs new ones."""


@dataclass(frozen=True, slots=True)
class Run:
    """One oracle's last measurement: named scenarios apart from the random PKIs of ``seeds``.

    ``unanswered``: random PKIs on which the verifier gave no verdict; ``undecided``: on which chainlab gave none.
    """

    oracle: str
    version: str
    family: str
    seeds: str
    date: str
    named: int
    named_agreeing: int
    cells: int
    agreeing: int
    accepted: int
    paths: int
    same_paths: int
    unanswered: int
    undecided: int

    @property
    def share(self) -> float:
        """Agreeing random cells in per cent."""
        return 100 * self.agreeing / self.cells if self.cells else 0.0


def measure(oracle: Oracle, seeds: str, show: int) -> Run:
    """Run one oracle over everything."""
    first, _, last = seeds.partition(":")
    made = scenarios(range(int(first), int(last)))
    cells = compare(oracle, [*CATALOGUE, *regressions()]), compare(oracle, made)
    if show:
        print_disagreements([cell for part in cells for cell in part], show)
    used = f"{first}:{int(first) + len(cells[1])}"
    return counted(oracle, used, *cells)


def counted(oracle: Oracle, seeds: str, on_named: Sequence[Cell], on_random: Sequence[Cell]) -> Run:
    """The counts of two sets of cells."""
    named, made = tally(oracle, on_named), tally(oracle, on_random)
    return Run(
        oracle.id, oracle.version(), oracle.family, seeds, f"{now():%Y-%m-%d}", named.cells, named.agreeing,
        made.cells, made.agreeing, made.accepted, made.paths, made.same_paths, made.unanswered, made.undecided,
    )  # fmt: skip


def print_disagreements(cells: Sequence[Cell], most: int) -> None:
    """The first disagreements in full."""
    for cell in [cell for cell in cells if cell.counts and not cell.agrees][:most]:
        print(describe(cell))


def page(runs: Iterable[Run]) -> str:
    """docs/agreement.md."""
    lines = [
        "# Agreement with real verifiers",
        "",
        "How often chainlab's verifier families give the verdict of the program they stand for. Each runs for real on "
        "the named scenarios of `tests/oracles/catalogue.py` with the recorded regressions, and on random PKIs whose "
        f"seeds were not used to write it (those were {DEVELOPMENT}). `make oracles` repeats it; "
        "`python -m tests.oracles.report ORACLE --seeds FIRST:LAST` repeats one line.",
        "",
        "*Unanswered*: random PKIs on which the program gave no verdict (no support for the question, or it never came "
        "to an end) and on which chainlab said that it does not know; neither is counted. *Paths*: where the program "
        "reports the path it took, how often it is the same one.",
        "",
        "| real verifier | version | family | seeds | named | random | in % | accepted | unanswered | paths | date |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [line(run) for run in runs]
    lines += ["", "## Known divergences", ""]
    entries = load_divergences()
    lines += [
        f"- `{entry.oracle}` on {', '.join(f'`{name}`' for name in entry.scenarios)}: {entry.actual}. {entry.reason} "
        f"({entry.source})"
        for entry in entries
    ] or ["None is listed."]
    return "\n".join(lines) + "\n"


def line(run: Run) -> str:
    """One line of the table."""
    cells = (
        run.oracle, run.version, f"`{run.family}`", run.seeds, f"{run.named_agreeing} of {run.named}",
        f"{run.agreeing} of {run.cells}", f"{run.share:.1f}", str(run.accepted), f"{run.unanswered} + {run.undecided}",
        f"{run.same_paths} of {run.paths}" if run.paths else "", run.date,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def data(runs: Iterable[Run], before: dict[str, Any]) -> dict[str, Any]:
    """agreement.json: family -> checked_against, cells, agreeing, date; several oracles of one family add up."""
    made: dict[str, Any] = {}
    for run in runs:
        entry = made.setdefault(run.family, {"checked_against": [], "cells": 0, "agreeing": 0, "date": ""})
        entry["checked_against"].append(f"{run.oracle} ({run.version}; seeds {run.seeds})")
        entry["cells"] += run.named + run.cells
        entry["agreeing"] += run.named_agreeing + run.agreeing
        entry["date"] = max(entry["date"], run.date)
    for entry in made.values():
        entry["checked_against"] = ", ".join(entry["checked_against"])
    return dict(sorted({**before, **made}.items()))


def load_runs(file: Path = RUNS) -> dict[str, Run]:
    """The recorded measurements by oracle."""
    if not file.exists():
        return {}
    return {entry["oracle"]: Run(**entry) for entry in json.loads(file.read_text(encoding="utf-8"))}


def main() -> None:
    """Measure, print the lines, and write what all measurements add up to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("oracles", nargs="*", help="ids; default: every one that is installed")
    parser.add_argument("--seeds", default=FINAL, help="FIRST:LAST of the random PKIs")
    parser.add_argument("--show", type=int, default=0, help="print so many disagreements of each")
    parser.add_argument("--dry-run", action="store_true", help="print, write nothing")
    chosen = parser.parse_args()
    for oracle in all_oracles():
        if chosen.oracles and oracle.id not in chosen.oracles:
            continue
        if not oracle.version() or not family_exists(oracle):
            print(f"{oracle.id}: not installed ({oracle.install})")
            continue
        run = measure(oracle, chosen.seeds, chosen.show)
        print(line(run), flush=True)
        if not chosen.dry_run:
            record(run)


def record(run: Run, runs: Path = RUNS, page_file: Path = PAGE, data_file: Path = DATA) -> None:
    """Keep a measurement in the place of the oracle's last one, and write page and data anew."""
    kept = dict(sorted({**load_runs(runs), run.oracle: run}.items()))
    _write(runs, json.dumps([asdict(each) for each in kept.values()], indent=1, ensure_ascii=False) + "\n")
    _write(page_file, page(kept.values()))
    before = json.loads(data_file.read_text(encoding="utf-8")) if data_file.exists() else {}
    _write(data_file, json.dumps(data(kept.values(), before), indent=1, ensure_ascii=False) + "\n")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
