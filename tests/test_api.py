"""The questions as Python functions: typed, lazy, the same answers as the command line, and safe to show."""

from __future__ import annotations

import doctest
import html.parser
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Unpack

import pytest

import chainlab
from chainlab import api, asking
from chainlab.errors import ChainlabError, InputError, PasswordError, UsageError
from chainlab.report.sheet import MAX_ROWS, Sheet, Table, as_html, as_markdown

ROOT = Path(__file__).resolve().parent.parent
PFX = "fixtures/r46/leaf-and-issuer.pfx"


def lab(**more: Unpack[api.Options]) -> api.Options:
    more.update({"lab": "fixtures/lab.json", "at": "2026-11-20"})
    return more


LAB = lab()


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_of_every_function_are_real() -> None:
    tested = doctest.testmod(api)
    assert tested.failed == 0
    assert tested.attempted > 10


def test_importing_the_package_imports_nothing_else() -> None:
    loaded = "import sys, chainlab; print(sorted(name for name in sys.modules if name.startswith('chainlab')))"
    assert python(loaded).strip() == "['chainlab']"


def test_looking_up_a_question_does_not_load_what_answers_it() -> None:
    look = "import sys, chainlab; chainlab.diagnose; "
    assert python(look + "print({'networkx', 'cryptography'} & set(sys.modules))").strip() == "set()"


@pytest.mark.parametrize("name", ["plan", "impact", "graph", "timeline", "diagnose", "read"])
@pytest.mark.parametrize("first", ["chainlab", "chainlab.planning, chainlab.impact, chainlab.timeline", "chainlab.api"])
def test_a_question_can_be_asked_whatever_was_imported_before(name: str, first: str) -> None:
    """``chainlab.plan`` is a package too; its modules stay importable, and it can be called."""
    options = {**LAB, "change": "untrust fb243876"} if name == "impact" else {**LAB}
    ask = f"import {first}, chainlab; print(type(chainlab.{name}({PFX!r}, **{options!r})).__name__)"
    assert python(ask) == ("Drawing\n" if name == "graph" else "Result\n")


def test_the_package_offers_exactly_what_the_stub_declares() -> None:
    declared = (ROOT / "chainlab/__init__.pyi").read_text()
    offered = set(dir(chainlab)) & set(api.__all__)
    assert offered == set(api.__all__)
    assert all(f"    {name} as {name},\n" in declared for name in api.__all__)
    assert all(getattr(chainlab, name) is not None for name in api.__all__)
    with pytest.raises(AttributeError, match="diagnoze"):
        chainlab.diagnoze  # type: ignore[attr-defined]  # noqa: B018


def test_modules_named_like_questions_stay_modules() -> None:
    import chainlab.plan.search as search
    from chainlab.graph import CertGraph

    assert inspect.ismodule(sys.modules["chainlab.plan"])
    assert search.Search is not None
    assert CertGraph is not None


@pytest.mark.parametrize(("command", "ask"), [
    ("diagnose", lambda: api.diagnose(PFX, plan=True, **LAB)),
    ("explain", lambda: api.explain(PFX, **LAB)),
    ("timeline", lambda: api.timeline(PFX, **LAB)),
    ("plan", lambda: api.plan(PFX, **LAB)),
    ("inspect", lambda: api.read(PFX)),
])  # fmt: skip
def test_text_and_data_are_what_the_command_prints(command: str, ask) -> None:
    options = [] if command == "inspect" else ["--lab", "fixtures/lab.json", "--at", "2026-11-20"]
    answer = ask()
    for extra, mine in (([], answer.text()), (["--format", "json"], answer.json())):
        done = subprocess.run(
            [sys.executable, "-m", "chainlab", command, PFX, *options, *extra], cwd=ROOT, capture_output=True,
            encoding="utf-8", check=False, env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )  # fmt: skip
        if extra:
            assert json.loads(done.stdout) == json.loads(mine)
        else:
            assert done.stdout.split() == mine.split()


