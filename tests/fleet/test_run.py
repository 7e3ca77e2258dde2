"""A run answers every input as ``diagnose`` would, each distinct one once; its counts add up and nothing is lost."""

from __future__ import annotations

import multiprocessing
import os
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainlab.clients import Verdict
from chainlab.diagnosis import TargetDiagnosis, diagnose
from chainlab.errors import InputError, UsageError
from chainlab.evidence import Evidence, ReadOptions
from chainlab.findings import Severity
from chainlab.fleet import Job, Stopped, contents, csv_rows, run, summarise, work
from chainlab.fleet.crew import Crew
from tests.fleet.conftest import ROWS, listed, query, threads

MARK = b"-----DEADLY-----"


def test_counts_add_up_and_every_input_has_a_row(job: Job, servers, tmp_path: Path) -> None:
    done = run(job, [listed(tmp_path / "l.parquet", servers)], tmp_path / "out", threads())
    counts = summarise(done.database).counts
    assert counts.inputs == len(servers) == counts.computed + counts.duplicates + counts.errors
    assert counts.pending == 0
    assert counts.well + counts.grouped == counts.computed + counts.duplicates
    assert [name for (name,) in query(done.database, "SELECT server FROM servers ORDER BY position")] == [
        name for name, _ in servers
    ]
    distinct = {content for _, content in servers}
    assert counts.computed <= len(distinct)
    assert query(done.database, "SELECT count(*), count(DISTINCT evidence) FROM answers")[0] == (counts.computed,) * 2


@settings(max_examples=12)
@given(numbers=st.lists(st.integers(0, 199), min_size=1, max_size=25))
def test_the_rows_of_any_list_are_what_diagnose_says(numbers, servers, job: Job, tmp_path_factory) -> None:
    folder = tmp_path_factory.mktemp("fleet")
    chosen = [servers[number] for number in numbers]
    done = run(job, [listed(folder / "l.parquet", chosen, rows=7)], folder / "out", threads(), plans=0)
    columns = "server, status, site, leaf, chain, accept, reject, findings, well"
    found: dict[str, list[Any]] = {}
    for server, status, *rest in query(done.database, f"SELECT {columns} FROM results ORDER BY position, site"):
        found.setdefault(server, []).extend([] if status == "error" else [rest])
    for server, content in dict(chosen).items():
        rows = _expected(job, content, folder)
        assert found[server][: len(rows)] == rows
        assert bool(found[server]) == bool(rows)


_KNOWN: dict[bytes, list[Any]] = {}


def _expected(job: Job, content: bytes, folder: Path) -> list[Any]:
    if content not in _KNOWN:
        file = folder / "one"
        file.write_bytes(content)
        try:
            diagnosis = diagnose(replace(job.request, inputs=((file, None),)))
            _KNOWN[content] = [_row(number, target) for number, target in enumerate(diagnosis.targets)]
        except InputError:
            _KNOWN[content] = []
    return _KNOWN[content]


def _row(number: int, target: TargetDiagnosis) -> list[Any]:
    chains = [target.clients, *(other.verdicts for other in target.others)]
    accept = sum(all(v.verdict is Verdict.ACCEPT for v in verdicts) for verdicts in zip(*chains, strict=True))
    reject = sum(any(v.verdict is Verdict.REJECT for v in verdicts) for verdicts in zip(*chains, strict=True))
    codes = sorted({f.code for f in target.findings if f.severity is not Severity.NOTE})
    chain = [c.sha256 for c in target.served.chain]
    return [number, target.leaf.certificate.sha256, chain, accept, reject, codes, target.all_well]


