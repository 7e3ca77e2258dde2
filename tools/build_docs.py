"""Write the reference pages that come from the code: ``python -m tools.build_docs [--check]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chainlab.findings import KINDS
from chainlab.paths.reasons import Reason
from chainlab.windows.selection import LostBecause

DOCS = Path(__file__).resolve().parent.parent / "docs"


def findings_page() -> str:
    """Every finding: code, severity, sentence, why it matters, what to do."""
    parts = ["# Findings\n\nWhat chainlab says beside the clients' verdicts. Codes are stable.\n"]
    parts += [
        f"## {kind.code}\n\n*{kind.severity.value}*: {kind.template}\n\n"
        f"**Why it matters.** {kind.why}\n\n**What to do.** {kind.remedy}\n"
        for kind in sorted(KINDS.values(), key=lambda kind: kind.code)
    ]
    return "\n".join(parts)


def reasons_page() -> str:
    """Why a client rejects, and why a chain is not the one that Windows chooses."""
    lines = ["# Reason codes", "", "## Why a client rejects", "", "| code | meaning |", "|---|---|"]
    lines += [f"| `{reason.code}` | {reason.text} |" for reason in sorted(Reason, key=lambda reason: reason.code)]
    lines += ["", "## Why Windows does not choose a chain", "", "| code | meaning |", "|---|---|"]
    lines += [f"| `{reason.code}` | {reason.text} |" for reason in LostBecause]
    return "\n".join(lines) + "\n"


PAGES = {"findings.md": findings_page, "reasons.md": reasons_page}


def main() -> None:
    """Write the pages, or with ``--check`` only compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = [name for name, page in PAGES.items() if not current(DOCS / name, page())]
    if check:
        sys.exit(f"stale: {', '.join(stale)}; run python -m tools.build_docs" if stale else 0)
    for name in stale:
        (DOCS / name).write_text(PAGES[name](), encoding="utf-8", newline="\n")


def current(path: Path, text: str) -> bool:
    """Whether the page on disk is what the code says."""
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    main()
