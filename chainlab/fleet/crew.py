"""Workers: local processes or a Dask cluster, and what becomes of tasks whose worker dies."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from typing import Any, Final, Protocol

from chainlab.errors import UsageError
from chainlab.fleet.extra import load_distributed
from chainlab.records import dataclass, field

AHEAD: Final = 2
"""Tasks in flight for each worker: one that it works on, one that waits for it. It bounds memory."""


class Task(Protocol):
    """One call that a worker makes."""

    @property
    def call(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        """The function and its arguments."""
        ...

    def parts(self) -> Sequence[Task]:
        """The same work in the smallest tasks there are; only itself if it cannot be divided."""
        ...

    def lost(self) -> Any:
        """What stands for the result where the task kills every worker."""
        ...


@dataclass(slots=True)
class Crew:
    """Workers and how many. ``start`` makes the executor, again after its processes died."""

    workers: int
    start: Callable[[], Executor]
    _executor: Executor | None = field(default=None)

    @classmethod
    def local(cls, workers: int) -> Crew:
        """Processes of this machine; they end with this one."""
        context = multiprocessing.get_context("spawn")
        return cls(workers, lambda: ProcessPoolExecutor(workers, context, _prepare))

    @classmethod
    def cluster(cls, address: str) -> Crew:
        """The workers of a Dask cluster; ``UsageError`` if it cannot be reached or has none."""
        library = load_distributed()
        try:
            client = library.Client(address, timeout="15s", set_as_default=False)
            threads = sum(client.nthreads().values())
        except (OSError, ValueError, RuntimeError) as error:  # also what Dask raises of its own
            raise UsageError(f"--scheduler {address}: no Dask scheduler there ({type(error).__name__})") from None
        if not threads:
            client.close()
            raise UsageError(f"--scheduler {address}: the cluster has no workers")
        return cls(threads, lambda: _ClusterExecutor(client))

    def close(self) -> None:
        """End the workers; what still waits is given up."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None

    def run(self, next_task: Callable[[], Task | None]) -> Iterator[tuple[Task, Any]]:
        """Results as they come.

        ``next_task`` is asked whenever there is room; ``None``: nothing for now. It is over when nothing runs and
        nothing comes. When workers die, the tasks in flight are repeated one by one to find the one that kills them.
        """
        running: dict[Future[Any], Task] = {}
        while True:
            while len(running) < self.workers * AHEAD and (task := next_task()) is not None:
                running[self._submit(task)] = task
            if not running:
                return
            wait(running, return_when=FIRST_COMPLETED)
            died = yield from self._settle(running)
            if died:
                wait(running)  # nothing is to run beside the suspects
                died += yield from self._settle(running)
            for task in died:
                yield from self._alone(task)

    def _settle(self, running: dict[Future[Any], Task]) -> Generator[tuple[Task, Any], None, list[Task]]:
        """Take out what is done; returns the tasks over which a worker died."""
        died = []
        for future in [future for future in running if future.done()]:
            task, outcome = running.pop(future), _outcome(future)
            if isinstance(outcome, _Died):
                died.append(task)
            else:
                yield task, outcome
        return died

    def _submit(self, task: Task) -> Future[Any]:
        """Send a task off, to new workers if the old ones died."""
        function, arguments = task.call
        if self._executor is None:
            self._executor = self.start()
        try:
            return self._executor.submit(function, *arguments)
        except BrokenExecutor:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = self.start()
            return self._executor.submit(function, *arguments)

    def _alone(self, task: Task) -> Iterator[tuple[Task, Any]]:
        """The task with nothing beside it; if its worker dies again, its parts one by one."""
        outcome = _outcome(self._submit(task))
        parts = task.parts()
        if not isinstance(outcome, _Died):
            yield task, outcome
        elif len(parts) == 1:
            yield task, task.lost()
        else:
            for part in parts:
                found = _outcome(self._submit(part))
                yield part, part.lost() if isinstance(found, _Died) else found


@dataclass(frozen=True, slots=True)
class _Died:
    """The worker died over the task."""


def _outcome(future: Future[Any]) -> Any:
    try:
        return future.result()
    except BrokenExecutor:
        return _Died()
    except Exception as error:
        if type(error).__name__ == "KilledWorker":  # Dask's, which is loaded only with a cluster
            return _Died()
        raise


def _prepare() -> None:
    """A worker process: the keyboard's interrupt is its parent's business, and it ends when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(50_000, 20, 50)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


class _ClusterExecutor(Executor):
    """A Dask client as an executor of pure calls; a task that kills its worker is tried on three."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send the call to the cluster."""
        future: Future[Any] = self._executor.submit(fn, *args, **kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002 - Executor's
        """Leave the cluster, which goes on."""
        self._client.close()


__all__ = ["Crew", "Task"]
