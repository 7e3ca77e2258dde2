"""The terminal report, compared with golden files."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from chainlab.catalog.twins import load_twins
from chainlab.diagnosis import diagnose
from chainlab.report.terminal import ASCII, UNICODE, TerminalPage, glyphs_for
from chainlab.report.text import render
from chainlab.report.words import version_key
from chainlab.request import Request
from tests.pki import at


def report(root: Path, monkeypatch: pytest.MonkeyPatch, name: str, encoding: str = "utf-8", **options: object) -> str:
    monkeypatch.chdir(root)
    twins = load_twins(Path("fixtures/lab.json"))
    fields = {"served": Path("fixtures") / name} if "served" in name else {}
    inputs = () if fields else ((Path("fixtures") / name, None),)
    diagnosis = diagnose(Request(inputs, at("2026-11-20"), twins=twins, **fields))  # type: ignore[arg-type]
    buffer = io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline="\n")
    render(diagnosis, TerminalPage(buffer), **options)  # type: ignore[arg-type]
    buffer.seek(0)
    return buffer.read()


@pytest.mark.parametrize("name", ["r46/leaf-and-issuer.pfx", "r46/with-cross-sign.pfx", "r46/leaf-only.pem",
                                  "e46/server.reg", "r46/served-aaa.pem"])  # fmt: skip
def test_reports_are_the_golden_ones(
    fixtures: Path, monkeypatch: pytest.MonkeyPatch, golden: Callable[[str, str], None], name: str
) -> None:
    text = report(fixtures.parent, monkeypatch, name)
    golden(name.replace("/", "-") + ".txt", text)


def test_no_line_of_prose_is_wider_than_100_columns(fixtures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = report(fixtures.parent, monkeypatch, "r46/with-cross-sign.pfx")
    commands = ("Import-Certificate", "Export-Certificate", "Remove-Item", "SHA-256")
    prose = [line for line in text.splitlines() if not line.strip().startswith(commands)]
    assert max(map(len, prose)) <= 100
    assert all(line == line.rstrip() for line in text.splitlines())


def test_an_ascii_output_gets_ascii_only(fixtures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = report(fixtures.parent, monkeypatch, "r46/with-cross-sign.pfx", encoding="ascii")
    assert text.isascii()
    assert "FAIL 92 of 120 clients" in text


def test_verbose_lists_every_client_with_its_certainty(fixtures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = report(fixtures.parent, monkeypatch, "r46/leaf-and-issuer.pfx", verbose=True)
    assert "android-4.4-aosp:" in text
    assert "[measured]" in text
    assert "certutil -f -addstore" in text


def test_names_are_left_out_where_every_client_fails_for_one_reason(
    fixtures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = report(fixtures.parent, monkeypatch, "r46/leaf-only.pem")
    assert "missing-intermediate (120)" in short
    assert "every selected client" in short
    assert "Android:" not in short
    long = report(fixtures.parent, monkeypatch, "r46/leaf-only.pem", verbose=True)
    assert "Android:" in long


def test_glyphs_follow_the_encoding() -> None:
    assert glyphs_for("utf-8") is UNICODE
    assert glyphs_for("cp437") is ASCII
    assert glyphs_for("ascii") is ASCII
    assert glyphs_for("no-such-encoding") is ASCII


def test_versions_sort_by_number() -> None:
    assert sorted(["10", "4.4", "4.0", "9"], key=version_key) == ["4.0", "4.4", "9", "10"]
