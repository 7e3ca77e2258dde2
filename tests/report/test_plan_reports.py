"""The plan as text, JSON, Markdown and runbook."""

import io
import json
import re
from copy import copy
from dataclasses import replace
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chainlab.catalog.twins import load_twins
from chainlab.changes import MoveToUntrusted
from chainlab.changes.commands import file_name
from chainlab.dossier import dossier_of
from chainlab.errors import UsageError
from chainlab.planning import Planned, plan
from chainlab.properties import StoreProperties
from chainlab.report import html_report, plan_json, plan_text, runbook
from chainlab.report.markdown_page import MarkdownPage
from chainlab.report.terminal import TerminalPage
from chainlab.request import Request
from chainlab.server import LM_ROOT, Binding, StoreEntry
from tests.pki import at
from tests.report.test_plan_scripts import HOSTILE, hostile

SCHEMA = json.loads((Path(__file__).parents[2] / "chainlab/report/data/chainlab.plan-1.schema.json").read_text())


def planned(fixtures: Path, *names: str, number: int = 0, **fields: object) -> Planned:
    twins = load_twins(fixtures / "lab.json")
    inputs = tuple((fixtures / name, None) for name in names)
    return plan(Request(inputs, at("2026-11-20"), twins=twins, **fields), number)  # type: ignore[arg-type]


def text_of(answer: Planned, *, verbose: bool = False) -> str:
    buffer = io.StringIO()
    plan_text.render(answer, TerminalPage(buffer), verbose=verbose)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "names", [("r46/leaf-and-issuer.pfx",), ("e46/server.reg",), ("r46/server.reg", "e46/server.reg")]
)
def test_answers_follow_the_schema(fixtures: Path, names: tuple[str, ...]) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(plan_json.as_json(planned(fixtures, *names)))


def test_an_answer_without_a_plan_follows_the_schema(fixtures: Path) -> None:
    fine = planned(fixtures, "r46/leaf-and-issuer.pfx", selector="android-17")
    document = plan_json.as_json(fine)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document["chosen"] is None
    assert fine.well_as_it_is
    assert "Nothing to do: every client accepts." in text_of(fine)


def test_beyond_help_is_said_plainly(fixtures: Path) -> None:
    lost = planned(fixtures, "r46/leaf-and-issuer.pfx", selector="android-2.2-cfssl")
    assert not lost.well_as_it_is
    assert lost.chosen is None
    assert "No change helps; 0 of 1 client accepts as it is" in text_of(lost)
    assert "No change on the server helps Android 2.2" in " ".join(text_of(lost).split())


def test_the_text_of_the_main_case(fixtures: Path, golden) -> None:
    golden("plan-r46-leaf-and-issuer.pfx.txt", text_of(planned(fixtures, "r46/leaf-and-issuer.pfx")))


def test_counts_of_profiles_are_not_taken_for_users(fixtures: Path) -> None:
    text = text_of(planned(fixtures, "e46/server.reg"))
    assert "no share of real users follows" in text
    assert "%" not in text


def test_alternatives_are_chosen_by_number(fixtures: Path) -> None:
    one = planned(fixtures, "r46/leaf-and-issuer.pfx", number=1)
    assert one.chosen is one.plan.alternatives[0]
    assert "This needs your decision" in text_of(one)
    with pytest.raises(UsageError, match="--choose 9: there are 2 alternatives"):
        planned(fixtures, "r46/leaf-and-issuer.pfx", number=9)


def test_an_observed_chain_cannot_be_planned_for(fixtures: Path) -> None:
    with pytest.raises(UsageError, match="nothing can be planned"):
        plan(Request((), at("2026-11-20"), served=fixtures / "r46/served-short.pem"))


def test_the_runbook_names_every_step_and_its_undoing(fixtures: Path) -> None:
    answer = planned(fixtures, "r46/server.reg")
    assert answer.chosen is not None
    text = runbook.render(answer, [])
    for number, change in enumerate(answer.chosen.changes, start=1):
        assert f"### Step {number}: {change.title.split(' (')[0]}" in text
        assert f"- Step {number}, by command:" in text
        assert change.certificate is not None
        assert change.certificate.sha1 in text
    assert "HOST" not in text
    assert "leaf.cer" not in text.lower().replace("www", "")
    assert 'psexec -s certutil -user -verify "$PWD\\certificates\\www-chainlab-example-' in text
    assert "openssl s_client -connect www.chainlab.example:443 -servername www.chainlab.example" in text
    assert "chainlab verify plan.json --served www.chainlab.example:443 --host www.chainlab.example`" in text
    assert "C:\\Program Files\\chainlab\\plan" in text
    for heading in ("By script", "By hand", "Make the server look again", "Check", "Roll back", "What it costs"):
        assert f"## {heading}\n" in text


