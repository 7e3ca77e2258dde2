"""Ask oracles and chainlab the same questions and set the answers side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chainlab import oids
from chainlab.errors import UsageError
from chainlab.graph import CertGraph
from chainlab.paths.checks import Question
from chainlab.paths.trust import RootSet
from chainlab.verifiers import Handshake, build, family_for
from tests.oracles.oracle import ACCEPT, CANNOT, REJECT, UNKNOWN, Answer, Cell, Oracle, set_up
from tests.oracles.scenario import Case, Scenario, materialise, now


def our_answer(family: str, case: Case, *, host: bool = True, purpose: bool = True) -> Answer:
    """What chainlab's family says; without ``host`` or ``purpose`` these are not asked for."""
    graph = CertGraph([*case.served, *case.roots])
    question = Question(case.at, case.host if host else "", oids.SERVER_AUTH if purpose else "")
    result = build(family_for(family), Handshake(case.served), RootSet(case.roots), graph, question)
    path = result.accepted
    if path is not None:
        return Answer(ACCEPT, "", path.path.fingerprints)
    assert result.problem is not None
    verdict = UNKNOWN if result.problem.reason.undecided else REJECT
    return Answer(verdict, f"{result.problem.reason.code}: {result.problem}")


def compare(oracle: Oracle, scenarios: Sequence[Scenario]) -> list[Cell]:
    """Run one oracle over the scenarios (at most ``oracle.most``)."""
    chosen = scenarios[: oracle.most] if oracle.most else scenarios
    moment = now()
    cases = [materialise(scenario, moment) for scenario in chosen]
    with tempfile.TemporaryDirectory(prefix="chainlab-oracle-") as directory:
        answers = oracle.ask(set_up(Path(directory), cases))
    return [
        Cell(
            oracle,
            case,
            answer,
            our_answer(oracle.family, case, host=oracle.checks_host, purpose=oracle.checks_purpose),
        )
        for case, answer in zip(cases, answers, strict=True)
    ]


def family_exists(oracle: Oracle) -> bool:
    """Whether chainlab has the oracle's family."""
    try:
        family_for(oracle.family)
    except UsageError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Tally:
    """How often one oracle and its family agree.

    ``unanswered`` are cases on which the verifier gave no verdict, ``undecided`` those on which chainlab gave none.
    """

    oracle: Oracle
    cells: int
    agreeing: int
    accepted: int
    paths: int
    same_paths: int
    unanswered: int
    undecided: int

    @property
    def share(self) -> float:
        """Agreeing cells in per cent."""
        return 100 * self.agreeing / self.cells if self.cells else 0.0


def tally(oracle: Oracle, cells: Sequence[Cell]) -> Tally:
    """Count the cells in which both gave a verdict, and apart from them those in which one did not."""
    counted = [cell for cell in cells if cell.counts]
    agreeing = [cell for cell in counted if cell.agrees]
    with_paths = [cell for cell in agreeing if cell.answer.verdict == ACCEPT and cell.answer.path]
    return Tally(
        oracle,
        cells=len(counted),
        agreeing=len(agreeing),
        accepted=sum(cell.answer.verdict == ACCEPT for cell in counted),
        paths=len(with_paths),
        same_paths=sum(cell.answer.path == cell.ours.path for cell in with_paths),
        unanswered=sum(cell.answer.verdict == CANNOT for cell in cells),
        undecided=sum(cell.undecided for cell in cells),
    )


def describe(cell: Cell) -> str:
    """A disagreement in a few lines."""
    scenario = cell.case.scenario
    certs = "; ".join(
        f"{name}[{spec.subject}<-{spec.issuer}{' ' + ','.join(spec.traits) if spec.traits else ''}]"
        for name, spec in scenario.certs.items()
    )
    names = {
        certificate.sha256: name
        for name, certificate in [
            *zip(scenario.served, cell.case.served, strict=True), *zip(scenario.roots, cell.case.roots, strict=True)
        ]
    }  # fmt: skip
    ours = ">".join(names.get(print_, "?") for print_ in cell.ours.path)
    theirs = ">".join(names.get(print_, "?") for print_ in cell.answer.path)
    return (
        f"{scenario.id} {cell.oracle.id}: {cell.answer.verdict} ({cell.answer.error}) {theirs}\n"
        f"  {cell.oracle.family}: {cell.ours.verdict} {cell.ours.error} {ours}\n"
        f"  certs {certs}\n  keys {dict(scenario.keys)}\n"
        f"  served {', '.join(scenario.served)}; roots {', '.join(scenario.roots)}"
    )
