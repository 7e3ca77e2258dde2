"""chainlab beside its peers in one run; writes the tables of ``docs/benchmarks.md``.

    python -m benchmarks.comparison [--runs 9] [--ccadb ZIP] [--write]

Peers: ``openssl verify``, ``cfssl bundle`` (Debian's golang-cfssl), the verifier of pyca/cryptography,
pyhanko-certvalidator, and sslyze's certificate check (``python -m venv .peers && .peers/bin/pip install
sslyze==6.3.1``). What is not installed is left out. Exit status 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import cryptography

from benchmarks import ccadb, in_process
from benchmarks.cold_diagnose import ALLOWANCE, FACTOR
from benchmarks.measuring import Run, paired, python, run
from benchmarks.scenes import AT, ROOT, Scene, copies, deep, mesh, pem, r46, same_name
from benchmarks.store_export import read, shipped
from chainlab.lab.writers import sst

PAGE: Final = ROOT / "docs/benchmarks.md"
JOB: Final = ("fixtures/r46/leaf-and-issuer.pfx", "--lab", "fixtures/lab.json", "--at", f"{AT:%Y-%m-%d}")
SSLYZE: Final = ROOT / ".peers/bin/python"
STORE_SIZE: Final = 434
WORST: Final[tuple[Callable[[Path], Scene], ...]] = (
    mesh(10), mesh(30), mesh(100), same_name(10_000), copies(10_000), deep(25),
)  # fmt: skip


def peer(module: str, scene: Scene, *calls: str, interpreter: str = sys.executable) -> list[str]:
    """The command of one of ``benchmarks.peers``."""
    return [interpreter, "-m", f"benchmarks.peers.{module}", *scene.files, AT.isoformat(), scene.host, *calls]


def tools(scene: Scene) -> dict[str, list[str]]:
    """Every peer that is installed, asked about a scene."""
    leaf, chain, roots = scene.files
    found = {"pyca/cryptography": peer("pyca", scene), "pyhanko-certvalidator": peer("pyhanko", scene)}
    if shutil.which("openssl"):
        time = f"{AT.timestamp():.0f}"
        found["openssl verify"] = ["openssl", "verify", "-attime", time, "-untrusted", chain, "-CAfile", roots, leaf]
    if shutil.which("cfssl"):
        found["cfssl bundle"] = ["cfssl", "bundle", "-cert", leaf, "-ca-bundle", roots, "-int-bundle", chain]
    return found


def verdict(ended: Run) -> str:
    """What a tool said."""
    try:
        return str(json.loads(ended.output)["verdict"])
    except (ValueError, KeyError, TypeError):
        return "accept" if ended.status == 0 else "reject"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cold(folder: Path, runs: int) -> tuple[str, bool]:
    """Whole processes, from start to exit: the main job beside one validation by each peer."""
    scene = r46(folder / "r46")
    commands = {
        "python -c 'import cryptography.x509'": [sys.executable, "-c", "import cryptography.x509"],
        "chainlab diagnose PFX": python("chainlab", "diagnose", *JOB, "--format", "json"),
        **tools(scene),
    }
    if SSLYZE.exists():
        commands["sslyze certificate check"] = peer("sslyze_check", scene, interpreter=str(SSLYZE))
    found = paired(commands, runs)
    stores = {"chainlab diagnose PFX": in_process.stores(), "sslyze certificate check": 5}
    rows = []
    for name, ended in found.items():
        count = 0 if name.startswith("python") else stores.get(name, 1)
        each = f"{ended.seconds / count * 1000:.1f} ms" if count else ""
        rows.append((name, f"{ended.seconds * 1000:.0f} ms", str(count or ""), each, f"{ended.peak:.0f} MiB"))
    floor, job, *_ = (ended.seconds for ended in found.values())
    target = FACTOR * floor + ALLOWANCE
    kept = job <= target
    sentence = (
        f"`chainlab diagnose` takes {job / floor:.1f} times the import; target: {FACTOR:g} times + "
        f"{ALLOWANCE * 1000:.0f} ms = {target * 1000:.0f} ms: {'met' if kept else '**missed**'}."
    )
    head = ("process", "time", "trust stores", "per trust store", "peak memory")
    return f"{table(head, rows)}\n\n{sentence}", kept


def store(folder: Path, runs: int) -> str:
    """Whole processes again: a store export of as many certificates as a well-used Windows has roots."""
    folder = folder / "store"
    folder.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        roots = [item.certificate for item in read(shipped()).certificates][:STORE_SIZE]
    export, text = folder / "roots.sst", folder / "roots.pem"
    export.write_bytes(sst((root, {}) for root in roots))
    text.write_bytes(pem(roots))
    commands = {
        "cryptography, names and keys": python("benchmarks.peers.names", str(text)),
        "chainlab inspect SST": python("chainlab", "inspect", str(export), "--format", "json"),
        "chainlab diagnose PFX --store Root=SST": python(
            "chainlab", "diagnose", *JOB, "--format", "json", "--store", f"LocalMachine/Root={export}"
        ),
    }
    rows = [
        (name, f"{ended.seconds * 1000:.0f} ms", f"{ended.peak:.0f} MiB")
        for name, ended in paired(commands, runs).items()
    ]
    return table((f"process, {len(roots)} certificates", "time", "peak memory"), rows)


def warm(folder: Path, calls: int) -> str:
    """Validations per second in a process that has loaded its trust stores."""
    scene = r46(folder / "warm")
    modules = {
        "chainlab, every named client": "chainlab_all",
        "chainlab, what Windows builds": "chainlab_windows",
        "chainlab, RFC 5280, one store": "chainlab_path",
        "pyca/cryptography, one store": "pyca",
        "pyhanko-certvalidator, one store": "pyhanko",
    }
    commands = {name: peer(module, scene, str(calls)) for name, module in modules.items()}
    if SSLYZE.exists():
        commands["sslyze, five stores"] = peer("sslyze_check", scene, str(calls), interpreter=str(SSLYZE))
    rows = []
    for name, ended in paired(commands, 3).items():
        answer = json.loads(ended.output)
        rows.append((name, f"{answer['warm'] * 1000:.2f} ms", f"{1 / answer['warm']:,.0f}", answer["verdict"]))
    return table(("in one process", "each", "per second", "answer"), rows)


def worst(folder: Path, limit: float) -> str:
    """Inputs made to be hard; whole processes, stopped after ``limit`` seconds."""
    rows: list[tuple[str, ...]] = []
    for make in WORST:
        scene = make(folder / f"worst {len(rows)}")
        commands = {
            "chainlab, RFC 5280": peer("chainlab_path", scene),
            "chainlab, Windows": peer("chainlab_windows", scene),
            **tools(scene),
        }
        for name, command in commands.items():
            ended = run(command, limit)
            result = ("", "", f"nothing after {limit:.0f} s")
            if ended is not None:
                result = (f"{ended.seconds:.2f} s", f"{ended.peak:.0f} MiB", verdict(ended))
            rows.append((scene.name if name.startswith("chainlab, R") else "", name, *result))
    return table(("input", "tool", "time", "peak memory", "answer"), rows)


def versions() -> str:
    """Of what took part."""
    found = [f"Python {platform.python_version()}", f"cryptography {cryptography.__version__}"]
    if shutil.which("openssl"):
        ended = run(["openssl", "version"])
        found.append(" ".join(ended.output.split()[:2]) if ended else "OpenSSL")
    return ", ".join(found)


INTRODUCTION: Final = """# Benchmarks

Measured by `python -m benchmarks.comparison --write`; every table is one run in which the tools took turns, figures
are medians. Times are processor time. Only ratios within a table mean something: the machine was shared.
"""


def main() -> None:
    """Measure, print, and write the page if asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--calls", type=int, default=50)
    parser.add_argument("--limit", type=float, default=60)
    parser.add_argument("--ccadb", type=Path, help="ZIP of DER files: every certificate of the CCADB")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        main_job, met = cold(folder, options.runs)
        exported = store(folder, options.runs)
        diagnosis, within = in_process.measure(options.runs)
        parts = [INTRODUCTION, versions() + ".", "## The main job, cold", main_job]
        parts += ["## A store export, cold", exported, "## In one process", diagnosis]
        parts.append(warm(folder, options.calls))
        if options.ccadb is not None:
            landscape, indexed = ccadb.measure(options.ccadb, folder, options.runs)
            parts += ["## Every certificate of the CCADB", landscape]
            met = met and indexed
        parts += ["## Worst cases", worst(folder, options.limit)]
    text = "\n\n".join(part.strip() for part in parts) + "\n"
    print(text)
    if options.write:
        PAGE.write_text(text, encoding="utf-8")
    sys.exit(not (met and within))


if __name__ == "__main__":
    main()
