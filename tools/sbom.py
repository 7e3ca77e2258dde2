"""The software bill of materials: chainlab and everything it needs to run, as CycloneDX JSON.

    python -m tools.sbom [--check]

writes ``docs/sbom.cdx.json`` with cyclonedx-py from the locked versions of the dependencies of ``pyproject.toml``,
without extras and for every platform. The same lock gives the same bytes: no time, no serial number. ``--check``
compares instead; exit status 1 if it differs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from tools.lock import LOCK, PYTHON, ROOT, normalised, pins
from tools.root_sources import UnreachableError

OUT: Final = ROOT / "docs" / "sbom.cdx.json"
SPEC: Final = "1.6"
_ROOT_NAME: Final = "chainlab"

Needed = Mapping[str, Sequence[str]]
"""Package -> the packages that need it."""


def runtime_lock() -> str:
    """Locked runtime dependencies, each with what needs it (``# via``); ``UnreachableError`` where no index answers."""
    command = [
        sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", PYTHON,
        "--generate-hashes", "--no-header", "--no-emit-index-url", "--no-emit-find-links", "--quiet",
        "--constraint", str(LOCK),
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UnreachableError(f"uv does not resolve the locked versions:\n{done.stderr.strip()}")
    return done.stdout


def needed_by(text: str) -> Needed:
    """Who needs each package, from uv's annotations; the project itself is ``chainlab``."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if line and line[0] not in " #":
            current = found.setdefault(normalised(line.partition("==")[0]), [])
        elif line.strip().startswith("#"):
            user = line.strip().lstrip("# ").removeprefix("via").strip()
            if user and not user.startswith("-"):  # with a hyphen begins the name of a constraints file
                current.append(normalised(user.partition(" ")[0]))
    return found


def generated(text: str) -> dict[str, Any]:
    """What cyclonedx-py makes of these requirements."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(text, encoding="utf-8")
        command = [
            sys.executable, "-m", "cyclonedx_py", "requirements", "--pyproject", "pyproject.toml", "--mc-type",
            "library", "--output-reproducible", "--spec-version", SPEC, "--output-format", "JSON", str(requirements),
        ]  # fmt: skip
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def completed(document: dict[str, Any], needed: Needed) -> dict[str, Any]:
    """References by package URL, and the dependencies that requirements do not say."""
    components: list[dict[str, Any]] = document["components"]
    names: dict[str, list[str]] = {}
    for component in components:
        component["bom-ref"] = component["purl"]
        component.pop("description", None)  # the line of the requirements file
        names.setdefault(normalised(component["name"]), []).append(component["purl"])
    components.sort(key=lambda component: str(component["purl"]))
    root = document["metadata"]["component"]
    root["version"], root["bom-ref"] = str(root["version"]), f"pkg:pypi/{_ROOT_NAME}@{root['version']}"
    references = {_ROOT_NAME: [root["bom-ref"]], **names}
    document["dependencies"] = [
        _dependency(reference, [other for other, users in needed.items() if name in users], names)
        for name, found in sorted(references.items()) for reference in found
    ]  # fmt: skip
    return document


def _dependency(reference: str, needs: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    targets = sorted(purl for name in needs for purl in names[name])
    return {"ref": reference, **({"dependsOn": targets} if targets else {})}


def build() -> str:
    """The document's text."""
    text = runtime_lock()
    plain = "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    return json.dumps(completed(generated(plain), needed_by(text)), indent=1, sort_keys=True) + "\n"


def listed(document: Mapping[str, Any]) -> dict[str, set[str]]:
    """Names and versions of the components."""
    found: dict[str, set[str]] = {}
    for component in document["components"]:
        found.setdefault(normalised(component["name"]), set()).add(component["version"])
    return found


def locked() -> dict[str, set[str]]:
    """Names and versions of the whole lock."""
    found: dict[str, set[str]] = {}
    for pin in pins(LOCK.read_text(encoding="utf-8")):
        found.setdefault(pin.name, set()).add(pin.version)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args(arguments).check
    text = build()
    if check:
        same = OUT.exists() and OUT.read_text(encoding="utf-8") == text
        print(f"{OUT.name} is {'what' if same else 'NOT what'} the lock gives")
        return 0 if same else 1
    OUT.write_text(text, encoding="utf-8", newline="\n")
    print(f"{OUT.name}: {len(json.loads(text)['components'])} components")
    return 0


if __name__ == "__main__":
    sys.exit(main())
