"""Write ``docs/reliability.md`` from what was measured: ``python -m tools.build_reliability [--check]``.

The figures come from ``tests/fuzz/measured.json``, ``tests/conformance/data/measured.json``,
``tests/promises/measured.json`` and ``benchmarks/hostile.json``; what is not there yet is said to be missing.
``--check`` compares instead of writing; exit status 1 if the page is another.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from chainlab.wording import number_of
from tools import sbom
from tools.provenance import load as provenance_groups

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "reliability.md"

Json = Any
Row = Sequence[str]

NOT_MEASURED: Final = "not measured yet"
SECONDS: Final = 5
"""Of processor time, promised for hostile inputs; ``tests/promises/test_bombs.py`` allows a loaded machine more."""

INJECTION: Final = tuple(f"tests/promises/test_injection{part}.py" for part in ("", "_properties", "_in_browser"))
"""The tests of hostile names: fixed ones through the command line, composed ones, and in a browser."""


def loaded(path: str) -> Json:
    """The figures of a committed file; empty where there are none yet."""
    file = ROOT / path
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def table(head: Row, rows: Iterable[Row]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def link(path: str) -> str:
    """A file of the repository, as a link from docs."""
    return f"[{path}](../{path})"


# --- the promises ---


def fuzzed(prefix: str, figures: dict[str, Json]) -> str:
    """How much the targets of a kind were fuzzed, in one cell."""
    rows = [row for name, row in figures.items() if name.startswith(prefix)]
    if not rows:
        return NOT_MEASURED
    hours = sum(row["cpu_seconds"] for row in rows) / 3600
    inputs, finds = (sum(row[key] for row in rows) for key in ("inputs", "finds"))
    tried = f"{inputs:,} inputs in {hours:.2f} h of CPU"
    return f"{number_of(len(rows), 'target')}, {tried}, {number_of(finds, 'fault')} found"


def bombs_cell(bombs: Sequence[Json]) -> str:
    """The worst of the hostile inputs, in one cell."""
    if not bombs:
        return NOT_MEASURED
    seconds, megabytes = (max(row[key] for row in bombs) for key in ("seconds", "megabytes"))
    late = sum(row["seconds"] > SECONDS for row in bombs)
    slowest = f"the slowest {seconds:.1f} s ({late} above {SECONDS} s)" if late else f"the slowest {seconds:.1f} s"
    return f"{number_of(len(bombs), 'input')}; {slowest}, the largest {megabytes:,.0f} MB"


def conformance_cell(rows: Sequence[Json]) -> str:
    """How the reference family fares, in one cell."""
    ours = [row for row in rows if row["validator"] == "chainlab, RFC 5280"]
    if not ours:
        return NOT_MEASURED
    return "; ".join(f"{row['suite']}: {row['right']} of {row['cases']}" for row in ours)


def promises() -> list[Row]:
    """Each promise, its test, and the figure."""
    figures, bombs = loaded("tests/fuzz/measured.json"), loaded("tests/promises/measured.json").get("bombs", [])
    suites = loaded("tests/conformance/data/measured.json") or []
    signed = sum(len(group.get("files", ())) for group in provenance_groups())
    offline, fuzz = link("tests/promises/test_offline.py"), link("tests/fuzz/test_targets.py")
    secrets, supply = link("tests/promises/test_secrets.py"), link("tests/tools/test_supply_chain.py")
    needed = len(sbom.listed(loaded("docs/sbom.cdx.json")))
    return [
        ("Only chainlab's own errors leave a reader, within 5 s of CPU, whatever the bytes.",
         fuzz, fuzzed("read-", figures)),
        ("Every path builder ends; what it accepts is signed all along and ends at an anchor.",
         f"{fuzz}, {link('tests/contracts/test_verifiers.py')}", fuzzed("search", figures)),
        ("No critical constraint that cannot be read is passed over.", fuzz, fuzzed("constraints", figures)),
        ("No name adds structure to a report or acts on what shows it.",
         ", ".join((*map(link, INJECTION), fuzz)),
         "every command and format, names composed without end, parsers of each format and a browser; renderers: "
         f"{fuzzed('render-', figures)}"),
        ("A full disk, a signal, files that vanish: nothing half-written, nothing silently left out.",
         link("tests/promises/test_faults.py"), "every writer"),
        (f"Caps and budgets end the work in {SECONDS} s of CPU and 300 MB, and the answer says so.",
         link("tests/promises"), bombs_cell(bombs)),
        ("Nothing but `capture` and `verify --served HOST:PORT` connects; commands write only what they are told.",
         offline, "every command, audited"),
        ("Private keys and passwords appear in no output.", secrets, "every command, searched"),
        ("Public suites come out right, or each difference has a written reason.",
         f"{link('tests/conformance/test_suites.py')}, [figures](conformance.md)", conformance_cell(suites)),
        ("Data that ships comes from where it says, byte for byte.", link("tests/tools/test_provenance.py"),
         f"{signed} files signed"),
        ("What CI installs is locked by hash; what chainlab needs to run is listed.",
         supply, f"{len(sbom.locked())} packages locked, {needed} needed to run"),
        ("No vulnerability is known in what is locked; silence is no clean bill.",
         f"{supply}, `make audit`", audited_cell(loaded("tools/audited.json"))),
    ]  # fmt: skip


def audited_cell(found: dict[str, Json]) -> str:
    """What the last audit said, with those about which nobody answered."""
    if not found:
        return NOT_MEASURED
    unanswered = f", not audited: {', '.join(found['unanswered'])}" if found["unanswered"] else ""
    return f"{found['audited']} versions audited on {found['date']}, {len(found['known'])} known{unanswered}"


# --- the others ---

OTHERS: Final = (
    (
        "pyca/cryptography",
        "Path building has a budget of 128 signature checks and one for name constraints "
        "([pull request 14960](https://github.com/pyca/cryptography/pull/14960)); `max_chain_depth` can be set. "
        "The API of its verifier was introduced as unstable "
        "([42.0](https://cryptography.io/en/42.0.1/x509/verification/)). Its "
        "[security policy](https://github.com/pyca/cryptography/blob/40.0.2/docs/security.rst) is broad: whatever "
        "breaks a guarantee that its documentation leads one to expect.",
    ),
    (
        "rustls-webpki",
        "100 signature checks for each path building, since "
        "[an advisory of 2023](https://github.com/advisories/GHSA-fh2r-99q2-6mmg); further budgets for name "
        "constraints and calls. Before it stands rustls, which takes no handshake message above 64 KB.",
    ),
    (
        "sslyze",
        "Its [documentation](https://nabla-c0d3.github.io/sslyze/documentation/available-scan-commands.html) names "
        "no limit for what a certificate or a chain may cost; network timeouts can be set. Path validation is that "
        "of pyca/cryptography, once for each of its five trust stores.",
    ),
)
"""What comparable tools promise, with links; theirs are verifiers or scanners, which read fewer formats."""


def compared(rows: Sequence[Json]) -> str:
    """The hostile inputs given to everyone, as one table."""
    if not rows:
        return f"({NOT_MEASURED})"
    lines: list[Row] = []
    for row in rows:
        first = row["bomb"] if not lines or row["bomb"] != _bomb_before(lines) else ""
        cost = f"{row['seconds']:.2f} s" if row["seconds"] else ""
        lines.append((first, f"{row['peer']} {row['version']}", cost, f"{row['megabytes'] or ''}", row["outcome"]))
    return table(("input", "program", "CPU time", "peak MiB", "answer"), lines)


def _bomb_before(lines: Sequence[Row]) -> str:
    return next(line[0] for line in reversed(lines) if line[0])


# --- the page ---

_HEAD: Final = """# Reliability

