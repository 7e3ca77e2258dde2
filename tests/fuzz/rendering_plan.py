"""Targets of a plan's package: no name leaves its literal in a script, its cell in a task or its line in a runbook."""

from __future__ import annotations

import shlex
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from chainlab.dossier import dossier_of
from chainlab.escaping import visible
from chainlab.planning import Planned
from chainlab.report import html_report, plan_json, plan_text, runbook
from chainlab.report.plan_scripts import DATA, endpoints, scripts
from chainlab.report.sheets import of_planned
from tests.fuzz.evidence import few_seeds, forked, planned
from tests.fuzz.judges import REPORT, judge_html, judge_json, judge_markdown, judge_page, judge_sheets, refuse_hidden
from tests.fuzz.target import Choices, Target
from tests.promises.shapes import file_text
from tests.report.test_plan_scripts import POWERSHELL, nodes

Show = Callable[[Planned], None]

PARTS = ("function_name", "command_name", "type_name", "member_name", "command_parameter", "variable")
"""Nodes of PowerShell's grammar whose text says what a script does."""


def plan_targets() -> list[Target]:
    """``render-powershell``, ``-shell``, ``-task``, ``-runbook`` and ``-plan``."""
    shown: dict[str, Show] = {
        "powershell": show_powershell, "shell": show_shell, "task": show_task, "runbook": show_runbook,
        "plan": show_plan,
    }  # fmt: skip
    return [
        Target(f"render-{name}", partial(run, show), few_seeds, max_bytes=2048, tries=6) for name, show in shown.items()
    ]


def run(show: Show, data: bytes) -> None:
    """Plan for this input's server, which a client would accept after a change."""
    found = planned(forked(Choices(data)))
    if found is not None:
        show(found)


def show_powershell(found: Planned) -> None:
    """A parser reads all three scripts whole, and they name nothing that the templates do not."""
    made = scripts(found)
    for name in POWERSHELL:
        refuse_hidden(file_text(made[name]))
        read = list(nodes(made[name]))
        broken = [node for kind, node in read if kind == "ERROR" or node.is_missing]
        assert not broken, f"{name} does not parse: {broken[0].text[:80]!r}"
        assert _named(read) <= _in_template(name)


def _named(read: list[tuple[str, Any]]) -> set[tuple[str, bytes]]:
    return {(kind, node.text) for kind, node in read if kind in PARTS}


@cache
def _in_template(name: str) -> set[tuple[str, bytes]]:
    """What a script names that has no plan in it."""
    pieces = (DATA / name).read_text(encoding="utf-8").split("@@")
    entries = (DATA / "entries.ps1").read_text(encoding="utf-8")
    filled = (entries if piece == "ENTRIES" else "''" if n % 2 else piece for n, piece in enumerate(pieces))
    named = _named(list(nodes("".join(filled).encode())))
    return named | {("variable", b"$true"), ("variable", b"$false")}


def show_shell(found: Planned) -> None:
    """The script is the template and a line for each check, whose words a shell's rules give back."""
    before, after = (DATA / "verify.sh").read_text(encoding="utf-8").split("@@CHECKS@@")
    made = scripts(found)["verify.sh"].decode()
    refuse_hidden(made)
    assert made.startswith(before)
    assert made.endswith(after)
    lines = made[len(before) : len(made) - len(after)].split("\n")
    asked = [(site, place) for site in found.sites for place in endpoints(site, on_server=False)]
    for line, (site, place) in zip(lines, asked, strict=True):
        check, *words = shlex.split(line)
        assert check == "check"
        assert words[:3] == [visible(text, 4096) for text in (site.leaf.subject.common, *place)]
        assert all(set(word) <= set("0123456789abcdef,") for word in words[3:])


def show_task(found: Planned) -> None:
    """Windows' scheduler gets the task that ships, whatever the plan."""
    written = file_text(scripts(found)["verify-task.xml"])
    assert written == (DATA / "verify-task.xml").read_text(encoding="utf-8")
    assert ET.fromstring(written.split("?>", 1)[1]).tag.endswith("}Task")


def show_runbook(found: Planned) -> None:
    """Its Markdown has no structure but its own; certificates without their encodings add a section."""
    judge_markdown(runbook.render(found, []))
    judge_markdown(runbook.render(found, [site.leaf for site in found.sites]))


def show_plan(found: Planned) -> None:
    """The plan in every format that its command prints."""
    judge_page(lambda page: plan_text.render(found, page, verbose=True))
    judge_json("plan", plan_json.render(found))
    judge_sheets(of_planned(found))
    judge_html(html_report.render(dossier_of(found)), REPORT, scripts=2)
