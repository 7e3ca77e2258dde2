"""Rebuild the NIST PKITS archive of the conformance tests from a published package that carries the suite.

    python -m tools.build_pkits [--archive SDIST] [--check]

The suite's certificates (Public Key Interoperability Test Suite 1.0.1, public domain) come from the source archive of
pyhanko-certvalidator, which keeps them with a machine-readable list of the suite's cases. Without ``--archive`` pip
fetches it. Written is one xz-compressed JSON document, always byte for byte the same; ``--check`` compares instead.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import lzma
import re
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from tools.root_sources import Package, fetch

ARCHIVE_SHA256: Final = "a4c3309f99c77cdcad24532f75340bd8cc8b108aa8992b8102d44f250ebd449c"
PACKAGE: Final = Package("pyhanko-certvalidator", "0.33.0", "sdist", "MIT", ARCHIVE_SHA256)
FOLDER: Final = "pyhanko_certvalidator-0.33.0/tests/fixtures/nist_pkits"
OUT: Final = Path(__file__).resolve().parent.parent / "tests/conformance/data/pkits.json.xz"

ANCHOR: Final = "TrustAnchorRootCertificate.crt"

_REVOCATION_SECTIONS: Final = ("404", "414", "415")
"""PKITS 4.4 (basic revocation), 4.14 (distribution points), 4.15 (delta CRLs)."""
_REVOKED: Final = re.compile(r"revoked|revocation|\bCRL", re.IGNORECASE)
_POLICY_INPUTS: Final = {
    "initial_explicit_policy": "explicit",
    "initial_policy_mapping_inhibit": "inhibit_mapping",
    "initial_any_policy_inhibit": "inhibit_any",
}


def build(archive: bytes) -> bytes:
    """The document, compressed; ``ValueError`` if the archive is not the pinned one."""
    found = hashlib.sha256(archive).hexdigest()
    if found != ARCHIVE_SHA256:
        raise ValueError(f"{PACKAGE}: expected SHA-256 {ARCHIVE_SHA256}, found {found}")
    with tempfile.TemporaryFile() as file:
        file.write(archive)
        file.seek(0)
        with tarfile.open(fileobj=file) as tar:
            listed = json.loads(_member(tar, f"{FOLDER}/pkits.json"))
            cases = [_case(entry) for entry in listed]
            names = sorted({ANCHOR, *(name for case in cases for name in (case["leaf"], *case["intermediates"]))})
            certificates = {n: base64.b64encode(_member(tar, f"{FOLDER}/certs/{n}")).decode() for n in names}
    document = {"anchor": ANCHOR, "cases": cases, "certificates": certificates}
    return lzma.compress(json.dumps(document, indent=0, sort_keys=True).encode(), preset=9)


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    if file is None:
        raise ValueError(f"{name} is not a file of the archive")
    return file.read()


def _case(entry: Mapping[str, Any]) -> dict[str, Any]:
    error = entry.get("error", {}).get("msg_regex", "")
    inputs: Mapping[str, Any] = entry.get("params", {})
    return {
        "id": f"{entry['id'][0]}.{int(entry['id'][1:3])}.{int(entry['id'][3:])} {entry['name']}",
        "leaf": entry["cert"],
        "intermediates": list(entry.get("path_intermediates") or entry.get("other_certs", ())),
        "accept": "error" not in entry,
        "revocation": entry["id"][:3] in _REVOCATION_SECTIONS or bool(_REVOKED.search(error)),
        "policies": _policies(inputs),
    }


def _policies(inputs: Mapping[str, Any]) -> dict[str, Any]:
    named: dict[str, Any] = {ours: True for theirs, ours in _POLICY_INPUTS.items() if inputs.get(theirs)}
    if "user_initial_policy_set" in inputs:
        named["acceptable"] = sorted(inputs["user_initial_policy_set"])
    return named


def main(arguments: Iterable[str] | None = None) -> int:
    """Write or compare; 0 where the committed document is what the archive gives."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(list(arguments) if arguments is not None else None)
    with tempfile.TemporaryDirectory() as directory:
        archive = options.archive or fetch(PACKAGE, Path(directory))
        built = build(archive.read_bytes())
    if options.check:
        same = lzma.decompress(OUT.read_bytes()) == lzma.decompress(built)
        print(f"{OUT.name} is {'what' if same else 'NOT what'} {PACKAGE} gives")
        return 0 if same else 1
    OUT.write_bytes(built)
    print(f"{OUT}: {len(built)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