def test_a_second_run_computes_nothing_and_says_the_same(
    job: Job, servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = listed(tmp_path / "l.parquet", [s for s in servers if len(s[1]) > 200])
    first = run(job, [source], tmp_path / "out", threads())
    before = query(first.database, ROWS), query(first.database, "SELECT * FROM groups")
    for name in ("scan", "answer", "make_plan", "check_plan"):
        monkeypatch.setattr(work, name, None)
    second = run(job, [source], tmp_path / "out", threads())
    assert (query(second.database, ROWS), query(second.database, "SELECT * FROM groups")) == before


def test_inputs_that_are_added_are_computed_and_the_others_are_not(job: Job, servers, tmp_path: Path) -> None:
    run(job, [listed(tmp_path / "l.parquet", servers[:100])], tmp_path / "out", threads(), plans=0)
    before = len(list((tmp_path / "out" / "answers").iterdir()))
    again = run(job, [listed(tmp_path / "l.parquet", servers)], tmp_path / "out", threads(), plans=0)
    fresh = run(job, [tmp_path / "l.parquet"], tmp_path / "fresh", threads(), plans=0)
    assert query(again.database, ROWS) == query(fresh.database, ROWS)
    assert len(list((tmp_path / "out" / "answers").iterdir())) > before


def test_a_stopped_run_says_what_is_pending_and_continues(job: Job, servers, tmp_path: Path) -> None:
    source = listed(tmp_path / "l.parquet", servers, rows=50)
    stopped = Stopped()

    def progress(done: int, _total: int) -> None:
        if done > 120:
            stopped.request()

    first = run(job, [source], tmp_path / "out", threads(), plans=0, progress=progress, stopped=stopped)
    assert first.stopped
    counts = summarise(first.database).counts
    assert counts.pending
    assert counts.inputs == len(servers) == counts.computed + counts.duplicates + counts.errors + counts.pending
    second = run(job, [source], tmp_path / "out", threads(), plans=0)
    fresh = run(job, [source], tmp_path / "fresh", threads(), plans=0)
    assert query(second.database, ROWS) == query(fresh.database, ROWS)


def test_another_question_does_not_continue_the_run(job: Job, question, servers, tmp_path: Path) -> None:
    source = listed(tmp_path / "l.parquet", servers[:5])
    run(job, [source], tmp_path / "out", threads())
    with pytest.raises(UsageError, match="different: clients"):
        run(Job.of(question(selector="all")), [source], tmp_path / "out", threads())
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "file").touch()
    with pytest.raises(UsageError, match="holds no fleet's results"):
        run(job, [source], tmp_path / "other", threads())


def test_two_runs_in_one_folder_are_not_possible(job: Job, servers, tmp_path: Path) -> None:
    from chainlab.fleet.job import question as asked
    from chainlab.fleet.results import Results

    held = Results.open(tmp_path / "out", asked(job.request, (), ()))
    with pytest.raises(UsageError, match="another run is at work"):
        run(job, [listed(tmp_path / "l.parquet", servers[:5])], tmp_path / "out", threads())
    held.close()
    run(job, [tmp_path / "l.parquet"], tmp_path / "out", threads())


def test_a_wrong_password_is_an_error_row_that_a_later_run_tries_again(
    question, fixtures: Path, tmp_path: Path
) -> None:
    source = listed(tmp_path / "l.parquet", [("a", (fixtures / "r46" / "protected.pfx").read_bytes())])
    done = run(Job.of(question()), [source], tmp_path / "out", threads())
    assert query(done.database, "SELECT status, error_kind FROM servers") == [("error", "password")]
    given = Job.of(question(reading=ReadOptions(password=lambda _place: "chainlab")))
    done = run(given, [source], tmp_path / "out", threads())
    assert query(done.database, "SELECT status, error_kind FROM servers") == [("computed", None)]


def test_files_that_could_not_be_read_are_tried_again(job: Job, servers, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"server": ["a"], "path": ["a.bin"]}), tmp_path / "l.parquet")
    done = run(job, [tmp_path / "l.parquet"], tmp_path / "out", threads())
    assert query(done.database, "SELECT status, error_kind FROM servers") == [("error", "input")]
    (tmp_path / "a.bin").write_bytes(servers[0][1])
    done = run(job, [tmp_path / "l.parquet"], tmp_path / "out", threads())
    assert query(done.database, "SELECT status FROM servers") == [("computed",)]


def test_the_plan_of_a_group_is_simulated_on_all_its_configurations(job: Job, servers, tmp_path: Path) -> None:
    done = run(job, [listed(tmp_path / "l.parquet", servers)], tmp_path / "out", threads())
    groups = summarise(done.database).groups
    assert sum(group.servers for group in groups) == summarise(done.database).counts.grouped
    assert [group.servers for group in groups] == sorted((g.servers for g in groups), reverse=True)
    planned = [group for group in groups if group.plan is not None and group.plan.changes]
    assert planned
    assert any(group.configurations > 1 for group in planned)
    for group in planned:
        assert group.plan is not None
        assert (group.checked, group.fitting) == (group.configurations - 1,) * 2
        assert group.plan.accept_after > group.plan.accept_before


def test_only_the_largest_groups_get_a_plan_where_so_many_are_asked_for(job: Job, servers, tmp_path: Path) -> None:
    done = run(job, [listed(tmp_path / "l.parquet", servers)], tmp_path / "out", threads(), plans=1)
    first, *others = summarise(done.database).groups
    assert first.plan is not None
    assert all(group.plan is None for group in others)


