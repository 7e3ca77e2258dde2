"""The DuckDB file: the results' Parquet files joined into tables, and the queries that the run itself asks.

Memory is bounded: DuckDB works on disk above ``MEMORY``. Nothing of an input ever becomes part of a query's text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from chainlab.errors import InputError
from chainlab.fleet.extra import load_duckdb, load_pyarrow
from chainlab.fleet.results import DATABASE, RESULTS, Results
from chainlab.fleet.rows import Partition
from chainlab.fleet.tables import TABLES, schema
from chainlab.records import dataclass

MEMORY: Final = "1GB"
"""What DuckDB may hold in memory."""

Query = Any

_BUILD: Final = (
    # The newest word on a content or an evidence counts: a later run tries errors again.
    """CREATE TABLE contents AS SELECT content, arg_max(evidence, filename) AS evidence,
         arg_max(error_kind, filename) AS error_kind, arg_max(error, filename) AS error
       FROM read_contents GROUP BY content""",
    """CREATE TABLE answers AS SELECT * EXCLUDE (filename, place) FROM (
         SELECT *, row_number() OVER (PARTITION BY evidence ORDER BY filename DESC) AS place FROM read_answers)
       WHERE place = 1""",
    """CREATE TABLE rows_read AS SELECT p.first + r.row AS position, r.server, r.source, r.content,
         nullif(r.error_kind, '') AS error_kind, nullif(r.error, '') AS error
       FROM read_parts r JOIN part_files p USING (filename)""",
    """CREATE TABLE firsts AS SELECT c.evidence, min(r.position) AS position
       FROM rows_read r JOIN contents c USING (content) JOIN answers a ON a.evidence = c.evidence
       WHERE a.error_kind = '' GROUP BY c.evidence""",
    """CREATE TABLE groups_found AS SELECT a.problem, count(*) AS servers, count(DISTINCT a.evidence) AS evidences,
         min(r.position) AS first
       FROM rows_read r JOIN contents c USING (content) JOIN answers a ON a.evidence = c.evidence
       WHERE a.problem <> '' AND a.error_kind = '' GROUP BY a.problem""",
    """CREATE TABLE ranks AS SELECT *, row_number() OVER (ORDER BY servers DESC, first) AS number FROM groups_found""",
    """CREATE TABLE servers AS SELECT r.position, r.server, r.source, r.content,
         nullif(c.evidence, '') AS evidence,
         CASE WHEN coalesce(r.error_kind, nullif(c.error_kind, ''), nullif(a.error_kind, '')) IS NOT NULL THEN 'error'
              WHEN a.evidence IS NULL THEN 'pending'
              WHEN f.position = r.position THEN 'computed' ELSE 'duplicate' END AS status,
         g.number AS "group",
         a.well AS server_well, a.findings AS server_findings,
         nullif(a.change, '') AS change, nullif(a.change_error, '') AS change_error,
         CASE WHEN a.change NOT IN ('', 'not possible') THEN a.outbound_lost END AS outbound_lost,
         coalesce(r.error_kind, nullif(c.error_kind, ''), nullif(a.error_kind, '')) AS error_kind,
         coalesce(r.error, nullif(c.error, ''), nullif(a.error, '')) AS error
       FROM rows_read r LEFT JOIN contents c USING (content) LEFT JOIN answers a ON a.evidence = c.evidence
         LEFT JOIN firsts f ON f.evidence = a.evidence LEFT JOIN ranks g ON g.problem = a.problem""",
    """CREATE TABLE all_sites AS SELECT evidence, unnest(sites, max_depth := 2) FROM answers WHERE error_kind = ''""",
    """CREATE TABLE sites AS SELECT * EXCLUDE (failures) REPLACE (nullif(accept_after, -1) AS accept_after,
         nullif(binding, '') AS binding, nullif(host, '') AS host, nullif(root, '') AS root,
         nullif(broken, '') AS broken) FROM all_sites""",
    """CREATE TABLE failures AS SELECT evidence, site, unnest(failures, max_depth := 2) FROM all_sites""",
    """CREATE VIEW results AS SELECT s.position, s.server, s.source, s.status, s."group", s.server_well,
         x.site, x.subject, x.names, x.issuer, x.not_after, x.leaf, x.binding, x.host, x.basis, x.certainty,
         x.chain, x.chain_words, x.root, x.accept, x.reject, x.unknown, x.findings, x.errors, x.well,
         s.change, s.change_error, x.accept_after, x.gained, x.lost, x.broken, s.evidence, s.error_kind, s.error
       FROM servers s LEFT JOIN sites x ON x.evidence = s.evidence""",
    "DROP TABLE rows_read; DROP TABLE all_sites; DROP TABLE groups_found; DROP TABLE firsts",
)

_GROUPS: Final = """CREATE TABLE groups AS
    SELECT g.number AS "group", g.problem, g.servers, g.evidences, s.server AS example, s.evidence AS example_evidence,
      p.accept_before, p.accept_after, p.total, p.lost, p.needs_decision, p.note, p.costs, p.changes,
      p.evidence AS planned_on, coalesce(k.checked, 0) AS checked, coalesce(k.fitting, 0) AS fitting
    FROM ranks g JOIN servers s ON s.position = g.first
      LEFT JOIN (SELECT * EXCLUDE (filename, place) FROM (SELECT *, row_number()
          OVER (PARTITION BY problem ORDER BY filename DESC) AS place FROM read_plans) WHERE place = 1) p
        ON p.problem = g.problem
      LEFT JOIN (SELECT problem, plan_evidence, count(*) AS checked, count_if(fits) AS fitting
          FROM (SELECT DISTINCT problem, plan_evidence, evidence, fits FROM read_checks)
          GROUP BY problem, plan_evidence) k
        ON k.problem = g.problem AND k.plan_evidence = p.evidence
    ORDER BY g.number"""

_UNPLANNED: Final = """
    SELECT g.problem, s.evidence, s.position
    FROM ranks g JOIN servers s ON s.position = g.first
      LEFT JOIN (SELECT problem, evidence, bool_or(len(changes) > 0) AS changing FROM read_plans
          GROUP BY problem, evidence) p ON p.problem = g.problem AND p.evidence = s.evidence
      LEFT JOIN (SELECT problem, plan_evidence, count(DISTINCT evidence) AS checked FROM read_checks
          WHERE evidence IN (SELECT evidence FROM answers) GROUP BY problem, plan_evidence) k
        ON k.problem = g.problem AND k.plan_evidence = s.evidence
    WHERE g.number <= ? AND (p.problem IS NULL OR (p.changing AND coalesce(k.checked, 0) < g.evidences - 1))
    ORDER BY g.number"""

_MEMBERS: Final = """
    SELECT s.evidence, min(s.position) FROM servers s JOIN ranks g ON g.number = s."group"
    WHERE g.problem = ? GROUP BY s.evidence ORDER BY min(s.position)"""


@dataclass(frozen=True, slots=True)
class Member:
    """One distinct evidence of a group, and where it stands first."""

    evidence: str
    position: int


class Database:
    """The tables of one run while they are built; ``finish`` puts the file in its place."""

    def __init__(self, results: Results, parts: Sequence[Partition]) -> None:
        self._results = results
        self._file = results.folder / f".{DATABASE}.part"
        self._file.unlink(missing_ok=True)
        self._connection = load_duckdb().connect(str(self._file))
        self._configure()
        self._build(parts)

    def _configure(self) -> None:
        spill = str(self._results.folder / ".spill").replace("'", "''")
        self._connection.execute(f"SET memory_limit = '{MEMORY}'; SET preserve_insertion_order = false")
        self._connection.execute(f"SET temp_directory = '{spill}'; SET TimeZone = 'UTC'")
        with suppress(load_duckdb().Error):  # in a notebook without ipywidgets there is no bar to switch off
            self._connection.execute("SET enable_progress_bar = false")

    def _build(self, parts: Sequence[Partition]) -> None:
        first, rows = 0, list[tuple[str, int]]()
        for partition in parts:
            rows.append((str(self._results.part(partition.identity)), first))
            first += partition.count
        self._connection.execute("CREATE TABLE run (inputs BIGINT)")
        self._connection.execute("INSERT INTO run VALUES (?)", [first])
        self._connection.execute("CREATE TABLE part_files (filename VARCHAR, first BIGINT)")
        there = [(file, position) for file, position in rows if Path(file).is_file()]
        for start in range(0, len(there), 1000):
            chunk = there[start : start + 1000]
            marks = ", ".join("(?, ?)" for _ in chunk)
            values = [value for row in chunk for value in row]
            self._connection.execute(f"INSERT INTO part_files VALUES {marks}", values)  # noqa: S608 - only marks
        self._read("parts", [file for file, _ in there])
        for table in ("contents", "answers"):
            self._read(table, self._results.files(table))
        for statement in _BUILD:
            self._connection.execute(statement)

    def _read(self, table: str, files: Iterable[str]) -> None:
        """A temporary view over the files of a table, or an empty one of its columns."""
        held = list(files)
        if not held:
            pa = load_pyarrow()
            with_name = schema(table).append(pa.field("filename", pa.string()))
            self._connection.register(f"read_{table}", with_name.empty_table())
            return
        listed = ", ".join("'" + file.replace("'", "''") + "'" for file in held)
        self._connection.execute(
            f"CREATE OR REPLACE TEMP VIEW read_{table} AS "  # noqa: S608 - names of our own files, quoted
            f"SELECT * FROM read_parquet([{listed}], filename = true, union_by_name = false)"
        )

    def unplanned(self, most: int | None) -> list[tuple[str, Member]]:
        """Problems whose plan is not known or not checked on all their servers, with the first server that has it.

        In the order of their numbers of servers; only the first ``most`` groups are looked at.
        """
        for table in ("plans", "checks"):
            self._read(table, self._results.files(table))
        found = self._connection.execute(_UNPLANNED, [2**62 if most is None else most]).fetchall()
        return [(problem, Member(evidence, position)) for problem, evidence, position in found]

    def members(self, problem: str) -> list[Member]:
        """The distinct evidences of a group, in order of their first servers."""
        return [Member(*row) for row in self._connection.execute(_MEMBERS, [problem]).fetchall()]

    def content_at(self, position: int) -> str:
        """The hash of the content at a position."""
        found = self._connection.execute("SELECT content FROM servers WHERE position = ?", [position]).fetchone()
        return str(found[0]) if found else ""

    def finish(self) -> Path:
        """Add the groups with their plans, write the results' Parquet file, and put both in place."""
        for table in ("plans", "checks"):
            self._read(table, self._results.files(table))
        self._connection.execute(_GROUPS)
        self._connection.execute("DROP TABLE ranks; DROP TABLE part_files")
        folder = self._results.folder
        temporary = folder / f".{RESULTS}.part"
        self._connection.sql("SELECT * FROM results").write_parquet(str(temporary), compression="zstd")
        self._connection.execute("CHECKPOINT")
        self._connection.close()
        try:
            temporary.replace(folder / RESULTS)
            self._file.replace(folder / DATABASE)
        except OSError as error:
            why = (error.strerror or type(error).__name__).lower()
            raise InputError(str(folder / DATABASE), f"cannot be replaced: {why}", hint="close it") from None
        return folder / DATABASE


@contextmanager
def opened(file: Path) -> Iterator[Query]:
    """A finished database, for reading."""
    library = load_duckdb()
    try:
        connection = library.connect(str(file), read_only=True)
    except library.Error as error:
        raise InputError(str(file), f"cannot be read: {str(error)[:200]}", expected="a fleet's results") from None
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()


def known(results: Results) -> tuple[dict[str, str], set[str]]:
    """What earlier runs found: the evidence of each content, and the evidences that have an answer; no errors."""
    with load_duckdb().connect() as connection:
        found = []
        for table, columns in (("contents", "content, evidence"), ("answers", "evidence")):
            files = results.files(table)
            assert table in TABLES
            query = f"SELECT {columns} FROM read_parquet(?) WHERE error_kind = ''"  # noqa: S608 - our own names
            found.append(connection.execute(query, [files]).fetchall() if files else [])
    contents, answers = found
    return dict(contents), {evidence for (evidence,) in answers}


__all__ = ["Database", "Member", "known", "opened"]
