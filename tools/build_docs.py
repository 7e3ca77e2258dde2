"""Write the reference pages that come from the code: ``python -m tools.build_docs [--check]``."""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import sys
from pathlib import Path
from typing import Any

from chainlab.changes import all_kinds
from chainlab.findings import KINDS
from chainlab.paths.reasons import Reason
from chainlab.verifiers import family_for, family_modules
from chainlab.verifiers.agreement import agreement_of
from chainlab.windows import matching, root_update, schannel, selection, stores
from chainlab.windows.elements import RULES
from chainlab.windows.pfx_import import ImportTool
from chainlab.windows.schannel import ACTIVATION_NOTE, ACTIVATIONS, settling_checks
from chainlab.windows.selection import LostBecause
from chainlab.windows.sources import Tag


def _paragraphs(text: str | None) -> str:
    """A docstring as Markdown paragraphs."""
    return inspect.cleandoc(text or "").replace("``", "`")


def _cell(text: str | None) -> str:
    """The same in one table cell."""
    return " ".join(_paragraphs(text).split()).replace("|", "\\|")


ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


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


def verifiers_page() -> str:
    """How each family of verifiers decides: what is modelled, from which sources, and how far it was checked."""
    parts = [
        "# How each client verifies\n\nEvery verifier family that a client profile or `--client NAME=FAMILY:FILE` can "
        "name. A version picks the nearest earlier behaviour known and says so. Figures compare chainlab's verdicts "
        "with the real verifier's.\n"
    ]
    for module in family_modules():
        loaded = importlib.import_module(f"chainlab.verifiers.{module}")
        stem = module.replace("_", "-")
        names = [f"{stem}-{version}" if version else stem for version in loaded.VERSIONS]
        lines = [f"- `{name}`: {_standing(name)}" for name in names]
        parts.append(f"## {stem}\n\n{markdown((loaded.__doc__ or '').strip())}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def _standing(name: str) -> str:
    family = family_for(name)
    agreement = agreement_of(family)
    note = f"; {family.note}" if family.note else ""
    return (str(agreement) if agreement is not None else family.basis.value) + note


def markdown(docstring: str) -> str:
    """A docstring as Markdown: literals and the reserved characters of the text around them."""
    parts = docstring.split("``")
    plain = [part.replace("_", "\\_").replace("*", "\\*") for part in parts]
    return "".join(f"`{part}`" if number % 2 else plain[number] for number, part in enumerate(parts))


def windows_page() -> str:
    """How Windows chooses a chain, rule by rule, each with its evidence."""
    parts = [_INTRODUCTION, "## Status of each certificate\n", "| rule | what it says | evidence |", "|---|---|---|"]
    parts += [f"| {rule.name} | {_cell(rule.check.__doc__)} | {_cell(str(rule.evidence))} |" for rule in RULES]
    parts += ["", "## Choice between candidate chains\n"]
    parts += ["Compared in this order; the first key in which two chains differ decides.", ""]
    parts += ["| a chain loses because | code | evidence |", "|---|---|---|"]
    parts += [f"| {reason.text} | `{reason.code}` | {_cell(str(reason.evidence))} |" for reason in LostBecause]
    parts += ["", _TIES, "## Importing a PFX\n", "| `--import-tool` | tool | effect | evidence |", "|---|---|---|---|"]
    parts += [f"| `{tool.code}` | {tool.title} | {tool.effect} | {_cell(str(tool.evidence))} |" for tool in ImportTool]
    parts += ["", "## From the stores to the wire\n", ACTIVATION_NOTE, ""]
    parts += [f"{n}. {step.step} (`{step.command}`): {step.evidence}" for n, step in enumerate(ACTIVATIONS, start=1)]
    parts += ["", _cell(schannel.__doc__), "", "What settles an open question on the server:", ""]
    parts += [f"    {check}" for check in settling_checks()]
    return "\n".join(parts) + "\n"


_INTRODUCTION = f"""# How Windows chooses a certificate chain

## In short

Nobody configures the chain that IIS sends. For each server certificate Windows builds one from its certificate
stores, much as it would to verify it, and Schannel sends that chain without its root. What a CA delivers as "the
chain" is an offer to the stores, no more.

1. **Candidates.** From the server certificate upwards Windows looks for every certificate in its stores that may be
   the issuer. A CA that has several certificates (its own root, and cross-certificates by others) opens a way up with
   each.
2. **Quality.** Each way is rated: are all signatures good, does it reach a self-signed certificate, is that one
   trusted, is nothing distrusted, are dates, constraints and purposes kept? Better quality wins, whatever the length.
3. **Ties.** Of equally good chains the shortest wins, says the documentation. Several servers were seen to prefer the
   newer issuer. chainlab follows both rules and says where they part.
4. **The wire.** The winner is sent leaf first, its self-signed root left out. It stays in use until the server looks
   at its stores again.

Hence the trap: a *new* root in the Root store makes a short, good chain, so the cross-certificate that older clients
need is no longer sent, and automatic root update brings such roots by itself. And hence the remedy: make the short
chain worse (move the new root to Untrusted), not the long one better.

Try it: `chainlab lab both-roots -o lab`, or the notebook `02_how_windows_chooses`.

## Evidence

chainlab simulates the chain engine of Windows (`CertGetCertificateChain`) and what Schannel and IIS send of its answer.
Every rule below names its evidence:

{chr(10).join(f"- **[{tag.letter}]** {tag.text}" for tag in Tag)}

`chainlab explain` shows for each candidate chain which rules spoke against it.

## Candidates

{_paragraphs(stores.__doc__)}

{_paragraphs(matching.__doc__)}

{_paragraphs(root_update.__doc__)}
"""

_TIES = f"""{_paragraphs(selection.__doc__)}

Where both rules serve the same chain the prediction is *firm*; where they differ it is *contested*; where only a guess
would decide it is *undetermined*. Every chain that may be served is then shown with its own table of clients, and a
plan counts only clients that accept all of them. A chain that Windows itself built (`certutil -verifystore`, the
evidence bundle) or served (a capture) settles which rule the server follows.
"""


def changes_page() -> str:
    """Every kind of change, how it is written, and what it does."""
    parts = [_CHANGES, "| change | what it does | code |", "|---|---|---|"]
    parts += [f"| `{_cell(kind.syntax)}` | {kind.about} | `{kind.code}` |" for kind in all_kinds().values()]
    return "\n".join(parts) + "\n" + _CHANGE_FILES


_CHANGES = """# Changes

What `chainlab impact --change` understands: a verb, what it is about, and keywords. Quotes keep words together that
would otherwise be read as a keyword. CERTIFICATE is a file, the start of a SHA-256 or SHA-1 fingerprint (at least six
digits, blanks and colons allowed), or a name: of a certificate in the inputs, in the changes' files or in the
catalogue. A name that several certificates have is an error that lists them. STORE is `LocalMachine/CA`,
`CurrentUser/Root`, `System/CA` and so on.
"""

_CHANGE_FILES = """
Changes apply in order, each to the server that the ones before it leave.

## Files of changes

`--changes FILE` takes a YAML or JSON list, or a mapping with such a list under `changes`. An item is a phrase as above,
or a mapping of the verb and the keywords to their words. Files are looked for beside the file of changes first.

```yaml
changes:
  - import: r46-cross.cer
    into: LocalMachine/CA
  - untrust: 7bb647a62aeeac88
  - root-update: off
  - restart: iis
```
"""


def json_page() -> str:
    """Every JSON format: what it is, and its parts."""
    parts = [_JSON]
    for file in schemas():
        schema = json.loads(file.read_text(encoding="utf-8"))
        where = file.relative_to(ROOT).as_posix()
        parts.append(f"## {schema['title']}\n\n{schema['description']}\n\nSchema: `{where}`\n")
        for form in schema.get("oneOf", [schema]):
            question = form["properties"].get("question", {}).get("const")
            parts.append(f"### {question}\n" if question else "")
            parts.append("| part | type | meaning |\n|---|---|---|")
            required = form.get("required", ())
            parts += [_part(name, part, name in required) for name, part in form["properties"].items()]
            parts.append("")
    return "\n".join(parts).replace("\n\n\n", "\n\n")


def schemas() -> list[Path]:
    """The JSON Schemas that the package ships, by title."""
    files = (ROOT / "chainlab").glob("*/data/*.schema.json")
    return sorted(files, key=lambda file: json.loads(file.read_text(encoding="utf-8"))["title"])


def _part(name: str, part: dict[str, Any], required: bool) -> str:
    meaning = _cell(part.get("description", "")) + ("" if required else " (not always there)")
    return f"| `{name}` | {_cell(_type(part))} | {meaning.strip()} |"


def _type(part: dict[str, Any]) -> str:
    """The type in one word; what a reference or a choice stands for by its name."""
    if "const" in part:
        return f"`{json.dumps(part['const'])}`"
    if "$ref" in part:
        return str(part["$ref"]).rpartition("/")[2].replace("_", " ")
    if "items" in part:
        return f"list of {_type(part['items'])}" if part["items"] else "list"
    if "anyOf" in part or "oneOf" in part:
        return " or ".join(map(_type, part.get("anyOf") or part["oneOf"]))
    kind = part.get("type", "any")
    return kind if isinstance(kind, str) else " or ".join(kind)


_JSON = """# JSON

What `--format json` prints, and the other JSON that chainlab writes. Each format has a name with a version, which every
document carries in `schema`; a format changes only with its version. The JSON Schemas (draft 2020-12) ship inside the
package. Fingerprints are SHA-256 in lower-case hexadecimal, instants are UTC in ISO 8601. Where the console has a code
page that lacks characters, the document is printed with JSON's escapes and means the same.
"""

PAGES = {
    "changes.md": changes_page,
    "findings.md": findings_page,
    "json.md": json_page,
    "reasons.md": reasons_page,
    "verifiers.md": verifiers_page,
    "windows.md": windows_page,
}


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
