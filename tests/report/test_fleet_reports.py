"""Reports of a fleet: nothing that an input says reaches a terminal, a page, a table or a spreadsheet unescaped."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.escaping import csv_cell
from chainlab.fleet import ChangeSummary, Counts, ErrorRow, Group, Summary
from chainlab.fleet.group_plan import GroupPlan, PlannedChange
from chainlab.fleet.summary import GroupSite
from chainlab.report import fleet_csv, fleet_html, fleet_json, fleet_text, fleet_words
from chainlab.report.markdown_page import MarkdownPage
from chainlab.report.terminal import TerminalPage

SCHEMA = json.loads((Path(__file__).parents[2] / "chainlab/report/data/chainlab.fleet-1.schema.json").read_text())


def summary_of(name: str) -> Summary:
    """A summary whose every text from outside is ``name``."""
    site = GroupSite(name, name, name, "predicted", "firm", name, 1, 2, 1, ("no-anchor",), (("no-anchor", (name,)),))
    change = PlannedChange(name, name, (name,), (), (), (name,), (name,))
    plan = GroupPlan("p", "e", (change,), 1, 3, 4, 1, (name,), needs_decision=True)
    groups = (
        Group(1, "p", 5, 3, (name,), (site,), plan, 2, 1),
        Group(2, "q", 1, 1, (name,), (site,), GroupPlan("q", "e", note=name), 0, 0),
        Group(3, "r", 1, 1, (name,), (site,), None, 0, 0),
    )
    outcomes = {"gains": 3, "loses": 1, "same": 1, "not possible": 2}
    return Summary(
        datetime(2026, 11, 20, tzinfo=UTC),
        "",
        Path("out/fleet.duckdb"),
        Counts(10, 4, 3, 2, 1, 1, 6, 8),
        groups,
        3,
        (ErrorRow(name, name, "input", name), ErrorRow(name, name, "crash", name)),
        (("input", 1), ("crash", 1)),
        ChangeSummary((name,), outcomes, dict.fromkeys(outcomes, (name,)), ((name, 1),), ((name, 2),), 10, 20, 1,
                      ((name, 2),)),
    )  # fmt: skip


HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e|`*[x](y)\r\n# head"


def text_of(summary: Summary, **options) -> str:
    file = io.StringIO()
    fleet_text.render(summary, TerminalPage(file, color=False), **options)
    return file.getvalue()


@pytest.mark.parametrize("verbose", [False, True])
def test_the_text_is_free_of_control_characters_and_says_the_counts(verbose: bool) -> None:
    text = text_of(summary_of(HOSTILE), verbose=verbose)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", text)
    assert "10 inputs: 4 computed, 3 equal to one of these, 2 errors, 1 not reached yet; 8 sites." in text
    assert "on 1 of them it does something else" in " ".join(text.split())


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)


@given(st.text(max_size=60))
def test_no_text_becomes_markup_of_the_page(name: str) -> None:
    parser, plain = _Tags(), _Tags()
    parser.feed(fleet_html.render(summary_of(name or "x")))
    plain.feed(fleet_html.render(summary_of("x")))
    assert parser.tags == plain.tags


def test_the_page_has_no_script_and_a_policy_that_allows_none() -> None:
    page = fleet_html.render(summary_of(HOSTILE))
    assert "<script" not in page
    assert "script-src" not in page
    assert "default-src &#39;none&#39;" in page


@given(st.text(max_size=60))
def test_the_json_follows_its_schema(name: str) -> None:
    document = json.loads(fleet_json.render(summary_of(name)))
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    counts = document["counts"]
    assert counts["inputs"] == sum(counts[k] for k in ("computed", "duplicates", "errors", "pending"))


def test_json_without_change_and_plan_follows_its_schema() -> None:
    bare = replace(summary_of("x"), change=None, groups=(), errors=())
    jsonschema.Draft202012Validator(SCHEMA).validate(fleet_json.as_json(bare))


def test_markdown_keeps_its_structure() -> None:
    documents = []
    for name in (HOSTILE, "x"):
        page = MarkdownPage()
        fleet_text.render(summary_of(name), page, verbose=True)
        documents.append(page.text)
    heads = [[line.split()[0] for line in text.splitlines() if line.startswith("#")] for text in documents]
    assert heads[0] == heads[1]


@given(st.lists(st.lists(st.text(), min_size=1, max_size=3), max_size=4))
def test_csv_can_be_read_again_and_no_cell_is_a_formula(rows: list[list[str]]) -> None:
    text = b"".join(fleet_csv.render(rows)).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [[csv_cell(cell) for cell in row] for row in rows]
    assert not any(cell.strip()[:1] in ("=", "+", "-", "@") for row in read for cell in row if cell.strip())


@pytest.mark.parametrize("text", ["=1+1", " =1", "\t=1", "@SUM(A1)", "+1", "-1", "\u00a0=1"])
def test_what_a_spreadsheet_would_compute_is_text(text: str) -> None:
    assert csv_cell(text).lstrip("'")[:1] not in ("=",) or csv_cell(text).startswith("'")
    assert not csv_cell(text).strip().startswith(("=", "+", "-", "@"))


def test_sentences_for_every_state() -> None:
    summary = summary_of("x")
    well = replace(summary, counts=Counts(3, 1, 2, 0, 0, 3, 0, 3), change=None)
    assert well.all_well
    assert "Nothing is wrong with 3 servers." in text_of(well)
    none = replace(summary, counts=Counts(1, 0, 0, 1, 0, 0, 0, 0), change=None)
    assert not none.all_well
    assert "No input could be answered." in text_of(none)
    group = summary.groups[0]
    assert "so far" in fleet_words.checked_words(replace(group, checked=1))
    assert "does the same" in fleet_words.checked_words(replace(group, fitting=2))
