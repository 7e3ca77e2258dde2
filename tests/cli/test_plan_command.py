"""``chainlab plan`` and ``chainlab verify`` as users type them."""

import json
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

from tests.evidence.servers import identities, openssl_server

LAB = ("--lab", "fixtures/lab.json", "--at", "2026-11-20")
PFX = "fixtures/r46/leaf-and-issuer.pfx"
SCHEMAS = Path(__file__).parents[2] / "chainlab/report/data"


def schema(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, fixtures: Path) -> Path:
    """A package, made once."""
    import sys

    made = tmp_path_factory.mktemp("packages") / "plan"
    command = [sys.executable, "-m", "chainlab", "plan", PFX, "-o", str(made), "-q", *LAB]
    subprocess.run(command, cwd=fixtures.parent, check=True)
    return made


def test_the_plan_is_printed(chainlab) -> None:
    done = chainlab("plan", PFX, *LAB)
    assert (done.returncode, done.stderr) == (0, "")
    assert "With 2 changes" in done.stdout.splitlines()[1]


def test_json_and_markdown(chainlab) -> None:
    document = json.loads(chainlab("plan", PFX, *LAB, "--format", "json").stdout)
    schema("chainlab.plan-1").validate(document)
    assert [change["code"] for change in document["chosen"]["changes"]] == ["import-certificate", "move-to-untrusted"]
    assert chainlab("plan", PFX, *LAB, "--format", "markdown").stdout.startswith("# Plan for www")


def test_a_package_appears_whole(package: Path) -> None:
    names = [file.relative_to(package).as_posix() for file in package.rglob("*") if file.is_file()]
    assert sorted(name for name in names if "/" not in name) == [
        "RUNBOOK.md", "apply.ps1", "plan.json", "report.html", "rollback.ps1", "verify-task.xml", "verify.ps1",
        "verify.sh",
    ]  # fmt: skip
    assert len(list((package / "certificates").iterdir())) == 3, "what is moved, and the server certificate"
    assert [path.name for path in package.parent.iterdir()] == ["plan"]


def test_what_is_there_is_not_overwritten_unasked(chainlab, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "precious.txt").write_text("mine")
    refused = chainlab("plan", PFX, *LAB, "-o", str(other))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "is not empty; --force replaces an earlier package" in refused.stderr
    forced = chainlab("plan", PFX, *LAB, "-o", str(other), "--force")
    assert forced.returncode == 2
    assert "holds other things than a package" in forced.stderr
    assert (other / "precious.txt").read_text() == "mine"


def test_an_earlier_package_is_replaced_with_force(chainlab, package: Path, tmp_path: Path) -> None:
    again = tmp_path / "plan"
    shutil.copytree(package, again)
    (again / "stale.txt").write_text("old")
    assert chainlab("plan", PFX, *LAB, "-o", str(again)).returncode == 2
    assert chainlab("plan", PFX, *LAB, "-o", str(again), "--force").returncode == 0
    names = [str(file.relative_to(package)) for file in package.rglob("*") if file.is_file()]
    assert sorted(str(f.relative_to(again)) for f in again.rglob("*") if f.is_file()) == sorted(names)
    assert all((again / name).read_bytes() == (package / name).read_bytes() for name in names)
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_a_file_is_no_directory(chainlab, tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("x")
    done = chainlab("plan", PFX, *LAB, "-o", str(tmp_path / "plan"), "--force")
    assert done.returncode == 2
    assert "is not a directory" in done.stderr


def test_where_nothing_helps_nothing_is_written(chainlab, tmp_path: Path) -> None:
    done = chainlab("plan", PFX, *LAB, "--clients", "android-2.2-cfssl", "-o", str(tmp_path / "plan"))
    assert done.returncode == 1
    assert "No change helps" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("served", "status", "said"),
    [
        ("fixtures/r46/served-cross.pem", 0, "the chain that the plan of 2026-11-20 promises is served"),
        ("fixtures/r46/served-short.pem", 1, "Step 2 is not in force: move Sectigo"),
        ("fixtures/r46/served-aaa.pem", 1, "more is sent than promised"),
        ("fixtures/e46/served-short.pem", 1, "knows no certificate"),
        ("no-such.pem", 3, "no such file"),
        ("fixtures/keys/r46.pem", 3, "expected a served chain, leaf first"),
    ],
)
def test_verify_says_what_came_undone(chainlab, package: Path, served: str, status: int, said: str) -> None:
    done = chainlab("verify", str(package), "--served", served)
    assert done.returncode == status
    assert said in " ".join((done.stdout + done.stderr).split())
    assert "Traceback" not in done.stderr


