"""Everything about a server in one answer: diagnosis, Windows' decision, plan and timeline of one case."""

from __future__ import annotations

from chainlab.diagnosis import Case, Diagnosis, diagnosis_of, open_case
from chainlab.explanation import Explanation, windows_of
from chainlab.planning import Planned, planned_of
from chainlab.records import dataclass
from chainlab.request import Request
from chainlab.timeline import Timelines, timelines_of


@dataclass(frozen=True, slots=True)
class Dossier:
    """The whole answer. ``planned`` is ``None`` where all chains were observed.

    The targets of ``diagnosis`` and of ``timelines`` are the same, in the same order. ``explanations``: how Windows
    decides, for those whose chain is predicted.
    """

    case: Case
    diagnosis: Diagnosis
    planned: Planned | None
    timelines: Timelines
    explanations: tuple[Explanation, ...]


def dossier(request: Request) -> Dossier:
    """Read the inputs once and answer everything about them."""
    case = open_case(request)
    return _dossier(case, planned_of(case))


def dossier_of(planned: Planned) -> Dossier:
    """The same around a plan that was made already, with the alternative that was chosen there."""
    return _dossier(planned.case, planned)


def _dossier(case: Case, planned: Planned | None) -> Dossier:
    return Dossier(case, diagnosis_of(case), planned, timelines_of(case), windows_of(case))
