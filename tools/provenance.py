"""The table of all committed data: what made each file, from what, and its SHA-256.

    python -m tools.provenance            bring the hashes of ``provenance.json`` up to date
    python -m tools.provenance --check    only say what differs; exit status 1 if anything does

``provenance.json`` holds groups of files. Written by hand: ``patterns``, ``kind``, ``by`` (the tool or the people),
``from`` (its sources), ``licence``. Written here: ``files``, path to SHA-256. The kinds:

    built       a tool makes the same bytes again from sources that are committed or pinned; the tests do so
    recorded    measured once with a program that is not always at hand, and compared with since
    written     by hand, in this project
    measured    figures that every run of their tool rewrites, and inputs that name themselves by hash: not hashed here

Signing is a decision: look at what changed before committing new hashes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
TABLE: Final = ROOT / "tools" / "provenance.json"

DATA: Final = (
    "chainlab/*/data/*", "fixtures/*/*", "fixtures/*.json", "tests/**/data/*", "tests/**/*.json", "tests/**/*.toml",
    "tests/golden/*", "tests/fuzz/corpus/*/*", "tests/fuzz/found/*", "benchmarks/*.json",
)  # fmt: skip
"""What counts as data: everything committed that is neither code nor a page of the documentation."""

KINDS: Final = ("built", "recorded", "written", "measured")
_CODE: Final = (".py", ".pyc")

Group = dict[str, Any]


def load(table: Path = TABLE) -> list[Group]:
    """The groups of the table."""
    groups: list[Group] = json.loads(table.read_text(encoding="utf-8"))["groups"]
    return groups


def data_files(root: Path = ROOT) -> list[str]:
    """Every data file of the checkout, by its path from the root."""
    return sorted({path for pattern in DATA for path in _matching(root, pattern)})


def _matching(root: Path, pattern: str) -> Iterator[str]:
    for path in root.glob(pattern):
        if path.is_file() and path.suffix not in _CODE:
            yield path.relative_to(root).as_posix()


def files_of(group: Mapping[str, Any], root: Path = ROOT) -> list[str]:
    """The files that a group's patterns name."""
    found = {path for pattern in group["patterns"] for path in _matching(root, pattern)}
    return sorted(found - {path for pattern in group.get("except", ()) for path in _matching(root, pattern)})


def sha256(path: Path) -> str:
    """The hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def signed(group: Mapping[str, Any], root: Path = ROOT) -> dict[str, str]:
    """The hashes of a group's files as they are now."""
    return {} if group["kind"] == "measured" else {path: sha256(root / path) for path in files_of(group, root)}


def problems(groups: Iterable[Mapping[str, Any]], root: Path = ROOT) -> list[str]:
    """What the table lacks or says wrongly, one sentence each."""
    groups = list(groups)
    owners: dict[str, list[str]] = {}
    for group in groups:
        for path in files_of(group, root):
            owners.setdefault(path, []).append(group["id"])
    said = [f"{path} stands in no group" for path in data_files(root) if path not in owners]
    said += [f"{path} stands in {' and '.join(ids)}" for path, ids in owners.items() if len(ids) > 1]
    for group in groups:
        said += _differences(group, signed(group, root))
    return said


def _differences(group: Mapping[str, Any], now: Mapping[str, str]) -> list[str]:
    listed: Mapping[str, str] = group.get("files", {})
    said = [f"{path} ({group['id']}) is not signed" for path in now if path not in listed]
    said += [f"{path} ({group['id']}) is signed, and is not there" for path in listed if path not in now]
    return said + [f"{path} ({group['id']}) is not what was signed" for path in now
                   if path in listed and listed[path] != now[path]]  # fmt: skip


def text_of(document: Mapping[str, Any], groups: Iterable[Group]) -> str:
    """The table as it is committed."""
    return json.dumps({**document, "groups": list(groups)}, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Sign, or check; 0 where nothing is missing or different."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    document = json.loads(TABLE.read_text(encoding="utf-8"))
    groups: list[Group] = document["groups"]
    if not options.check:
        for group in groups:
            files = signed(group)
            group.pop("files", None)
            group |= {"files": files} if files else {}
        TABLE.write_text(text_of(document, groups), encoding="utf-8", newline="\n")
    found = problems(groups)
    print("\n".join(found) or f"{sum(len(group.get('files', ())) for group in groups)} files are signed and unchanged")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
