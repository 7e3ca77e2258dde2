"""What a path builder answers: every candidate with its problems, and the one it chose."""

from __future__ import annotations

from chainlab.certificate import Certificate
from chainlab.paths.reasons import Problem, Reason, most_telling
from chainlab.paths.search import CandidatePath
from chainlab.records import dataclass


@dataclass(frozen=True, slots=True)
class JudgedPath:
    """A candidate path and everything that speaks against it (nothing: the path is good)."""

    path: CandidatePath
    problems: tuple[Problem, ...]

    @property
    def good(self) -> bool:
        """No problem was found."""
        return not self.problems

    @property
    def undecided(self) -> bool:
        """Nothing is known against it but what cannot be judged here."""
        return bool(self.problems) and all(problem.reason.undecided for problem in self.problems)


@dataclass(frozen=True, slots=True)
class BuildResult:
    """All candidates in the order tried, the index of the chosen one, and whether the search ran out of budget."""

    candidates: tuple[JudgedPath, ...]
    chosen: int | None
    budget_exceeded: bool = False

    @property
    def accepted(self) -> JudgedPath | None:
        """The path the builder accepts."""
        return None if self.chosen is None else self.candidates[self.chosen]

    @property
    def problem(self) -> Problem | None:
        """Why there is no accepted path: the most telling problem of the candidate that got furthest.

        A candidate of which only something that cannot be checked here is known comes before all that fail.
        """
        if self.chosen is not None:
            return None
        if self.budget_exceeded:
            return Problem(Reason.BUDGET, detail=f"stopped after {len(self.candidates)} candidate paths")
        best = best_failure(self.candidates)
        return most_telling(list(best.problems)) if best is not None else Problem(Reason.NO_ANCHOR)

    @property
    def furthest(self) -> tuple[Certificate, ...]:
        """The accepted path, else the path that explains the failure."""
        path = self.accepted or best_failure(self.candidates)
        return path.path.certificates if path is not None else ()


def best_failure(candidates: tuple[JudgedPath, ...]) -> JudgedPath | None:
    """The failed candidate that explains most: undecided first, complete before incomplete, fewest problems, length."""
    return max(
        candidates,
        key=lambda judged: (judged.undecided, judged.path.complete, -len(judged.problems), len(judged.path.steps)),
        default=None,
    )