def kinds(text: str) -> list[str]:
    """What a Markdown parser makes of a text, with HTML and tables on: its elements, without the words."""
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = [inner for token in parser.parse(text) for inner in (token, *(token.children or ()))]
    return [token.type for token in tokens if token.type not in ("text", "text_special", "softbreak")]


def markdown_of(answer: Planned) -> str:
    page = MarkdownPage()
    plan_text.render(answer, page)
    return page.text


@settings(max_examples=40)
@given(
    st.sampled_from(HOSTILE)
    | st.text(st.characters() | st.sampled_from("<>[]()|`*_#~!\\&\n-+1."), min_size=1, max_size=30)
)
@example("<script>alert(1)</script>")
@example("[x](http://evil.example)")
@example("a | b")
@example("# x")
@example("`code`")
@example("![x](y)")
@example("&lt;b&gt;")
@example(",")
def test_names_are_text_in_markdown(name: str) -> None:
    attacked = hostile(name)
    assert kinds(runbook.render(attacked, [])) == benign_kinds()[0]
    assert kinds(markdown_of(attacked)) == benign_kinds()[1]


@cache
def benign_kinds() -> tuple[list[str], list[str]]:
    benign = hostile("name")
    return kinds(runbook.render(benign, [])), kinds(markdown_of(benign))


def test_the_runbook_undoes_in_the_console_what_no_command_does(fixtures: Path) -> None:
    """A root that was restricted to purposes gets them back by hand; the step is not dropped for the import's sake."""
    answer = planned(fixtures, "r46/leaf-and-issuer.pfx")
    assert answer.chosen is not None
    root = next(c.certificate for c in answer.chosen.changes if isinstance(c, MoveToUntrusted))
    server = answer.case.scene.server.with_entry(StoreEntry(root, LM_ROOT, StoreProperties(purposes=frozenset())))
    case = copy(answer.case)
    case.scene = replace(case.scene, server=server)
    text = runbook.render(replace(answer, case=case), [])
    assert "by command" in text
    assert "Disable all purposes" in text.partition("## Roll back")[2]
    assert "reg export" in text.partition("## Roll back")[0]


def test_the_runbook_speaks_the_language_of_one_shell(fixtures: Path) -> None:
    """Its commands are PowerShell's: each parses, files lie where the package has them, braces are literals."""
    tree_sitter = pytest.importorskip("tree_sitter")
    grammar = pytest.importorskip("tree_sitter_powershell")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    answer = planned(fixtures, "r46/leaf-and-issuer.pfx")
    binding = Binding("0.0.0.0:443", answer.sites[0].leaf.sha1)
    answer = replace(answer, sites=(replace(answer.sites[0], bindings=(binding,)),))
    text = runbook.render(answer, [])
    verbs = (
        "Remove-Item",
        "Import-Certificate",
        "certutil",
        "netsh",
        "reg",
        "psexec",
        "openssl",
        "chainlab",
        "iisreset",
    )
    commands = [code for code in re.findall("`([^`]+)`", text) if code.startswith(verbs) and ", then " not in code]
    assert {command.split()[0] for command in commands} >= {*verbs[:2], "netsh", "reg", "psexec", "openssl", "chainlab"}
    for command in commands:
        assert not parser.parse(command.encode()).root_node.has_error, command
        assert "appid={" not in command.replace("'appid={", ""), command
    named = re.findall(r"[\w\\-]+\.cer", text)
    assert named
    assert all(name.removeprefix("PWD\\").startswith("certificates\\") for name in named)


def test_commands_say_where_their_files_come_from(fixtures: Path) -> None:
    answer = planned(fixtures, "r46/leaf-and-issuer.pfx")
    said = "The files in certificates\\ are the certificates"
    assert said in text_of(answer)
    assert "'chainlab plan INPUT… -o DIR' writes those of its plan" in " ".join(text_of(answer).split())
    assert "The files in certificates" in markdown_of(answer)
    assert "The files in certificates" in html_report.render(dossier_of(answer))
    for change in answer.chosen.changes if answer.chosen else ():
        assert f"certificates\\{file_name(change.certificate)}" in text_of(answer)  # type: ignore[arg-type]
    assert "Export-Certificate" not in text_of(answer)
