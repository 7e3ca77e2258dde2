"""Tasks whose worker dies are repeated alone, then in parts; the one that kills its worker is lost, no other."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab.errors import InputError, UsageError
from chainlab.fleet.crew import Crew


def double(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """A worker's function; 13 kills it, 7 is an error of its own."""
    if 13 in numbers:
        os._exit(1)
    if 7 in numbers:
        raise InputError("seven", "is not liked", expected="others", hint="leave it")
    return tuple(2 * number for number in numbers)


@dataclass(frozen=True)
class Doubling:
    numbers: tuple[int, ...]

    @property
    def call(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return double, (self.numbers,)

    def parts(self) -> list[Doubling]:
        return [Doubling((number,)) for number in self.numbers]

    def lost(self) -> tuple[int, ...]:
        return tuple(-1 for _ in self.numbers)


def results(crew: Crew, tasks: list[Doubling]) -> dict[int, int]:
    waiting: Iterator[Doubling] = iter(tasks)
    try:
        found = list(crew.run(lambda: next(waiting, None)))
    finally:
        crew.close()
    return {n: r for task, result in found for n, r in zip(task.numbers, result, strict=True)}  # type: ignore[attr-defined]


def test_every_task_has_its_result() -> None:
    numbers = list(range(100, 140))
    assert results(Crew.local(2), [Doubling((n,)) for n in numbers]) == {n: 2 * n for n in numbers}


def test_only_the_row_that_kills_its_worker_is_lost() -> None:
    tasks = [Doubling((1, 2)), Doubling((3, 13, 4)), Doubling((5,)), Doubling((6, 8))]
    expected = {n: -1 if n == 13 else 2 * n for task in tasks for n in task.numbers}
    assert results(Crew.local(2), tasks) == expected


def test_an_error_of_a_task_arrives_as_it_was_raised() -> None:
    with pytest.raises(InputError, match="seven: is not liked") as caught:
        results(Crew.local(1), [Doubling((7,))])
    assert (caught.value.expected, caught.value.hint) == ("others", "leave it")


@given(st.text(), st.text(), st.text(), st.text())
def test_errors_survive_the_way_between_processes(place: str, found: str, expected: str, hint: str) -> None:
    import pickle

    error = InputError(place, found, expected=expected, hint=hint)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.hint, type(again)) == (str(error), hint, InputError)


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        "import os, time\n"
        "from chainlab.fleet.crew import Crew\n"
        "if __name__ == '__main__':\n"
        "    executor = Crew.local(1).start()\n"
        "    print(executor.submit(os.getpid).result(), flush=True)\n"
        "    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 30
    while _alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(worker)


def _alive(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    if not Path("/proc").is_dir():
        pytest.skip("no /proc")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.enable_socket
def test_a_scheduler_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(UsageError, match="no Dask scheduler there"):
        Crew.cluster("tcp://127.0.0.1:9")