def test_verify_answers_in_json_or_not_at_all(chainlab, package: Path) -> None:
    done = chainlab(
        "verify", str(package / "plan.json"), "--served", "fixtures/r46/served-short.pem", "--format", "json"
    )
    document = json.loads(done.stdout)
    schema("chainlab.verification-1").validate(document)
    assert (document["holds"], document["checked"][0]["undone"]) == (False, [[1], [2]])
    quiet = chainlab("verify", str(package), "--served", "fixtures/r46/served-cross.pem", "-q")
    assert (quiet.returncode, quiet.stdout) == (0, "")


def test_verify_needs_a_plan(chainlab, tmp_path: Path) -> None:
    done = chainlab("verify", "README.md", "--served", "fixtures/r46/served-cross.pem")
    assert done.returncode == 3
    assert "README.md: not a plan" in done.stderr
    assert "hint: write one with 'chainlab plan INPUT -o DIR'" in done.stderr


@pytest.mark.parametrize("command", ["plan", "diagnose"])
def test_access_logs_weigh_the_clients(chainlab, tmp_path: Path, command: str) -> None:
    pytest.importorskip("ua_parser")
    agent = "Dalvik/2.1.0+(Linux;+U;+Android+9;+x)"
    for number in range(2):
        (tmp_path / f"u_ex{number}.log").write_text(
            "#Fields: c-ip cs(User-Agent)\n" + f"192.0.2.{number} {agent}\n" * 5 + "192.0.2.1 curl/8\n"
        )
    logs = str(tmp_path / "u_ex*.log")
    done = chainlab(command, PFX, *LAB, "--traffic", logs, "--format", "json")
    document = json.loads(done.stdout)
    assert document["traffic"]["requests"] == {"android-9": 10}
    assert document["traffic"]["clients"] == {"android-9": 2}
    assert document["traffic"]["unmapped"] == [{"agent": "curl/8", "requests": 2}]
    schema("chainlab.plan-1" if command == "plan" else "chainlab.diagnosis-1").validate(document)
    text = " ".join(chainlab(command, PFX, *LAB, "--traffic", logs, "--weigh", "requests").stdout.split())
    assert "10 of 10 requests in the logs" in text
    assert "2 of 3 clients and 10 of 12 requests come from a known client profile" in text


def test_a_missing_log_is_named(chainlab, tmp_path: Path) -> None:
    done = chainlab("plan", PFX, *LAB, "--traffic", str(tmp_path / "*.log"))
    assert done.returncode == 3
    assert "no such log file" in done.stderr


@pytest.mark.enable_socket
def test_verify_asks_a_server(chainlab, package: Path, tmp_path: Path, fixtures: Path) -> None:
    www, shop = identities(tmp_path, fixtures / "keys")
    with openssl_server(www) as port:
        kept = chainlab("verify", str(package), "--served", f"127.0.0.1:{port}", "--host", "www.chainlab.example")
    assert kept.returncode == 0
    assert "promises is served" in kept.stdout
    with openssl_server(shop) as port:
        lost = chainlab("verify", str(package), "--served", f"127.0.0.1:{port}")
    assert lost.returncode == 1
    gone = chainlab("verify", str(package), "--served", "127.0.0.1:1")
    assert gone.returncode == 3
    assert "Traceback" not in gone.stderr


def test_the_report_is_interactive_and_the_same_as_the_printed_one(chainlab, package: Path) -> None:
    page = (package / "report.html").read_text(encoding="utf-8")
    assert "<script>" in page
    assert "`report.html` shows it all" in (package / "RUNBOOK.md").read_text(encoding="utf-8")
    assert chainlab("plan", PFX, *LAB, "--format", "html").stdout == page


def test_diagnose_writes_the_report(chainlab, tmp_path: Path) -> None:
    done = chainlab("diagnose", PFX, *LAB, "--format", "html", "-o", str(tmp_path / "report.html"))
    assert (done.returncode, done.stdout) == (1, "")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
