"""Carry the collected facts into the package's data files.

    python -m tools.import_facts FACTS_DIR

reads ``trust-stores.json``, ``ca-certificates.json`` and ``microsoft-root-program.json`` and writes, deterministically:

    chainlab/catalog/data/certificates.jsonl          facts of roots and CA certificates, one a line, by SHA-256
    chainlab/catalog/data/root-program-DATE.json      Microsoft's list, one file a date
    chainlab/clients/data/roots.txt                   SHA-256 of every root of a snapshot; the line number is its index
    chainlab/clients/data/stores.json                 snapshot id -> set of root indexes (bit mask, hexadecimal)
    chainlab/clients/data/clients.jsonl               one client profile a line

``roots.txt`` only grows at its end, so that the masks of older snapshots stay as they are.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tools.client_families import family_of

PACKAGE = Path(__file__).resolve().parent.parent / "chainlab"
_FACTS = (
    "sha256", "sha1", "subject", "issuer", "serial", "not_before", "not_after", "spki_sha256", "key",
    "signature_hash", "ski", "aki", "ca", "path_len", "eku", "name_constrained", "published_at", "category", "source",
)  # fmt: skip
Facts = dict[str, Any]


def write_lines(path: Path, rows: Iterable[object]) -> None:
    """One compact JSON value a line."""
    text = "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def instant(text: str) -> str:
    """An ISO time in the short UTC form used in the data files."""
    return datetime.fromisoformat(text).strftime("%Y-%m-%dT%H:%M:%SZ")


def certificate_rows(roots: list[Facts], certificates: list[Facts]) -> list[Facts]:
    """Facts of both lists by fingerprint; the CA list adds where a certificate is published."""
    merged: dict[str, Facts] = {}
    for facts in [*roots, *certificates]:
        merged.setdefault(facts["sha256"], {}).update(facts)
    return [_certificate_row(merged[sha256]) for sha256 in sorted(merged) if "subject" in merged[sha256]]


def _certificate_row(facts: Facts) -> Facts:
    row = {key: facts[key] for key in _FACTS if facts.get(key) not in (None, [], "")}
    if row.get("issuer") == row["subject"]:
        del row["issuer"]
    for key in ("not_before", "not_after"):
        row[key] = instant(row[key])
    return row


def store_row(profile: Facts, index: Mapping[str, int], roots: list[Facts]) -> Facts:
    """One snapshot: its roots as a bit mask, and what it distrusts explicitly."""
    mask = sum(1 << index[roots[position]["sha256"]] for position in profile["roots"])
    row: Facts = {"id": profile["id"], "roots": f"{mask:x}"}
    if profile.get("blocked"):
        row["blocked"] = sorted(profile["blocked"])
    if profile.get("distrust_after"):
        row["distrust_after"] = {
            sha256: datetime.strptime(date, "%y%m%d%H%M%SZ").strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: DTZ007 - "Z" is UTC
            for sha256, date in sorted(profile["distrust_after"].items())
        }
    return row


def client_row(profile: Facts) -> Facts:
    """One client profile: a name, a snapshot, a verifier family and where all that comes from."""
    family, basis = family_of(profile)
    row: Facts = {
        "id": profile["id"],
        "name": profile.get("client") or f"{profile['platform']} {profile['version']}",
        "family": family,
        "family_basis": basis,
        "store": profile["id"],
        "default": "client" in profile,
    }
    for key in ("platform", "version", "date", "grade", "kind", "source", "notes"):
        if profile.get(key):
            row[key] = profile[key]
    return row


def root_order(path: Path, roots: list[Facts]) -> list[str]:
    """The committed order of root fingerprints, new ones appended."""
    held = path.read_text(encoding="ascii").split() if path.exists() else []
    return held + [facts["sha256"] for facts in roots if facts["sha256"] not in set(held)]


def program_row(entry: Facts) -> Facts:
    """One root of Microsoft's list; times in the short form, ``always`` stays as it is."""
    row = dict(entry)
    for key in ("disallowed_after", "not_before_after"):
        if row.get(key) not in (None, "always"):
            row[key] = instant(row[key])
    return row


def write_root_program(facts: Facts) -> None:
    """One file for each dated list."""
    for program in facts["lists"]:
        stamp = instant(program["this_update"])
        head = {"this_update": stamp, "sequence": program["sequence"], "about": facts["about"]}
        entries = [program_row(entry) for entry in program["entries"]]
        write_lines(PACKAGE / "catalog/data" / f"root-program-{stamp[:10]}.jsonl", [head, *entries])


def main() -> None:
    """Read the facts, write the package's data files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("facts", type=Path)
    facts_dir: Path = parser.parse_args().facts
    stores, cas, program = (
        json.loads((facts_dir / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("trust-stores", "ca-certificates", "microsoft-root-program")
    )
    roots = stores["roots"]
    order = root_order(PACKAGE / "clients/data/roots.txt", roots)
    index = {sha256: position for position, sha256 in enumerate(order)}
    write_lines(PACKAGE / "catalog/data/certificates.jsonl", certificate_rows(roots, cas["certificates"]))
    (PACKAGE / "clients/data").mkdir(parents=True, exist_ok=True)
    (PACKAGE / "clients/data/roots.txt").write_text("".join(f"{sha256}\n" for sha256 in order), encoding="ascii")
    write_lines(PACKAGE / "clients/data/stores.jsonl", [store_row(p, index, roots) for p in stores["profiles"]])
    write_lines(PACKAGE / "clients/data/clients.jsonl", [client_row(profile) for profile in stores["profiles"]])
    write_root_program(program)


if __name__ == "__main__":
    main()
