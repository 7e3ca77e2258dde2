"""Findings: a closed list with stable codes."""

import re
import string

import pytest

from chainlab import findings
from chainlab.findings import KINDS, Finding


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


def test_parameters_are_not_templates() -> None:
    assert Finding(findings.UNUSED_PART, {"place": "{what}", "what": "{place.file}"}).message.startswith(
        "{what}: {place"
    )
