"""The agreement table: ``python -m tests.oracles.report [--seeds FIRST:LAST] [ORACLE …]``.

Runs every installed oracle over the catalogue, the regressions and random PKIs, and writes ``docs/agreement.md`` and
``chainlab/verifiers/data/agreement.json``. With ``--show N`` the first N disagreements of each are printed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.oracles.catalogue import CATALOGUE
from tests.oracles.compare import Tally, compare, describe, family_exists, tally
from tests.oracles.divergences import load_divergences
from tests.oracles.oracle import ROOT, Cell, Oracle, all_oracles
from tests.oracles.random_pki import scenarios
from tests.oracles.scenario import now
from tests.oracles.test_agreement import regressions

PAGE: Final = ROOT / "docs" / "agreement.md"
DATA: Final = ROOT / "chainlab" / "verifiers" / "data" / "agreement.json"

DEVELOPMENT: Final = "0:21000 and 1000000:1000600"
"""Seeds that families were written with; a figure from others says more."""

FINAL: Final = "2000000:2000600"
"""Seeds of the published figure."""


@dataclass(frozen=True, slots=True)
class Row:
    """One oracle's line: random PKIs apart from the named scenarios."""

    oracle: Oracle
    version: str
    named: Tally
    random: Tally


def measure(oracle: Oracle, seeds: range, show: int) -> Row:
    """Run one oracle over everything."""
    named = [*CATALOGUE, *regressions()]
    cells = compare(oracle, named), compare(oracle, scenarios(seeds))
    if show:
        print_disagreements([cell for part in cells for cell in part], show)
    return Row(oracle, oracle.version(), tally(oracle, cells[0]), tally(oracle, cells[1]))


def print_disagreements(cells: Sequence[Cell], most: int) -> None:
    """The first disagreements in full."""
    for cell in [cell for cell in cells if cell.counts and not cell.agrees][:most]:
        print(describe(cell))


def page(rows: Sequence[Row], seeds: str) -> str:
    """docs/agreement.md."""
    lines = [
        "# Agreement with real verifiers",
        "",
        "How often chainlab's verifier families give the verdict of the program they stand for. Each runs for real on "
        f"the named scenarios of `tests/oracles/catalogue.py` with the recorded regressions, and on random PKIs (seeds "
        f"{seeds}, which were not used to write the families; those were {DEVELOPMENT}). `make oracles` repeats it.",
        "",
        f"Measured on {now():%Y-%m-%d}. *Paths*: where the program reports the path it took, how often it is the "
        "same one.",
        "",
        "| real verifier | version | family | named | random | in % | accepted | paths |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_line(row) for row in rows]
    lines += ["", "## Known divergences", ""]
    entries = load_divergences()
    lines += [
        f"- `{entry.oracle}` on {', '.join(f'`{name}`' for name in entry.scenarios)}: {entry.actual}. {entry.reason} "
        f"({entry.source})"
        for entry in entries
    ] or ["None is listed."]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    named, made = row.named, row.random
    paths = f"{made.same_paths} of {made.paths}" if made.paths else ""
    cells = (
        row.oracle.id, row.version, f"`{row.oracle.family}`", f"{named.agreeing} of {named.cells}",
        f"{made.agreeing} of {made.cells}", f"{made.share:.1f}", str(made.accepted), paths,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def data(rows: Sequence[Row], before: dict[str, Any]) -> dict[str, Any]:
    """agreement.json: family -> checked_against, cells, agreeing, date; several oracles of one family add up."""
    made: dict[str, Any] = {}
    for row in rows:
        entry = made.setdefault(
            row.oracle.family, {"checked_against": [], "cells": 0, "agreeing": 0, "date": f"{now():%Y-%m-%d}"}
        )
        entry["checked_against"].append(f"{row.oracle.id} ({row.version})")
        entry["cells"] += row.named.cells + row.random.cells
        entry["agreeing"] += row.named.agreeing + row.random.agreeing
    for entry in made.values():
        entry["checked_against"] = ", ".join(entry["checked_against"])
    return dict(sorted({**before, **made}.items()))


def main() -> None:
    """Measure, print the table and, unless single oracles are asked for, write the page and the data."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("oracles", nargs="*", help="ids; default: every one that is installed")
    parser.add_argument("--seeds", default=FINAL, help="FIRST:LAST of the random PKIs")
    parser.add_argument("--show", type=int, default=0, help="print so many disagreements of each")
    chosen = parser.parse_args()
    first, _, last = chosen.seeds.partition(":")
    rows = []
    for oracle in all_oracles():
        if chosen.oracles and oracle.id not in chosen.oracles:
            continue
        if not oracle.version() or not family_exists(oracle):
            print(f"{oracle.id}: not installed ({oracle.install})")
            continue
        rows.append(measure(oracle, range(int(first), int(last)), chosen.show))
        print(_line(rows[-1]), flush=True)
    if not chosen.oracles:
        PAGE.write_text(page(rows, chosen.seeds), encoding="utf-8", newline="\n")
        write_data(DATA, rows)


def write_data(file: Path, rows: Sequence[Row]) -> None:
    """Write agreement.json; families that were not measured now keep their figures."""
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(data(rows, before), indent=1, ensure_ascii=False) + "\n"
    file.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