def test_a_change_is_followed_through_the_whole_fleet(question, servers, fixtures: Path, tmp_path: Path) -> None:
    cross = fixtures / "r46" / "cross-signs.pem"
    job = Job.of(question(), [f'import "{cross}" into LocalMachine/CA', "untrust fb243876"])
    done = run(job, [listed(tmp_path / "l.parquet", servers)], tmp_path / "out", threads(), plans=0)
    summary = summarise(done.database)
    change = summary.change
    assert change is not None
    assert sum(change.servers.values()) == summary.counts.computed + summary.counts.duplicates
    assert change.servers["gains"] > 0
    assert change.accept_after > change.accept_before
    assert dict(change.gained)
    moved = "SELECT accept + len(gained) - len(lost), accept_after FROM results WHERE accept_after IS NOT NULL"
    assert all(then == after for then, after in query(done.database, moved))


def test_a_change_that_names_nothing_is_said_server_by_server(question, servers, tmp_path: Path) -> None:
    job = Job.of(question(), ["delete abcdefabcdef"])
    done = run(job, [listed(tmp_path / "l.parquet", servers[:20])], tmp_path / "out", threads(), plans=0)
    change = summarise(done.database).change
    assert change is not None
    assert set(change.servers) == {"not possible"}
    assert "no certificate" in change.errors[0][0]


def test_rows_as_text_are_one_a_server_and_site(job: Job, servers, tmp_path: Path) -> None:
    done = run(job, [listed(tmp_path / "l.parquet", servers[:50])], tmp_path / "out", threads(), plans=0)
    header, *rows = csv_rows(done.database)
    assert len(rows) == query(done.database, "SELECT count(*) FROM results")[0][0]
    assert {len(row) for row in rows} == {len(header)}
    assert len(rows) == query(done.database, f"SELECT count(*) FROM '{done.database.parent}/results.parquet'")[0][0]


def _deadly() -> None:
    """In a worker: an input with the mark kills it."""
    read = contents.read_content

    def deadly(content: contents.Content, options: ReadOptions) -> Evidence:
        if isinstance(content, bytes) and MARK in content:
            os._exit(9)
        return read(content, options)

    vars(work)["read_content"] = deadly


def test_an_input_that_kills_its_worker_is_one_error_row(job: Job, servers, tmp_path: Path) -> None:
    chosen = [*servers[:6], ("deadly", MARK + servers[0][1]), *servers[6:10]]
    context = multiprocessing.get_context("spawn")
    crew = Crew(2, lambda: ProcessPoolExecutor(2, context, _deadly))
    done = run(job, [listed(tmp_path / "l.parquet", chosen)], tmp_path / "out", crew, plans=0)
    crashed = query(done.database, "SELECT server FROM servers WHERE error_kind = 'crash'")
    assert crashed == [("deadly",)]
    assert summarise(done.database).counts.computed > 0


def test_a_server_in_a_folder_and_in_a_list_is_the_same(job: Job, servers, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, content in servers[:12]:
        (tmp_path / "in" / f"{name}.bin").write_bytes(content)
    files = run(job, [tmp_path / "in"], tmp_path / "files", threads(), plans=0)
    rows = run(job, [listed(tmp_path / "l.parquet", sorted(servers[:12]))], tmp_path / "rows", threads(), plans=0)
    assert [row[1:] for row in query(files.database, ROWS)] == [row[1:] for row in query(rows.database, ROWS)]


def test_the_queries_of_the_documentation_run(job: Job, servers, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "fleet.md").read_text("utf-8")
    (block,) = re.findall(r"```sql\n(.*?)```", text, re.DOTALL)
    done = run(job, [listed(tmp_path / "l.parquet", servers[:8])], tmp_path / "out", threads(), plans=0)
    assert len([query(done.database, statement) for statement in block.split(";") if statement.strip()]) == 2


def test_every_column_of_the_results_is_documented(job: Job, servers, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "fleet.md").read_text("utf-8")
    done = run(job, [listed(tmp_path / "l.parquet", servers[:8])], tmp_path / "out", threads(), plans=0)
    columns = query(
        done.database,
        "SELECT DISTINCT table_name, column_name FROM information_schema.columns WHERE table_name <> 'answers'",
    )
    assert {f"`{table}`" for table, _ in columns if f"`{table}`" not in text} == set()
    assert {column for _, column in columns if f"`{column}`" not in text} == set()
