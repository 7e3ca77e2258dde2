"""Findings: a closed list with stable codes."""

import re
import string
from pathlib import Path

import pytest

from chainlab import findings
from chainlab.findings import KINDS, Finding
from chainlab.paths.reasons import Reason


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_each_kind_says_what_why_and_what_to_do(kind: findings.Kind) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.code)
    assert kind.template
    assert kind.why.endswith(".")
    assert kind.remedy.endswith(".")


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_each_template_can_be_filled(kind: findings.Kind) -> None:
    fields = {name: "x" for _, name, _, _ in string.Formatter().parse(kind.template) if name}
    assert Finding(kind, fields).message


def test_every_kind_and_reason_is_reported_by_some_code() -> None:
    """A code that nothing can give is a promise that is not kept."""
    folder = Path(findings.__file__).parent
    lists = (folder / "findings.py", folder / "paths" / "reasons.py")
    code = "\n".join(file.read_text(encoding="utf-8") for file in folder.rglob("*.py") if file not in lists)
    named = {name for name, value in vars(findings).items() if isinstance(value, findings.Kind)}
    assert named - set(re.findall(r"\w+", code)) == set()
    assert {reason.name for reason in Reason} - set(re.findall(r"\bReason\.(\w+)", code)) == set()


def test_parameters_are_not_templates() -> None:
    assert Finding(findings.UNUSED_PART, {"place": "{what}", "what": "{place.file}"}).message.startswith(
        "{what}: {place"
    )