What chainlab promises about inputs that nobody vouches for, how each promise is tested, and what was measured. Written
by `python -m tools.build_reliability` from committed figures; [SECURITY.md](../SECURITY.md) says what is *not* promised
and how to report a breach.
"""

_COMPARED: Final = """The same certificates for chainlab and for three others (`python -m benchmarks.hostile`): whole
processes, stopped after 120 s of processor time. chainlab is asked twice: a full `diagnose` by every client that it
knows, none of which trusts the laboratory's root, and one validation by RFC 5280 with that root, which is what the
others do; sslyze has its own five stores. For rustls-webpki a TLS server sends the chain to uv; the time is that of the
whole exchange, and the memory that of the process around it. Where a budget or cap ends chainlab's work it answers
*unknown*, or that a certificate cannot be read; it does not take that for a verdict.
"""

_FUZZED: Final = """Coverage-guided with atheris (`make fuzz SECONDS=600`); the figures add up over all runs. Faults are
repaired, and their inputs (`tests/fuzz/found`) are replayed by the ordinary tests, which also try random damage with
fixed seeds. The longest that one input may take is 5 s of processor time; key derivation is capped at 100,000
iterations there, since its cap (`--max-iterations`, five million) buys time by design.
"""


def fuzz_table(figures: dict[str, Json]) -> str:
    """One row for each target."""
    rows = [
        (f"`{name}`", f"{row['inputs']:,}", f"{row['cpu_seconds']:,.0f}", str(row["finds"]), row["date"])
        for name, row in sorted(figures.items())
    ]
    return table(("target", "inputs", "CPU seconds", "faults found", "last run"), rows)


def bombs_table(bombs: Sequence[Json]) -> str:
    """One row for each hostile input of the tests."""
    rows = [(row["name"], f"{row['seconds']:.2f}", f"{row['megabytes']:,.0f}", row["message"]) for row in bombs]
    return table(("input", "seconds", "MB", "what is said"), rows)


def page() -> str:
    """The Markdown page."""
    figures, bombs = loaded("tests/fuzz/measured.json"), loaded("tests/promises/measured.json").get("bombs", [])
    parts = [_HEAD, "## Promises", table(("promise", "test", "figure"), promises())]
    parts += ["## Hostile certificates, beside others", _COMPARED, compared(loaded("benchmarks/hostile.json") or [])]
    parts += ["## What comparable tools promise", table(("tool", "its own limits"), OTHERS)]
    if bombs:
        parts += ["## Hostile inputs of the tests", bombs_table(bombs)]
    if figures:
        parts += ["## Fuzzing", _FUZZED, fuzz_table(figures)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check, text = parser.parse_args(arguments).check, page()
    if check:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == text
        print(f"{PAGE.name} is {'what' if same else 'NOT what'} the figures say")
        return 0 if same else 1
    PAGE.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
