"""What docs/extending.md says works: its files, put into a copy of the checkout, are found, tested and usable."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "extending.md"
PHRASE = "archive I in LocalMachine/CA"


def shown_files() -> dict[str, str]:
    blocks = re.findall(r"^```python\n# (\S+)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return dict(blocks)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("extended")
    ignored = shutil.ignore_patterns("__pycache__", "oracles", "real")
    for folder in ("chainlab", "tests", "fixtures", "docs", "tools"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name, text in shown_files().items():
        assert not (copy / name).exists(), f"{name} is there already"
        (copy / name).write_text(text, encoding="utf-8")
    contract = copy / "tests/contracts/test_changes.py"
    text = contract.read_text(encoding="utf-8")
    assert PHRASE in PAGE.read_text(encoding="utf-8")
    contract.write_text(text.replace("restart server\n", f"restart server\n{PHRASE}\n", 1), encoding="utf-8")
    return copy


def run(checkout: Path, *command: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(checkout), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=checkout, env=environment, capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_the_page_shows_a_reader_a_verifier_and_a_change_with_tests() -> None:
    assert list(shown_files()) == [
        "chainlab/evidence/read_traefik.py", "tests/evidence/test_read_traefik.py", "chainlab/verifiers/gatekeeper.py",
        "tests/verifiers/test_gatekeeper.py", "chainlab/changes/archive_certificate.py",
    ]  # fmt: skip


@pytest.mark.slow
def test_the_new_files_pass_their_tests_and_the_contracts(checkout: Path) -> None:
    printed = run(
        checkout, "pytest", "-q", "-p", "no:cacheprovider", "tests/evidence/test_read_traefik.py",
        "tests/verifiers/test_gatekeeper.py", "tests/contracts/test_changes.py", "tests/contracts/test_readers.py",
        "-k", "traefik or Traefik or gatekeeper or unique or archive or served_list or chains or broken_chain",
    )  # fmt: skip
    assert "failed" not in printed
    run(checkout, "pytest", "-q", "-p", "no:cacheprovider", "tests/contracts/test_verifiers.py", "-k", "gatekeeper")


@pytest.mark.slow
def test_the_new_files_can_be_used_at_once(checkout: Path) -> None:
    lab = ["--lab", "fixtures/lab.json", "--at", "2026-11-20"]
    client = ["--clients", "none", "--client", "door=gatekeeper:fixtures/r46/roots-old-device.pem"]
    printed = run(checkout, "chainlab", "diagnose", "--served", "fixtures/r46/served-cross.pem", *client, *lab)
    assert "the client accepts" in printed
    change = "archive ov-r36.pem"
    (checkout / "ov-r36.pem").write_text((ROOT / "fixtures/r46/served-short.pem").read_text().split("# ")[2])
    done = subprocess.run(
        [sys.executable, "-m", "chainlab", "impact", "fixtures/r46/evidence.zip", "--change", change, *lab],
        cwd=checkout, env={**os.environ, "PYTHONPATH": str(checkout), "PYTHONIOENCODING": "utf-8"},
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "archive Sectigo Public Server Authentication CA OV R36" in done.stdout


@pytest.mark.slow
def test_the_new_files_keep_to_the_style(checkout: Path) -> None:
    run(checkout, "ruff", "check", *shown_files())
    run(checkout, "ruff", "format", "--check", *shown_files())