def answers() -> list[api.Result[Any]]:
    return [
        api.read("fixtures/r46/evidence.zip"),
        api.diagnose(PFX, **LAB),
        api.diagnose(**lab(served="fixtures/r46/served-cross.pem")),
        api.explain("fixtures/r46/with-cross-sign.pfx", **LAB),
        api.explain(PFX, client=["android-4.4-aosp", "own=openssl-3:fixtures/r46/roots-old-device.pem"], **LAB),
        api.impact("fixtures/r46/with-cross-sign.pfx", change=["delete fb243876", "restart iis"], **LAB),
        api.plan(PFX, **LAB),
        api.timeline(**lab(served="fixtures/r46/served-aaa.pem")),
    ]


def test_every_answer_shows_itself_as_html_and_markdown() -> None:
    for answer in answers():
        shown, marked = answer._repr_html_(), answer._repr_markdown_()
        assert well_formed(shown)
        for sheet in answer.sheets:
            assert sheet.headline.split()[0] in shown
            assert sheet.tables or sheet.headline
            for table in sheet.tables:
                assert {len(row) for row in table.rows} <= {len(table.columns)}
                assert list(table) == [dict(zip(table.columns, row, strict=True)) for row in table.rows]
        assert marked.startswith("**")
        assert len(shown) < 60_000
        assert answer.sheets[0].headline in repr(answer)
        assert str(answer) == answer.text()
        json.loads(answer.json())


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: api.diagnose(PFX, **LAB), "92 of 120 clients will fail"),
        (lambda: api.plan(PFX, **LAB), "Then 88 of 120 clients accept"),
        (lambda: api.explain("fixtures/r46/with-cross-sign.pfx", **LAB), "2 candidate chains"),
        (lambda: api.impact("fixtures/r46/with-cross-sign.pfx", change="delete fb243876", **LAB), "60 clients gained"),
    ],
)
def test_an_answer_has_its_html_report_which_a_notebook_shows_in_a_frame(
    ask: Callable[[], api.Result[Any]], words: str, tmp_path: Path
) -> None:
    page = ask().page()
    assert words in page.html
    assert page._repr_html_().startswith("<iframe ")
    page.write(tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page.html


def test_a_question_without_a_report_says_which_have_one() -> None:
    with pytest.raises(UsageError, match="diagnose, plan, impact and explain"):
        api.read("fixtures/r46/evidence.zip").page()


def test_a_client_explanation_leaves_windows_out_and_tells_the_paths() -> None:
    answer = api.explain(PFX, client="android-4.4-aosp", **LAB)
    assert answer.value.windows == ()
    assert answer.sheets[0].headline.startswith("Android 4.4 rejects: ")
    assert answer.sheets[0].tables[0].title == "Paths tried, in order"


def test_verify_tells_whether_a_plan_holds(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text(api.plan(PFX, **LAB).json(), encoding="utf-8")
    kept = api.verify(tmp_path, "fixtures/r46/served-cross.pem")
    assert (kept.value.holds, kept.sheets[0].good) == (True, True)
    undone = api.verify(tmp_path, [Path("fixtures/r46/served-short.pem")])
    assert (undone.value.holds, undone.sheets[0].headline) == (False, "NOT what the plan promises")


def test_a_drawing_shows_itself_and_is_written_in_every_format(tmp_path: Path) -> None:
    drawing = api.graph(PFX, **LAB)
    assert drawing._repr_markdown_().startswith("```mermaid\nflowchart")
    for suffix in (".dot", ".mmd", ".json", ".graphml"):
        drawing.write(tmp_path / f"g{suffix}")
        assert (tmp_path / f"g{suffix}").stat().st_size > 500
    with pytest.raises(UsageError, match="graph format"):
        drawing.write(tmp_path / "g.png")
    pytest.importorskip("pygraphviz")
    shown = drawing._repr_svg_()
    assert shown is not None
    assert shown.startswith("<svg")


def test_without_graphviz_a_drawing_is_shown_as_a_flowchart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert api.graph(PFX, **LAB)._repr_svg_() is None


def test_moments_are_taken_as_text_date_or_datetime() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    east = timezone(timedelta(hours=2))
    for when in ("2026-11-20", date(2026, 11, 20), at, at.replace(tzinfo=None), datetime(2026, 11, 20, 2, tzinfo=east)):
        assert asking.moment(when) == at
    assert (datetime.now(UTC) - asking.moment(None)).total_seconds() < 5
    with pytest.raises(UsageError, match="'tomorrow' is not a date"):
        asking.moment("tomorrow")


def test_stores_are_a_mapping_or_pairs(fixtures: Path) -> None:
    store = fixtures / "r46" / "LocalMachine-CA.sst"
    for stores in ({"LocalMachine/CA": store}, [("LocalMachine/CA", str(store))]):
        seen = api.read(stores=stores).value.evidence.certificates
        assert {str(item.store) for item in seen} == {"LocalMachine/CA"}


def test_passwords_are_text_or_a_function() -> None:
    protected = "fixtures/r46/protected.pfx"
    with pytest.raises(PasswordError):
        api.diagnose(protected, clients="none")
    places: list[str] = []
    for password in ("chainlab", lambda place: places.append(place) or "chainlab"):
        answer = api.diagnose(protected, **lab(clients="none", password=password))
        assert answer.value.targets
    assert places == [protected]


def test_errors_are_chainlabs_own() -> None:
    for ask in (
        lambda: api.diagnose(),
        lambda: api.read(),
        lambda: api.diagnose("fixtures/nothing.pfx"),
        lambda: api.diagnose(PFX, clients="no-such-client"),
        lambda: api.impact(PFX, change=[]),
        lambda: api.plan(PFX, choose=99, **LAB),
        lambda: api.make_lab("nothing", "x"),
    ):
        with pytest.raises(ChainlabError):
            ask()
    with pytest.raises(InputError, match=r"nothing\.pfx"):
        api.diagnose("fixtures/nothing.pfx")


def test_a_lab_folder_is_written_and_diagnosed(tmp_path: Path) -> None:
    folder = api.make_lab("missing-intermediate", tmp_path / "lab")
    clients = [f"a=openssl-3:{folder}/clients/openssl.pem"]
    answer = api.diagnose(folder / "evidence.zip", at="2026-11-20", clients="none", own_clients=clients)
    assert answer.sheets[0].headline == "www.lab.example at 0.0.0.0:443 for Default Web Site: 1 of 1 client will fail"


HOSTILE = "</td><script>alert(1)</script>\"'><img src=x onerror=y> | `a` [l](javascript:x) \x1b[31m \u202e <!-- {{y}}"


def test_hostile_text_is_shown_as_text() -> None:
    table = Table(HOSTILE, (HOSTILE, "b"), ((HOSTILE, "1"),) * (MAX_ROWS + 5))
    sheet = Sheet(HOSTILE, False, (HOSTILE,), (table,))
    shown = as_html([sheet])
    assert well_formed(shown)
    tags = {tag for tag, _ in Tags.of(shown)}
    assert tags == {"div", "p", "table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert all(name == "style" for _, attributes in Tags.of(shown) for name, _ in attributes)
    marked = as_markdown([sheet])
    assert "\x1b" not in shown + marked
    assert "\u202e" not in shown + marked
    assert all(line.replace("\\|", "").count("|") == 3 for line in marked.splitlines() if line.startswith("|"))
    assert "and 5 more rows" in shown
    assert "<script" not in marked.replace("\\<", "")


class Tags(html.parser.HTMLParser):
    """Every start tag with its attributes, and whether all are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.open: list[str] = []

    @classmethod
    def of(cls, text: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
        parser = cls()
        parser.feed(text)
        parser.close()
        assert parser.open == []
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def well_formed(text: str) -> bool:
    return bool(Tags.of(text))
