"""``chainlab impact`` and ``chainlab timeline`` as processes."""

import json
from pathlib import Path

import pytest

LAB = ("--lab", "fixtures/lab.json", "--at", "2026-11-20")
ROOT = "Sectigo Public Server Authentication Root R46 (self-signed"


def test_a_change_that_loses_nobody_exits_0(chainlab) -> None:
    done = chainlab("impact", "fixtures/r46/with-cross-sign.pfx", *LAB, "--change", f"untrust '{ROOT}'")
    assert (done.returncode, done.stderr) == (0, "")
    assert "60 clients gained, none lost: 28 of 120 clients accept now, 88 afterwards" in " ".join(done.stdout.split())


def test_a_change_that_costs_something_exits_1(chainlab) -> None:
    done = chainlab("impact", "fixtures/e46/server.reg", *LAB, "--change", "root-update off", "--clients", "none", "-q")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_changes_come_in_order_from_options_and_files(chainlab, tmp_path: Path) -> None:
    file = tmp_path / "changes.yaml"
    file.write_text("- windows-update\n- restart: server\n")
    done = chainlab(
        "impact", "fixtures/r46/server.reg", *LAB, "--change", f"untrust '{ROOT}'", "--changes", str(file),
        "--format", "json", "--clients", "android-1*",
    )  # fmt: skip
    document = json.loads(done.stdout)
    assert document["schema"] == "chainlab.impact/1"
    assert [change["code"] for change in document["changes"]] == ["move-to-untrusted", "windows-update", "restart"]
    assert document["targets"][0]["activation"]["state"] == "done"


@pytest.mark.parametrize("command", [("impact", "--change", "windows-update"), ("timeline",)])
def test_the_answer_goes_to_a_file_where_one_is_named(chainlab, tmp_path: Path, command: tuple[str, ...]) -> None:
    arguments = (command[0], "fixtures/r46/server.reg", *LAB, *command[1:])
    for form in ("text", "json"):
        printed = chainlab(*arguments, "--format", form)
        file = tmp_path / form
        written = chainlab(*arguments, "--format", form, "-o", str(file))
        assert written.stdout == ""
        assert file.read_text(encoding="utf-8") == printed.stdout
        assert written.returncode == printed.returncode


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["impact", "fixtures/r46/server.reg"], 2, "no change; give --change or --changes"),
        (["impact", "fixtures/r46/server.reg", "--change", "explode"], 2, "unknown change 'explode'; expected delete"),
        (["impact", "fixtures/r46/server.reg", "--changes", "none.yaml"], 3, "none.yaml: cannot be read"),
        (["impact", "fixtures/r46/server.reg", "--change", "import-pfx none.pfx"], 3, "none.pfx: cannot be read"),
        (["impact", "fixtures/r46/server.reg", "--change", "import-pfx fixtures/r46/protected.pfx"], 4, "password"),
        (["impact", "fixtures/r46/server.reg", "--changes", "README.md"], 3, "README.md: "),
        (["timeline", "fixtures/r46/server.reg", "--until", "soon"], 2, "--until 'soon' is not a date"),
        (["timeline"], 2, "nothing to read"),
    ],
)
def test_problems_end_in_one_clear_line_and_their_status(
    chainlab, arguments: list[str], status: int, text: str
) -> None:
    done = chainlab(*arguments)
    assert done.returncode == status, done.stderr
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_the_timeline_exits_1_when_something_ends_within_the_time(chainlab) -> None:
    done = chainlab("timeline", "fixtures/r46/server.reg", *LAB, "--until", "2027-10-15")
    assert (done.returncode, done.stderr) == (1, "")
    assert "2027-09-30" in done.stdout
    quiet = chainlab("timeline", "fixtures/r46/server.reg", *LAB, "--until", "2027-01-15", "-q")
    assert (quiet.returncode, quiet.stdout) == (0, "")


@pytest.mark.parametrize("command", ["impact", "timeline"])
def test_each_command_has_its_help(chainlab, command: str) -> None:
    done = chainlab(command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout
