"""Carry how far families agree with real verifiers into the package's data.

    python -m tools.measure_agreement FACTS_DIR

runs every family over the measured matrix (``verifier-matrix.json``) and writes
``chainlab/verifiers/data/agreement.json``: family id -> what it was checked against, how many cells, how many agree,
and when. The oracle suite writes the same file from more cases; entries that only it knows stay.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from tests.verifiers.matrix import CONFIGURATIONS, MOMENT, load

AGREEMENT = Path(__file__).resolve().parent.parent / "chainlab/verifiers/data/agreement.json"


def measured(facts: Path) -> dict[str, dict[str, Any]]:
    """The agreement of every family that stands for a configuration of the matrix."""
    matrix = load(facts / "verifier-matrix.json")
    found: dict[str, dict[str, Any]] = defaultdict(lambda: {"checked_against": [], "cells": 0, "agreeing": 0})
    for name, configuration in CONFIGURATIONS.items():
        cells = list(matrix.cells(name))
        entry = found[configuration.family]
        entry["checked_against"].append(name)
        entry["cells"] += len(cells)
        entry["agreeing"] += sum(cell.verdict == cell.recorded for cell in cells)
    return {
        family: {**entry, "checked_against": ", ".join(entry["checked_against"]), "date": f"{MOMENT:%Y-%m-%d}"}
        for family, entry in sorted(found.items())
    }


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facts", type=Path)
    held = json.loads(AGREEMENT.read_text(encoding="utf-8")) if AGREEMENT.exists() else {}
    for family, entry in measured(parser.parse_args().facts).items():
        if held.get(family, {}).get("cells", 0) <= entry["cells"]:
            held[family] = entry
    text = json.dumps(dict(sorted(held.items())), indent=1, ensure_ascii=False) + "\n"
    AGREEMENT.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
